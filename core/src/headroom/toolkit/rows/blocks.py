"""A JSON value as a tree of lines, sections and tables: what a view is written from."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.markers import plural
from headroom.toolkit.rows.notation import (
    DOCUMENT,
    NOTHING,
    Speller,
    flow,
    is_longer,
    pointer,
    quoted,
    segment,
    shared_line,
)
from headroom.toolkit.rows.shape import (
    are_alike,
    find_columns,
    find_plan,
    find_width,
    sample,
)
from headroom.toolkit.rows.table import Table, build_table
from headroom.toolkit.rows.values import Json
from headroom.view import Request

__all__ = [
    "Block",
    "Line",
    "Section",
    "TableBlock",
    "build",
    "expand",
    "heading_lines",
    "lossless_lines",
    "shared",
]

# All of these are chosen, by what reads well; those of characters are of minified JSON.

#: A section, or a table, is worth its own lines down to here; deeper values stand in one line.
MAX_SECTION_DEPTH = 8
#: Collections with fewer members stay within one line where they are no like objects.
_MANY = 12
#: Fewer arrays of one length stay within one line.
_FEW_ARRAYS = 4
#: A list of a few objects is worth lines of its own from so many characters on.
_LONG_LIST = 200
#: Objects with more characters are worth lines of their own.
_LONG_OBJECT = 40
#: Objects with more characters that come again are the same as the first.
_WORTH_A_POINTER = 60
#: An object of scalars is a collection where it has so many members of one type, or so many of
#: any.
_SCALARS, _ANY_SCALARS = 4 * _MANY, 200
#: A collection by its keys has more objects than this.
_FEW_ENTRIES = 2
#: So many members that say nothing stand in one line.
_LEAST_SHARED = 2
_SAFE_POINTER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./~@ ")


@dataclass(slots=True)
class Line:
    """A member of a section that stands in one line."""

    key: str
    text: str
    value: Json
    path: str
    #: The pointer of what it is the same as, if it says no more than that.
    same: str = ""


@dataclass(slots=True)
class TableBlock:
    """A collection."""

    label: str
    table: Table
    values: Sequence[Json]
    path: str
    depth: int
    #: The last part of the JSON pointer of each row.
    pointers: Sequence[str] = ()


@dataclass(slots=True)
class Section:
    """An object, its members below its key."""

    key: str
    path: str
    #: The depth of its members' lines.
    depth: int
    members: list[Block] = field(default_factory=list)
    #: Its first line, where that is not the key.
    heading: str = ""
    #: Whether its members are rows, numbered from 1.
    of_rows: bool = False
    #: What the rows are, where they are, and the keys that they stand below.
    values: Sequence[Json] = ()
    keys: Sequence[str] = ()


class _Numbers(Lazy[str]):
    """The first numbers as texts.

    >>> list(_Numbers(3))
    ['0', '1', '2']

    """

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def _at(self, index: int) -> str:
        return str(index)


Block: TypeAlias = "Line | TableBlock | Section"


class _Told:
    """Where objects are told, for those that are the same.

    Only what has the keys of another one is spelled: the whole of a document, at each of its
    depths, would take as long as all the rest.
    """

    def __init__(self) -> None:
        # By keys: the one that has them, until there is another one.
        self._alone: dict[tuple[str, ...], tuple[dict[str, Json], str] | None] = {}
        self._spelled: dict[str, str] = {}

    def before(self, value: dict[str, Json], path: str) -> str | None:
        """Where one that is spelled alike was told; ``None`` where there is none."""
        is_safe = set(path) <= _SAFE_POINTER and not path.endswith(" ")
        keys = tuple(value)
        if keys not in self._alone:
            if is_safe:
                self._alone[keys] = value, path
            return None
        alone, self._alone[keys] = self._alone[keys], None
        if alone is not None:
            self._spelled[flow(alone[0])] = alone[1]
        spelled = flow(value)
        before = self._spelled.get(spelled)
        if before is None and is_safe:
            self._spelled[spelled] = path
        return before


class _Builder:
    def __init__(self, speller: Speller, request: Request) -> None:
        self._speller = speller
        self._request = request
        self._told = _Told()

    def root(self, value: Json) -> Block | None:
        if isinstance(value, (list, Lazy)) and value:
            return self._table("", value, None, "", 0)
        if not isinstance(value, dict) or not value:
            return None
        columns = self._columns("", value, "", 0)
        if columns is not None:
            return columns
        if _is_map(value):
            return self._table("", list(value.values()), list(value), "", 0)
        return self._section("", value, "", 0)

    def _table(
        self, label: str, values: Sequence[Json], keys: list[str] | None, path: str, depth: int
    ) -> TableBlock:
        table = build_table(values, self._speller, self._request, keys=keys)
        pointers: Sequence[str] = _Numbers(len(values)) if keys is None else keys
        return TableBlock(label, table, values, path, depth, pointers)

    def _rows(self, key: str, values: Sequence[Json], path: str, depth: int) -> Section:
        """A list of objects that are no rows of one table, each a section."""
        section = Section(
            key, path, depth, heading=_below(segment(key), len(values)), of_rows=True, values=values
        )
        for number, value in enumerate(values, 1):
            assert isinstance(value, dict)
            row = self._section(f"{number}", value, pointer(path, number - 1), depth + 1)
            row.heading = f"{number}:"
            section.members.append(row)
        return section

    def row(self, key: str, value: dict[str, Json], path: str, depth: int) -> Section:
        """A row as a section; nothing in it is the same as something in another row."""
        self._told = _Told()
        return self._section(key, value, path, depth)

    def _columns(
        self, label: str, value: dict[str, Json], path: str, depth: int
    ) -> TableBlock | None:
        """The table of a value that is one by columns."""
        found = find_columns(value)
        if found is None:
            return None
        block = self._table(label, found[1], found[0], path, depth)
        block.table.by_columns = True
        return block

    def _section(self, key: str, value: dict[str, Json], path: str, depth: int) -> Section:
        section = Section(key, path, depth)
        for member, inner in value.items():
            section.members.append(self._member(member, inner, pointer(path, member), depth))
        return section

    def _member(self, key: str, value: Json, path: str, depth: int) -> Block:
        self._request.deadline.check()
        label = segment(key)
        if isinstance(value, dict) and value:
            is_deep = depth >= MAX_SECTION_DEPTH
            if not is_deep and is_longer(value, _WORTH_A_POINTER):
                before = self._told.before(value, path)
                if before is not None:
                    return Line(key, f"{label}: same as {before}", value, path, before)
            if not is_deep and is_longer(value, _LONG_OBJECT):
                columns = self._columns(label, value, path, depth)
                if columns is not None:
                    return columns
                if _is_map(value):
                    return self._table(label, list(value.values()), list(value), path, depth)
                return self._section(key, value, path, depth + 1)
        elif isinstance(value, (list, Lazy)) and depth < MAX_SECTION_DEPTH:
            if _is_table(value):
                return self._table(label, value, None, path, depth)
            objects = bool(value) and all(isinstance(item, dict) and item for item in value)
            if objects and is_longer(value, _LONG_LIST):
                return self._rows(key, value, path, depth + 1)
        return Line(key, f"{label}={self._speller.line(value)}", value, path)


def build(value: Json, speller: Speller, request: Request) -> Block | None:
    """The blocks of a value; ``None`` for a scalar and for an empty one."""
    return _Builder(speller, request).root(value)


def expand(block: TableBlock, speller: Speller, request: Request) -> Section:
    """A table as a section with a section for each row, so that parts of rows can be shown."""
    builder = _Builder(speller, request)
    # At the root, the heading stands where a document says what it is, at the margin.
    depth = block.depth + 1 if block.label else 0
    section = Section(
        block.label,
        block.path,
        depth,
        heading=_below(block.label, len(block.values), keyed=block.table.keys is not None),
        of_rows=True,
        values=block.values,
        keys=block.table.keys or (),
    )
    for number, (key, value) in enumerate(zip(block.pointers, block.values), 1):
        path = pointer(block.path, key)
        if isinstance(value, dict) and value:
            row = builder.row(f"{number}", value, path, depth + 1)
            row.heading = f"{number}:" if block.table.keys is None else f"{number} {quoted(key)}:"
            section.members.append(row)
        else:
            section.members.append(
                Line(str(number), f"{number}={speller.line(value)}", value, path)
            )
    return section


def _below(label: str, count: int, *, keyed: bool = False) -> str:
    """The heading of rows that are sections."""
    noun = plural(count, "entry" if keyed else "row").replace("entrys", "entries")
    return f"{label}{': ' if label else ''}{noun}, each below its number."


def _is_table(values: Sequence[Json]) -> bool:
    """Whether a list reads better as rows: like objects, or many values."""
    if len(values) >= _MANY and any(isinstance(value, (dict, list)) for value in sample(values)):
        return True
    if len(values) >= _SCALARS:
        return True
    if len(values) >= _FEW_ARRAYS and find_width(values) is not None:
        return True
    return len(values) > 1 and find_plan(values) is not None


def _is_map(value: dict[str, Json]) -> bool:
    """Whether an object is a collection, its keys being data: like objects, or many scalars."""
    members = sample(list(value.values()))
    objects = [member for member in members if isinstance(member, dict) and member]
    if len(value) >= _SCALARS and len(objects) * 2 < len(members):
        kinds = {type(member) for member in members}
        return len(kinds) == 1 or len(value) >= _ANY_SCALARS
    return (
        len(value) > _FEW_ENTRIES
        and len(objects) * 10 >= len(members) * 9
        and are_alike(objects)
        and len(set().union(*objects)) * 2 <= sum(map(len, objects))
    )


def heading_lines(block: Block, shown: int | None = None) -> list[str]:
    """The lines above the rows of a table, or above the members of a section."""
    if isinstance(block, TableBlock):
        indent = " " * block.depth
        return [
            indent + block.table.heading(block.label, shown),
            indent + block.table.layout.header,
        ]
    if isinstance(block, Section):
        if block.heading:
            return [" " * max(0, block.depth - 1) + block.heading]
        return [" " * (block.depth - 1) + segment(block.key) + ":"] if block.depth else []
    return []


def lossless_lines(root: Block, speller: Speller) -> list[str]:
    """The whole view, line by line."""
    lines: list[str] = []
    _write(root, lines, 0)
    if isinstance(root, Section):
        lines.insert(0, DOCUMENT)
    lines[1:1] = speller.definitions()
    return lines


def _write(block: Block, lines: list[str], depth: int) -> None:
    if isinstance(block, Line):
        lines.append(" " * depth + block.text)
        return
    lines.extend(heading_lines(block))
    if isinstance(block, TableBlock):
        indent = " " * block.depth
        lines.extend(indent + line for line in block.table.lines)
        return
    for shown in shared(block.members):
        if isinstance(shown, str):
            lines.append(" " * block.depth + shown)
        else:
            _write(shown, lines, block.depth)


def shared(
    members: Sequence[Block], visible: Container[int] | None = None
) -> Iterator[Block | str]:
    """The members of a section as they stand below each other: those that say nothing in one line.

    A line is in the place of the first of its members.

    Args:
        members: All of them.
        visible: Those that are shown, by ``id``; the others are given as they are.

    """
    empty: dict[str, list[Line]] = {}
    for member in members:
        value = _nothing(member)
        if isinstance(member, Line) and value and (visible is None or id(member) in visible):
            empty.setdefault(value, []).append(member)
    several = {value: lines for value, lines in empty.items() if len(lines) >= _LEAST_SHARED}
    together = {id(line) for lines in several.values() for line in lines}
    for member in members:
        if id(member) not in together:
            yield member
        else:
            value = _nothing(member)
            if several[value][0] is member:
                yield shared_line(value, [line.key for line in several[value]])


def _nothing(member: Block) -> str:
    """How the value of a member is spelled, where it says nothing."""
    if not isinstance(member, Line) or member.same:
        return ""
    spelled = member.text.rpartition("=")[2]
    return spelled if spelled in NOTHING and not member.value else ""
