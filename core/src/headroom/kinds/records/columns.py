"""Finds the lines of a listing: rows in columns, whatever else stands between them.

A table has one header and nothing but rows; commands print more freely. There are legends above,
totals below, several headers, groups with a heading each, and names that do without one. Lines stay
as they are printed. Only which of them are rows, and what stands in their columns, is found out: by
the places where words begin, or end, after two blanks in most lines.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise

from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.values import Json, Number
from headroom.toolkit.shares import enough, more_than

__all__ = ["Listing", "find_listing"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer rows are better shown whole.
_LEAST_ROWS = 8
#: The share of the lines that say something which must be rows.
_ROWS = 0.7
#: The share of the lines in which a word begins, or ends, at an edge of a column.
_SHARED = 0.55
#: So many gaps make columns: a text may be indented at one, or have names and values.
_LEAST_GAPS = 2
#: The share of the lines that must have a single blank at a place for it to end a column.
_ALIGNED = 0.97
#: The share of the cells of a usual row that a row has.
_CELLS = 0.51
#: A longer line, in characters, is none of a listing; so much of a line is looked at for edges.
_LONGEST = 2000
_WORD = re.compile(r"\S+(?: \S+)*")
_BLANK = re.compile(r"(?<=\S) (?=\S)")
#: How a line of a log begins: with a day, or, in so many characters, with a time.
_DAY = re.compile(r"\W{0,2}\d{4}-\d\d-\d\d|\d{6} \d{6}\b")
_TIME, _NEAR = re.compile(r".{0,24}?\b\d\d?:\d\d:\d\d"), 32
#: What every time has; it is found sooner.
_SIGN_OF_TIME = re.compile(r":\d\d:")
#: Signs that no row consists of alone.
_SAYS = re.compile(r"\w")
#: Lines that decide on the columns, evenly spread.
_PROBED = 400
#: Lines after which the time is looked at.
_DEADLINE_EVERY = 50


@dataclass(frozen=True)
class Listing:
    """Which lines are rows, by index, and what stands in their columns."""

    lines: list[int]
    rows: list[Json]


def find_listing(lines: Sequence[str], check: Callable[[], None]) -> Listing | None:
    """The rows of a listing; ``None`` where a text is none.

    Args:
        lines: Those of the text.
        check: Called now and then, to watch the time.

    """
    if max(map(len, lines)) > _LONGEST:
        return None
    said = array("I", compress(range(len(lines)), map(_SAYS.search, lines)))
    if len(said) < _LEAST_ROWS:
        return None
    probed = [lines[index].expandtabs() for index in said[:: len(said) // _PROBED + 1]]
    # Most texts have no gaps between words, which is sooner seen than where these begin.
    if not enough(map(_has_gap, probed), len(probed), _SHARED * len(probed)):
        return None
    if more_than(0.5, (_is_timed(lines[index]) for index in said), len(said)):
        # A log says when, and then what happened, in columns or not.
        return None
    some = [_words(line) for line in probed]
    edges = _edges(some)
    # The end of a column and the beginning of the next one are two edges of one gap.
    gaps = len(edges) - sum(not one[1] and other[1] for one, other in pairwise(edges))
    if gaps < _LEAST_GAPS:
        return None
    cuts = _cuts(probed)
    ends = sorted({*edges, *((cut, True) for cut in cuts)})
    found: list[int] = []
    rows: list[Json] = []
    usual = sorted(map(len, some))[len(some) // 2]
    for number, index in enumerate(said):
        if number % _DEADLINE_EVERY == 0:
            check()
        line = lines[index].expandtabs()
        words = _words(line)
        if cuts:
            words = _cut(line, words, cuts)
        row = _row(line, words, ends) if len(words) >= _CELLS * usual else None
        if row is not None:
            found.append(index)
            rows.append(row)
    if len(found) < max(_LEAST_ROWS, _ROWS * len(said)):
        return None
    return Listing(found, rows)


def _is_timed(line: str) -> bool:
    if _SIGN_OF_TIME.search(line, 0, _NEAR) and _TIME.match(line):
        return True
    return _DAY.match(line) is not None


def _has_gap(line: str) -> bool:
    """Whether more than a single blank stands between two words of a line."""
    bare = line.strip()
    if "  " in bare:
        return True
    # In ASCII, all other white space cannot be printed.
    return not (bare.isascii() and bare.isprintable()) and " ".join(bare.split()) != bare


def _words(line: str) -> list[tuple[int, int]]:
    bare = line.strip()
    if bare and not _has_gap(bare):
        # Nearly all lines of running text.
        start = len(line) - len(line.lstrip())
        return [(start, start + len(bare))]
    if not (line.isascii() and line.isprintable()):
        return [match.span() for match in _WORD.finditer(line)]
    found: list[tuple[int, int]] = []
    at = 0
    # There is no white space but blanks, of which one may be left over before a piece.
    for piece in line.split("  "):
        word = piece.strip()
        if word:
            start = at + (piece[0] == " ")
            found.append((start, start + len(word)))
        at += len(piece) + 2
    return found


def _cuts(lines: Sequence[str]) -> list[int]:
    """The places after a single blank that practically all lines have there."""
    blanks = Counter(match.end() for line in lines for match in _BLANK.finditer(line))
    return sorted(place for place, count in blanks.items() if count >= _ALIGNED * len(lines))


def _cut(line: str, words: Sequence[tuple[int, int]], cuts: Sequence[int]) -> list[tuple[int, int]]:
    """The words of a line, which end at each of some places as well."""
    found: list[tuple[int, int]] = []
    for start, end in words:
        for cut in cuts:
            if start < cut < end and line[cut - 1] == " ":
                found.append((start, cut - 1))
                start = cut
        found.append((start, end))
    return found


def _edges(words: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[int, bool]]:
    """The places where most lines have the beginning of a word, or its end, beside blanks."""
    starts = Counter(start for line in words for start, _ in line[1:])
    ends = Counter(end for line in words for _, end in line[:-1])
    least = _SHARED * len(words)
    # Where words of a column begin at one place, whether they also end at one does not matter.
    edges = [(start, True) for start, count in starts.items() if count >= least]
    return sorted([*edges, *((end, False) for end, count in ends.items() if count >= least)])


def _row(
    line: str, words: Sequence[tuple[int, int]], edges: Sequence[tuple[int, bool]]
) -> dict[str, Json] | None:
    """The cells of a line between the edges; ``None`` where a word stands across most of them."""
    cells: dict[str, Json] = {}
    place = crossed = 0
    for start, end in words:
        while place < len(edges) and edges[place][0] <= start:
            place += 1
        text = line[start:end]
        column = place
        if BARE_NUMBER.fullmatch(text):
            # Numbers end below each other: longer ones begin before the place where most begin.
            while column < len(edges) and edges[column][0] < end:
                column += 1
        name = str(column + 1)
        known = cells.get(name)
        text = f"{known} {text}" if isinstance(known, str) else text
        cells[name] = Number(text) if BARE_NUMBER.fullmatch(text) else text
        crossed += sum(start < edge < end for edge, _ in edges[place:])
    if len(words) < _LEAST_GAPS or crossed * 2 > len(edges):
        return None
    return cells
