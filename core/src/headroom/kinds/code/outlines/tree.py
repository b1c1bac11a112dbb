"""Takes a syntax tree of tree-sitter apart, whatever the language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from headroom.kinds.code.outline import Outline, Role, Symbol, own_lines
from headroom.kinds.code.outlines.node_types import (
    BLOCKS,
    COMMENTS,
    CONTAINERS,
    DATA_BLOCKS,
    FIELDS,
    FUNCTIONS,
    IMPORTS,
    OPEN_BLOCKS,
    is_group,
    main_node,
    name_of,
    scope_in,
)
from headroom.kinds.code.outlines.syntax import Node, Read
from headroom.kinds.code.outlines.tree_parse import Parsed
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["tree_outline"]

#: A statement in a body that has at most so many lines is kept or left out whole.
_SMALL = 6

#: Blocks inside blocks are taken apart to this depth.
_DEPTH = 40

#: How many nodes below a statement are looked at for blocks.
_SEARCH = 20_000


#: In some grammars all that stands in a block is one node.
_STATEMENTS = frozenset(("statements", "statement_list"))

#: First and last line, the nodes on them, whether they are comments.
_Group = tuple[int, int, list[Node], bool]


class _Scope(NamedTuple):
    """Where statements stand."""

    in_body: bool = False
    in_class: bool = False
    in_data: bool = False
    owner: int = -1
    symbol: int = -1
    public: bool = True
    depth: int = 0


def tree_outline(source: Source, parsed: Parsed, *, cut_data: bool) -> Outline:
    """The outline of a source file.

    Args:
        source: The source.
        parsed: Its syntax tree, or those of one part of it after the other.
        cut_data: Whether literals may be cut between their elements, too.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    lines, final_newline = own_lines(source.lines)
    language = parsed.language
    outline = Outline(
        lines, comment=language.comment, filler=language.filler, final_newline=final_newline
    )
    builder = _Builder(outline, parsed, source.deadline, cut_data)
    for tree in parsed.trees():
        builder.statements(tree.root_node.children, _Scope(), len(lines))
    builder.rest(_Scope(), len(lines))
    return outline


