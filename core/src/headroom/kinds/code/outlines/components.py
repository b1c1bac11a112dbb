"""Takes files of Vue and Svelte apart: the script by a parser, the markup by its indentation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom.kinds.code.outline import Outline, Role, own_lines
from headroom.kinds.code.outlines.sections import add_part
from headroom.source import Source
from headroom.toolkit.components import component_blocks

__all__ = ["component_outline"]

#: An element of more lines than this is taken apart, down to this depth; chosen.
_SMALL, _DEPTH = 6, 12

#: The attributes of a tag stand on at most so many lines; chosen.
_ATTRIBUTES = 40
# How lines begin that go on with an element at its own indentation, and those that end it.
_LAST = ("</", "/>", "{/", "}", "]", ")")
_CLOSING = (*_LAST, ">", "{:")

#: The outline of a script with a path of this ending; ``None`` where it cannot be parsed.
ReadScript = Callable[[Source, str], Outline | None]


def component_outline(source: Source, read_script: ReadScript) -> Outline | None:
    """The outline of a component; ``None`` where a text is none, or its script cannot be read."""
    blocks = source.once(component_blocks)
    if not blocks:
        return None
    lines, final_newline = own_lines(source.lines)
    outline = Outline(lines, final_newline=final_newline)
    covered = 0
    read = False
    for block in blocks:
        if block.first > covered + 1:
            outline.units.add(((covered + 1, block.first - 1),), Role.COMMENT)
        covered = block.last
        frame = bool(block.tag)
        part = lines[block.first - 1 + frame : block.last - frame]
        top = -1
        if frame:
            ranges = ((block.first, block.first), (block.last, block.last))
            top = outline.units.add(ranges, Role.SIGNATURE)
        script = None
        if block.tag == "script":
            text = Source("\n".join(part), source.deadline)
            script = read_script(text, block.path)
            read = read or script is not None
        add_part(outline, script or _by_indentation(part, block.tag), block.first - 1 + frame, top)
    if covered < len(lines):
        outline.units.add(((covered + 1, len(lines)),), Role.COMMENT)
    return outline if read else None


def _by_indentation(lines: Sequence[str], tag: str) -> Outline:
    """Markup or styles: elements and rules, and what is in them."""
    comment = ("/* ", " */") if tag in ("style", "script") else ("<!-- ", " -->")
    outline = Outline(lines, comment=comment)
    roles = (Role.DATA, Role.BODY) if tag == "style" else (Role.STATEMENT, Role.DATA)
    if lines:
        _region(outline, (1, len(lines)), -1, roles, 0)
    return outline


def _region(
    outline: Outline, region: tuple[int, int], owner: int, roles: tuple[Role, Role], depth: int
) -> None:
    start, last = region
    lines, role = outline.lines, roles[min(depth, 1)]
    while start <= last:
        head = start
        while head < last and not lines[head - 1].strip():
            head += 1
        end = _end(lines, head, last)
        opened = _opened(lines, head, end)
        if end - head < _SMALL or depth >= _DEPTH or opened >= end - 1:
            outline.units.add(((start, end),), role, owner)
        else:
            unit = outline.units.add(((start, opened), (end, end)), role, owner)
            _region(outline, (opened + 1, end - 1), unit, roles, depth + 1)
        start = end + 1


def _end(lines: Sequence[str], head: int, last: int) -> int:
    """The last line of an element: what is indented deeper, and the lines that close it."""
    indent = _indent(lines[head - 1])
    end = head
    for number in range(head + 1, last + 1):
        text = lines[number - 1].strip()
        if not text:
            continue
        deeper = _indent(lines[number - 1]) - indent
        if deeper < 0 or (not deeper and not text.startswith(_CLOSING)):
            break
        end = number
        if not deeper and text.startswith(_LAST) and not text.endswith("{"):
            break
    return end


def _opened(lines: Sequence[str], head: int, end: int) -> int:
    """The last line of a tag whose attributes stand on lines of their own."""
    if ">" in lines[head - 1] or "{" in lines[head - 1]:
        return head
    indent = _indent(lines[head - 1])
    for number in range(head + 1, min(end, head + _ATTRIBUTES)):
        if lines[number - 1].strip() == ">" and _indent(lines[number - 1]) == indent:
            return number
    return head


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
