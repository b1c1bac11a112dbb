"""The public names and their parameters: whoever changes one changes this page too."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import headroom_crewai

OPTIONS = "query=None, max_tokens=None, fidelity=None, min_tokens=200, exclude=(), on_compress=None"
ROADS = "compress_tool_results=False, attach_tool=True, flow_methods=(), crew_inputs=()"
API = {
    "RetrieveTool": "ctx=None, *, max_tokens=1000, **fields",
    "attach_retrieve_tool": "crew, ctx, *, max_tokens=1000",
    "callback_context": f"ctx, *, {OPTIONS}, last_task=False",
    "compressed_context": f"ctx, *, {OPTIONS}, {ROADS}",
    "install": f"ctx, *, {OPTIONS}, {ROADS}",
    "make_task_callback": f"ctx, *, {OPTIONS}, last_task=False",
    "restore_output": "result, *, ctx=None",
    "retrieve_tool": "ctx, *, max_tokens=1000",
    "task_callback": "output",
    "uninstall": "",
    "use_context": f"ctx, *, {OPTIONS}, last_task=False",
}


def parameters(function: Any) -> str:
    """The parameters of a callable, without their types."""
    signature = inspect.signature(function)
    if inspect.isclass(function):
        # Pydantic shows fields as parameters of the class; CrewAI adds and drops some of them.
        signature = inspect.signature(function.__init__.__get__(object()))
    bare = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    return str(inspect.Signature(bare))[1:-1]


def test_the_public_names() -> None:
    assert sorted(headroom_crewai.__all__) == sorted([*API, "__version__"])


@pytest.mark.parametrize("name", API)
def test_the_parameters(name: str) -> None:
    assert parameters(getattr(headroom_crewai, name)) == API[name]


def test_the_fields_of_the_tool() -> None:
    tool = headroom_crewai.RetrieveTool()
    assert (tool.name, tool.max_tokens) == ("headroom_retrieve", 1000)
    assert list(tool.args_schema.model_fields) == [
        "key", "query", "place", "path", "where", "pattern"
    ]  # fmt: skip
