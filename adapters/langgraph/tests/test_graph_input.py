from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from headroom import SharedContext
from headroom_langgraph import compress_input

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}


class State(TypedDict, total=False):
    question: str
    document: str
    answer: str


def test_no_checkpoint_holds_the_input(ctx: SharedContext, payload: str, tmp_path: Path) -> None:
    builder = StateGraph(State)
    builder.add_node("read", lambda state: {"answer": interrupt("More?")})
    builder.add_edge(START, "read")
    shrink = compress_input(ctx)
    path = tmp_path / "checkpoints.db"
    more = payload.replace("HR", "XX")
    with SqliteSaver.from_conn_string(str(path)) as saver:
        app = builder.compile(checkpointer=saver)
        app.invoke(shrink({"question": "Which was diverted?", "document": payload}), THREAD)
        result = app.invoke(shrink(Command(resume=more)), THREAD)
    assert result["question"] == "Which was diverted?"
    assert "HR121" in result["document"]
    for text in (result["document"], result["answer"]):
        assert ctx.is_view(text)
    assert {ctx.get(key, full=True) for key in ctx} == {payload, more}
    stored = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    for text in (payload, more):
        assert text[2000:2100].encode() not in stored


@dataclasses.dataclass(frozen=True)
class InDataclass:
    document: str
    question: str = "Which was diverted?"


class InModel(BaseModel):
    document: str
    question: str = "Which was diverted?"


@pytest.mark.parametrize("shape", [InDataclass, InModel])
async def test_objects_and_async(ctx: SharedContext, payload: str, shape: Any) -> None:
    given = shape(document=payload)
    seen = await compress_input(ctx).acall(given)
    assert type(seen) is shape
    assert ctx.is_view(seen.document)
    assert given.document == payload


def test_what_is_asked_stays_unless_it_is_named(ctx: SharedContext, payload: str) -> None:
    given = {"question": payload, "query": payload, "task": payload, "input": payload}
    seen = compress_input(ctx)(given)
    assert {name for name in given if ctx.is_view(seen[name])} == {"input"}
    seen = compress_input(ctx, keys=["query"])(given)
    assert {name for name in given if ctx.is_view(seen[name])} == {"query"}
    small = {"input": "short"}
    assert compress_input(ctx)(small) is small
    assert compress_input(ctx, exclude=["input"])(given) is given


def test_messages_of_users_stay_unless_you_say_so(ctx: SharedContext, payload: str) -> None:
    answered = ToolMessage(payload, tool_call_id="c")
    given = {"messages": [HumanMessage(payload, id="1"), answered, ("user", payload)]}
    user, tool, pair = compress_input(ctx)(given)["messages"]
    assert user is given["messages"][0]
    assert pair is given["messages"][2]
    assert ctx.is_view(tool.content)
    user, tool, pair = compress_input(ctx, roles=["tool", "user"])(given)["messages"]
    assert user.id == "1"
    for text in (user.content, tool.content, pair[1]):
        assert ctx.is_view(text)


def test_commands(ctx: SharedContext, payload: str) -> None:
    shrink = compress_input(ctx)
    several = shrink(Command(resume={"one": payload, "two": "yes"}))
    assert isinstance(several.resume, dict)
    assert ctx.is_view(several.resume["one"])
    assert several.resume["two"] == "yes"
    for command in (Command(resume={"two": "yes"}), Command(resume="yes"), Command(resume=3)):
        assert shrink(command) is command
    seen = shrink(Command(update={"document": payload}, goto="read"))
    assert seen.goto == "read"
    assert isinstance(seen.update, dict)
    assert ctx.is_view(seen.update["document"])


def test_errors(payload: str) -> None:
    given = {"document": payload}
    assert compress_input(SharedContext(max_payload_bytes=10))(given) is given
    with pytest.raises(TypeError, match="keys takes several names"):
        compress_input(SharedContext(), keys="document")
    with pytest.raises(ValueError, match="min_tokens"):
        compress_input(SharedContext(), min_tokens=-1)


@pytest.mark.parametrize("shape", [lambda text: text, lambda text: [text]])
def test_a_text_for_messages_is_what_a_user_says(
    ctx: SharedContext, payload: str, shape: Any
) -> None:
    given = {"messages": shape(payload)}
    assert compress_input(ctx)(given) is given
    assert compress_input(ctx, roles=["user"])(given) is not given


def test_a_tool_may_be_called_like_a_question(ctx: SharedContext, payload: str) -> None:
    given = {"messages": [ToolMessage(payload, tool_call_id="c", name="task")]}
    assert ctx.is_view(compress_input(ctx)(given)["messages"][0].text)
