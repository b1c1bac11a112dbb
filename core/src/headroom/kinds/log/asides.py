"""Which lines of an event are beside the point: source around a finding, frames of libraries.

A compiler shows the line that it means between others, and draws an arrow below; a trace goes
through libraries and the runtime before it comes to the program at hand. The place, the line that
is meant, the program's own frames and the error stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom.regexes import regex
from headroom.toolkit.traces import in_library

__all__ = ["asides_of"]

#: Shorter events are shown as they are. Chosen.
_FEWEST = 3
# A line of source beside its number: "12 | x = 1", "> 12 | x = 1", "   | ^^^".
_GUTTER = regex(r"[ >]{0,12}\d{0,7}\s{0,8}[|\u2502](?:\s|$)")
_ARROW = regex(r"[ >]{0,12}[|\u2502][\s|\u2502_]{0,400}[+^~\u2500\u252c\u256d\u2570-]")
# What an arrow points with, and no word beside it.
_DRAWN = regex(r"[\s>|\u2502+_^~\u2500\u252c\u256d\u2570-]*$")
# A line of source, or none: but the first of several that are meant, and the rows of a table.
_AROUND = regex(r"[ >]{0,12}(?:\d{1,7}\s{0,8}[|\u2502](?! ?/)|[|\u2502]\s*$)")
# A line that a tool would change.
_CHANGE = regex(r"\s{0,12}(?:\d{1,7}\s{1,8}\+|\s{2}-)\s")
# A place in a file that has a column: the arrow says no more.
_COLUMN = regex(r"[:(]\d+[:,]\d+")
# How a frame begins: 'File "a.py", line 3, in f', "at f (a.js:3:1)", "3: a::b", "#3 0x1 in f".
_FRAME = regex(r"\s+File \"|\s+at\s|\s*\d{1,4}:\s+\S|\s*#\d{1,4}\s|\s+from \S+:\d+:in ")
_NUMBERED, _PLACE = regex(r"\s*\d{1,4}:\s"), regex(r"\s+at\s")
#: A frame has so many lines at the most: itself, its place or its source, and an arrow. Chosen.
_FRAME_LINES = 3


def asides_of(lines: Sequence[str]) -> list[int]:
    """The lines of an event that are beside the point, by index.

    >>> asides_of(["F401 `os` imported but unused", " --> a.py:2:8", "  |", "1 | import re",
    ...            "2 | import os", "  |        ^^", "3 | import io", "  |"])
    [2, 3, 5, 6, 7]
    >>> asides_of(["Error: lost", "    at run (/app/a.js:3:9)", "    at load (node:internal:1:1)",
    ...            "    at main (node:internal:9:1)"])
    [2, 3]
    """
    if len(lines) < _FEWEST:
        return []
    return sorted({*_around_findings(lines), *_in_libraries(lines)})


def _around_findings(lines: Sequence[str]) -> list[int]:
    """Lines of source that no arrow points to, and arrows that say nothing beside the place."""
    guttered = [index for index, line in enumerate(lines) if _GUTTER.match(line)]
    arrows = {index for index in guttered if _ARROW.match(lines[index])}
    if not arrows and not any(map(_CHANGE.match, lines)):
        return []
    placed = any(_COLUMN.search(line) for line in lines[: guttered[0]]) if guttered else False
    found = []
    for index in guttered:
        if index in arrows:
            if placed and _DRAWN.match(lines[index]):
                found.append(index)
        elif index + 1 not in arrows and _AROUND.match(lines[index]):
            found.append(index)
    return found


def _in_libraries(lines: Sequence[str]) -> list[int]:
    """The frames of libraries, in a trace that has others, too.

    Where the error stands last, as Python writes it, the last frame says where it was raised.
    """
    frames = [index for index, line in enumerate(lines) if _FRAME.match(line)]
    # The place below a numbered frame is of that frame.
    frames = [index for index in frames if not (index and _is_place(lines, index))]
    if len(frames) < _FEWEST:
        return []
    ends = [*frames[1:], len(lines)]
    spans = []
    for start, end in zip(frames, ends):
        stop = start + 1
        while stop < min(end, start + _FRAME_LINES) and lines[stop][:1].isspace():
            stop += 1
        spans.append(range(start, stop))
    of_library = [in_library(lines[index] for index in span) for span in spans]
    if all(of_library):
        return []
    found: list[int] = []
    last = len(spans) - 1 if lines[frames[0]].lstrip().startswith("File ") else -1
    for number, span in enumerate(spans):
        if of_library[number] and number != last:
            found.extend(span)
    return found


def _is_place(lines: Sequence[str], index: int) -> bool:
    """Whether a line is where the numbered frame above it stands, as Rust writes it."""
    return _PLACE.match(lines[index]) is not None and _NUMBERED.match(lines[index - 1]) is not None
