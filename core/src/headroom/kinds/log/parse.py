"""Reads a log once: its events, their templates, and which of them alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from headroom.kinds.log.events import Event, Events, Texts, alerts, split_events
from headroom.kinds.log.rhythm import openers
from headroom.kinds.log.shell import inner_steps
from headroom.kinds.log.templates import Template, mine
from headroom.scanning import masked
from headroom.scanning.masks import MASK
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["Log", "parts_within", "read_log"]

#: Events between two looks at the clock. Chosen.
_CHECKED_EVERY = 500
#: Events of more lines are in parts where they have more characters together, but what comes again,
#: than so many for each token of a view. Chosen.
_LONG, _CHARS = 4, 2


@dataclass(frozen=True)
class Log:
    """The events of a log, and what is known of each, by its index."""

    lines: Sequence[str]
    events: Events
    texts: Texts
    templates: list[Template]
    #: The template of each event.
    of_event: list[int]
    alert: list[bool]
    #: For each event the one that opens the group that it is in, or -1.
    opened_by: Sequence[int]
    #: How many events have a masked text.
    often: Mapping[str, int]
    #: By which number markers call the first line.
    first_line: int
    #: Watches the time of whoever goes through it.
    deadline: Deadline = field(compare=False)
    #: The ranges of the numbers in all events of a template but one, by both, once they are known.
    ranges: dict[tuple[int, int], list[str]] = field(default_factory=dict)


def read_log(source: Source) -> Log:
    """The log that a text is: ``source.once(read_log)``."""
    return _read(source, split_events(source.lines, source.deadline))


def parts_within(source: Source, most: int) -> Log:
    """The log with its longest events in parts, so that one can be shown without the rest.

    Args:
        source: The text.
        most: Characters of the longest event: as many as a view may have tokens are about a
            quarter of it.

    """
    log = source.once(read_log)
    # Where all traces have no room, what each of them says comes before the frames of a few.
    long = [text for text in log.deadline.over(log.texts) if text.count("\n") >= _LONG]
    further = {text.partition("\n")[2] for text in long}
    longest = _LONG if sum(map(len, further)) > _CHARS * most else len(log.lines)
    found = (_parts(event, log.lines, most, longest) for event in log.deadline.over(log.events))
    starts = (part.start for part in chain.from_iterable(found))
    events = Events((*starts, len(log.lines)))
    return log if len(events) == len(log.events) else _read(source, events)


def _read(source: Source, events: Events) -> Log:
    lines, deadline = source.lines, source.deadline
    texts = Texts(source.text, lines, events)
    said: list[str] = []
    edges = events.edges
    for first in range(0, len(events), _CHECKED_EVERY):
        deadline.check()
        some = edges[first : first + _CHECKED_EVERY + 1]
        own = masked(lines[some[0] : some[-1]])
        if len(own) == len(some) - 1:
            said += own
        else:
            # A stack trace belongs to what an event says: another trace is another event.
            said += ("\n".join(own[a - some[0] : b - some[0]]) for a, b in pairwise(some))
    # Steps within the commands of a shell's trace are alike in that hardly anybody asks for one.
    steps = inner_steps(lines, deadline)
    told = said
    if steps:
        told = [
            MASK if event.start in steps and event.end - 1 in steps else text
            for event, text in zip(deadline.over(events), said)
        ]
    templates = mine(told, deadline)
    of_event = [0] * len(events)
    for number, template in enumerate(templates):
        for index in template.events:
            of_event[index] = number
    alerting = alerts(texts, said, deadline)
    often = Counter(told)
    opened_by = openers(texts, told, often, templates, deadline)
    return Log(
        lines, events, texts, templates, of_event, alerting, opened_by, often,
        source.first_line, deadline,
    )  # fmt: skip


def _parts(event: Event, lines: Sequence[str], most: int, longest: int) -> list[Event]:
    """An event, or its lines where it has more characters, or more lines."""
    numbers = range(event.start, event.end)
    if len(numbers) <= longest and sum(len(lines[number]) for number in numbers) <= most:
        return [event]
    return [Event(number, number + 1) for number in numbers]
