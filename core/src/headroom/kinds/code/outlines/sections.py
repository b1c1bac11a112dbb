"""Several files in one text, each after a line that says its path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headroom.kinds.code.outline import Outline, Role
from headroom.regexes import regex

__all__ = ["Section", "add_part", "joined", "split_sections", "whole_section"]

_PATH = (
    r"[`'\"]?(?P<{}>(?:[\w@.+~-]+[/\\])*"
    r"(?:[\w@+~-][\w@.+~-]*\.[A-Za-z]\w{{0,9}}|Makefile|Dockerfile))[`'\"]?"
)
_WORD = r"(?:[Ff]ile(?:[Nn]ame)?|FILE|[Pp]ath)"
_HEADER = regex(
    r"[ ]?(?:"
    r"(?P<sign>={2,}>|={2,}|-{2,}>|-{2,}|\*{3,}|>{3,}|#{1,6}|//+|/\*+|<!--|;;+)[ ]*"
    rf"(?:{_WORD}[ ]*[:=][ ]*)?{_PATH.format('path')}:?[ ]*(?:<?=+|<?-+|\*+/?|-->|<+|#+)?"
    rf"|(?P<word>{_WORD})[ ]*:[ ]*{_PATH.format('named')}"
    r"|<(?P<tag>file|document|source)[ ][^<>\n]{0,40}=(?=[\"'])"
    rf"{_PATH.format('tagged')}[^<>\n]{{0,80}}>"
    r")[ ]*\r?$"
)
_CLOSING = re.compile(r"</(?:file|document|source)>[ ]*\r?$")
_COMMENTS = frozenset(("#", "//", "/*", "/**", "<!--", ";;"))
_LONGEST = 300


@dataclass(frozen=True)
class Section:
    """A file in a text: the line that names it, and the last of its lines, from 1."""

    path: str
    header: int
    last: int


def split_sections(content: str) -> list[Section]:
    r"""The files in a text, whose headers all have the same form; none where there are not two.

    >>> [section.path for section in split_sections("==> a.py <==\nx = 1\n==> b.py <==\ny = 2\n")]
    ['a.py', 'b.py']
    """
    found: dict[str, list[tuple[int, str]]] = {}
    lines = content.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST or not line:
            continue
        match = _HEADER.match(line)
        if match is not None:
            path = match["path"] or match["named"] or match["tagged"]
            form = match["sign"] or match["word"] or match["tag"]
            if form in _COMMENTS and not ("/" in path or "\\" in path):
                continue  # Many a file has a line that says what it is called itself.
            found.setdefault(form, []).append((number, path))
    headers = max(found.values(), key=len, default=[])
    if len(headers) < 2:
        return []
    last = len(lines) - (not lines[-1])
    ends = [number - 1 for number, _ in headers[1:]] + [last]
    return [
        Section(path, number, _before_closing(lines, number, end))
        for (number, path), end in zip(headers, ends)
    ]


def _before_closing(lines: Sequence[str], header: int, end: int) -> int:
    """The last line of a file that may end with a tag, as it began with one."""
    last = end
    while last > header and not lines[last - 1].strip():
        last -= 1
    return last - 1 if last > header and _CLOSING.match(lines[last - 1]) else end


def whole_section(lines: Sequence[str]) -> Outline:
    """A file that is no code that can be read: its paragraphs."""
    outline = Outline(lines)
    first = 1
    for number, line in enumerate(lines, 1):
        if number == len(lines) or (not line.strip() and number > first):
            outline.units.add(((first, number),), Role.STATEMENT, public=False)
            first = number + 1
    return outline


def joined(lines: Sequence[str], parts: list[tuple[Section, Outline]]) -> Outline:
    """One outline for all of the files; the lines that name them come first of all."""
    outline = Outline(lines)
    covered = 0
    for section, part in parts:
        if section.header > covered + 1:
            outline.units.add(((covered + 1, section.header - 1),), Role.COMMENT)
        covered = section.last
        header = outline.units.add(((section.header, section.header),), Role.SIGNATURE)
        add_part(outline, part, section.header, header)
    if covered < len(lines):
        outline.units.add(((covered + 1, len(lines)),), Role.COMMENT)
    return outline


def add_part(outline: Outline, part: Outline, offset: int, top: int) -> None:
    """Adds the outline of a part of a text to that of the whole.

    Args:
        outline: Of the whole.
        part: Of the part.
        offset: So many lines stand before the part.
        top: The unit that all of the part needs; -1 for none.

    """
    units, symbols = len(outline.units), len(outline.symbols)
    outline.styles.append((offset, part.comment, part.filler))

    def moved(spot: int) -> int:
        return spot + units if spot >= 0 else top

    for symbol in part.symbols:
        parent = symbol.parent + symbols if symbol.parent >= 0 else -1
        first, last = symbol.first + offset, symbol.last + offset
        outline.symbols.append(replace(symbol, first=first, last=last, parent=parent))
    for unit in part.units:
        outline.units.add(
            unit.ranges,
            unit.role,
            moved(unit.needs),
            unit.symbol + symbols if unit.symbol >= 0 else -1,
            unit.public,
            statement=unit.statement,
            in_string=unit.in_string,
            before=offset,
        )
    for owner, first, last, indent in part.blocks:
        outline.blocks.add(moved(owner), first + offset, last + offset, indent)
