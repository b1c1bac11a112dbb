"""The options that every road takes."""

from __future__ import annotations

from typing import Any

import pytest

from headroom import SharedContext
from headroom_langgraph import (
    HeadroomMiddleware,
    awrap_tool_call,
    compress_input,
    compress_messages,
    compress_model_input,
    compress_node,
    compress_reducer,
    wrap_tool_call,
)

ROADS: list[Any] = [
    HeadroomMiddleware,
    awrap_tool_call,
    compress_input,
    compress_messages,
    compress_model_input,
    compress_node,
    compress_reducer,
    wrap_tool_call,
]


@pytest.mark.parametrize("road", ROADS)
def test_what_makes_no_sense(ctx: SharedContext, road: Any) -> None:
    with pytest.raises(TypeError, match="first argument must be a SharedContext, not function"):
        # As "@compress_node" without a context.
        road(lambda state: {})
    with pytest.raises(TypeError, match="exclude takes several names"):
        road(ctx, exclude="found")
    with pytest.raises(ValueError, match="min_tokens"):
        road(ctx, min_tokens=-1)
    with pytest.raises(ValueError, match="fidelity"):
        road(ctx, fidelity="best")
    with pytest.raises(TypeError, match="min_token'"):
        road(ctx, min_token=9)
    with pytest.raises(ValueError, match=r"roles takes .* not 'ai'"):
        road(ctx, roles=["tool", "ai"])
    with pytest.raises(TypeError, match="roles takes several names"):
        road(ctx, roles="tool")
    # Which tool it is, is ours to say.
    with pytest.raises(TypeError, match="tool'"):
        road(ctx, tool="search")


def test_names_are_taken_as_they_are_then(ctx: SharedContext, payload: str) -> None:
    names = ["found"]
    node = compress_node(ctx, names, exclude=names)(lambda state: {"found": payload})
    names.clear()
    assert node({}) == {"found": payload}
    seen = compress_node(ctx, exclude=None)(lambda state: {"found": payload})({})  # type: ignore[arg-type]
    assert ctx.is_view(seen["found"])
