"""What the tests look for."""

from __future__ import annotations

from headroom import SharedContext


def is_view(ctx: SharedContext, text: object, payload: str) -> bool:
    """A view that holds what was asked for, whose original is there."""
    assert isinstance(text, str)
    (key,) = ctx
    return (
        ctx.is_view(text)
        and ctx.count_tokens(text) < ctx.count_tokens(payload) / 2
        and "HR121" in text
        and ctx.get(key, full=True) == payload
    )
