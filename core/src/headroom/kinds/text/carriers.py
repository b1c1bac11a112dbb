"""What carries the facts of a text beside its sentences: tables, and the references it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom.kinds.text.parse import Units, read_units
from headroom.regexes import regex
from headroom.source import Source
from headroom.toolkit.sentences import Sentences

__all__ = ["asks_for_sources", "is_table", "read_references", "tables_among", "with_references"]

# All of these are chosen.

#: A table has so many rows at the least.
_ROWS = 3
#: Fewer references are no list of them.
_LEAST = 3
#: The share of a view that the references may take which its sentences cite.
_SHARE = 0.25
#: Characters of a unit in which a reference gives its mark.
_LOOKED_AT = 12

_ROW = regex(r"^[ \t]{0,8}(?:\|.*\|[ \t\r]*|[^\t\n]{1,200}(?:\t[^\t\n]{0,200}){2,})$", re.MULTILINE)
_REFERENCE = regex(r"\s{0,3}(?:[-*] )?\[\^?(\w{1,12})\](?::|\s)")
_CITED = regex(r"\[\^?(\w{1,12}(?:[,;\u2013-] ?\w{1,12}){0,5})\](?![:(])")
_MARK = regex(r"\w+")
_ASKS = regex(
    r"\b(?:cit(?:e[sd]?|ing|ations?)|sources?|references?|bibliograph(?:y|ic)|footnotes?)\b",
    re.IGNORECASE,
)


def is_table(text: str) -> bool:
    r"""Whether a unit is a table.

    >>> is_table("| a | b |\n|---|---|\n| 1 | 2 |\n"), is_table("Rain | snow.")
    (True, False)

    """
    may_be = text.count("\n") >= _ROWS - 1 and ("|" in text or "\t" in text)
    return may_be and sum(1 for _ in _ROW.finditer(text)) >= _ROWS


def tables_among(parts: Sentences, first: int, stop: int) -> Iterator[range]:
    """The tables among some units, each as all of its units there.

    Args:
        parts: The units of a text.
        first: Index of the first that is looked at.
        stop: Index after the last.

    """
    blocks, proses = parts.blocks, parts.proses
    index = first
    while index < stop:
        end = index + 1
        if not proses[index]:
            while end < stop and blocks[end] == blocks[index] and not proses[end]:
                end += 1
            if is_table(parts.text(index, end)):
                yield range(index, end)
        index = end


def asks_for_sources(query: str | None) -> bool:
    """Whether a reader wants to know where a text has what it says."""
    return query is not None and _ASKS.search(query) is not None


def read_references(source: Source) -> dict[str, list[int]]:
    r"""The units of each reference, by its mark: ``source.once(read_references)``.

    >>> list(read_references(Source("It rained [2].\n\n[1] A, 2020.\n[2] B, 2021.\n[3] C.\n")))
    ['1', '2', '3']

    """
    parts, text = source.once(read_units).parts, source.text
    found: dict[str, list[int]] = {}
    own: list[int] = []
    block = -1
    for index, (start, of_block) in enumerate(
        source.deadline.over(zip(parts.starts, parts.blocks))
    ):
        opens = start == 0 or text[start - 1] == "\n"
        match = _REFERENCE.match(text, start, start + _LOOKED_AT + 8) if opens else None
        if match is not None:
            own = found.setdefault(match[1], [])
            if own:
                # A mark that two have says nothing.
                own = []
                continue
            own.append(index)
            block = of_block
        elif own and not opens and of_block == block:
            own.append(index)
        else:
            own = []
    return found if len(found) >= _LEAST else {}


def with_references(
    kept: Sequence[int],
    references: dict[str, list[int]],
    units: Units,
    costs: Sequence[int],
    limit: int,
) -> list[int]:
    """The units, and the references that these cite, as far as there is room for them."""
    room = int(_SHARE * limit)
    found = set(kept)
    lines = {index for own in references.values() for index in own}
    for index in kept:
        if index in lines:
            continue
        for match in _CITED.finditer(units.parts.text(index, index + 1)):
            for mark in _MARK.findall(match[1]):
                more = [one for one in references.get(mark, ()) if one not in found]
                cost = sum(costs[one] for one in more)
                if cost <= room:
                    room -= cost
                    found.update(more)
    return sorted(found)
