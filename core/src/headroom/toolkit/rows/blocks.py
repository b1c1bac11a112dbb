"""A JSON value as a tree of lines, sections and tables: what a view is written from."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterator, Sequence

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.markers import plural
from headroom.toolkit.rows.notation import (
    NOTHING,
    Speller,
    flow,
    is_longer,
    pointer,
    segment,
    shared_line,
)
from headroom.toolkit.rows.series import are_series, is_series
from headroom.toolkit.rows.shape import (
    are_alike,
    find_columns,
    find_plan,
    find_width,
    sample,
)
from headroom.toolkit.rows.table import Table, build_table
from headroom.toolkit.rows.tree import Block, Line, RowsBelow, Section, TableBlock, Tree
from headroom.toolkit.rows.values import Json
from headroom.view import Request

__all__ = ["build", "expanded", "heading_lines", "lossless_lines", "of_table", "shared"]

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


class _Told:
    """Where objects are told, for those that are the same.

    Only what has the keys of another one is spelled: the whole of a document, at each of its
    depths, would take as long as all the rest.
    """

    def __init__(self) -> None:
        # By keys: the one that has them, until there is another one. That others may have the same
        # hash does no harm.
        self._alone: dict[int, tuple[dict[str, Json], int] | None] = {}
        self._spelled: dict[str, int] = {}

    def before(self, value: dict[str, Json], path: str, node: int) -> int | None:
        """Where one that is spelled alike was told; ``None`` where there is none."""
        is_safe = set(path) <= _SAFE_POINTER and not path.endswith(" ")
        keys = hash(tuple(value))
        if keys not in self._alone:
            if is_safe:
                self._alone[keys] = value, node
            return None
        alone, self._alone[keys] = self._alone[keys], None
        if alone is not None:
            self._spelled[flow(alone[0])] = alone[1]
        spelled = flow(value)
        before = self._spelled.get(spelled)
        if before is None and is_safe:
            self._spelled[spelled] = node
        return before


class _Builder:
    """Adds values to a tree.

    Args:
        tree: The tree.
        speller: Spells the values.
        request: Counts tokens, watches the time.
        is_better_in_parts: Whether a table is rather a section with a section for each row.

    """

    def __init__(
        self,
        tree: Tree,
        speller: Speller,
        request: Request,
        is_better_in_parts: Callable[[TableBlock], bool] | None = None,
    ) -> None:
        self._tree = tree
        self._speller = speller
        self._request = request
        self._is_better_in_parts = is_better_in_parts
        self._told = _Told()

    def root(self, value: Json) -> None:
        """Adds the value that holds all others."""
        if isinstance(value, (list, Lazy)):
            self._table("", "", value, None, "", 0, 0)
        elif isinstance(value, dict) and not self._columns("", "", value, "", 0, 0):
            if _is_map(value):
                self._table("", "", list(value.values()), list(value), "", 0, 0)
            else:
                self._section("", value, "", 0, 0)

    def _table(
        self,
        key: str | int,
        label: str,
        values: Sequence[Json],
        keys: list[str] | None,
        path: str,
        holder: int,
        depth: int,
        *,
        by_columns: bool = False,
    ) -> None:
        table = build_table(values, self._speller, self._request, keys=keys)
        table.by_columns = by_columns
        pointers: Sequence[str] = _Numbers(len(values)) if keys is None else keys
        node = len(self._tree.keys)
        block = TableBlock(self._tree, node, label, table, values, depth, pointers)
        if self._is_better_in_parts is not None and self._is_better_in_parts(block):
            self.in_parts(block, key, path, holder)
        else:
            self._tree.add(key, holder, depth)
            self._tree.tables[node] = block

    def in_parts(self, block: TableBlock, key: str | int, path: str, holder: int) -> None:
        """Adds a table as a section with a section for each row, so that parts can be shown."""
        # At the root, the heading stands where a document says what it is, at the margin.
        depth = block.depth + 1 if block.label else 0
        keys = block.table.keys
        heading = _below(block.label, len(block.values), keyed=keys is not None)
        node = self._tree.add(key, holder, depth)
        self._tree.rows[node] = RowsBelow(heading, block.values, block.pointers, keys)
        told = self._told
        for number, (part, value) in enumerate(zip(block.pointers, block.values), 1):
            if isinstance(value, dict) and value:
                # Nothing in a row is the same as something in another one.
                self._told = _Told()
                self._section(number, value, pointer(path, part), node, depth + 1)
            elif isinstance(value, (list, Lazy)) and is_series(value):
                self._series(number, value, pointer(path, part), node, depth)
            else:
                line = f"{number}={self._speller.line(value)}"
                self._tree.add(number, node, depth, value, line)
        self._told = told
        self._tree.close(node)

    def _rows(self, key: str, values: Sequence[Json], path: str, holder: int, depth: int) -> None:
        """Adds a list of objects that are no rows of one table, or of series, each by itself."""
        node = self._tree.add(key, holder, depth)
        heading = _below(segment(key), len(values))
        self._tree.rows[node] = RowsBelow(heading, values, _Numbers(len(values)))
        for number, value in enumerate(values, 1):
            if isinstance(value, dict):
                self._section(number, value, pointer(path, number - 1), node, depth + 1)
            else:
                assert isinstance(value, (list, Lazy))
                self._series(number, value, pointer(path, number - 1), node, depth)
        self._tree.close(node)

    def _series(
        self, number: int, values: Sequence[Json], path: str, holder: int, depth: int
    ) -> None:
        self._table(number, str(number), values, None, path, holder, depth)

    def _columns(
        self, key: str, label: str, value: dict[str, Json], path: str, holder: int, depth: int
    ) -> bool:
        """Adds the table of a value that is one by columns; whether it is."""
        found = find_columns(value)
        if found is not None:
            keys, rows = found
            self._table(key, label, rows, keys, path, holder, depth, by_columns=True)
        return found is not None

    def _section(
        self, key: str | int, value: dict[str, Json], path: str, holder: int, depth: int
    ) -> None:
        node = self._tree.add(key, holder, depth)
        for member, inner in value.items():
            self._member(member, inner, path, node, depth)
        self._tree.close(node)

    def _member(self, key: str, value: Json, base: str, holder: int, depth: int) -> None:
        self._request.deadline.check()
        label = segment(key)
        if isinstance(value, dict) and value:
            path = pointer(base, key)
            is_deep = depth >= MAX_SECTION_DEPTH
            if not is_deep and is_longer(value, _WORTH_A_POINTER):
                before = self._told.before(value, path, len(self._tree.keys))
                if before is not None:
                    text = f"{label}: same as {self._tree.path(before)}"
                    self._tree.same[self._tree.add(key, holder, depth, value, text)] = before
                    return
            if not is_deep and is_longer(value, _LONG_OBJECT):
                if self._columns(key, label, value, path, holder, depth):
                    return
                if _is_map(value):
                    members = list(value.values())
                    self._table(key, label, members, list(value), path, holder, depth)
                else:
                    self._section(key, value, path, holder, depth + 1)
                return
        elif isinstance(value, (list, Lazy)) and depth < MAX_SECTION_DEPTH:
            path = pointer(base, key)
            if _is_table(value) or (self._is_better_in_parts is not None and is_series(value)):
                self._table(key, label, value, None, path, holder, depth)
                return
            objects = bool(value) and all(isinstance(item, dict) and item for item in value)
            if (objects or are_series(value)) and is_longer(value, _LONG_LIST):
                self._rows(key, value, path, holder, depth + 1)
                return
        self._tree.add(key, holder, depth, value, f"{label}={self._speller.line(value)}")


def build(value: Json, speller: Speller, request: Request) -> Tree | None:
    """The blocks of a value; ``None`` for a scalar and for an empty one."""
    if not isinstance(value, (dict, list, Lazy)) or not value:
        return None
    tree = Tree()
    _Builder(tree, speller, request).root(value)
    return tree


def of_table(table: Table, values: Sequence[Json]) -> Tree:
    """The tree of a single table."""
    tree = Tree()
    node = tree.add("", 0, 0)
    tree.tables[node] = TableBlock(tree, node, "", table, values, 0)
    return tree


def expanded(
    tree: Tree,
    is_better_in_parts: Callable[[TableBlock], bool],
    speller: Speller,
    request: Request,
) -> Tree:
    """The same with some tables as sections with a section for each row; another tree, if any is.

    Args:
        tree: The blocks.
        is_better_in_parts: Asked of each table, also of those within rows.
        speller: The one that spelled them.
        request: Counts tokens, watches the time.

    """
    chosen = [node for node, block in tree.tables.items() if is_better_in_parts(block)]
    if not chosen:
        return tree
    other, moved = Tree(), array("I")
    other.document = tree.document
    builder = _Builder(other, speller, request, is_better_in_parts)
    for node in chosen:
        other.add_all(tree, len(moved), node, moved)
        moved.append(len(other.keys))
        holder = moved[tree.holders[node]]
        builder.in_parts(tree.tables[node], tree.keys[node], tree.path(node), holder)
    other.add_all(tree, len(moved), len(tree.keys), moved)
    moved.append(len(other.keys))
    for node, end in enumerate(tree.ends):
        other.ends[moved[node]] = moved[end]
    return other


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


def lossless_lines(tree: Tree, speller: Speller) -> list[str]:
    """The whole view, line by line."""
    lines: list[str] = []
    _write(tree.root, lines, 0)
    if isinstance(tree.root, Section):
        lines.insert(0, tree.document)
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
        visible: Those that are shown, by number; the others are given as they are.

    """
    empty: dict[str, list[Line]] = {}
    for member in members:
        value = _nothing(member)
        if isinstance(member, Line) and value and (visible is None or member.node in visible):
            empty.setdefault(value, []).append(member)
    several = {value: lines for value, lines in empty.items() if len(lines) >= _LEAST_SHARED}
    together = {line.node for lines in several.values() for line in lines}
    for member in members:
        if member.node not in together:
            yield member
        else:
            value = _nothing(member)
            if several[value][0] is member:
                yield shared_line(value, [line.key for line in several[value]])


def _nothing(member: Block) -> str:
    """How the value of a member is spelled, where it says nothing."""
    if not isinstance(member, Line) or member.value:
        return ""
    spelled = member.text.rpartition("=")[2]
    return spelled if spelled in NOTHING else ""
