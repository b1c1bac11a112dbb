"""Where values of a JSON text stand in it: for those who show a text with parts of it marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from headroom.toolkit.pointers import unescape

__all__ = ["Holder", "holders", "raw_offsets"]

# Strings as JSON and Python write them, signs, and all else up to the next of these. A string
# that does not close is one, too: no text makes this slow.
_WORD = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[\[\]{}:,()=]|[^\s\[\]{}:,()=\"']+", re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_OPEN, _CLOSE = frozenset("[{("), frozenset("]})")


@dataclass
class Holder:
    """A value that was asked for, and where it and its rows stand: first character, and end."""

    start: int = -1
    end: int = -1
    #: The elements of an array, or the members of an object with their names.
    rows: list[tuple[int, int]] = field(default_factory=list)
    #: The names of the members of an object.
    names: list[str] = field(default_factory=list)

    @property
    def is_found(self) -> bool:
        """Whether there is such a value."""
        return self.end >= 0


class _Node:
    """A step of the pointers that are asked for."""

    __slots__ = ("children", "holder")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.holder: Holder | None = None


class _Open:
    """An array or an object whose end is not reached yet."""

    __slots__ = ("count", "is_call", "is_object", "name", "node", "row", "start", "unnamed")

    def __init__(
        self, node: _Node | None, start: int, *, is_object: bool, is_call: bool = False
    ) -> None:
        self.node = node
        #: Whether it is an object as Python prints it, ``Name(field=value)``, and how many of its
        #: values have no name.
        self.is_call = is_call
        self.unnamed = 0
        self.start = start
        self.is_object = is_object
        self.count = 0
        self.name: str | None = None
        #: Where the row that is being read begins.
        self.row = -1


def holders(text: str, pointers: Iterable[str]) -> dict[str, Holder]:
    """Where the values at some JSON pointers stand; JSON Lines are an array.

    One pass over the text, whatever is asked for. What is not there is left out.

    >>> text = '{"a": [1, {"b": 2}]}'
    >>> found = holders(text, ["/a", "/a/1/b"])
    >>> [text[start:end] for start, end in found["/a"].rows]
    ['1', '{"b": 2}']
    >>> text[found["/a/1/b"].start : found["/a/1/b"].end]
    '2'

    """
    root, asked = _Node(), {}
    for pointer in pointers:
        node = root
        for step in pointer.split("/")[1:]:
            name = unescape(step)
            node = node.children.setdefault(name, _Node())
        if node.holder is None:
            node.holder = Holder()
        asked[pointer] = node.holder
    if _is_lines(text):
        _scan(text, root, lines=True)
    else:
        _scan(text, root, lines=False)
    return {pointer: holder for pointer, holder in asked.items() if holder.is_found}


def _is_lines(text: str) -> bool:
    try:
        _, end = json.JSONDecoder().raw_decode(text.lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return False
    return bool(text.lstrip("\ufeff \t\r\n")[end:].strip())


def _scan(text: str, root: _Node, *, lines: bool) -> None:
    outer = _Open(root if lines else None, 0, is_object=False)
    stack = [outer]
    # The name of an object of Python, where its bracket is next.
    named: re.Match[str] | None = None
    for match in _WORD.finditer(text):
        word, here = match[0], stack[-1]
        if word in ",:=":
            continue
        after = text[match.end() : match.end() + 1]
        if here.is_call and here.name is None and word not in _CLOSE and named is None:
            here.row = match.start()
            if after == "=":
                here.name = word
                continue
            here.unnamed += 1
            here.name = str(here.unnamed)
        if after == "(" and word not in _OPEN:
            named = match
            continue
        if named is not None:
            stack.append(_Open(_below(stack, root), named.start(), is_object=True, is_call=True))
            stack[-1].name, stack[-1].row = "class", named.start()
            _ended(stack, _below(stack, root), named.start(), named.end())
            named = None
        elif word in _OPEN:
            stack.append(_Open(_below(stack, root), match.start(), is_object=word == "{"))
        elif word in _CLOSE:
            if len(stack) > 1:
                stack.pop()
                _ended(stack, here.node, here.start, match.end())
        elif here.is_object and here.name is None:
            here.name, here.row = _text_of(word), match.start()
        else:
            _ended(stack, _below(stack, root), match.start(), match.end())
    if lines and root.holder is not None:
        root.holder.start, root.holder.end = 0, len(text)


def _below(stack: Sequence[_Open], root: _Node) -> _Node | None:
    """The node of the value that comes next."""
    here = stack[-1]
    if len(stack) == 1 and here.node is None:
        return root
    if here.node is None:
        return None
    return here.node.children.get(here.name or "" if here.is_object else str(here.count))


def _ended(stack: Sequence[_Open], node: _Node | None, start: int, end: int) -> None:
    """Notes a value that was read."""
    here = stack[-1]
    if node is not None and node.holder is not None:
        node.holder.start, node.holder.end = start, end
    if here.node is not None and here.node.holder is not None:
        here.node.holder.rows.append((here.row if here.is_object else start, end))
        if here.is_object:
            here.node.holder.names.append(here.name or "")
    here.count += 1
    here.name = None


def _text_of(word: str) -> str:
    if word[0] == "'":
        return word[1:-1].replace("\\'", "'").replace("\\\\", "\\")
    try:
        return str(json.loads(word))
    except ValueError:
        return word


def raw_offsets(raw: str, offsets: Iterable[int]) -> Iterator[int]:
    r"""Where characters of a text stand in how JSON writes it, quotes included.

    Args:
        raw: The text as it is written.
        offsets: Numbers of characters of the text, from 0, ascending.

    >>> list(raw_offsets(r'"a\nb"', [0, 1, 2, 3]))
    [1, 2, 4, 5]

    """
    position, count, end = 1, 0, len(raw) - 1
    escapes = _ESCAPE.finditer(raw, 1, end)
    escape = next(escapes, None)
    for offset in offsets:
        while escape is not None and count + escape.start() - position < offset:
            count += escape.start() - position + 1
            position, escape = _after(raw, escape.end(), escapes)
        yield min(position + max(0, offset - count), end)


def _after(
    raw: str, position: int, escapes: Iterator[re.Match[str]]
) -> tuple[int, re.Match[str] | None]:
    """Where to go on after an escape; the second half of a pair belongs to its character."""
    following = next(escapes, None)
    if following is not None and following.start() == position:
        first, second = raw[position - 4 : position].lower(), following[0][2:].lower()
        if "d800" <= first <= "dbff" and "dc00" <= second <= "dfff" and len(second) == 4:
            return following.end(), next(escapes, None)
    return position, following
