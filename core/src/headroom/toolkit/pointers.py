"""JSON pointers (RFC 6901), part by part."""

from __future__ import annotations

__all__ = ["escape", "is_index", "member", "unescape"]

# More digits than any index has.
_LONGEST_INDEX = 12


def escape(name: object) -> str:
    """A name as it stands in a pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """The name that a part of a pointer stands for."""
    return part.replace("~1", "/").replace("~0", "~")


def is_index(name: str) -> bool:
    """Whether a part of a pointer may be the index of an element of an array."""
    return name.isdecimal() and len(name) <= _LONGEST_INDEX


def member(value: object, part: str) -> object:
    """What a part of a pointer leads to from a value.

    Raises:
        LookupError: Nothing is there.

    >>> member({"a/b": 7}, "a~1b"), member(["x", "y"], "1")
    (7, 'y')

    """
    name = unescape(part)
    if isinstance(value, dict):
        return value[name]
    if isinstance(value, list) and is_index(name):
        return value[int(name)]
    raise LookupError(name)
