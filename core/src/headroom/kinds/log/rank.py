"""Which events of a log matter: what alerts, what is rare, what answers the query."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from operator import eq

from headroom.kinds.log.events import identity, names_a_place
from headroom.kinds.log.outliers import LEAST, outlying_events
from headroom.kinds.log.parse import Log
from headroom.kinds.log.subjects import subjects_of
from headroom.kinds.log.templates import Template
from headroom.scanning.masks import MASK
from headroom.toolkit.failures import failures_and_outcomes
from headroom.toolkit.relevance import Asked, bm25, holders
from headroom.toolkit.traces import traces_in

__all__ = ["order_of", "scores_of"]

#: How many events a query brings in, from which share of the best one's score, and how many
#: characters of an event are looked at. Measured with `python -m benchmarks`.
_ANSWERS = 12
_GOOD_ANSWER = 0.6
_SCORED_CHARS = 4000
#: The share of the lines of a shape that are nearly all of them. Chosen.
_NEARLY_ALL = 0.8
#: Alerts of one template are shown apart while they differ in more than their values, if they are
#: no more than the first; else so many of them are. Measured with `python -m benchmarks`.
_ALERT_VARIANTS, _NAMED_ALERTS = 16, 6
#: Findings of a compiler or a linter, and tests that failed, are each a thing to mend. Chosen.
_FINDINGS = 200
#: So many lines that sum up a run, the last ones, are shown. Chosen.
_OUTCOMES = 12
#: In so many groups, lines that sum up are those of the groups. Chosen.
_GROUPS = 3
#: So many of the frames of a trace that are nearest to the failure come with it. Chosen.
_OWN = 2
#: Templates that may differ in names alone: so many are compared, of so many characters. Chosen.
_COMPARED, _NAMING_CHARS = 20, 200
_SAYS = re.compile(r"\w")
# That something failed, in one word, and what stands around words.
_FAIL, _EDGES = re.compile(r"(?:FAIL(?:ED|URE)?|ERROR)$", re.IGNORECASE), "()[]{}<>:;,.'\"`"


def scores_of(log: Log, query: str | None) -> dict[int, float]:
    """How well events answer the query; those that share no word with it are not there."""
    asked = Asked(query, log.deadline)
    if not asked:
        return {}
    found = sorted(set().union(*holders(log.texts, asked)))
    texts = [log.texts[index][:_SCORED_CHARS] for index in log.deadline.over(found)]
    scores = bm25(texts, query, log.deadline)
    return {index: score for index, score in zip(found, scores) if score > 0}


def order_of(
    log: Log, scores: dict[int, float], *, is_limited: bool = False
) -> tuple[int, list[int]]:
    """All events, the most important first, and how many of them a view without budget keeps.

    Args:
        log: The log.
        scores: How well events answer the query.
        is_limited: Whether there is a budget: then all that traces say comes before their frames.

    """
    best = max(scores.values(), default=0.0)
    answers = sorted(
        (index for index, score in scores.items() if score >= _GOOD_ANSWER * best),
        key=lambda index: (-scores[index], index),
    )
    answers = _told_apart(log, answers, scores)[:_ANSWERS]
    # The end says how it came out: the last line that is none of dashes or blanks.
    upward = log.deadline.over(range(len(log.events) - 1, -1, -1))
    said = (index for index in upward if _SAYS.search(log.texts[index]))
    end = [next(said, len(log.events) - 1), len(log.events) - 1]
    # Of answers that say the same thing, one comes before all else.
    best_of = {log.of_event[index]: index for index in reversed(answers)}
    leading = [index for index in answers if best_of[log.of_event[index]] == index]
    examples, sums = _examples(log, is_limited=is_limited)
    # A last line like many others says no more than that it went on.
    is_common = len(log.templates[log.of_event[end[0]]].events) > _OUTCOMES
    first = [] if is_common and any(map(log.alert.__getitem__, examples[:1])) else [end[0]]
    must = dict.fromkeys([*leading, *first, *examples, *end, *answers])
    shown = list(dict.fromkeys(chain.from_iterable(_with_subjects(log, must, sums))))
    rest = _rest(log, frozenset(shown), scores)
    if not is_limited:
        return len(shown), shown + rest
    # What there is still room for stands below what it is about, too.
    more = chain.from_iterable(_with_subjects(log, rest, sums))
    return len(shown), list(dict.fromkeys(chain(shown, more)))


def _with_subjects(log: Log, events: Iterable[int], sums: Set[int]) -> Iterator[tuple[int, ...]]:
    """Events, each with those that say what it is about; but sums, of which there is one a run."""
    # Where each group has one, they are no sums of the run.
    if len({log.opened_by[index] for index in sums}.difference((-1,))) >= _GROUPS:
        sums = frozenset()
    for index in log.deadline.over(events):
        # Before it: where there is no room for both, it is not shown below another one's.
        yield (index,) if index in sums else (*subjects_of(log, index), index)


def _told_apart(log: Log, answers: Sequence[int], scores: Mapping[int, float]) -> list[int]:
    """Answers, but of those that nearly all lines of a shape are, and as good, the first.

    A query that has a word of each line of a shape asks for none of them.
    """
    alike = Counter((log.of_event[index], scores[index]) for index in answers)
    seen: set[tuple[int, float]] = set()
    found = []
    for index in answers:
        key = (log.of_event[index], scores[index])
        of_all = len(log.templates[log.of_event[index]].events)
        if alike[key] <= max(_ANSWERS, _NEARLY_ALL * of_all) or key not in seen:
            found.append(index)
        seen.add(key)
    return found


def _examples(log: Log, *, is_limited: bool) -> tuple[list[int], Set[int]]:
    """The events that stand for those of their templates, the most important first.

    And those that say how a run came out, where nothing failed.
    """
    size = [len(template.events) for template in log.templates]
    firsts = {template.events[0] for template in log.templates}
    failures, outcomes = failures_and_outcomes(log.deadline.over(log.texts))
    # A single line that says what failed, or how a run came out.
    verdicts = {index for index in failures | outcomes if _is_line(log, index)}
    raised, places = _raised(log)
    verdicts |= raised
    again = _said_again(log, sorted(verdicts & failures, reverse=True))

    def rank(index: int) -> tuple[int, int, int, int, int, int]:
        # What failed, once, and how it came out before all else. Alerts before the rest, and first
        # those that name on one line what is to be mended; of each, what is rare before what is
        # common, and the first event of a template, or what is odd in it, before others.
        return (
            0 if index in verdicts and index not in again else 1,
            0 if (log.alert[index] or index in places) and index not in again else 1,
            0 if _is_line(log, index) and names_a_place(log.texts[index]) else 1,
            0 if index in firsts or index in odd else 1,
            min(LEAST, size[log.of_event[index]]) if index in odd else size[log.of_event[index]],
            index,
        )

    examples = {
        index
        for template in log.deadline.over(log.templates)
        for index in _examples_of(log, template, failures)
    }
    odd = _odd_events(log)
    examples |= odd
    sums = outcomes - failures
    # Of those that say the same, word by word, the last one.
    last = {log.texts[index]: index for index in log.deadline.over(sorted(outcomes))}
    shown = examples.union(sorted(last.values())[-_OUTCOMES:])
    if is_limited:
        told = {log.texts[index]: index for index in sorted(raised, reverse=True)}
        shown.update(sorted(told.values())[:_FINDINGS])
    return sorted(shown, key=rank), sums


def _raised(log: Log) -> tuple[set[int], set[int]]:
    """The events in which traces say what went wrong, and those where it did: inner frames."""
    traces = traces_in(log.lines, log.deadline)
    places = (line for inner in traces.inner for span in inner[:_OWN] for line in span)
    edges = log.events.edges

    def events(lines: Iterable[int]) -> set[int]:
        return {bisect_right(edges, line) - 1 for line in lines}

    return events(traces.said), events(line for line in places if _SAYS.search(log.lines[line]))


def _is_line(log: Log, index: int) -> bool:
    """Whether an event is a single line."""
    return log.events.edges[index + 1] - log.events.edges[index] == 1


def _said_again(log: Log, failures: Sequence[int]) -> frozenset[int]:
    """The events that say only what another one below them says as well: that something failed.

    Args:
        log: The log.
        failures: The single lines that say what failed, from the end.

    """
    seen: set[frozenset[str]] = set()
    again = set()
    for index in log.deadline.over(failures):
        words = (word.strip(_EDGES) for word in log.texts[index].split())
        told = frozenset(word for word in words if _SAYS.search(word) and not _FAIL.match(word))
        if told and told in seen:
            again.add(index)
        seen.add(told)
    return frozenset(again)


def _examples_of(log: Log, template: Template, failures: Set[int]) -> set[int]:
    shown = set(template.examples(log.deadline))
    # An alert that says something else is another alert, however alike they are.
    different: dict[str, int] = {}
    for index in log.deadline.over(template.events):
        if log.alert[index]:
            different.setdefault(identity(log.texts[index]), index)
    first = template.events[0]
    is_finding = first in failures or names_a_place(log.texts[first])
    most = _FINDINGS if is_finding else _ALERT_VARIANTS
    if len(different) > most and not is_finding:
        # What tells so many apart are names: a few of them will do.
        most = _NAMED_ALERTS
    shown.update(list(different.values())[:most])
    return shown


def _odd_events(log: Log) -> set[int]:
    """The events that are odd among those of their templates."""
    odd = _odd_among_names(log)
    for template in log.deadline.over(log.templates):
        # What shares no word but values, each of several words, is not of one form.
        if template.words != [MASK] or " " not in log.texts[template.events[0]]:
            odd.update(outlying_events(log.texts.__getitem__, template.events, log.deadline))
    return odd


def _odd_among_names(log: Log) -> set[int]:
    """The events that are odd among those of templates that differ in what they name.

    Each of these has too few events to show what is usual: "Pump 3: 20 kg", "Valve 4: 31 kg".
    """
    alike: dict[tuple[bool, ...], list[tuple[list[str], list[int]]]] = {}
    for template in log.deadline.over(log.templates):
        if len(template.events) >= LEAST or len(log.texts[template.events[0]]) > _NAMING_CHARS:
            continue
        some = alike.setdefault(tuple(word == MASK for word in template.words), [])
        for words, events in some[-_COMPARED:]:
            if sum(map(eq, words, template.words)) * 2 >= len(words):
                events += template.events
                break
        else:
            some.append((template.words, list(template.events)))
    odd: set[int] = set()
    for _, events in chain.from_iterable(alike.values()):
        events.sort()
        text_of = log.texts.__getitem__
        odd.update(outlying_events(text_of, events, log.deadline, among_names=True))
    return odd


def _rest(log: Log, chosen: frozenset[int], scores: dict[int, float]) -> list[int]:
    """The other events: what the query asks for, then another of each template by turns.

    The latest comes first.
    """
    rest = [index for index in range(len(log.events)) if index not in chosen]
    seen: Counter[int] = Counter()
    turn = array("I", [0]) * len(log.events)
    for index in log.deadline.over(reversed(rest)):
        seen[log.of_event[index]] += 1
        turn[index] = seen[log.of_event[index]]
    size = [len(template.events) for template in log.templates]
    # By one after the other, the last one first: as tuples all keys would be twice the text.
    rest.sort(key=lambda index: size[log.of_event[index]])
    rest.sort(key=turn.__getitem__)
    if scores:
        rest.sort(key=lambda index: -scores.get(index, 0.0))
    return rest
