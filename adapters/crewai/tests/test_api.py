"""The public names and their parameters: whoever changes one changes this page too."""

from __future__ import annotations

import inspect
import json
from typing import Any, get_type_hints

import pytest
from crewai.tasks.task_output import TaskOutput
from typing_extensions import Unpack

import headroom_crewai
from headroom import SharedContext

# As keywords, by Unpack.
OPTIONS = "query max_tokens fidelity min_tokens exclude full_for on_handoff savings on_compress"
ROADS = "compress_tool_results attach_tool flow_methods crew_inputs"
TYPES = {
    headroom_crewai.CallbackOptions: f"{OPTIONS} last_task",
    headroom_crewai.HookOptions: f"{OPTIONS} {ROADS}",
}
API = {
    "HandoffEvent": "**data",
    "RetrieveTool": "ctx=None, *, max_tokens=1000, **fields",
    "attach_retrieve_tool": "crew, ctx, *, max_tokens=1000",
    "callback_context": "ctx, **options",
    "compressed_context": "ctx, **options",
    "install": "ctx, **options",
    "make_task_callback": "ctx, **options",
    "restore_output": "result, *, ctx=None",
    "retrieve_tool": "ctx, *, max_tokens=1000",
    "task_callback": "output",
    "uninstall": "",
    "use_context": "ctx, **options",
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
    assert sorted(headroom_crewai.__all__) == sorted(
        [*API, *(each.__name__ for each in TYPES), "__version__"]
    )


@pytest.mark.parametrize("name", API)
def test_the_parameters(name: str) -> None:
    assert parameters(getattr(headroom_crewai, name)) == API[name]


def test_the_options() -> None:
    assert {each: " ".join(get_type_hints(each)) for each in TYPES} == TYPES
    for name in ("compressed_context", "install"):
        hints = get_type_hints(getattr(headroom_crewai, name))
        assert hints["options"] == Unpack[headroom_crewai.HookOptions]
    for name in ("use_context", "callback_context", "make_task_callback"):
        hints = get_type_hints(getattr(headroom_crewai, name))
        assert hints["options"] == Unpack[headroom_crewai.CallbackOptions]


def entered(function: Any, *arguments: Any, **options: Any) -> None:
    """Calls it, and enters what it gives where that is a block."""
    result = function(*arguments, **options)
    if hasattr(result, "__enter__"):
        with result:
            pass


@pytest.mark.parametrize("option", ["max_token", "tool", "attach_tool"])
@pytest.mark.parametrize("name", ["use_context", "callback_context", "make_task_callback"])
def test_no_other_options_of_the_callback(name: str, option: str) -> None:
    with pytest.raises(TypeError, match=option):
        entered(getattr(headroom_crewai, name), SharedContext(), **{option: None})


@pytest.mark.parametrize("option", ["max_token", "tool", "last_task"])
@pytest.mark.parametrize("name", ["compressed_context", "install"])
def test_no_other_options_of_the_hooks(name: str, option: str) -> None:
    with pytest.raises(TypeError, match=option):
        entered(getattr(headroom_crewai, name), SharedContext(), **{option: None})


def test_a_choice_that_is_taken_back_takes_the_same_options() -> None:
    headroom_crewai.use_context(None, min_tokens=500, last_task=True)
    with pytest.raises(TypeError, match="max_token"):
        headroom_crewai.use_context(None, max_token=500)  # type: ignore[call-arg]


@pytest.mark.parametrize(("rows", "stays"), [(15, True), (25, False)])
def test_less_than_200_tokens_stay(ctx: SharedContext, rows: int, stays: bool) -> None:
    payload = json.dumps([{"id": n, "status": "paid"} for n in range(rows)])
    assert (ctx.count_tokens(payload) < 200) is stays
    output, small = (
        TaskOutput(description="List orders", agent="clerk", raw=payload) for _ in range(2)
    )
    headroom_crewai.make_task_callback(ctx)(output)
    headroom_crewai.make_task_callback(ctx, min_tokens=0)(small)
    assert (output.raw == payload) is stays
    assert small.raw != payload


def test_the_fields_of_the_tool() -> None:
    tool = headroom_crewai.RetrieveTool()
    assert (tool.name, tool.max_tokens) == ("headroom_retrieve", 1000)
    assert list(tool.args_schema.model_fields) == [
        "key", "query", "place", "path", "where", "pattern"
    ]  # fmt: skip
