"""Lines into events, such as a line and its stack trace; and which events alert."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple, overload

from headroom.regexes import regex
from headroom.toolkit.alerts import alerting
from headroom.toolkit.lazy import Lazy
from headroom.view import Deadline

__all__ = ["Event", "Events", "Texts", "alerts", "identity", "names_a_place", "split_events"]

#: The lines of an event are shown whole, up to this many; a longer one is several events. Chosen.
_MOST_LINES = 120

_CONTINUES = regex(
    r"""
    \s+[^\s<\u2713\u2714\u2717\u2718\u221a\u2716\u25cb\u25cf]  # not the marks of tests, nor markup
    | \d{1,6}\ +\|(?:\s|$) | Caused\ by: | Suppressed: | Traceback\ \(most | \.\.\.\ \d+\ more
    | During\ handling\ of\ the\ above | The\ above\ exception\ was
    | [A-Za-z_][\w.]{0,200}(?:Error|Exception|Warning|Exit|Interrupt)\b(?::|$)
    """,
    re.VERBOSE,
)

# What ends a stack trace of Python: the name of any exception, and what it says.
_TRACE_BEGINS = "Traceback (most "
_TRACE_ENDS = re.compile(r"[A-Za-z_][\w.]{0,200}(?::\s|$)")

# Codes that alert by their value: of processes, and of web servers.
_CODE = re.compile(
    r"""
    \b(?:exit(?:ed)?|exit\ code|rc|returned)[ =:]{1,3}-?[1-9]\d{0,2}\b | "\ [45]\d\d\ [\d-]
    """,
    re.VERBOSE,
)
# What changes from one time to the next, though it is the same alert.
_IDENTITY = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:\d.,]*Z?|(?<![A-Za-z_\d])\d+(?:[.:,/-]\d+)*|\d{4,}"
    r"|0x[0-9a-fA-F]+|(?<![A-Za-z0-9])(?=[a-f]*\d)[0-9a-f]{8,}\b"
)
_FINDING = re.compile(
    r"(?:[A-Z]{1,6}\d{2,5}:?|(?:error|warning)(?:\[\w+\])?:) [^\n]*\n\s*--?>"
    r"|[^\s:(]+\.\w{1,10}[:(]\d+|(?:FAIL(?:ED)?|ERROR|not ok|--- FAIL)[: ]\s*\S"
    r"|\s*[\u2716\u2717\u2718\u00d7] "
)
_CODES = frozenset(map(str, range(400, 600)))
#: Characters of an event that are looked at: for what tells it from others, for words, for codes.
#: Chosen.
_IDENTIFIED, _READ, _CODE_CHARS = 2000, 4000, 1000
#: Events whose words are looked at at a time. Chosen.
_AT_A_TIME = 500
#: Single letters stand for levels where a share of so many events has one at the same of their
#: first words. Chosen.
_LEVEL_SHARE, _LEVEL_SAMPLE, _LEVEL_WORDS = 0.6, 200, 8
# Cheap to look for before the pattern is.
_CODE_SIGNS = ("exit", "rc", "returned", '" 4', '" 5')
_LEVELS = frozenset(("E", "W", "F", "C", "A"))
_ALL_LEVELS = frozenset("VDIWEFCNAT")


class Event(NamedTuple):
    """Lines that belong together, by index; ``end`` is exclusive."""

    start: int
    end: int


class Events(Lazy[Event]):
    """Events of which each begins where the one before ends, each made when it is asked for.

    Args:
        edges: The first line of each, and at last the end.

    >>> list(Events([0, 3, 4]))
    [Event(start=0, end=3), Event(start=3, end=4)]

    """

    def __init__(self, edges: Iterable[int]) -> None:
        #: The first line of each, and at last the end.
        self.edges = array("i", edges)

    def __len__(self) -> int:
        return len(self.edges) - 1

    def _at(self, index: int) -> Event:
        return Event(self.edges[index], self.edges[index + 1])

    def __iter__(self) -> Iterator[Event]:
        return map(Event, self.edges, self.edges[1:])


class Texts(Lazy[str]):
    r"""What events say, each cut out of the text when it is asked for.

    Args:
        text: The log.
        lines: Its lines.
        events: Its events.

    >>> list(Texts("a\n at b\nc", ["a", " at b", "c"], Events([0, 2, 3])))
    ['a\n at b', 'c']

    """

    def __init__(self, text: str, lines: Iterable[str], events: Events) -> None:
        self._text = text
        starts = array("q", accumulate((len(line) + 1 for line in lines), initial=0))
        self._starts = array("q", map(starts.__getitem__, events.edges[:-1]))
        self._ends = array("q", (starts[edge] - 1 for edge in events.edges[1:]))

    def __len__(self) -> int:
        return len(self._starts)

    def _at(self, index: int) -> str:
        return self._text[self._starts[index] : self._ends[index]]

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice) or index < 0:
            return super().__getitem__(index)
        # It is asked for many times for each event.
        return self._text[self._starts[index] : self._ends[index]]

    def __iter__(self) -> Iterator[str]:
        return map(self._text.__getitem__, map(slice, self._starts, self._ends))


def split_events(lines: Sequence[str], deadline: Deadline) -> Events:
    """The events of a log, which together are all of its lines.

    Args:
        lines: Its lines.
        deadline: Checked now and then.

    >>> list(split_events(["a failed", "  at b", "  at c", "d"], Deadline(None)))
    [Event(start=0, end=3), Event(start=3, end=4)]

    """
    edges = array("i", (0,))
    start = 0
    in_trace = False
    for index, (before, line) in enumerate(deadline.over(pairwise(lines)), 1):
        in_trace = in_trace or before.startswith(_TRACE_BEGINS)
        if index - start < _MOST_LINES:
            if _CONTINUES.match(line):
                continue
            if in_trace and before[:1] == " " and _TRACE_ENDS.match(line):
                in_trace = False
                continue
        edges.append(index)
        start = index
        in_trace = False
    edges.append(len(lines))
    return Events(edges)


def alerts(texts: Sequence[str], masked: Sequence[str], deadline: Deadline) -> list[bool]:
    """Which events alert: by a word, by a code, or by the letter in the column of levels.

    Args:
        texts: The events.
        masked: The same with their values masked; what is equal here has the same words.
        deadline: Checked now and then.

    """
    column = _level_column(texts)
    found = []
    by_words = _alert_by_words(texts, masked, deadline)
    exits, rc, returned, is_4xx, is_5xx = _CODE_SIGNS
    for text, key in deadline.over(zip(texts, masked)):
        alert = by_words[key]
        if not alert and "\n" in text:
            alert = _FINDING.match(text) is not None
        # Spelled out: it is asked of nearly each.
        if not alert and (
            exits in text or rc in text or returned in text or is_4xx in text or is_5xx in text
        ):
            alert = _CODE.search(text, 0, _CODE_CHARS) is not None
        if not alert and column is not None:
            words = text.split(None, column + 1)
            alert = len(words) > column and words[column] in _LEVELS
        found.append(alert)
    return found


def identity(text: str) -> str:
    """What tells an alert from others like it: all but its numbers, times, addresses and long ids.

    A code such as 404 and the number in the name of a test belong to what it says.

    >>> identity("12:00:01 FAIL test_case_041 took 35 ms") == identity(
    ...     "12:00:07 FAIL test_case_041 took 9 ms")
    True
    >>> identity("FAIL test_case_041") == identity("FAIL test_case_017")
    False
    """
    return _IDENTITY.sub(_unless_code, text[:_IDENTIFIED])


def names_a_place(text: str) -> bool:
    """Whether an alert is of a place in a file, or of a test, as those of builds and tests are.

    >>> names_a_place("src/a.c:12:7: error: expected ';'"), names_a_place("FAILED tests/a.py::b")
    (True, True)
    >>> names_a_place("12:00:01 ERROR connection lost")
    False
    """
    return _FINDING.match(text) is not None


def _unless_code(match: re.Match[str]) -> str:
    return match[0] if match[0] in _CODES else "0"


def _alert_by_words(
    texts: Sequence[str], masked: Sequence[str], deadline: Deadline
) -> dict[str, bool]:
    """Whether a word alerts, by the masked text of events."""
    known: dict[str, bool] = {}
    harmless: set[str] = set()
    for start in deadline.over(range(0, len(texts), _AT_A_TIME), every=1):
        some: dict[str, str] = {}
        for key, text in zip(masked[start : start + _AT_A_TIME], texts[start : start + _AT_A_TIME]):
            if key not in known:
                known[key] = False
                some[key] = text[:_READ]
        keys = list(some)
        for index in alerting(list(some.values()), harmless):
            known[keys[index]] = True
    return known


def _level_column(texts: Sequence[str]) -> int | None:
    """Where single letters stand for levels, if they do so in most lines."""
    sample = texts[:_LEVEL_SAMPLE]
    columns: Counter[int] = Counter()
    for text in sample:
        for position, word in enumerate(text.split(None, _LEVEL_WORDS)[:_LEVEL_WORDS]):
            if len(word) == 1 and word in _ALL_LEVELS:
                columns[position] += 1
                break
    if not columns:
        return None
    position, count = columns.most_common(1)[0]
    if count <= _LEVEL_SHARE * len(sample):
        return None
    # Letters of the whole alphabet are grades, types or initials.
    at = (text.split(None, position + 1)[position : position + 1] for text in sample)
    letters = {word for word in chain.from_iterable(at) if len(word) == 1 and word.isalpha()}
    return position if letters <= _ALL_LEVELS else None
