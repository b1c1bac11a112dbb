"""The public face of the package: what changes here changes what users wrote."""

from __future__ import annotations

import inspect
import subprocess
import sys

import headroom_langgraph
from headroom_langgraph import (
    HeadroomMiddleware,
    LangGraphStore,
    awrap_tool_call,
    compress_input,
    compress_messages,
    compress_node,
    compress_reducer,
    retrieve_tool,
    wrap_tool_call,
)
from headroom_langgraph.graph_input import InputViews

NAMES = """
    HeadroomMiddleware LangGraphStore __version__ awrap_tool_call compress_input compress_messages
    compress_node compress_reducer retrieve_tool wrap_tool_call
"""

_VIEWS = "query max_tokens fidelity min_tokens exclude on_compress"

SIGNATURES = {
    compress_node: f"ctx keys * {_VIEWS} mention_tool",
    compress_reducer: f"ctx reducer * {_VIEWS} mention_tool",
    compress_messages: f"ctx * format {_VIEWS} mention_tool",
    compress_input: f"ctx keys * {_VIEWS} mention_tool user_messages",
    InputViews.__call__: "self data",
    InputViews.acall: "self data",
    wrap_tool_call: f"ctx * {_VIEWS} mention_tool",
    awrap_tool_call: f"ctx * {_VIEWS} mention_tool",
    HeadroomMiddleware: f"ctx * {_VIEWS} retrieve_max_tokens",
    retrieve_tool: "ctx * max_tokens",
    LangGraphStore: "store * codec clock",
}


def parameters(function: object) -> str:
    found: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        found.append(parameter.name)
    return " ".join(found)


def test_names() -> None:
    assert sorted(headroom_langgraph.__all__) == sorted(NAMES.split())
    for public in headroom_langgraph.__all__:
        assert getattr(headroom_langgraph, public) is not None


def test_signatures() -> None:
    assert {one: parameters(one) for one in SIGNATURES} == SIGNATURES


def test_the_same_defaults_everywhere() -> None:
    for one in SIGNATURES.keys() - {retrieve_tool}:
        for name, parameter in inspect.signature(one).parameters.items():
            if name in _VIEWS.split():
                expected = {"min_tokens": 200, "exclude": ()}.get(name)
                assert parameter.default == expected, f"{one}: {name}"


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