class _Builder:
    """Walks the nodes from top to bottom and gives each line to a unit."""

    def __init__(
        self, outline: Outline, parsed: Parsed, deadline: Deadline, cut_data: bool
    ) -> None:
        self._outline = outline
        self._lines = outline.lines
        self._language = parsed.language
        self._read = parsed.read
        self._deadline = deadline
        self._blocks = BLOCKS | DATA_BLOCKS if cut_data else BLOCKS
        # The first line that belongs to no unit yet.
        self._next = 1

    def suite(self, nodes: Sequence[Node], scope: _Scope, last: int) -> None:
        """The nodes of one block, which ends at a line."""
        self.statements(nodes, scope, last)
        self.rest(scope, last)

    def statements(self, nodes: Sequence[Node], scope: _Scope, last: int) -> None:
        """Some nodes of a block."""
        nodes = [inner for node in nodes for inner in _unwrapped(node)]
        groups = _paragraphs(_groups(_sound(nodes), self._next, last, self._read), self._read)
        for position, (first, end, members, is_comment) in enumerate(groups):
            self._deadline.check()
            if is_comment:
                following = groups[position + 1] if position + 1 < len(groups) else None
                self._comment(first, end, scope, following)
            else:
                self._item(first, end, members, scope)

    def rest(self, scope: _Scope, last: int) -> None:
        """The lines of a block after its last node."""
        if self._next <= last:
            self._add(
                ((self._next, last),),
                Role.BODY if scope.in_body else Role.COMMENT,
                scope,
                last,
                statement=False,
            )

    def _add(
        self,
        ranges: tuple[tuple[int, int], ...],
        role: Role,
        scope: _Scope,
        end: int,
        *,
        statement: bool = True,
        in_string: bool = False,
    ) -> int:
        self._next = end + 1
        return self._outline.units.add(
            ranges, role, scope.owner, scope.symbol, scope.public, statement, in_string
        )

    def _comment(self, first: int, end: int, scope: _Scope, following: _Group | None) -> None:
        """A comment: documentation where a declaration follows at once."""
        if scope.in_body:
            self._add(((self._next, end),), Role.BODY, scope, end, statement=False)
            return
        documents = following is not None and following[0] == end + 1
        role, rest = (Role.DOC, Role.DOC_REST) if documents else (Role.COMMENT, Role.COMMENT)
        text = self._lines[first - 1].strip()
        head, tail = first, end
        if text.startswith("/*"):
            # The line that closes it stays with the start.
            head += not text.strip("/*! ")
            tail = end - 1 if not self._lines[end - 1].strip().strip("*/") else 0
        if not documents or tail - head < 2:
            self._add(((self._next, end),), role, scope, end, statement=False)
            return
        frame = (self._next, head)
        ranges = (frame, (end, end)) if tail < end else (frame,)
        owner = self._add(ranges, role, scope, end, statement=False)
        inner = scope._replace(owner=owner)
        self._add(((head + 1, tail),), rest, inner, end, statement=False, in_string=tail < end)

    def _item(self, first: int, end: int, members: list[Node], scope: _Scope) -> None:
        """A statement or a declaration: a frame around blocks."""
        if scope.in_body and first == end:
            self._add(((self._next, end),), Role.BODY, scope, end)
            return
        declared = next((node for node in members if node.type not in COMMENTS), members[0])
        main = main_node(declared)
        is_class = main.type in CONTAINERS or is_group(main, self._read)
        is_function = main.type in FUNCTIONS and not is_class
        role = self._role(main, scope, is_function=is_function, is_class=is_class)
        if is_function or (is_class and not scope.in_data):
            scope = self._symbol(main, first, end, scope, is_class=is_class)
        spans = []
        if (
            end - first >= 2
            and scope.depth < _DEPTH
            and (not scope.in_body or end - first >= _SMALL or is_function)
        ):
            spans = self._spans(members, first, end)
        start = self._next
        if not spans:
            self._add(((start, end),), role, scope, end)
            return
        frame: list[tuple[int, int]] = []
        for inner_first, inner_last, _ in spans:
            if inner_first > start:
                frame.append((start, inner_first - 1))
            start = inner_last + 1
        if start <= end:
            frame.append((start, end))
        if not frame:
            self._add(((self._next, end),), role, scope, end)
            return
        owner = self._outline.units.add(tuple(frame), role, scope.owner, scope.symbol, scope.public)
        for inner_first, inner_last, block in spans:
            self._outline.cuts_data |= block.type in DATA_BLOCKS
            indent = self._lines[inner_first - 1]
            indent = indent[: len(indent) - len(indent.lstrip(" \t"))]
            self._outline.blocks.add(owner, inner_first, inner_last, indent)
            self._next = inner_first
            inner = scope._replace(
                owner=owner,
                depth=scope.depth + 1,
                in_body=scope.in_body or is_function,
                in_class=scope.in_class if block.type in OPEN_BLOCKS else is_class,
                in_data=block.type in DATA_BLOCKS and not is_class,
            )
            self.suite([*_comments_before(block), *block.children], inner, inner_last)
        self._next = end + 1

    def _role(self, main: Node, scope: _Scope, *, is_function: bool, is_class: bool) -> Role:
        if scope.in_body:
            return Role.BODY
        if main.type in IMPORTS:
            return Role.IMPORT
        if is_function or is_class:
            return Role.SIGNATURE
        if scope.in_data:
            return Role.DATA
        return Role.FIELD if scope.in_class or main.type in FIELDS else Role.STATEMENT

    def _symbol(self, main: Node, first: int, end: int, scope: _Scope, *, is_class: bool) -> _Scope:
        name = name_of(main, self._read)
        head = "\n".join(self._lines[first - 1 : min(end, first + 3)]).split("{")[0]
        public = scope.public and self._language.is_public(head, name)
        self._outline.symbols.append(
            Symbol(
                name,
                first,
                end,
                is_class,
                public,
                scope.symbol,
                scope.in_body,
                "" if is_class else scope_in(head, name),
            )
        )
        return scope._replace(symbol=len(self._outline.symbols) - 1, public=public)

    def _spans(self, members: list[Node], first: int, end: int) -> list[tuple[int, int, Node]]:
        """The outermost blocks below some nodes, with the lines inside each."""
        found: list[tuple[int, int, Node]] = []
        stack = list(reversed(members))
        searched = 0
        while stack:
            node = stack.pop()
            searched += 1
            if searched > _SEARCH:
                break
            # Most are on one line, which is sooner seen than where their text ends.
            row = node.start_point[0]
            if node.end_point[0] == row or _last_line(node, self._read) - row < 2:
                continue
            if node.type in self._blocks or node.type in OPEN_BLOCKS:
                span = _inside(node, self._read)
                taken = found[-1][1] if found else first - 1
                if span is not None and taken < span[0] <= span[1] <= end:
                    found.append((*span, node))
                    continue
            stack.extend(reversed(node.children))
        return found


