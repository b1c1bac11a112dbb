"""The blocks of a value: lines, sections and tables, each made when it is asked for."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from headroom.toolkit.rows.notation import DOCUMENT, pointer, quoted
from headroom.toolkit.rows.packed import LISTED, Packed, packed
from headroom.toolkit.rows.table import Table
from headroom.toolkit.rows.values import Json

__all__ = ["Block", "Line", "RowsBelow", "Section", "TableBlock", "Tree"]


class Tree:
    """The blocks of a value, numbered as they stand, what is within one right behind it.

    There are as many as values, so nothing is an object but what somebody looks at.

    """

    def __init__(self) -> None:
        #: Below which key each stands in what holds it; a row of a section by its number, from 1.
        self.keys: list[str | int] = []
        #: The values of lines.
        self.values: list[Json] = []
        #: The lines, without what they are indented by; nothing of what is no line.
        self.texts: list[str] | Packed = []
        self.holders = array("I")
        #: The number after the last block within each.
        self.ends = array("I")
        #: How deep each stands; of a section, its members.
        self.depths = array("B")
        self.tables: dict[int, TableBlock] = {}
        #: The sections whose members are rows.
        self.rows: dict[int, RowsBelow] = {}
        #: What lines are the same as, if they say no more than that.
        self.same: dict[int, int] = {}
        #: The first line of a view of it, if it is a document.
        self.document = DOCUMENT

    def add(
        self, key: str | int, holder: int, depth: int, value: Json = None, text: str = ""
    ) -> int:
        """Adds a block behind all others, and says its number; what comes next may be within it."""
        node = len(self.keys)
        if node == LISTED:
            self.texts = packed(self.texts)
        self.keys.append(key)
        self.values.append(value)
        self.texts.append(text)
        self.holders.append(holder)
        self.ends.append(node + 1)
        self.depths.append(depth)
        return node

    def close(self, node: int) -> None:
        """All that is within a block has been added."""
        self.ends[node] = len(self.keys)

    def add_all(self, other: Tree, first: int, end: int, moved: array[int]) -> None:
        """Adds some blocks of another tree, but not yet what they end before.

        Args:
            other: The tree.
            first: The first of these blocks.
            end: The one after the last.
            moved: The numbers here of all blocks before; takes those of these.

        """
        more = len(self.keys) - first
        moved.extend(range(first + more, end + more))
        for node in range(first, end):
            key, value, depth = other.keys[node], other.values[node], other.depths[node]
            self.add(key, moved[other.holders[node]], depth, value, other.texts[node])
            if node in other.tables:
                block = replace(other.tables[node], tree=self, node=node + more)
                self.tables[node + more] = block
            elif node in other.rows:
                self.rows[node + more] = other.rows[node]
            elif node in other.same:
                self.same[node + more] = moved[other.same[node]]

    def block(self, node: int) -> Block:
        """A block by its number."""
        if self.ends[node] > node + 1 or node in self.rows:
            return Section(self, node)
        return self.tables.get(node) or Line(self, node)

    @property
    def root(self) -> Block:
        """What holds all others."""
        return self.block(0)

    def part(self, node: int) -> str:
        """The last part of the JSON pointer of a block."""
        key = self.keys[node]
        return key if isinstance(key, str) else self.rows[self.holders[node]].pointers[key - 1]

    def path(self, node: int) -> str:
        """The JSON pointer of a block."""
        parts: list[str] = []
        while node:
            parts.append(pointer("", self.part(node)))
            node = self.holders[node]
        return "".join(reversed(parts))

    def level(self, node: int) -> int:
        """How many keys lead to a block."""
        count = 0
        while node:
            count += 1
            node = self.holders[node]
        return count


@dataclass(slots=True)
class _InTree:
    """A block of a tree, by its number."""

    tree: Tree
    node: int

    @property
    def key(self) -> str:
        """Below which key, or number of a row, it stands."""
        return str(self.tree.keys[self.node])

    @property
    def part(self) -> str:
        """The last part of its JSON pointer."""
        return self.tree.part(self.node)

    @property
    def path(self) -> str:
        """Its JSON pointer."""
        return self.tree.path(self.node)

    @property
    def level(self) -> int:
        """How many keys lead to it."""
        return self.tree.level(self.node)


@dataclass(slots=True)
class Line(_InTree):
    """A member of a section that stands in one line."""

    @property
    def text(self) -> str:
        """The line."""
        return self.tree.texts[self.node]

    @property
    def value(self) -> Json:
        """What it says."""
        return self.tree.values[self.node]

    @property
    def same(self) -> int:
        """What it is the same as, if it says no more than that; 0 is nothing."""
        return self.tree.same.get(self.node, 0)


@dataclass(slots=True)
class TableBlock(_InTree):
    """A collection."""

    label: str
    table: Table
    values: Sequence[Json]
    depth: int
    #: The last part of the JSON pointer of each row.
    pointers: Sequence[str] = ()


@dataclass(slots=True)
class RowsBelow:
    """What sections have whose members are rows, numbered from 1."""

    heading: str
    #: What the rows are.
    values: Sequence[Json]
    #: The last part of the JSON pointer of each.
    pointers: Sequence[str]
    #: The keys that they stand below, as they are spelled.
    keys: Sequence[str] | None = None


@dataclass(slots=True)
class Section(_InTree):
    """An object, its members below its key."""

    @property
    def depth(self) -> int:
        """The depth of its members' lines."""
        return self.tree.depths[self.node]

    @property
    def members(self) -> list[Block]:
        """What it consists of."""
        ends, block = self.tree.ends, self.tree.block
        found: list[Block] = []
        node, end = self.node + 1, ends[self.node]
        while node < end:
            found.append(block(node))
            node = ends[node]
        return found

    @property
    def of_rows(self) -> bool:
        """Whether its members are rows, numbered from 1."""
        return self.node in self.tree.rows

    @property
    def rows(self) -> RowsBelow:
        """What they are, if they are."""
        return self.tree.rows[self.node]

    @property
    def heading(self) -> str:
        """Its first line, where that is not the key."""
        if self.of_rows:
            return self.rows.heading
        number = self.tree.keys[self.node]
        if isinstance(number, str):
            return ""
        rows = self.tree.rows[self.tree.holders[self.node]]
        return f"{number}:" if rows.keys is None else f"{number} {quoted(self.part)}:"


Block: TypeAlias = "Line | TableBlock | Section"
