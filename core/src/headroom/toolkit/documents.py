"""Documents between the sentences of a text."""

from __future__ import annotations

__all__ = ["stands_apart"]

#: Of so many, further ones of fewer characters are what the text says. Chosen.
_MANY, _SMALL = 30, 2000


def stands_apart(number: int, size: int) -> bool:
    """Whether a document is a part of a text by itself.

    Args:
        number: The how many-th of its kind it is, from 1 on.
        size: Its characters.

    >>> stands_apart(30, 80), stands_apart(31, 80), stands_apart(31, 4000)
    (True, False, True)

    """
    return number <= _MANY or size >= _SMALL
