"""Whatever goes wrong on our side, the run goes on."""

from __future__ import annotations

from typing import Any, TypedDict

import pytest
from checks import is_view
from langgraph.graph import START, StateGraph

from headroom import MemoryStore, Pipeline, Request, SharedContext, Source, View
from headroom_langgraph import compress_node

ASKED = {"question": "Which flight was diverted?"}


class State(TypedDict, total=False):
    question: str
    found: str


def graph(search: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("search", search)
    builder.add_edge(START, "search")
    return builder.compile()


class FullStore(MemoryStore):
    def put(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("no space left on device")


async def test_our_errors_never_fail_the_run(
    ctx: SharedContext, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        name = "json"
        compressor = "broken"

        def recognise(self, source: Source) -> bool:
            return True

        def compress(self, source: Source, request: Request) -> View | None:
            raise RuntimeError(source.text)

    def search(state: State) -> State:
        return {"found": payload}

    async def asearch(state: State) -> State:
        return {"found": payload}

    class Closed(dict[str, Any]):
        def values(self) -> Any:
            raise OSError("closed")

    broken = SharedContext(pipeline=Pipeline([Broken()]))
    assert graph(compress_node(broken)(search)).invoke(ASKED)["found"] == payload
    result = await graph(compress_node(broken)(asearch)).ainvoke(ASKED)
    assert result["found"] == payload
    small = SharedContext(max_payload_bytes=10)
    assert graph(compress_node(small)(search)).invoke(ASKED)["found"] == payload
    full = SharedContext(store=FullStore())
    assert graph(compress_node(full)(search)).invoke(ASKED)["found"] == payload
    assert is_view(ctx, compress_node(ctx)(search)(Closed()).get("found"), payload)
    assert "HR121" not in caplog.text
    assert "handed on as it is" in caplog.text
