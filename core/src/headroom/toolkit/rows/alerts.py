"""Which sentences of long texts say that something went wrong, where few others do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain

from headroom.regexes import regex
from headroom.toolkit.alerts import alerting
from headroom.toolkit.rows.texts import sentences
from headroom.toolkit.rows.tree import Tree
from headroom.view import Deadline

__all__ = ["alerts_in_texts"]

# All of these are chosen.

#: A text that says so in more than one in so many of its sentences is about what goes wrong.
_ONE_IN = 10
#: So many sentences of a text are told, the last ones: what went wrong ends what a step says.
_MOST = 2
#: Of the texts below one key, one in so many may say so, or so many, to be unlike the others.
_TEXTS_ONE_IN, _TEXTS = 4, 3
#: In a text that others are no measure of, the words must stand as tools write them.
_LABEL = regex(
    r"(?i:(?:\b(?:error|fatal|fail(?:ed|ure)?|exception|panic|critical)\b[\])]?\s?:"
    r"|[\[<(](?:error|fatal|fail(?:ed|ure)?|exception|panic|critical)[\]>)]"
    r"|^\W*(?:error|fatal|failed|failure|panic)\b))"
    r"|[a-z](?:Error|Exception)\b"
)


def alerts_in_texts(
    tree: Tree, start: Callable[[int], int], deadline: Deadline
) -> tuple[list[int], list[int]]:
    """The units that are such sentences: those of texts that are unlike the others, and the rest.

    Args:
        tree: The value.
        start: Says the first unit of a block, by its number.
        deadline: Watches the time.

    """
    harmless: set[str] = set()
    #: By key: of each text, the units that alert, with what they say.
    texts: defaultdict[str | int, list[tuple[int, Sequence[str], list[int]]]] = defaultdict(list)
    for node, value in enumerate(deadline.over(tree.values)):
        lines = sentences(value) if type(value) is str else []
        if lines:
            texts[tree.keys[node]].append((start(node), lines, sorted(alerting(lines, harmless))))
    unlike: list[int] = []
    others: list[int] = []
    for some in texts.values():
        labelled = [_few(first, lines, _labelled(lines, found)) for first, lines, found in some]
        said = [_few(*one) for one in some]
        if _are_few(labelled):
            unlike += chain.from_iterable(labelled)
        elif any(labelled):
            others += chain.from_iterable(labelled)
        elif _are_few([one[2] for one in some]):
            unlike += chain.from_iterable(said)
    return unlike, others


def _labelled(lines: Sequence[str], found: Sequence[int]) -> list[int]:
    return [line for line in found if _LABEL.search(lines[line])]


def _few(first: int, lines: Sequence[str], found: Sequence[int]) -> list[int]:
    """The units of some sentences of a text, if they are few."""
    is_few = len(found) <= max(1, len(lines) // _ONE_IN)
    return [first + line for line in found[-_MOST:]] if is_few else []


def _are_few(texts: Sequence[Sequence[int]]) -> bool:
    """Whether few of some texts have anything."""
    having = sum(map(bool, texts))
    return 0 < having <= min(_TEXTS, len(texts) // _TEXTS_ONE_IN or len(texts) // 2)
