"""What data consists of once it is read: every number as it was written, every key noticed."""

from __future__ import annotations

from typing import Any, Union

from headroom.toolkit.lazy import Lazy

__all__ = [
    "HOLDERS",
    "SCALARS",
    "Duplicates",
    "Json",
    "Number",
    "members_of",
    "whole",
]


class Number(str):
    """A number as it was written: ``1.10``, ``1e5``, ``-0``, ``NaN``."""

    __slots__ = ()


class Duplicates:
    """The members of an object in which a key stands more than once."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Json]]) -> None:
        self.pairs = pairs


Json = Union[str, bool, None, Duplicates, "list[Json]", "dict[str, Json]", "Lazy[Json]"]


def members_of(pairs: list[tuple[str, Json]]) -> dict[str, Json] | Duplicates:
    """An object of its members, as ``json`` hands them over: ``object_pairs_hook``."""
    members = dict(pairs)
    return members if len(members) == len(pairs) else Duplicates(pairs)


#: What holds no value that is looked for.
SCALARS: frozenset[type] = frozenset({str, Number, bool, type(None), Duplicates})
#: What values may stand in.
HOLDERS: frozenset[type] = frozenset({dict, list})


def whole(value: Any) -> Any:
    """A value with the rows that its objects make when they are asked for."""
    if isinstance(value, dict):
        return {key: whole(member) for key, member in value.items()}
    return list(value) if isinstance(value, Lazy) else value
