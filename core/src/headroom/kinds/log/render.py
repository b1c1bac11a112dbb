"""Writes the view of a log: events as they are, and what there is more of."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence, Set
from itertools import pairwise

from headroom.kinds.log.differences import number_ranges, words_of
from headroom.kinds.log.parse import Log
from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.toolkit.ranges import spans
from headroom.view import Omission

__all__ = ["render", "render_briefly"]

#: What follows the first line of an event, such as a stack trace, is shown once, unless saying that
#: it comes again would be about as long: so many lines, so many characters. Chosen.
_SHORT_TRACE = 3
_SHORT_TRACE_CHARS = 160
#: Events of a template that have no more characters together than this are shown: the marker for
#: them, ``[1 more like this left out: line 63]``, would be longer.
_SHORT_REST = 30
#: Nor is a line of so many characters longer than a mark.
_SHORT = 2

# A line of source beside its number, long enough to be known by.
_SOURCE = re.compile(r"\s{0,12}\d{1,7} {0,8}[|\u2502] .{16}")


def render(
    log: Log,
    kept: frozenset[int],
    *,
    ranges: bool = False,
    asides: Mapping[int, Sequence[int]],
    names: Mapping[int, str],
) -> tuple[str, tuple[Omission, ...]]:
    """The view with some events, and what it leaves out.

    Args:
        log: The log.
        kept: The events.
        ranges: Whether markers say which words differ, and the ranges of numbers also where more
            than one event of a template is shown; finding them anew for each choice would take too
            long.
        asides: The lines of events that are beside the point, by event: counted from 0 in each.
        names: What events are about, by event, where markers are to say it.

    """
    kept, first_kept = _with_short_ones(log, kept)
    view = _Written(log)
    omissions: list[Omission] = []
    traces: dict[str, int] = {}
    blank = ""
    beside: list[int] = []
    sources: set[str] = set()
    for index in log.deadline.over(sorted(kept)):
        view.comes_to(index)
        again = _shown_again(log, index, traces)
        if again is None and index in asides:
            places = {*asides[index], *_said_before(log, index, sources)}
            view.lines.extend(_without(log, index, places))
            beside.extend(
                log.first_line + log.events[index].start + place for place in sorted(places)
            )
        elif again is None:
            view.lines.append(log.texts[index])
        else:
            text, omission = again
            view.lines.append(text)
            omissions.append(omission)
        number = log.of_event[index]
        if first_kept[number] == index:
            gone = [other for other in log.templates[number].events if other not in kept]
            if gone:
                omission = _omission(log, gone)
                omissions.append(omission)
                more = _more_like_this(log, gone, kept, omission, names, ranges=ranges)
                if log.texts[index].strip():
                    view.mark(more)
                else:
                    # Of blank lines there is nothing to be told.
                    blank = more
    strangers = [index for index in range(len(log.events)) if log.of_event[index] not in first_kept]
    if strangers:
        omission = _omission(log, strangers)
        omissions.append(omission)
        if len(omissions) == 1 or any(log.texts[index].strip() for index in strangers):
            view.mark(_of_other_kinds(log, strangers, omission))
    if blank and len(omissions) == 1:
        view.mark(blank)
    if beside:
        omissions.append(Omission("lines", tuple(spans(beside))))
        view.lines.insert(0, _legend(len(beside), between=view.has_gaps))
    return "\n".join(view.lines), tuple(omissions)


def _with_short_ones(log: Log, kept: frozenset[int]) -> tuple[frozenset[int], dict[int, int]]:
    """Events with those that cost no more than to say that they are gone; the first of each."""
    first_kept: dict[int, int] = {}
    for index in log.deadline.over(sorted(kept)):
        first_kept.setdefault(log.of_event[index], index)
    kept = kept.union(*(_short_rest(log, number, kept) for number in first_kept))
    between = _shorter_than_a_mark(log, kept, first_kept)
    for index in between:
        first_kept.setdefault(log.of_event[index], index)
    return kept.union(between), first_kept


def render_briefly(log: Log, kept: Set[int]) -> tuple[str, tuple[Omission, ...]]:
    """The view with some events, and what it leaves out, of which it says how much there is.

    Of use where markers would take the room of all events.

    Args:
        log: The log.
        kept: The events.

    """
    view = _Written(log)
    for index in log.deadline.over(sorted(kept)):
        view.comes_to(index)
        view.lines.append(log.texts[index])
    gone = [index for index in range(len(log.events)) if index not in kept]
    if not gone:
        return "\n".join(view.lines), ()
    omission = _omission(log, gone)
    view.mark(marker(plural(omission.count, "line")))
    return "\n".join(view.lines), (omission,)


class _Written:
    """The lines of a view, with a mark between those that were no neighbours.

    Lines without one between are taken for neighbours: an answer for that to the question above.
    """

    def __init__(self, log: Log) -> None:
        self.lines: list[str] = []
        #: Whether a mark says no more than that lines are left out there.
        self.has_gaps = False
        self._log = log
        self._last = -1
        # Above the first line there is nothing that it could be tied to.
        self._is_apart, self._is_marked = False, True

    def comes_to(self, index: int) -> None:
        """Marks the gap above an event, if there is one, and no marker stands there."""
        self._is_apart = self._is_apart or index != self._last + 1
        self._last = index
        # Blank lines say nothing that could be tied to others.
        if self._log.texts[index].strip():
            if self._is_apart and not self._is_marked:
                self.lines.append(SMALLEST)
                self.has_gaps = True
            self._is_apart = self._is_marked = False

    def mark(self, text: str) -> None:
        """Adds a marker."""
        self.lines.append(text)
        self._is_marked = True


def _of_other_kinds(log: Log, strangers: Sequence[int], omission: Omission) -> str:
    kinds = plural(len({log.of_event[index] for index in strangers}), "other kind")
    what = f"{kinds} of line, {plural(omission.count, 'line')} in all,"
    return marker(what, _span(omission))


def _legend(count: int, *, between: bool) -> str:
    what = f"{plural(count, 'line')} of source, arrows, and frames of libraries"
    if between:
        what += "; between entries, others like those shown"
    return f"[left out where {SMALLEST} stands: {what}]"


def _shown_again(log: Log, index: int, traces: dict[str, int]) -> tuple[str, Omission] | None:
    """An event whose further lines another one has shown, without them; ``None`` for any other.

    Args:
        log: The log.
        index: The event.
        traces: The further lines of events, and the number of the line that they begin at; grows.

    """
    event = log.events[index]
    if event.end - event.start <= _SHORT_TRACE:
        return None
    first, rest = log.texts[index].split("\n", 1)
    if len(rest) < _SHORT_TRACE_CHARS:
        return None
    begin, before = log.first_line + event.start + 1, log.first_line - 1
    omission = Omission("lines", ((begin, before + event.end),))
    shown = traces.setdefault(rest, begin)
    if shown == begin:
        return None
    what = f"the same {event.end - event.start - 1} lines as from line {shown} on"
    return f"{first}\n{marker(what, _span(omission))}", omission


def _said_before(log: Log, index: int, sources: set[str]) -> list[int]:
    """The lines of source in an event that others have shown; ``sources`` has those, and grows."""
    found = []
    for place, line in enumerate(log.texts[index].split("\n")):
        if _SOURCE.match(line):
            if line in sources:
                found.append(place)
            sources.add(line)
    return found


def _without(log: Log, index: int, gone: Set[int]) -> list[str]:
    """The lines of an event without some, each run of which is a sign."""
    return [
        line if place not in gone else SMALLEST
        for place, line in enumerate(log.texts[index].split("\n"))
        if place not in gone or place - 1 not in gone
    ]


def _short_rest(log: Log, number: int, kept: frozenset[int]) -> list[int]:
    """The events of a template that are not kept, if they are shorter than a marker for them."""
    rest: list[int] = []
    room = _SHORT_REST
    for index in log.templates[number].events:
        if index in kept:
            continue
        text = log.texts[index]
        room -= len(text) + 1
        if room < 0 or not text.strip():
            return []
        rest.append(index)
    return rest


def _shorter_than_a_mark(log: Log, kept: Set[int], shown: Container[int]) -> list[int]:
    """The events between two that are kept that are no longer than a mark in their place.

    Args:
        log: The log.
        kept: The events that are kept.
        shown: The templates that have any of these.

    """
    found = []
    for one, other in log.deadline.over(pairwise(sorted(kept))):
        if other - one == 2:
            text = log.texts[one + 1].strip()
            if not text or (len(text) <= _SHORT and log.of_event[one + 1] in shown):
                found.append(one + 1)
    return found


def _omission(log: Log, gone: list[int]) -> Omission:
    numbers = [
        log.first_line + line
        for index in gone
        for line in range(log.events.edges[index], log.events.edges[index + 1])
    ]
    return Omission("lines", tuple(spans(numbers)))


def _span(omission: Omission) -> str:
    first, last = omission.ranges[0][0], omission.ranges[-1][1]
    if first == last:
        return f"line {first}"
    if len(omission.ranges) == 1:
        return f"lines {first}-{last}"
    return f"within lines {first}-{last}"


def _more_like_this(
    log: Log, gone: list[int], kept: Set[int], omission: Omission, names: Mapping[int, str],
    *, ranges: bool,
) -> str:  # fmt: skip
    number = log.of_event[gone[0]]
    said: list[str] = []
    if gone[0] in names:
        said = [", ".join(names[index] for index in gone)]
    elif ranges:
        said = [*words_of(log, number, kept), *number_ranges(log.texts, gone)]
    elif len(gone) == len(log.templates[number].events) - 1:
        all_but = (number, sum(log.templates[number].events) - sum(gone))
        if all_but not in log.ranges:
            log.ranges[all_but] = number_ranges(log.texts, gone)
        said = log.ranges[all_but]
    return marker(f"{len(gone)} more like this", "; ".join([_span(omission), *said]))
