"""What data consists of once it is read: every number as it was written, every key noticed."""

from __future__ import annotations

from typing import Union

from headroom.toolkit.lazy import Lazy

__all__ = ["HOLDERS", "SCALARS", "Duplicates", "Json", "Number"]


class Number(str):
    """A number as it was written: ``1.10``, ``1e5``, ``-0``, ``NaN``."""

    __slots__ = ()


class Duplicates:
    """The members of an object in which a key stands more than once."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Json]]) -> None:
        self.pairs = pairs


Json = Union[str, bool, None, Duplicates, "list[Json]", "dict[str, Json]", "Lazy[Json]"]

#: What holds no value that is looked for.
SCALARS: frozenset[type] = frozenset({str, Number, bool, type(None), Duplicates})
#: What values may stand in.
HOLDERS: frozenset[type] = frozenset({dict, list})
