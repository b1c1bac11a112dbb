"""Which parts of large rows go first where a query asks for one of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom.toolkit.rows.notation import flow
from headroom.toolkit.rows.rank import REST, Rank, named, relevance
from headroom.toolkit.rows.tree import Block, Line, Section
from headroom.toolkit.rows.units import Units
from headroom.toolkit.rows.values import Json
from headroom.view import Deadline

__all__ = ["rank_by_row"]

# All of these are chosen, in tiers.

#: Where the parts of the best row begin that answer the query, and where those that do not;
#: what says what a row is goes before both.
_NEAR, _OTHERS = 0.2, 0.6
#: Where items go that answer nothing beside others that do: behind what answers it in other rows.
_PASSED_BY = 1.0
#: What answers the query as well as this share of the best goes no later than here, whatever row it
#: is in: rows may be results of several tools, of which none is better than another.
_AS_WELL, _ELSEWHERE = 0.5, 0.95
#: By so much a row comes later that answers the query not at all.
_NO_ANSWER = 1.0
#: Rows that answer it less well than this share of the best do not go before what is around rows.
_LEAST = 0.125
_LAST = REST - 0.5
#: Beside what a row as a whole is worth: what it says that it is, and that the query names it.
_SAID, _NAMED = 0.5, 1.0
#: So surely is a row named whose words the query has, rather than a few that happen to be in it.
_QUOTED = 24.0

#: What says what a row is: so many texts of it, so many levels deep.
_TEXTS, _DEPTH = 2, 2


def rank_by_row(units: Units, query: str, scores: Sequence[float]) -> dict[int, Rank]:
    """The ranks of the units of rows that are shown in parts, the best row first.

    Of each row goes first what it is called and what it says of itself, then what answers the
    query, then the rest; the better a row as a whole answers the query, the earlier all of it.

    Args:
        units: The units of a value; some of its tables are shown in parts.
        query: What is asked for.
        scores: How well each unit answers it.

    Returns:
        The ranks by unit; none where no row answers the query.

    """
    rows = [
        (row, section, index)
        for section in units.outer_rows
        for index, row in enumerate(section.members)
    ]
    heads: list[set[int]] = []
    for row, section, index in rows:
        names = units.names(section)[0]
        heads.append(_head(units, row, names[index] if names else ""))
    says = ["\n".join(units.texts[unit] for unit in sorted(head)) for head in heads]
    worth = _worth([_text(*row) for row in rows], says, query, units.request.deadline)
    if not any(worth):
        return {}
    ranks: dict[int, Rank] = {}
    most = max(scores, default=0.0)
    for place, ((row, _, _), head) in enumerate(zip(rows, heads)):
        first, end = units.range(row)
        if worth[place] < _LEAST:
            # What answers best in a row that does not answers nothing.
            ranks.update((unit, (_LAST, unit)) for unit in range(first, end))
            continue
        best = max(scores[first:end], default=0.0)
        behind = _NO_ANSWER * (1 - worth[place])
        passed_by = _passed_by(units, first, end, scores)
        for unit in range(first, end):
            near = scores[unit] / best if best else 0.0
            tier = 0.0 if unit in head else _OTHERS - (_OTHERS - _NEAR) * near
            tier = behind + (_PASSED_BY if unit in passed_by else tier)
            if scores[unit] >= _AS_WELL * most > 0:
                tier = min(tier, _ELSEWHERE)
            ranks[unit] = (tier, unit)
    return ranks


def _passed_by(units: Units, first: int, end: int, scores: Sequence[float]) -> set[int]:
    """The items of lists in a row that answer nothing, where others of the same list do.

    They are no more about what is asked for than are other rows.
    """
    found: set[int] = set()
    for start, stop in units.tables_within(first, end):
        silent = [unit for unit in range(start, stop) if not scores[unit]]
        if len(silent) < stop - start:
            found.update(silent)
    return found


def _worth(
    texts: Sequence[str], says: Sequence[str], query: str, deadline: Deadline
) -> list[float]:
    """How well each row answers the query, as a whole and in what it says it is, from 0 to 1."""
    scores = _of_best(relevance(texts, query, deadline))
    said = _of_best(relevance(says, query, deadline))
    told = _of_best(named(texts, query, deadline, identifiers_only=True))
    quoted = [min(1.0, sure / _QUOTED) for sure in named(texts, query, deadline)]
    return _of_best(
        [
            whole + _SAID * own + _NAMED * max(sure, words)
            for whole, own, sure, words in zip(scores, said, told, quoted)
        ]
    )


def _of_best(scores: Sequence[float]) -> list[float]:
    best = max(scores, default=0.0) or 1.0
    return [score / best for score in scores]


def _text(row: Block, section: Section, index: int) -> str:
    """A row as it is searched, its keys included."""
    value: Json = section.rows.values[index]
    heading = row.heading if isinstance(row, Section) else ""
    return f"{heading} {flow(value)}"


def _head(units: Units, row: Block, name: str) -> set[int]:
    """The units that say what a row is: its name and the beginnings of its first texts."""
    if not isinstance(row, Section):
        return set(range(*units.range(row)))
    lines = sorted(_lines(row, _DEPTH), key=lambda found: found[0])
    firsts = [(units.range(line)[0], line) for _, line in lines]
    head = {unit for unit, line in firsts if name and line.value == name}
    texts = [unit for unit, line in firsts if " " in str(line.value) and unit not in head]
    return head | set(texts[:_TEXTS])


def _lines(section: Section, depth: int) -> Iterator[tuple[int, Line]]:
    """The lines of texts in a section, each with how deep it is."""
    for member in section.members:
        if isinstance(member, Line) and isinstance(member.value, str) and not member.same:
            yield _DEPTH - depth, member
        elif isinstance(member, Section) and not member.of_rows and depth > 1:
            yield from _lines(member, depth - 1)
