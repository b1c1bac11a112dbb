"""Files of Vue and Svelte: a script, markup and styles, each between tags at the left margin."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from headroom.regexes import regex
from headroom.source import Source

__all__ = ["ComponentBlock", "component_blocks"]

_OPENING = regex(r"<(script|template|style)(?=[\s>])[^<>\n]{0,300}>[ \t]*\r?$")
_CLOSING = regex(r"</(script|template|style)>")
_PAGE = regex(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
#: What only a component has: a script that imports, or words of these languages in the markup.
_IMPORTS = regex(
    r"^[ \t]*(?:import\s[^\n]{0,300}|[^\n]{0,300}\bfrom\s*)['\"][^'\"\n]+['\"];?[ \t]*\r?$"
    r"|^[ \t]*export\s+(?:let|default)\b|\bdefine(?:Props|Emits|Model|Component)\b|\$props\(",
    re.MULTILINE,
)
_MARKUP = regex(
    r"\{[#:@/](?:if|each|else|await|html|render|snippet|key)\b|\sv-(?:if|for|model|else)\b"
)

#: Characters in which that must stand, and lines that may stand before the first tag; chosen.
_SAMPLE, _BEFORE = 65_536, 60


@dataclass(frozen=True)
class ComponentBlock:
    """A part of a component: its lines from 1, tags included."""

    #: ``script``, ``template``, ``style``; ``""`` for markup that stands in no block.
    tag: str
    first: int
    last: int
    #: What the script or the styles are written in, if it says so: ``ts``, ``scss``.
    language: str = ""

    @property
    def path(self) -> str:
        """A path that tells by its ending what it is written in."""
        return f"{self.tag}.{self.language or 'js'}"


def component_blocks(source: Source) -> list[ComponentBlock]:
    r"""The blocks of a component; none where a text is no component.

    >>> file = '<script lang="ts">\nimport a from "a"\n</script>\n\n<p>{a}</p>\n'
    >>> [(block.tag, block.first, block.last) for block in component_blocks(Source(file))]
    [('script', 1, 3), ('', 5, 5)]
    """
    sample = source.text[:_SAMPLE]
    start = sample.lstrip("\ufeff \t\r\n")[:1]
    if start != "<" or "<script" not in sample or _PAGE.search(sample):
        return []
    if not (_IMPORTS.search(sample) or _MARKUP.search(sample)):
        return []
    blocks = _blocks(source.lines)
    scripts = [block for block in blocks if block.tag == "script"]
    if not scripts or blocks[0].first > _BEFORE:
        return []
    return blocks


def _blocks(lines: Sequence[str]) -> list[ComponentBlock]:
    blocks: list[ComponentBlock] = []
    number, free = 1, 0
    last = len(lines) - (not lines[-1])
    closing: dict[str, list[int]] = {}
    for place, line in enumerate(lines, 1):
        if match := _CLOSING.match(line):
            closing.setdefault(match[1], []).append(place)
    while number <= last:
        opening = _OPENING.match(lines[number - 1])
        ends = closing.get(opening[1], []) if opening is not None else []
        after = bisect_right(ends, number)
        end = ends[after] if after < len(ends) else 0
        if opening is None or not end:
            free = free or (number if lines[number - 1].strip() else 0)
            number += 1
            continue
        if free:
            blocks.append(ComponentBlock("", free, _last_text(lines, number - 1)))
            free = 0
        said = re.search(r"\blang=[\"'](\w{1,12})[\"']", opening[0])
        blocks.append(ComponentBlock(opening[1], number, end, said[1] if said else ""))
        number = end + 1
    if free:
        blocks.append(ComponentBlock("", free, _last_text(lines, last)))
    return blocks


def _last_text(lines: Sequence[str], last: int) -> int:
    while not lines[last - 1].strip():
        last -= 1
    return last
