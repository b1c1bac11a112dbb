"""Finds entries with a heading of several fields and a text below it, as ``git log`` prints them.

What they say is free text, so they have no fields in common there; but each begins alike, and the
text is indented, or is a list of names, one to a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headroom.toolkit.rows.values import Json

__all__ = ["Entries", "find_entries"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer entries are better shown whole.
_LEAST = 6
#: Fields below the first line of a heading, at the least.
_FIELDS = 2
#: The share of the lines below the headings that must be indented, or hold no blank.
_BELOW = 0.97
#: The share of the characters below the headings from which on only these may be left out. Chosen:
#: of less, views without them save little.
_MUCH_BELOW = 0.4
#: Lines of an entry, on the average, at the most.
_LONGEST = 60
_FIRST = re.compile(r"([A-Za-z]\w{2,20}) \S")
_FIELD = re.compile(r"([A-Z][A-Za-z-]{1,30}): +(\S.*)")
#: Entries after which the time is looked at.
_DEADLINE_EVERY = 500


@dataclass(frozen=True)
class Entries:
    """First line and end (exclusive) of each entry, and what it says by the names of its fields."""

    spans: list[tuple[int, int]]
    rows: list[Json]
    #: By entry what stands below the heading and the first line, the subject; ``None`` where that
    #: is little.
    bodies: dict[int, tuple[int, int]] | None


def find_entries(lines: Sequence[str], check: Callable[[], None]) -> Entries | None:
    """The entries of a text; ``None`` where it has none.

    Args:
        lines: Those of the text.
        check: Called now and then, to watch the time.

    """
    begin = next((index for index, line in enumerate(lines) if line), 0)
    opening = _FIRST.match(lines[begin])
    if opening is None:
        return None
    word = opening[1] + " "
    starts = [
        index
        for index in range(begin, len(lines) - _FIELDS)
        if lines[index].startswith(word) and _FIELD.match(lines[index + 1])
    ]
    if len(starts) < _LEAST or len(lines) > _LONGEST * len(starts):
        return None
    spans: list[tuple[int, int]] = []
    bodies: dict[int, tuple[int, int]] = {}
    rows: list[Json] = []
    below = fitting = 0
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)])):
        if number % _DEADLINE_EVERY == 0:
            check()
        row: dict[str, Json] = {word.strip(): lines[start][len(word) :]}
        first = start + 1
        while first < end and (field := _FIELD.match(lines[first])):
            row[field[1]] = field[2]
            first += 1
        if first < start + 1 + _FIELDS:
            return None
        said = [line for line in range(first, end) if lines[line].strip()]
        below += len(said)
        fitting += sum(lines[line][0].isspace() or " " not in lines[line] for line in said)
        row["subject"] = lines[said[0]].strip() if said else ""
        row["text"] = "\n".join(lines[line] for line in said[1:])
        rows.append(row)
        spans.append((start, said[-1] + 1 if said else first))
        if len(said) > 1:
            bodies[number] = said[1], said[-1] + 1
    if not below or fitting < _BELOW * below:
        return None
    size = sum(len(lines[line]) for span in bodies.values() for line in range(*span))
    return Entries(spans, rows, bodies if size >= _MUCH_BELOW * sum(map(len, lines)) else None)
