"""In which order the units of a value (rows, lines) go into a view."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from math import log2

from headroom.toolkit.identifiers import identifiers, naming
from headroom.toolkit.relevance import Asked, bm25, holders, query_terms
from headroom.toolkit.rows.blocks import Block, Section, TableBlock
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.outliers import find_outliers
from headroom.toolkit.rows.table import Table
from headroom.view import Fidelity, Request

__all__ = ["FILL", "Rank", "named", "rank_rows", "relevance", "spread", "write_in_full"]

#: A tier and a place in it; the smallest goes first.
Rank = tuple[float, float]

NAMED, ANSWERS, SHOWS, ENDS, MENTIONS, UNUSUAL, REST = range(7)
#: After everything else, the lines of documents included.
FILL = 9

#: Ordinary rows that show what the others are like; more of them only fill a budget.
_TYPICAL: dict[Fidelity, int] = {"lossless": 24, "balanced": 24, "compact": 6}

#: Rows that a query names are written without aliases, up to here.
_IN_FULL = 3

_EDGES = "?.,;:!\"'()<>[]{}`"
_MAX_PHRASE = 4
_MAX_PHRASES = 60


def spread(count: int) -> Iterator[int]:
    """All numbers below ``count``, any start of them evenly spread (van der Corput).

    >>> list(spread(5))
    [0, 4, 2, 1, 3]
    """
    if count > 1:
        yield 0
        yield count - 1
    bits = max(1, (count - 1).bit_length())
    seen = {0, count - 1} if count > 1 else set()
    for number in range(1 << bits):
        place = int(format(number, f"0{bits}b")[::-1], 2)
        if place < count and place not in seen:
            yield place


def _phrases(query: str) -> list[str]:
    """Runs of words of a query, in small letters."""
    words = [word.strip(_EDGES) for word in query.split()[:200]]
    words = [word for word in words if word]
    found: dict[str, None] = {}
    for size in range(2, _MAX_PHRASE + 1):
        for start in range(len(words) - size + 1):
            run = words[start : start + size]
            if query_terms(run[0]) and query_terms(run[-1]) and all(len(word) > 1 for word in run):
                found[" ".join(run).lower()] = None
    return list(found)[:_MAX_PHRASES]


def named(
    units: Sequence[str], query: str | None, *, identifiers_only: bool = False
) -> list[float]:
    """How surely each unit is the one that a query names: by an identifier, or in its words."""
    scores = [0.0] * len(units)
    if not query:
        return scores
    for index, told in naming(units, identifiers(query)).items():
        scores[index] += told * 4
    if identifiers_only:
        return scores
    lowered = [unit.lower() for unit in units]
    for phrase in _phrases(query):
        pattern = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")
        hits = [
            index for index, unit in enumerate(lowered) if phrase in unit and pattern.search(unit)
        ]
        # What stands everywhere names nothing.
        if hits and len(hits) <= max(3, len(units) // 10):
            for index in hits:
                scores[index] += log2(1 + len(units) / len(hits))
    return scores


def relevance(units: Sequence[str], query: str | None) -> list[float]:
    """BM25 of the units; those without any telling word of the query are not even looked at."""
    asked = Asked(query)
    if not asked:
        return [0.0] * len(units)
    having = holders(units, asked)
    telling = [found for found in having if 0 < len(found) <= max(20, len(units) // 10)]
    candidates = set().union(*(telling or having))
    return bm25([unit if index in candidates else "" for index, unit in enumerate(units)], query)


def rank_rows(
    table: Table,
    naming: Sequence[float],
    scores: Sequence[float],
    check: Callable[[], None],
    fidelity: Fidelity,
) -> list[Rank]:
    """The rank of each row of a table.

    Args:
        table: The rows.
        naming: How surely the query names each row.
        scores: How well each row answers the query.
        check: Watches the time.
        fidelity: How many ordinary rows are worth showing.

    """
    count = len(table.rows)
    best = max(scores, default=0.0)
    ranks: dict[int, Rank] = {}

    def add(tier: int, rows: Sequence[int]) -> None:
        for place, index in enumerate(rows):
            ranks.setdefault(index, (tier, place))

    by_score = sorted(range(count), key=lambda index: (-scores[index], index))
    add(
        NAMED,
        sorted(
            (index for index in range(count) if naming[index]),
            key=lambda index: (-naming[index], -scores[index], index),
        ),
    )
    add(ANSWERS, [index for index in by_score if best and scores[index] >= best / 2][:20])
    outliers = find_outliers(table, check)
    # What nobody could guess goes before what shows the shape: the header does that as well.
    add(SHOWS, [*outliers.rare[:3], 0, *outliers.rare[3:]])
    add(ENDS, [count - 1, *outliers.changes])
    add(MENTIONS, [index for index in by_score if scores[index] > best / 8])
    add(UNUSUAL, outliers.unusual[: max(10, count // 20)])
    evenly = list(spread(count))
    add(REST, evenly[: _TYPICAL[fidelity]])
    add(FILL, evenly)
    return [ranks[index] for index in range(count)]


def write_in_full(block: Block, speller: Speller, request: Request) -> None:
    """Writes the rows that the query names without aliases: their reader wants the values.

    Args:
        block: What is written; the lines of its tables are changed.
        speller: What spelled them, and knows the aliases.
        request: Has the query, and counts tokens.

    """
    if not speller.aliases or not request.query:
        return
    if isinstance(block, Section):
        for member in block.members:
            write_in_full(member, speller, request)
    elif isinstance(block, TableBlock):
        lines = block.table.lines
        naming = named(lines, request.query)
        limit = request.original_tokens if request.max_tokens is None else request.max_tokens
        for row in sorted(range(len(lines)), key=lambda row: (-naming[row], row))[:_IN_FULL]:
            if naming[row]:
                line = block.table.in_full(row, speller)
                if request.counter.count(line) * 2 < limit:
                    lines[row] = line
