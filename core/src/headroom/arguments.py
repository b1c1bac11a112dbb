"""Checks of arguments, in the same words everywhere."""

from __future__ import annotations

import math

__all__ = ["brief", "check_text", "check_whole", "seconds"]

# Characters of a wrong argument that a message repeats, and digits.
_REPEATED, _DIGITS = 80, 20


def brief(value: object) -> str:
    """A wrong argument as a message repeats it: shortened, and what is no word or number by type.

    >>> brief("loss"), brief(None), brief([1, 2]), brief(10**400)
    ("'loss'", 'None', 'list', 'a number of more than 20 digits')
    >>> len(brief("x" * 5000))
    83

    """
    if isinstance(value, (str, bytes)):
        rest = "\u2026" if len(value) > _REPEATED else ""
        return f"{value[:_REPEATED]!r}{rest}"
    if isinstance(value, int) and abs(value) >= 10**_DIGITS:
        # Of some thousand digits Python makes no text.
        return f"a number of more than {_DIGITS} digits"
    if value is None or isinstance(value, (int, float)):
        return repr(value)
    return type(value).__name__


def check_text(name: str, value: object) -> None:
    """Something is text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, not {type(value).__name__}")


def check_whole(name: str, value: int | None, *, optional: bool = True) -> None:
    """A limit is a whole number from 1, or None where it is optional."""
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < 1:
        without = "; None is without limit" if optional else ""
        raise ValueError(f"{name} must be at least 1, not {brief(value)}{without}")


def seconds(value: float | None, name: str) -> float | None:
    """A time to live, or to wait, in seconds: ``None`` is for ever."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be seconds, not {type(value).__name__}")
    try:
        found = float(value)
    except OverflowError:
        found = math.nan
    if math.isnan(found) or found < 0:
        raise ValueError(f"{name} must be 0 or more seconds, not {brief(value)}; None is for ever")
    return None if math.isinf(found) else found
