from __future__ import annotations

import json

import pytest

from headroom import IntegrityError, MemoryStore, Missing, Record, RetrievalTool, SharedContext
from headroom_testing import ManualClock


@pytest.fixture
def tool(ctx: SharedContext) -> RetrievalTool:
    ctx.put("orders", [{"id": number, "city": f"town {number}"} for number in range(1, 201)])
    return RetrievalTool(ctx, max_tokens=100)


def test_an_omitted_fact_comes_back_in_one_call(tool: RetrievalTool) -> None:
    assert '{"id":117,"city":"town 117"}' in tool("orders", query="town 117")
    assert tool("orders", place="rows 3") == '[rows 3]\n{"id":3,"city":"town 3"}'


def test_answers_are_bounded(tool: RetrievalTool) -> None:
    for answer in (
        tool("orders"),
        tool("orders", place="rows 1-200"),
        tool("orders", query="town"),
    ):
        assert tool.ctx.count_tokens(answer) <= 100


def test_empty_arguments_are_no_arguments(tool: RetrievalTool) -> None:
    assert tool("orders", "", "rows 3", "", "", "") == tool("orders", place="rows 3")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ({"key": "nothing"}, "Nothing is stored under 'nothing' here."),
        ({"key": ""}, "This call cannot be answered: a key must not be empty."),
        ({"key": 5}, "This call cannot be answered: a key must be text, not int"),
        (
            {"key": "orders", "place": "some rows"},
            'This call cannot be answered: place must look like "r',
        ),
        ({"key": "orders", "path": "/x"}, "This call cannot be answered: there is nothing at"),
        ({"key": "orders", "query": "zebra"}, "Nothing was found."),
    ],
)
def test_a_sentence_instead_of_an_exception(
    tool: RetrievalTool, arguments: dict[str, str], answer: str
) -> None:
    assert tool(**arguments).startswith(answer)


def test_it_tells_apart_why_something_is_not_there() -> None:
    clock = ManualClock()
    ctx = SharedContext(ttl=10, max_entries=2, store=MemoryStore(clock=clock, wall_clock=clock))
    tool = RetrievalTool(ctx)
    for key in ("evicted", "deleted", "expired"):
        ctx.put(key, "text")
    ctx.delete("deleted")
    clock.advance(11)
    assert "was evicted at" in tool("evicted")
    assert "was deleted at" in tool("deleted")
    assert "expired at" in tool("expired")


def test_another_namespace_is_out_of_reach(store: MemoryStore) -> None:
    entry = SharedContext(store=store, namespace="other").put("secret", "text")
    tool = RetrievalTool(SharedContext(store=store))
    for key in ("secret", entry.reference, "other/secret", "other:secret"):
        assert tool(key) == f"Nothing is stored under {key!r} here."


def test_a_broken_store_is_a_sentence() -> None:
    class Broken(MemoryStore):
        def get(self, namespace: str, key: str) -> Record | Missing:
            raise IntegrityError("its hash differs")

    assert RetrievalTool(SharedContext(store=Broken()))("key") == (
        "The original cannot be read at the moment."
    )


async def test_the_async_twin(tool: RetrievalTool) -> None:
    assert await tool.answer("orders", place="rows 3") == tool("orders", place="rows 3")


def test_every_parameter_that_models_are_told_of_is_one(tool: RetrievalTool) -> None:
    properties = json.loads(json.dumps(tool.schema))["properties"]
    code = RetrievalTool.__call__.__code__
    assert set(properties) <= set(code.co_varnames[1 : code.co_argcount])
    assert all(name in tool.description for name in properties)


@pytest.mark.parametrize("place", ["/116", "$[116]", "rows 117"])
def test_a_place_may_be_a_path(tool: RetrievalTool, place: str) -> None:
    assert "town 117" in tool("orders", place=place)


def test_a_place_may_be_the_name_of_a_function(ctx: SharedContext) -> None:
    ctx.put("module", "".join(f"def step_{n}() -> int:\n    return {n}\n\n\n" for n in range(9)))
    answer = RetrievalTool(ctx)("module", place="step_7")
    assert "return 7" in answer
    assert "return 6" not in answer


def test_what_a_framework_does_with_the_schema_changes_no_other(ctx: SharedContext) -> None:
    tool = RetrievalTool(ctx)
    assert json.loads(json.dumps(tool.schema)) == tool.schema == RetrievalTool.schema
    tool.schema["properties"].clear()  # type: ignore[attr-defined]
    RetrievalTool.schema.pop("required")
    assert RetrievalTool.schema == RetrievalTool(ctx).function["parameters"]
    assert sorted(RetrievalTool.schema) == ["properties", "required", "type"]


def test_what_it_costs(ctx: SharedContext) -> None:
    tool = RetrievalTool(ctx)
    sent = {"type": "function", "function": tool.function}
    assert tool.tokens == ctx.count_tokens(json.dumps(sent)) < 180


async def test_a_key_that_is_not_there_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """As where a run is taken up by a process that has another store: its views lead nowhere."""
    tool = RetrievalTool(SharedContext())
    for key in ("search-1f2e", "search-3a4b"):
        assert tool(key) == f"Nothing is stored under '{key}' here."
        assert await tool.answer(key) == f"Nothing is stored under '{key}' here."
    (said,) = [each.getMessage() for each in caplog.records]
    assert "a key that is not in the store" in said
    assert "search" not in said