def _unwrapped(node: Node) -> Sequence[Node]:
    return node.children if node.type in _STATEMENTS else (node,)


def _sound(nodes: Sequence[Node]) -> Sequence[Node]:
    """The nodes, with what stands in a wrong one in its place."""
    if not any(node.is_error for node in nodes):
        return nodes
    return [inner for node in nodes for inner in (node.children if node.is_error else (node,))]


def _groups(nodes: Sequence[Node], first: int, last: int, read: Read) -> list[_Group]:
    """Nodes with their first and last line; those that share a line are together."""
    groups: list[_Group] = []
    for node in nodes:
        start, end = node.start_point[0] + 1, _last_line(node, read)
        if start < first or end > last or start > end:
            continue
        is_comment = node.type in COMMENTS
        if groups and groups[-1][1] >= start:
            before = groups[-1]
            before[2].append(node)
            groups[-1] = (before[0], max(end, before[1]), before[2], before[3] and is_comment)
        else:
            groups.append((start, end, [node], is_comment))
    return groups


def _paragraphs(groups: list[_Group], read: Read) -> list[_Group]:
    """The same with comments to the end of the line that follow each other put together."""
    merged: list[_Group] = []
    for group in groups:
        first, end, members, is_comment = group
        if (
            is_comment
            and merged
            and merged[-1][3]
            and merged[-1][1] == first - 1
            and b"/*" not in read(members[0])[:2] + read(merged[-1][2][-1])[:2]
        ):
            merged[-1][2].extend(members)
            merged[-1] = (merged[-1][0], end, merged[-1][2], True)
        else:
            merged.append(group)
    return merged


def _last_line(node: Node, read: Read) -> int:
    """The last line that a node has text on, from 1."""
    if node.type in _STATEMENTS:
        # In Swift and Go it goes on to the bracket that closes the block.
        return node.start_point[0] + 1 + read(node).rstrip().count(b"\n")
    row, column = node.end_point
    return row if column == 0 and row > node.start_point[0] else row + 1


def _is_bare(block: Node) -> bool:
    """Whether a block has no signs around it: in Lua the words around it are no part of it."""
    return block.type == "block" and bool(block.children) and block.children[0].is_named


def _comments_before(block: Node) -> list[Node]:
    """The comments that stand in what a block is the whole of, but above it: Ruby's."""
    found: list[Node] = []
    if OPEN_BLOCKS.get(block.type) == "whole":
        before = block.prev_sibling
        while before is not None and before.type in COMMENTS:
            found.append(before)
            before = before.prev_sibling
        # One beside the head is part of that.
        head = before.end_point[0] if before is not None else -1
        while found and found[-1].start_point[0] <= head:
            found.pop()
    return found[::-1]


def _inside(block: Node, read: Read) -> tuple[int, int] | None:
    """The lines inside a block, if it is alone on them."""
    first, last = block.start_point[0] + 1, _last_line(block, read)
    inner_first, inner_last = first + 1, last - 1
    if _is_bare(block):
        inner_first, inner_last = first, last
    elif block.type in OPEN_BLOCKS:
        if OPEN_BLOCKS[block.type] == "whole":
            comments = _comments_before(block)
            outer = comments[0] if comments else block
            before, after, first = outer.prev_sibling, block.next_sibling, outer.start_point[0] + 1
            if before is not None and _last_line(before, read) >= first:
                return None
            if after is not None and after.start_point[0] + 1 <= last:
                return None
            inner_first = first
        inner_last = last
    if inner_first > inner_last:
        return None
    for child in block.children:
        start, end = child.start_point[0] + 1, _last_line(child, read)
        if start < inner_first <= end or start <= inner_last < end:
            return None
    return inner_first, inner_last
