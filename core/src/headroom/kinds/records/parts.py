"""What tells a record from the others, line by line: what is worth most of one that has no room."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from headroom.kinds.records.parse import Records, field_of
from headroom.regexes import regex
from headroom.source import Source
from headroom.tokens.base import count_each
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.gaps import view_of_lines
from headroom.toolkit.markers import plural
from headroom.toolkit.relevance import query_terms, terms
from headroom.toolkit.rows.identity import find_names
from headroom.toolkit.rows.rank import ANSWERS, SHOWS, Rank
from headroom.view import Deadline, Request, View

__all__ = ["is_left_out", "telling_lines", "view_of_parts"]

# All of these are chosen.

#: A line tells its record from the others where so many have it, or one in so many, and such a
#: share of those with its field say the same of it, or so few have the field.
_FEW, _ONE_IN, _USUAL = 3, 10, 0.5
#: So many lines of a record, those that fewest others have; the share of its lines that they are.
_MOST, _SHARE = 8, 0.5
#: Where a name stands in so many lines of a record, all of these are shown with it.
_HEAD = 4
#: The share of a view that records may have which are asked for.
_ASKED = 0.4
#: Tokens of a marker between lines.
_MARKER = 12
#: Of more lines, what they say takes too much memory beside them.
_LINES = 20_000
#: Of more records, none is called by a name.
_NAMED = 1000
_DIGITS = regex(r"\d+")


def telling_lines(records: Records, deadline: Deadline) -> dict[int, Sequence[int]]:
    """The lines of each record, by its number, that tell it from the others, if there are any.

    Args:
        records: All of them.
        deadline: Checked now and then.

    """
    few = max(_FEW, len(records.spans) // _ONE_IN)
    if len(records.spans) <= 2 * few or len(records.lines) > _LINES:
        return {}
    fields: list[list[tuple[int, int, int]]] = []
    keys: dict[tuple[int, str], int] = {}
    texts: dict[tuple[int, str], int] = {}
    for first, end in deadline.over(records.spans):
        own: list[tuple[int, int, int]] = []
        for line in range(first, end):
            text = records.lines[line].strip()
            if text:
                indent, name, _ = field_of(records.lines[line])
                field = (indent, name or _DIGITS.sub("0", text.split(None, 1)[0]))
                key = keys.setdefault(field, len(keys))
                own.append((line, key, texts.setdefault((key, text), len(texts))))
        fields.append(own)
    having = Counter(key for own in fields for key in {key for _, key, _ in own})
    saying = Counter(said for own in fields for said in {said for _, _, said in own})
    usual: dict[int, int] = {}
    for (key, _), said in texts.items():
        usual[key] = max(usual.get(key, 0), saying[said])
    found: dict[int, Sequence[int]] = {}
    for record, own in enumerate(deadline.over(fields)):
        some = [
            (saying[said], line)
            for line, key, said in own
            if having[key] <= few or saying[said] <= few < _USUAL * having[key] <= usual[key]
        ]
        if some and len(some) <= max(1, _SHARE * len(own)):
            found[record] = sorted(line for _, line in sorted(some)[:_MOST])
    return found


def view_of_parts(
    source: Source,
    records: Records,
    ranks: Sequence[Rank],
    telling: dict[int, Sequence[int]],
    request: Request,
    limit: int,
) -> View | None:
    """The view that shows what is odd of many records rather than all of a few.

    Args:
        source: The text.
        records: Those in it.
        ranks: What each of them is worth.
        telling: The lines that tell some of them from the others.
        request: Counts tokens and watches the time.
        limit: The most tokens that it may have.

    """
    heads = _heads(records)
    order = sorted(range(len(ranks)), key=ranks.__getitem__)
    answers = [row for row in order if ranks[row][0] <= ANSWERS]
    some, shown = _asked(records, answers, request, limit)
    asked = query_terms(request.query)
    first = [
        row
        for row in order
        if not shown.issuperset(range(*records.spans[row]))
        and (ranks[row][0] <= ANSWERS or (row in telling and ranks[row][0] <= SHOWS))
    ]
    of_answers = {row: _saying(records, row, asked) for row in first if ranks[row][0] <= ANSWERS}
    often = Counter(term for said in of_answers.values() for term in set().union(*said.values()))
    few = max(_FEW, len(records.spans) // _ONE_IN)
    for row in request.deadline.over(first):
        start, _ = records.spans[row]
        own = {
            line
            for line, said in of_answers.get(row, {}).items()
            if any(often[term] <= few for term in said)
        }
        own.update(telling.get(row, ()))
        if own:
            lines = {start, *heads.get(row, ()), *own}
            lines.update(*(_again(records.lines, start, line) for line in own))
            some.append(lines.union(*(_above(records.lines, start, line) for line in own)))
    # Then what stands around the records.
    ends = [0, *(end for _, end in records.spans)]
    starts = [*(start for start, _ in records.spans), len(records.lines)]
    some += [
        set(range(end, start)) for end, start in zip(ends, starts) if _says(records, end, start)
    ]
    shown = set().union(*some)
    for row in dict.fromkeys([*first, *order]):
        rest = set(range(*records.spans[row])) - shown
        if rest:
            some.append(rest)
    texts = ["\n".join(records.lines[line] for line in sorted(lines)) for lines in some]
    costs = array("I", map(_MARKER.__add__, count_each(request.counter, texts)))

    firsts = [first for first, _ in records.spans]

    def note(first: int, end: int) -> str:
        count = bisect_left(firsts, end) - bisect_left(firsts, first)
        return plural(count, "record") if count > 1 else ""

    def view(kept: frozenset[int]) -> View:
        lines = set().union(*(some[index] for index in kept))
        # A marker takes the place of a line, and says less.
        lines.update(line + 1 for line in list(lines) if line + 2 in lines)
        return view_of_lines(source.lines, lines, note, first_line=source.first_line)

    def render(kept: frozenset[int]) -> str:
        request.deadline.check()
        return view(kept).text

    best = largest_fitting(range(len(some)), costs, render, request, limit)
    return view(best) if best else None


def _asked(
    records: Records, answers: Sequence[int], request: Request, limit: int
) -> tuple[list[set[int]], set[int]]:
    """The records that answer best, all of each, as many as have room beside others."""
    found: list[set[int]] = []
    room = _ASKED * limit
    for row in answers:
        lines = range(*records.spans[row])
        text = "\n".join(records.lines[lines.start : lines.stop])
        room -= request.counter.count(text) + _MARKER
        if room < 0:
            break
        found.append(set(lines))
    return found, set().union(*found)


def _saying(records: Records, row: int, asked: frozenset[str]) -> dict[int, frozenset[str]]:
    """The lines of a record that have a word of a query, and which."""
    found = {n: asked.intersection(terms(records.lines[n])) for n in range(*records.spans[row])}
    return {line: said for line, said in found.items() if said}


def _says(records: Records, first: int, end: int) -> bool:
    return any(line.strip() for line in records.lines[first:end])


def is_left_out(
    kept: frozenset[int],
    units: Sequence[int],
    ranks: Sequence[Rank],
    telling: dict[int, Sequence[int]],
) -> bool:
    """Whether a record that is odd is not among some units."""
    return any(ranks[row][0] <= SHOWS and units[row] not in kept for row in telling)


def _heads(records: Records) -> dict[int, Sequence[int]]:
    """The lines of each record that say what it is called, where its first one does not."""
    firsts = {records.lines[first] for first, _ in records.spans}
    if len(firsts) * 2 > len(records.spans):
        return {}
    names = find_names(records.rows, codes=True) if len(records.spans) <= _NAMED else None
    found: dict[int, Sequence[int]] = {}
    for row, (first, end) in enumerate(records.spans):
        # Of several that one field has, the first.
        name = names[row].split(", ")[0] if names else ""
        lines = (line for line in range(first, end) if name in records.lines[line])
        line = next(lines, first) if name else first
        near = range(first, min(first + _HEAD, end))
        found[row] = near if line in near else [line, *_above(records.lines, first, line)]
    return found


def _again(lines: Sequence[str], start: int, line: int) -> Sequence[int]:
    """The nearest lines above one that begin as its record does: two may be as one."""
    begins = field_of(lines[start])[:2]
    for above in range(line, start, -1):
        if begins[1] and field_of(lines[above])[:2] == begins:
            return range(above, min(above + _HEAD, line))
    return ()


def _above(lines: Sequence[str], start: int, line: int) -> list[int]:
    """The lines of a record that a line is indented below."""
    found: list[int] = []
    indent = _indent(lines[line])
    for above in range(line - 1, start, -1):
        own = _indent(lines[above])
        if lines[above].strip() and own < indent:
            found.append(above)
            indent = own
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
