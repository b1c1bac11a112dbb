"""Finds the columns that a collection of like objects has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Union

from headroom.scanning import columns_of
from headroom.scanning.columns import have_same_keys
from headroom.toolkit.rows.notation import name
from headroom.toolkit.rows.values import HOLDERS, Json

__all__ = ["Column", "Plan", "are_alike", "find_columns", "find_plan", "find_width", "sample"]

# All of these are chosen; tables of the benchmark and of the tests are read as they should be.

#: Rows that decide on the columns: more of them change nothing that is worth the time.
SAMPLE = 400
#: A key that fewer of the rows have is said where it occurs.
DENSE_ENOUGH = 0.25
MAX_COLUMNS = 400
#: Longer arrays are vectors: their places have no meaning that a column could show.
_MAX_WIDTH = 40
#: So many objects may differ more.
_MANY = 12
#: Keys within keys, and tables within the cells of tables, that become columns.
MAX_NESTED_KEYS = 12
MAX_NESTED_TABLES = 3
#: Fewer items make no table within a cell.
_LEAST_NESTED = 3
#: Objects are alike where they have at most so many times the keys, and some more, that one of them
#: has on the average.
_KEYS, _SOME_KEYS = 2.5, 2
#: The share of rows, or of items, that must be of one shape; and of the cells of a column that may
#: hold more than one value.
_MOSTLY, _COMPOUND = 0.9, 0.2

Tree = dict[str, Union[int, "Tree"]]


@dataclass
class Column:
    """One column: where its values stand in a row, and what they are."""

    path: tuple[str, ...]
    form: Literal["plain", "list", "map"] = "plain"
    inner: Plan | None = None

    @property
    def heading(self) -> str:
        """As the header line says it."""
        if self.inner is None:
            return name(self.path)
        columns = ",".join(column.heading for column in self.inner.columns)
        return name(self.path) + (f"[{columns}]" if self.form == "list" else f"{{(key),{columns}}}")


@dataclass
class Plan:
    """The columns of a table."""

    columns: list[Column] = field(default_factory=list)
    #: From the keys of a row to the numbers of its columns; nested like the row.
    tree: Tree = field(default_factory=dict)


def sample(values: Sequence[Json], size: int = SAMPLE) -> list[Json]:
    """Some of the values, evenly spread."""
    if len(values) <= size:
        return list(values)
    return [values[index * len(values) // size] for index in range(size)]


def are_alike(objects: Sequence[dict[str, Json]]) -> bool:
    """Whether objects share most of their keys."""
    if have_same_keys(objects):
        return True
    frequency = Counter(key for one in objects for key in one)
    total = sum(frequency.values())
    if total and len(frequency) <= _KEYS * total / len(objects) + _SOME_KEYS:
        return True
    # Of many objects, some may have keys that hardly another one has.
    common = sum(n for n in frequency.values() if n * 2 >= len(objects))
    return len(objects) >= _MANY and common * 2 >= total


def find_width(rows: Sequence[Json]) -> int | None:
    """How many values rows have that are mostly arrays of one length; ``None`` if they are not."""
    some = sample(rows)
    lengths = Counter(len(row) for row in some if isinstance(row, list))
    if not lengths:
        return None
    width, count = max(lengths.items(), key=lambda item: (item[1], item[0]))
    return width if 2 <= width <= _MAX_WIDTH and count >= _MOSTLY * len(some) else None


def find_columns(value: Json) -> tuple[list[str] | None, list[Json]] | None:
    """The rows of a table that is stored by columns: arrays of one length, or maps of like keys.

    Returns:
        The keys of the rows, where they have any, and the rows; ``None`` for any other value.

    >>> find_columns({"id": ["7", "8"] * 6, "ok": [True, False] * 6})[1][:2]
    [{'id': '7', 'ok': True}, {'id': '8', 'ok': False}]

    """
    if not isinstance(value, dict) or not 2 <= len(value) <= _MAX_WIDTH:
        return None
    first = next(iter(value.values()))
    if not isinstance(first, (list, dict)) or len(first) < _MANY:
        return None
    keys = list(first) if isinstance(first, dict) else None
    columns: list[list[Json]] = []
    for column in value.values():
        if keys is None and isinstance(column, list) and len(column) == len(first):
            columns.append(column)
        elif keys is not None and isinstance(column, dict) and list(column) == keys:
            columns.append(list(column.values()))
        else:
            return None
        some = sample(columns[-1], 20)
        if sum(isinstance(cell, (dict, list)) for cell in some) > _COMPOUND * len(some):
            return None
    return keys, [dict(zip(value, cells)) for cells in zip(*columns)]


def find_plan(rows: Sequence[Json], nested: int = 0) -> Plan | None:
    """The columns of rows that are mostly like objects; ``None`` where they are not."""
    some = sample(rows)
    objects = [row for row in some if isinstance(row, dict)]
    if len(objects) * 2 < len(some) or len(objects) < 2 or not are_alike(objects):
        return None
    plan = Plan()
    _add_columns(objects, (), plan, plan.tree, DENSE_ENOUGH * len(objects), nested)
    return plan if plan.columns else None


def _add_columns(
    objects: list[dict[str, Json]],
    path: tuple[str, ...],
    plan: Plan,
    tree: Tree,
    dense: float,
    nested: int,
) -> None:
    by_key: defaultdict[str, list[Json]] = defaultdict(list)
    together = columns_of(objects)
    for one in objects if together is None else ():
        for key, value in one.items():
            by_key[key].append(value)
    found: Mapping[str, Sequence[Json]] = by_key if together is None else together
    for key, values in found.items():
        if len(values) < dense or len(plan.columns) >= MAX_COLUMNS:
            continue
        here = (*path, key)
        if HOLDERS.isdisjoint(map(type, values)):
            tree[key] = len(plan.columns)
            plan.columns.append(Column(here))
            continue
        members = [value for value in values if isinstance(value, dict) and value]
        column = Column(here)
        if len(members) * 2 > len(values) and len(here) < MAX_NESTED_KEYS:
            if len(members) > 1 and are_alike(members):
                branch: Tree = {}
                tree[key] = branch
                _add_columns(members, here, plan, branch, dense, nested)
                continue
            items = [item for member in members for item in member.values()]
            column = _inner(column, "map", items, nested)
        else:
            lists = [value for value in values if isinstance(value, list) and value]
            items = [item for value in lists for item in value]
            column = _inner(column, "list", items, nested)
        tree[key] = len(plan.columns)
        plan.columns.append(column)


def _inner(column: Column, form: Literal["list", "map"], items: list[Json], nested: int) -> Column:
    """The column as a table of its own, where nearly all of its items are like objects."""
    if nested >= MAX_NESTED_TABLES or len(items) < _LEAST_NESTED:
        return column
    if sum(isinstance(item, dict) for item in items) < _MOSTLY * len(items):
        return column
    inner = find_plan(items, nested + 1)
    return column if inner is None else Column(column.path, form, inner)
