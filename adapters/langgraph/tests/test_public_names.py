"""The public face of the package: what changes here changes what users wrote."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import get_type_hints

from typing_extensions import Unpack

import headroom_langgraph
from headroom import HandoffOptions
from headroom_langgraph import (
    HeadroomMiddleware,
    LangGraphStore,
    ReaderOptions,
    aforget_thread,
    awrap_tool_call,
    compress_input,
    compress_messages,
    compress_model_input,
    compress_node,
    compress_reducer,
    forget_thread,
    per_thread,
    retrieve_tool,
    wrap_tool_call,
)
from headroom_langgraph.graph_input import InputViews

NAMES = """
    HeadroomMiddleware LangGraphStore ReaderOptions __version__ aforget_thread awrap_tool_call
    compress_input compress_messages compress_model_input compress_node compress_reducer
    forget_thread per_thread retrieve_tool wrap_tool_call
"""

# As keywords, by Unpack.
OPTIONS = (
    "query max_tokens fidelity min_tokens exclude full_for on_handoff savings on_compress"
    " mention_tool roles namespace"
)

SIGNATURES = {
    compress_node: "ctx keys **options",
    compress_reducer: "ctx reducer **options",
    compress_messages: "ctx * format **options",
    compress_input: "ctx keys **options",
    compress_model_input: "ctx **options",
    InputViews.__call__: "self data config",
    InputViews.acall: "self data config",
    wrap_tool_call: "ctx **options",
    awrap_tool_call: "ctx **options",
    HeadroomMiddleware: "ctx * retrieve_max_tokens roles namespace **options",
    retrieve_tool: "ctx * max_tokens namespace",
    LangGraphStore: "store * codec clock",
    per_thread: "ctx",
    forget_thread: "ctx thread_id",
    aforget_thread: "ctx thread_id",
}


def parameters(function: object) -> str:
    found: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        found.append(stars + parameter.name)
    return " ".join(found)


def test_names() -> None:
    assert sorted(headroom_langgraph.__all__) == sorted(NAMES.split())
    for public in headroom_langgraph.__all__:
        assert getattr(headroom_langgraph, public) is not None


def test_signatures() -> None:
    assert {one: parameters(one) for one in SIGNATURES} == SIGNATURES


def test_the_same_options_everywhere() -> None:
    assert " ".join(get_type_hints(ReaderOptions)) == OPTIONS
    for one, expected in SIGNATURES.items():
        if "**options" in expected:
            # Python reads the hints, as type checkers and frameworks do.
            hints = get_type_hints(one.__init__ if isinstance(one, type) else one)
            taken = HandoffOptions if one is HeadroomMiddleware else ReaderOptions
            assert hints["options"] == Unpack[taken], one


def test_everything_public_is_explained() -> None:
    for public in headroom_langgraph.__all__:
        if not public.startswith("_"):
            assert inspect.getdoc(getattr(headroom_langgraph, public)), f"{public} has no docstring"


def test_all_of_it_without_langchain() -> None:
    code = (
        "import sys; sys.modules['langchain'] = None; from headroom_langgraph import *; "
        "import headroom_langgraph as all; print(compress_node.__name__, all.__all__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "compress_node" in done.stdout
    assert "HeadroomMiddleware" not in done.stdout
