"""The part of tree-sitter's interface that is used here, so that types need no extra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

__all__ = ["Extent", "Node", "Parser", "Read", "Tree"]


class Extent(NamedTuple):
    """Whole lines of a text: bytes and rows from 0, where they begin and where they end."""

    first: int
    end: int
    row: int
    end_row: int


class Node(Protocol):
    """A node of a syntax tree. Points are row and column from 0, the column in bytes."""

    @property
    def type(self) -> str: ...
    # Its ``text`` is not here: the binding leaks what it reads for it.
    @property
    def start_byte(self) -> int: ...
    @property
    def end_byte(self) -> int: ...
    @property
    def start_point(self) -> tuple[int, int]: ...
    @property
    def end_point(self) -> tuple[int, int]: ...
    @property
    def is_named(self) -> bool: ...
    @property
    def is_error(self) -> bool: ...
    @property
    def is_missing(self) -> bool: ...
    @property
    def has_error(self) -> bool: ...
    @property
    def parent(self) -> Node | None: ...
    @property
    def prev_sibling(self) -> Node | None: ...
    @property
    def next_sibling(self) -> Node | None: ...
    @property
    def prev_named_sibling(self) -> Node | None: ...
    @property
    def children(self) -> list[Node]: ...
    @property
    def named_children(self) -> list[Node]: ...
    def child_by_field_name(self, name: str, /) -> Node | None: ...
    def children_by_field_name(self, name: str, /) -> list[Node]: ...


#: The text of a node.
Read = Callable[[Node], bytes]


class Tree(Protocol):
    """A syntax tree."""

    @property
    def root_node(self) -> Node: ...


class Parser(Protocol):
    """A parser of one language."""

    included_ranges: list[Any]

    def parse(
        self,
        read: Callable[[int, object], memoryview],
        /,
        *,
        progress_callback: Callable[[int, bool], bool],
    ) -> Tree:
        """Parses what ``read`` gives from an offset on, until the callback says stop.

        Raises:
            ValueError: The callback said stop.

        """
