"""The pipeline without a store: one function."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from headroom.forking import undisturbed
from headroom.tokens import TokenCounter, as_counter, get_counter
from headroom.view import CompressResult, Fidelity

if TYPE_CHECKING:
    from headroom.pipeline import Pipeline

__all__ = ["compress"]


@lru_cache(maxsize=1)
def _pipeline() -> Pipeline:
    # What a fork has of an import by half it would have for good.
    with undisturbed:
        from headroom.pipeline import Pipeline

    return Pipeline()


def compress(
    content: object,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity = "balanced",
    model: str = "gpt-4o",
    kind: str | None = None,
    counter: TokenCounter | Callable[[str], int] | None = None,
) -> CompressResult:
    """A view of ``content`` that costs fewer tokens, with everything left out marked.

    Args:
        content: Text, or a value that is JSON at heart.
        query: What the reader wants to know, in words; what answers it is kept.
        max_tokens: The most tokens that the view may have, markers included.
        fidelity: How much may be left out where there is no ``max_tokens``: ``"lossless"``
            (nothing), ``"balanced"`` or ``"compact"``.
        model: Whose tokens are counted.
        kind: What the content is (``"json"``, ``"log"``, ...), where detection is not wanted.
        counter: Counts the tokens instead of the tokenizer of ``model``.

    Raises:
        UnsupportedPayload: ``content`` is neither text nor JSON at heart.
        TypeError: An option has the wrong type.
        ValueError: An option has a value that makes no sense.

    >>> rows = [{"id": n, "status": "ok", "region": "eu-west-1"} for n in range(40)]
    >>> result = compress(rows, fidelity="lossless")
    >>> result.lossless, result.tokens_after < result.tokens_before
    (True, True)

    """
    # With ``import headroom`` come only those modules that all its uses have need of.
    with undisturbed:
        from headroom.observing import observed
        from headroom.payload import to_text

    with observed("compress") as told:
        result = _pipeline().compress(
            to_text(content),
            counter=get_counter(model) if counter is None else as_counter(counter),
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            kind=kind,
        )
        if told is not None:
            with undisturbed:
                from headroom.context.observing import note_result

            note_result(told, result)
        return result
