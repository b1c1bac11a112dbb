"""In which order the units of a value (rows, lines) go into a view."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, compress, islice
from math import log2
from operator import itemgetter

from headroom.toolkit.identifiers import identifiers, naming
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.relevance import Asked, bm25, holders, query_terms, terms
from headroom.toolkit.rows.identity import is_address
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.outliers import Outliers, find_outliers
from headroom.toolkit.rows.raised import RAISED
from headroom.toolkit.rows.replies import asks, step_to_reply, with_replies
from headroom.toolkit.rows.table import Table
from headroom.toolkit.rows.tree import Line, Tree
from headroom.view import NO_LIMIT, Deadline, Fidelity, Request

__all__ = [
    "ANSWERS",
    "FAILED_CHARS",
    "FILL",
    "FILLING",
    "LINE_DEPTH",
    "REST",
    "SHOWS",
    "Rank",
    "Ranks",
    "has_most",
    "named",
    "rank_line",
    "rank_rows",
    "relevance",
    "spread",
    "write_in_full",
]

#: A tier and a place in it; the smallest goes first.
Rank = tuple[float, float]

NAMED, ANSWERS, SHOWS, ENDS, MENTIONS, UNUSUAL, REST = range(7)
#: After everything else, the lines of documents included.
FILL = 9


class Ranks(Lazy[Rank]):
    """Ranks of units, as tuples only when they are asked for.

    >>> ranks = Ranks(2)
    >>> ranks[0] = (2.5, 7)
    >>> list(ranks)
    [(2.5, 7.0), (6.0, 0.0)]

    """

    def __init__(self, count: int) -> None:
        self.tiers = array("d", (REST,)) * count
        self.places = array("d", (0,)) * count

    def __len__(self) -> int:
        return len(self.tiers)

    def _at(self, index: int) -> Rank:
        return self.tiers[index], self.places[index]

    def __setitem__(self, unit: int, rank: Rank) -> None:
        self.tiers[unit], self.places[unit] = rank

    def put(self, first: int, ranks: Sequence[Rank]) -> None:
        """Those of units that follow each other."""
        end = first + len(ranks)
        self.tiers[first:end] = array("d", map(itemgetter(0), ranks))
        self.places[first:end] = array("d", map(itemgetter(1), ranks))

    def copy(self) -> Ranks:
        """The same, to be changed."""
        ranks = Ranks(0)
        ranks.tiers, ranks.places = self.tiers[:], self.places[:]
        return ranks


#: The same rank for all of these.
FILLING: Rank = (FILL, 0.0)

#: Ordinary rows that show what the others are like; more of them only fill a budget.
_TYPICAL: dict[Fidelity, int] = {"lossless": 24, "balanced": 24, "compact": 6}

#: Rows that a query names are written without aliases, up to here.
_IN_FULL = 3

#: Rows that answer a query have this share of the best score at least; so many of them go first,
#: and those with more than the lesser share go before ordinary rows. Chosen.
_NEAR_BEST, _BEST_ROWS, _MENTIONED = 0.5, 20, 0.125
#: Units that hold what names one are at most so many, or one in so many of all. Chosen.
_FEW_HITS, _ONE_IN = 3, 10
#: Of the rows that are named, and of those that answer, so many bring their replies. Chosen.
_REPLIED = 6
#: Words that more than one in so many rows have name none of them. Chosen.
_NAMED_ONE_IN = 4
#: What more than this share of the rows have answers nothing. Chosen.
_EACH = 0.9
#: As many units may hold a word of the query that tells them apart, or one in ``_ONE_IN``. Chosen.
_TELLING = 20
#: An identifier is worth so many runs of words. Chosen.
_SURE = 4
#: The beginning of a word by which its forms are known: so many characters of its end vary, and
#: so many it has in any case.
_ENDING, _STEM = 2, 3
#: Rows with odd values that are no surprise: so many are worth showing, or one in so many. Chosen.
_UNUSUAL, _UNUSUAL_ONE_IN = 10, 20
#: Rows that only fill a budget come in runs of so many. Measured with ``python -m benchmarks``.
_RUN = 8
#: Of the rows that say what no other does, so many go before the first of all.
_BEFORE_FIRST = 3
#: A level of depth puts a line of a document back by this share of a tier, up to so many levels.
LINE_DEPTH, _DEEPEST = 0.25, 8
#: Who failed otherwise than all others goes before what shows the shape, by so much of a tier.
_ODD = 0.5
#: What failed comes by so much of a tier after what answers the query best; rows of so many
#: characters together at the most.
_AFTER_BEST, FAILED_CHARS = 0.05, 1200
#: What is odd in a series comes by so much of a tier after what answers the query.
_POINT = 0.1
#: A longer line, in characters, is a text or a list rather than a fact. Chosen.
_LONG_LINE = 400
#: Words of a query that are looked at.
_QUERY_WORDS = 200
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


@lru_cache(maxsize=32)
def _phrases(query: str) -> tuple[str, ...]:
    """Runs of words of a query, in small letters."""
    words = [word.strip(_EDGES) for word in query.split()[:_QUERY_WORDS]]
    words = [word for word in words if word]
    # A word by itself is a term whatever it is: of the query, those that tell something.
    asked = query_terms(query)
    telling = [not asked.isdisjoint(query_terms(word)) for word in words]
    found: dict[str, None] = {}
    for size in range(2, _MAX_PHRASE + 1):
        for start in range(len(words) - size + 1):
            run = words[start : start + size]
            is_phrase = telling[start] and telling[start + size - 1]
            if is_phrase and all(len(word) > 1 for word in run):
                found[" ".join(run).lower()] = None
    return tuple(found)[:_MAX_PHRASES]


def named(
    units: Sequence[str],
    query: str | None,
    deadline: Deadline = NO_LIMIT,
    *,
    identifiers_only: bool = False,
) -> Sequence[float]:
    """How surely each unit is the one that a query names: by an identifier, or in its words."""
    if not query:
        return bytes(len(units))
    scores = [0.0] * len(units)
    for index, told in naming(units, identifiers(query), deadline).items():
        scores[index] += told * _SURE
    if identifiers_only:
        return scores
    phrases = _phrases(query)
    lowered = [unit.lower() for unit in deadline.over(units)] if phrases else []
    for phrase in deadline.over(phrases, every=1):
        hits = [index for index, unit in enumerate(lowered) if phrase in unit]
        if hits:
            pattern = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")
            hits = [index for index in hits if pattern.search(lowered[index])]
        # What stands everywhere names nothing.
        if hits and len(hits) <= max(_FEW_HITS, len(units) // _ONE_IN):
            for index in hits:
                scores[index] += log2(1 + len(units) / len(hits))
    return scores


def relevance(
    units: Sequence[str], query: str | None, deadline: Deadline = NO_LIMIT
) -> Sequence[float]:
    """BM25 of the units; those without any telling word of the query are not even looked at."""
    asked = Asked(query, deadline)
    if not asked:
        return bytes(len(units))
    having = holders(units, asked)
    telling = [found for found in having if 0 < len(found) <= max(_TELLING, len(units) // _ONE_IN)]
    candidates = set().union(*(telling or having))
    numbered = enumerate(deadline.over(units))
    texts = [unit if index in candidates else "" for index, unit in numbered]
    return bm25(texts, query, deadline)


def rank_rows(
    table: Table,
    naming: Sequence[float],
    scores: Sequence[float],
    request: Request,
    *,
    series: int = 0,
    is_far: bool = False,
) -> list[Rank]:
    """The rank of each row of a table.

    Args:
        table: The rows.
        naming: How surely the query names each row.
        scores: How well each row answers the query.
        request: Says how many ordinary rows are worth showing, and watches the time. Without a
            budget, all those that would only fill one have the same rank.
        series: Of how many series it is one, if it is: what these are goes before ordinary points.
        is_far: Whether it lies far from the other series.

    """
    # First of all, since it takes the most memory.
    outliers = find_outliers(table, request.deadline.check, _asked_columns(table, request.query))
    count = len(table.rows)
    best = max(scores, default=0.0)
    ranks: list[Rank | None] = [None] * count

    def add(tier: float, rows: Iterable[int]) -> None:
        for place, index in enumerate(rows):
            if ranks[index] is None:
                ranks[index] = (tier, place)

    def add_best(tier: float, rows: Sequence[int], failed: Sequence[int]) -> None:
        # What was not found because of a failure is part of each answer.
        if failed:
            add(tier, rows[:1])
            tier, rows = tier + _AFTER_BEST, [*failed, *rows]
        add(tier, rows)

    names = sorted(
        compress(range(count), naming),
        key=lambda index: (-naming[index], -scores[index], index),
    )
    by_score, answers = _answering(table, scores, outliers, request)
    first = [*names[:_REPLIED], *answers[:_REPLIED]]
    step = _step(table, first)
    failed = _cheap(outliers.failed, table.lines)
    with_named = [*with_replies(names[:_REPLIED], table.lines, step), *names]
    add_best(NAMED, with_named, failed if names else ())
    asked = [index - step for index in first if 0 <= index - step < count]
    asked = [index for index in asked if asks(table.lines[index])]
    best_first = [*with_replies(answers[:_REPLIED], table.lines, step), *asked, *answers]
    add_best(ANSWERS, best_first, failed if request.query else ())
    if series:
        add(ANSWERS + _POINT, [*outliers.rare[:1], *([0] if is_far else [])])
        add(MENTIONS, [*outliers.rare[: 1 + _BEFORE_FIRST], 0, count - 1])
    rare = list(dict.fromkeys([*failed, *outliers.rare]))
    # What nobody could guess goes before what shows the shape: the header does that as well.
    add(
        SHOWS + (REST - SHOWS if series else 0),
        [*rare[:_BEFORE_FIRST], 0, *rare[_BEFORE_FIRST:]],
    )
    add(REST if series else ENDS, [count - 1, *outliers.changes])
    add(MENTIONS, [index for index in by_score if scores[index] > _MENTIONED * best])
    add(UNUSUAL, outliers.unusual[: max(_UNUSUAL, count // _UNUSUAL_ONE_IN)])
    # Each once: that others are the same, their marker says.
    typical: dict[str, int] = {}
    for index in islice(spread(count), _TYPICAL[request.fidelity] // max(1, series)):
        typical.setdefault(table.lines[index], index)
    add(REST, typical.values())
    if request.max_tokens is None:
        return [FILLING if rank is None else rank for rank in ranks]
    # Rows that follow each other need no marker between them.
    blocks = spread(-(-count // _RUN))
    fill = (row for block in blocks for row in range(block * _RUN, (block + 1) * _RUN))
    add(FILL, (row for row in fill if row < count))
    return [rank for rank in ranks if rank is not None]


def _answering(
    table: Table, scores: Sequence[float], outliers: Outliers, request: Request
) -> tuple[Sequence[int], list[int]]:
    """All rows, the one that answers best first; and the best ones, with what is odd among them."""
    best = max(scores, default=0.0)
    by_score = _by_score(scores) if best else array("I")
    answers = [index for index in by_score if scores[index] >= _NEAR_BEST * best]
    if len(answers) > _EACH * len(table.rows):
        # The names of fields, say, which all of them have: that answers nothing.
        by_score, answers = array("I"), []
    else:
        answers += _no_less(table.lines, by_score[len(answers) :], answers[:1], scores, request)
    few = _FEW_HITS
    if answers and has_most(table.lines[answers[0]], request.query):
        few = max(few, len(table.rows) // _NAMED_ONE_IN)
    return by_score, _with_odd(answers, outliers, few)


def _cheap(rows: Sequence[int], lines: Sequence[str]) -> list[int]:
    """Those of some rows that take little room together."""
    sizes = accumulate(len(lines[row]) for row in rows)
    return [row for row, size in zip(rows, sizes) if size <= FAILED_CHARS]


def _no_less(
    lines: Sequence[str],
    others: Sequence[int],
    best: Sequence[int],
    scores: Sequence[float],
    request: Request,
) -> list[int]:
    """The rows that have of what is asked for no less than the best, and are only longer.

    Args:
        lines: All rows.
        others: Those that answer less well, the best first.
        best: The one that answers best.
        scores: How well each does.
        request: Has the query.

    """
    some = [index for index in others if scores[index]]
    if not best or not some or len(some) * _NAMED_ONE_IN > len(lines):
        return []
    rows = [*best, *some]
    found = holders([lines[index] for index in rows], Asked(request.query, request.deadline))
    have = [set(places) for places in found if places[:1] == [0]]
    return [rows[place] for place in sorted(set.intersection(*have))[1:]] if have else []


def _by_score(scores: Sequence[float]) -> array[int]:
    """The rows, the one that answers best first."""
    return array("I", sorted(range(len(scores)), key=lambda index: (-scores[index], index)))


def has_most(line: str, query: str | None) -> bool:
    """Whether a row has at least half of the words of a query."""
    asked = query_terms(query)
    return len(asked.intersection(terms(line))) * 2 >= len(asked)


def _with_odd(answers: Sequence[int], outliers: Outliers, few: int) -> list[int]:
    """The best answers, and the rows that differ in what the query asks for."""
    best = list(answers[:_BEST_ROWS])
    if len(answers) <= few:
        return [*best, *outliers.asked[:_BEFORE_FIRST]]
    # So many say no more than that what is odd beside them does.
    odd = list(dict.fromkeys([*outliers.asked, *outliers.rare]))[:_BEFORE_FIRST]
    return _in_turn(best, odd)


def _in_turn(some: Sequence[int], others: Sequence[int]) -> list[int]:
    """One of the former, one of the latter, and so on."""
    pairs = chain.from_iterable(zip(some, others))
    both = min(len(some), len(others))
    return [*pairs, *some[both:], *others[both:]]


def _asked_columns(table: Table, query: str | None) -> frozenset[int]:
    """The columns, by index, with a word of the query in their names."""
    asked = query_terms(query)
    if not asked:
        return frozenset()
    names = enumerate(table.layout.names)
    return frozenset(index for index, name in names if not asked.isdisjoint(terms(name)))


def _step(table: Table, rows: Sequence[int]) -> int:
    """How far from a row its reply stands: 1, or -1 where the newest row is the first."""
    if not any(asks(table.lines[index]) for index in rows):
        return 1
    return step_to_reply(row.cells for row in table.rows)


def rank_line(
    line: Line,
    place: int,
    naming: float,
    score: float,
    best: float,
    *,
    level: int,
    sentence: int | None,
    is_link: bool = False,
    is_source: bool = False,
    role: int | None = None,
) -> Rank:
    """The rank of a line of a document, or of one of its sentences.

    Args:
        line: The line.
        place: Its place among the members of what holds it.
        naming: How surely the query names it.
        score: How well it answers the query.
        best: How well the best unit of the value does.
        level: How many keys lead to it.
        sentence: Which sentence of the line it is; ``None`` for the line as a whole.
        is_link: Whether it is one of the many addresses of an object.
        is_source: Whether it is the address of a text.
        role: Which line of a stack trace it is, if it is one: the first is the most telling.

    """
    if naming:
        return (NAMED, -naming)
    if best and score >= _NEAR_BEST * best:
        return (ANSWERS, -score)
    depth = min(level - 1, _DEEPEST) * LINE_DEPTH
    if is_link and depth:
        # Below the top, they say where else to ask, each as its neighbours do.
        return (FILL, place)
    if depth and not is_source and is_address(line.value):
        # Rarely does one say what its neighbours do not.
        return (REST + 1, place)
    if role is not None:
        # What went wrong is what a trace is about; where, the last thing to know of it.
        # Each row says it before the next says anything.
        is_said = role <= RAISED
        tier = (SHOWS - _ODD, SHOWS + depth, ENDS + depth, UNUSUAL + depth)[role]
        return (tier, 0 if is_said else sentence or 0)
    if sentence:
        # Texts say first what they are about; beyond that, what comes near the question.
        near = score / best if best else 0.0
        return (ENDS + depth - near, sentence)
    long = sentence is None and len(line.text) > _LONG_LINE
    return (SHOWS + depth + (2 if long else 0), place)


def write_in_full(tree: Tree, speller: Speller, request: Request) -> None:
    """Writes the rows that the query names without aliases: their reader wants the values.

    Args:
        tree: What is written; the lines of its tables are changed.
        speller: What spelled them, and knows the aliases.
        request: Has the query, and counts tokens.

    """
    if not speller.aliases or not request.query:
        return
    for block in tree.tables.values():
        lines = block.table.lines
        naming = named(lines, request.query, request.deadline)
        limit = request.original_tokens if request.max_tokens is None else request.max_tokens
        for row in sorted(range(len(lines)), key=lambda row: (-naming[row], row))[:_IN_FULL]:
            if naming[row]:
                line = block.table.in_full(row, speller)
                if request.counter.count(line) * 2 < limit:
                    block.table.write(row, line)
