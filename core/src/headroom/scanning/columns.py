"""The members of JSON objects as columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

__all__ = ["columns_of", "have_same_keys"]


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
