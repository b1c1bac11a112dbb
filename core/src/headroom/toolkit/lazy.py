"""Sequences that hold less than their members, and make each when it is asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

__all__ = ["Lazy"]

T_co = TypeVar("T_co", covariant=True)


class Lazy(Sequence[T_co]):
    """A sequence whose members are made when they are asked for.

    >>> class Squares(Lazy[int]):
    ...     def __len__(self) -> int:
    ...         return 5
    ...     def _at(self, index: int) -> int:
    ...         return index * index
    >>> Squares()[3], Squares()[-1], Squares()[::2]
    (9, 16, [0, 4, 16])

    """

    @abstractmethod
    def _at(self, index: int) -> T_co:
        """The member at a place, from 0 to the last."""

    def __iter__(self) -> Iterator[T_co]:
        return map(self._at, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> T_co: ...

    @overload
    def __getitem__(self, index: slice) -> list[T_co]: ...

    def __getitem__(self, index: int | slice) -> T_co | list[T_co]:
        if isinstance(index, slice):
            return list(map(self._at, range(*index.indices(len(self)))))
        # A range counts from the end, and says what is none, as a list does.
        return self._at(range(len(self))[index])
