"""Stack traces among lines: which lines are frames, and which say what went wrong.

The forms are those that runtimes print: Python (with groups of exceptions), JavaScript, Java, C#,
Go, Rust, Ruby, PHP, and what debuggers number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from headroom.regexes import regex
from headroom.source import Source
from headroom.view import Deadline, Piece

__all__ = [
    "Traces",
    "in_library",
    "mostly_trace",
    "read_traces",
    "traces_in",
    "what_failed_first",
]

# All of these are chosen.

#: Fewer frames one below the other are a place that something names, not a trace.
_FEWEST = 2
#: Lines that stand between two frames at the most: source, an arrow, a cause, a repetition; and
#: between the last one and what follows it in Python.
_BETWEEN = 12
#: Lines above the first frame that may say what went wrong, where it does not stand below; and how
#: many lines of what led to it may be among them, as "stack backtrace:".
_ABOVE, _LABELS = 3, 3
#: Characters of a line that are looked at.
_CHARS = 500
#: So many of the lines that say what went wrong are shown to whoever asks for that, and so many
#: frames beside them.
_TOLD = 8
#: The share of the lines that say something which makes a text a trace.
_MOSTLY = 0.5

# What a group of exceptions draws before its lines.
_BARS = regex(r"[\s|+]*")
_FRAME = regex(
    r"""
      [\s|]*File\ "[^"]{1,300}",\ line\ \d+                                       # Python
    | \s+at\ (?:async\ |new\ )?\S.{0,300}(?:[:(]\d+(?::\d+)?\)?|:line\ \d+|\))\s*(?:\{\s*)?$
    | \t\S{1,300}\.\w{1,5}:\d+(?:\ \+0x[0-9a-f]+)?\s*$                            # Go
    | \s*\#\d{1,4}\s+(?:0x[0-9a-f]+\ in\ \S|\S{1,300}\(\d+\):\ |\w\S{0,200}\ \(.{0,300}\)\ at\ \S)
    | \s+(?:from\ )?\S{1,300}:\d+:in\ [`'\"]                                      # Ruby
    """,
    re.VERBOSE,
)
# What any of them has: most lines have not.
_SIGN = regex(r"File \"|\bat \S|:\d|::|#\d|0x")
_PYTHON = regex(r"[\s|]*File \"")
_BEGINS = regex(r"[\s|+]*(?:Exception Group )?Traceback \(most recent call last\):\s*$")
# A frame of Rust: its place is on the next line.
_NUMBERED = regex(r"\s{0,6}\d{1,4}:\s+\S")
# What an exception of Python is called, and what it says.
_RAISED = regex(r"[A-Za-z_][\w.<>]{0,200}(?::(?:\s|$)|\s*$)")
_CAUSE = regex(r"\s*(?:Caused by|Suppressed|Wrapped by|caused by|Previous)\b.{0,20}:|\s*\[cause\]:")
# What says only that a trace follows.
_LABEL = regex(r"\s*(?:stack ?(?:back)?trace|backtrace|goroutine \d+ \[.*\]|#0 .*):?\s*$", re.I)
# How it is asked what went wrong.
_ASKS = regex(
    r"\b(?:errors?|exceptions?|fail\w*|wrong|cause[sd]?|crash\w*|(?:stack ?)?traces?|tracebacks?"
    r"|raise[ds]?|panic\w*|broken?|bugs?)\b",
    re.IGNORECASE,
)
# Where libraries are, of languages and of systems.
_LIBRARY = regex(
    r"/rustc/|\.cargo/registry/|(?:site|dist)-packages/|/lib/python\d|<frozen |node_modules/"
    r"|\(?node:|/go/src/|/go/pkg/mod/|/gems/|/vendor/|\bjava\.base/|\bjdk\.internal\."
    r"|\b(?:java|javax|sun)\.[a-z]+\.|/usr/(?:local/)?lib/|/usr/include/"
)


class Traces(NamedTuple):
    """What traces a text has, by the indices of its lines."""

    #: All lines of frames, with their source and their arrows, and what opens a trace.
    frames: frozenset[int]
    #: The lines that say what went wrong, in order.
    said: list[int]
    #: Of each trace the frames where it happened, the innermost first: those of the program at hand
    #: where some are, else of libraries. Each as its lines.
    inner: list[list[range]]


def mostly_trace(lines: Sequence[str], deadline: Deadline) -> bool:
    r"""Whether most of what some lines say is a stack trace.

    Args:
        lines: The first ones of a text.
        deadline: Checked now and then.

    >>> frame = '  File "/srv/a.py", line {0}, in f{0}\n    return f{0}(x)\n'
    >>> trace = "Traceback (most recent call last):\n" + "".join(map(frame.format, range(3)))
    >>> mostly_trace(f"{trace}shop.SeatTaken: seat 14C\n".split("\n"), Deadline(None))
    True
    >>> mostly_trace(["import os", "def f():", "    return os.getcwd()"], Deadline(None))
    False

    """
    found = traces_in(lines, deadline)
    if not found.inner:
        return False
    said = sum(map(bool, map(str.strip, lines)))
    # Where frames are not indented, as in Go, nothing sets them apart from other lines.
    indented = sum(lines[index][:1].isspace() for index in found.frames)
    return indented + len(found.said) >= _MOSTLY * said


def what_failed_first(
    source: Source, query: str, order: list[int], pieces: Sequence[Piece]
) -> list[int]:
    """An order of pieces in which, where a query asks what failed, traces say that first.

    A query of such words as "error" has none in common with ``SeatTaken: seat 14C``.

    Args:
        source: The text.
        query: What is asked.
        order: The numbers of pieces, the best first.
        pieces: Lines or sentences of the text.

    """
    if not _ASKS.search(query):
        return order
    found = source.once(read_traces)
    lines = source.lines
    # The last ones: what failed at last, or what all the others led to.
    told = list(dict.fromkeys(lines[index].strip() for index in reversed(found.said)))[:_TOLD]
    places = [span for inner in found.inner[-_TOLD:] for span in inner[:1]]
    told += [lines[index].strip() for span in places for index in span]
    wanted = {text: place for place, text in reversed(list(enumerate(told))) if text}
    if not wanted:
        return order
    # The last piece that says it, where several do.
    first: dict[int, int] = {}
    for number, piece in enumerate(source.deadline.over(pieces)):
        for line in map(str.strip, piece.text.split("\n")):
            if line in wanted:
                first[wanted[line]] = number
    return list(dict.fromkeys([*(first[place] for place in sorted(first)), *order]))


def read_traces(source: Source) -> Traces:
    """The traces in a text: ``source.once(read_traces)``."""
    return traces_in(source.lines, source.deadline)


def traces_in(lines: Sequence[str], deadline: Deadline) -> Traces:
    r"""The traces among some lines.

    Args:
        lines: All of a text, or some.
        deadline: Checked now and then.

    >>> found = traces_in(["Boom: no seat", "  at a (/srv/a.js:3:1)", "  at b (/srv/b.js:9:1)"],
    ...                   Deadline(None))
    >>> found.said, [list(map(list, inner)) for inner in found.inner]
    ([0], [[[1], [2]]])

    """
    starts = [
        index
        for index, line in enumerate(deadline.over(lines))
        if _SIGN.search(line, 0, _CHARS) and _FRAME.match(line[:_CHARS])
    ]
    frames: set[int] = set()
    said: set[int] = set()
    inner: list[list[range]] = []
    for first, stop in _runs(lines, starts):
        run = starts[first:stop]
        is_python = _PYTHON.match(lines[run[0]]) is not None
        if len(run) < _FEWEST and not (is_python and _opened(lines, run[0])):
            continue
        spans = [_span(lines, at, end) for at, end in zip(run, [*run[1:], len(lines)])]
        for span in spans:
            frames.update(span)
        above = _opened(lines, run[0]) if is_python else None
        if above is not None:
            frames.add(above)
        said.update(_below(lines, run[-1], spans[-1].stop) if is_python else _above(lines, run[0]))
        between = (
            index for one, other in pairwise(spans) for index in range(one.stop, other.start)
        )
        said.update(index for index in between if _CAUSE.match(lines[index]))
        order = spans[::-1] if is_python else spans
        own = [span for span in order if not in_library(lines[index] for index in span)]
        inner.append(own or order[:1])
    return Traces(frozenset(frames), sorted(said), inner)


def in_library(frame: Iterable[str]) -> bool:
    """Whether a line of a frame says that it is one of a library, or of the runtime.

    >>> in_library(["    at run (/app/a.js:3:9)"]), in_library(["  at load (node:internal:1:1)"])
    (False, True)
    """
    return any(map(_LIBRARY.search, frame))


def _runs(lines: Sequence[str], starts: Sequence[int]) -> list[tuple[int, int]]:
    """The frames that belong to one trace, as first and end among all of them."""
    found: list[tuple[int, int]] = []
    first = 0
    for place in range(1, len(starts) + 1):
        if place < len(starts) and _goes_on(lines, starts[place - 1], starts[place]):
            continue
        if starts:
            found.append((first, place))
        first = place
    return found


def _goes_on(lines: Sequence[str], frame: int, other: int) -> bool:
    """Whether what stands between two frames belongs to their trace."""
    if other - frame > _BETWEEN + 1:
        return False
    if _PYTHON.match(lines[frame]):
        if not _PYTHON.match(lines[other]):
            return False
        depth = _depth(lines[frame])
        return all(
            not lines[index].strip() or _depth(lines[index]) >= depth
            for index in range(frame + 1, other)
        )
    return all(
        lines[index][:1].isspace()
        or _CAUSE.match(lines[index])
        or lines[index].rstrip()[-1:] == ")"
        for index in range(frame + 1, other)
    )


def _span(lines: Sequence[str], start: int, end: int) -> range:
    """The lines of a frame: with its source, or its place."""
    stop = start + 1
    last = min(end, start + _BETWEEN + 1)
    if _PYTHON.match(lines[start]):
        depth = _depth(lines[start])
        while stop < last and lines[stop].strip() and _depth(lines[stop]) >= depth:
            stop += 1
        return range(start, stop)
    if _named_above(lines, start):
        return range(start - 1, stop)
    return range(start, stop)


def _named_above(lines: Sequence[str], frame: int) -> bool:
    """Whether the line above a place names the function, as Go and Rust write it."""
    if not frame:
        return False
    line, above = lines[frame], lines[frame - 1]
    if _NUMBERED.match(above):
        return True
    return line[:1] == "\t" and line[1:4] not in ("at ", "fro") and above[-1:] == ")"


def _depth(line: str) -> int:
    match = _BARS.match(line)
    assert match is not None
    return match.end()


def _opened(lines: Sequence[str], first: int) -> int | None:
    """The line above the first frame that opens a trace of Python."""
    return first - 1 if first and _BEGINS.match(lines[first - 1]) else None


def _below(lines: Sequence[str], frame: int, stop: int) -> list[int]:
    """The line below the frames of Python that names the exception."""
    if stop < len(lines) and _depth(lines[stop]) < _depth(lines[frame]):
        line = lines[stop]
        if _RAISED.match(line, _depth(line)):
            return [stop]
    return []


def _above(lines: Sequence[str], first: int) -> list[int]:
    """The lines above the first frame that say what went wrong."""
    found: list[int] = []
    labels = 0
    at = first - 1
    if _named_above(lines, first):
        at -= 1
    while at >= 0 and len(found) < _ABOVE:
        line = lines[at]
        if not line.strip() or _LABEL.match(line):
            if found or labels == _LABELS:
                break
            labels += 1
        else:
            found.append(at)
        at -= 1
    return found
