"""Puts the members of many rows into the cells of their columns, a column at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from headroom.scanning import columns_of
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.shape import Column, Plan, Tree
from headroom.toolkit.rows.values import Json, Number
from headroom.view import Deadline

__all__ = ["Filling", "column_of"]

#: What stands where a row has no such member, and where it has none with members of their own.
_MISSING: Any = object()
_NONE: dict[str, Json] = {}


def column_of(values: Sequence[Any], speller: Speller) -> list[str]:
    """Values as the cells of a column: a new list."""
    kinds = set(map(type, values))
    if kinds == {Number}:
        return list(values)
    if kinds == {str}:
        return list(speller.cells(values))
    cell = speller.cell
    return [
        value if type(value) is Number else "" if value is _MISSING else cell(value)
        for value in values
    ]


class Filling:
    """The cells of rows by columns, and the rows that are not as the columns are.

    Args:
        rows: The rows, each an object.
        plan: Its columns.
        speller: Spells the cells.
        deadline: Watches the time.

    """

    def __init__(
        self, rows: Sequence[Any], plan: Plan, speller: Speller, deadline: Deadline
    ) -> None:
        self._plan = plan
        self._speller = speller
        self._deadline = deadline
        #: The cells of each column; those of odd rows mean nothing.
        self.columns: list[list[str]] = [[]] * len(plan.columns)
        #: Rows with members that have no column, or do not fit theirs.
        self.odd: set[int] = set()
        self._fill(rows, plan.tree)

    def _fill(self, rows: Sequence[Any], tree: Tree) -> None:
        self._deadline.check()
        together = columns_of(rows)
        if together is not None and tree.keys() >= together.keys():
            for key, slot in tree.items():
                if key not in together:
                    self._put([_MISSING if isinstance(slot, int) else _NONE] * len(rows), slot)
                else:
                    self._put(together[key], slot)
            return
        if not tree.keys() >= set(chain.from_iterable(set(map(tuple, rows)))):
            known = tree.keys()
            self.odd.update(index for index, row in enumerate(rows) if not row.keys() <= known)
        for key, slot in tree.items():
            missing: Any = _MISSING if isinstance(slot, int) else _NONE
            self._put([row.get(key, missing) for row in rows], slot)

    def _put(self, members: Sequence[Any], slot: int | Tree) -> None:
        """The members of rows below one key."""
        if isinstance(slot, int):
            self.columns[slot] = self._cells(members, self._plan.columns[slot])
        else:
            self._fill(self._objects(members), slot)

    def _objects(self, found: Sequence[Any]) -> Sequence[Any]:
        """The members that have members; of rows that have another one in its place, none."""
        if set(map(type, found)) == {dict} and all(found):
            return found
        members = list(found)
        for index, member in enumerate(members):
            if member is not _NONE and not (type(member) is dict and member):
                self.odd.add(index)
                members[index] = _NONE
        return members

    def _cells(self, members: Sequence[Any], column: Column) -> list[str]:
        if column.inner is not None:
            return list(self._nested(members, column.form, column.inner))
        return column_of(members, self._speller)

    def _nested(self, members: Sequence[Any], form: str, inner: Plan) -> Iterator[str]:
        """Lists, or maps, of like objects as one cell each."""
        kind = list if form == "list" else dict
        self.odd.update(
            index
            for index, member in enumerate(members)
            if type(member) is not kind and member is not _MISSING
        )
        fitting: list[Any] = [member if type(member) is kind else () for member in members]
        holders = [list(one.values()) if type(one) is dict else one for one in fitting]
        items = list(chain.from_iterable(holders))
        owners = chain.from_iterable([n] * len(holder) for n, holder in enumerate(holders))
        strange = {n for n, item in enumerate(items) if type(item) is not dict}
        filled = Filling(
            [_NONE if n in strange else item for n, item in enumerate(items)] if strange else items,
            inner,
            self._speller,
            self._deadline,
        )
        strange |= filled.odd
        records = list(map(",".join, zip(*filled.columns)))
        if len(inner.columns) == 1 and form == "list":
            strange.update(n for n, record in enumerate(records) if not record)
        if strange:
            self.odd.update(owner for n, owner in enumerate(owners) if n in strange)
        rest = iter(records)
        for member, one, holder in zip(members, fitting, holders):
            some = list(islice(rest, len(holder)))
            if member is _MISSING:
                yield ""
            elif form == "list":
                yield f"[{';'.join(some)}]"
            else:
                keys = map(self._speller.cell, one)
                yield "{" + ";".join(f"{key},{record}" for key, record in zip(keys, some)) + "}"
