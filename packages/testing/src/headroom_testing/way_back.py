"""All that an omission names, read as a reader does: by its place, and on from there."""

from __future__ import annotations

from headroom import Omission, SharedContext

__all__ = ["read_back", "read_back_in_parts"]

#: Tokens of a large excerpt, those beside the units of a small one, and how often one reads on.
_LARGE, _BESIDE, _MOST = 100_000, 200, 1000


def read_back(
    ctx: SharedContext, key: str, omission: Omission, max_tokens: int = _LARGE
) -> list[str]:
    """The excerpts from ``retrieve(place=omission.where)`` to the end of ``next``.

    Raises:
        AssertionError: There is no way to all of it.

    """
    found: list[str] = []
    place = omission.where
    while True:
        try:
            excerpt = ctx.retrieve(key, place=place, max_tokens=max_tokens)
        except ValueError as error:
            raise AssertionError(f"a way back: retrieve(place={place!r}) says: {error}") from error
        assert excerpt.tokens <= max_tokens, "a way back: more than max_tokens"
        assert bool(excerpt.next) == excerpt.truncated, (
            f"a way back: nothing leads on from {excerpt.where!r} of {omission.where!r}"
        )
        found.append(excerpt.text)
        place = excerpt.next
        if not place:
            return found
        assert len(found) < _MOST, f"a way back: {omission.where!r} has no end"


def read_back_in_parts(ctx: SharedContext, key: str, omission: Omission, whole: str) -> list[str]:
    """The same in excerpts of any two of its units, so that none is cut.

    Args:
        ctx: Where the original is.
        key: Its key.
        omission: What is read.
        whole: All of it, as one large excerpt has it.

    Raises:
        AssertionError: There is no way to all of it.

    """
    longest = max(whole.split("\n"), key=len)
    return read_back(ctx, key, omission, 2 * ctx.count_tokens(longest) + _BESIDE)
