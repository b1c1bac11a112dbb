"""What data consists of once it is read: every number as it was written, every key noticed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Union

from headroom.toolkit.lazy import Lazy

__all__ = [
    "HOLDERS",
    "SCALARS",
    "Duplicates",
    "Json",
    "Number",
    "columns_of",
    "have_same_keys",
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


def have_same_keys(objects: Sequence[dict[str, Any]]) -> bool:
    """Whether all objects have the same keys in the same order, and any.

    >>> have_same_keys([{"a": "1"}, {"a": "2"}]), have_same_keys([{"a": "1"}, {"b": "2"}])
    (True, False)

    """
    first = list(objects[0]) if objects else []
    # No object has a key twice: where all keys together are those, each object has just these.
    return bool(first) and list(chain.from_iterable(objects)) == first * len(objects)


def columns_of(objects: Sequence[dict[str, Any]]) -> dict[str, list[Any]] | None:
    """The members of objects by their keys, where all have the same keys; ``None`` where not.

    >>> columns_of([{"a": "1", "b": "x"}, {"a": "2", "b": "y"}])
    {'a': ['1', '2'], 'b': ['x', 'y']}

    """
    if not have_same_keys(objects):
        return None
    first = list(objects[0])
    members = list(chain.from_iterable(map(dict.values, objects)))
    return {key: members[place :: len(first)] for place, key in enumerate(first)}


def whole(value: Json) -> Json:
    """A value with the rows that its objects make when they are asked for."""
    if isinstance(value, dict):
        return {key: whole(member) for key, member in value.items()}
    return list(value) if isinstance(value, Lazy) else value
