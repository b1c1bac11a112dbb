"""What the lines of an output are about, where each line of a shape is about something else.

A log says what happened: how often is enough. Lists are of a few shapes, too (packages, symbols,
files), and there what a line names is what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from headroom.kinds.log.parse import Log
from headroom.tokens import TokenCounter, count_each

__all__ = ["names_of"]

# All of these are chosen.

#: So many events show which word of a line is a name; of more than so many none is said.
_LEAST, _MOST = 5, 1000
#: The share of the names that are different, and that look like words; characters of one at the
#: most, and on the average.
_DIFFERENT, _WORDLIKE, _LONGEST, _AVERAGE = 0.95, 0.9, 60, 32
#: The share of the tokens of its lines that the names may have, and of those of the whole output.
_OF_LINES, _OF_ALL = 0.6, 0.3
#: The words of a line that may be its name, the likeliest first.
_PLACES = (0, -1, 1, 2)
_WORD = re.compile(r"[^\W\d_]{3}")
_DIGITS = re.compile(r"\d+")
_UNSAFE = re.compile(r"[\[\]]")
_EDGES = "\"'`,;:()"
_ENDS = re.compile(r"[,;|].*")
#: Signs that a name has within it: without the rest behind one it would be another name.
_WITHIN = "_-."


def names_of(log: Log, counter: TokenCounter) -> Mapping[int, str]:
    """The names of events, by event; of those of a template all or none.

    Args:
        log: The output.
        counter: Counts tokens.

    """
    found: dict[int, str] = {}
    room = _OF_ALL * sum(count_each(counter, log.deadline.over(log.texts)))
    for template in log.deadline.over(log.templates):
        events = template.events
        if not _LEAST <= len(events) <= _MOST:
            continue
        names = _names([log.texts[event] for event in events])
        if names is None:
            continue
        cost = counter.count(", ".join(names))
        of_lines = sum(counter.count_many([log.texts[event] for event in events]))
        if cost <= min(room, _OF_LINES * of_lines):
            room -= cost
            found.update(zip(events, names))
    return found


def _names(texts: Sequence[str]) -> list[str] | None:
    """The word of each line that tells it from the others and is a name; ``None`` without one."""
    lines = [text.partition("\n")[0].split() for text in texts]
    fewest = min(map(len, lines))
    for place in _PLACES:
        if fewest <= (place if place >= 0 else -place):
            continue
        names = _without_shared_end([_ENDS.sub("", words[place].strip(_EDGES)) for words in lines])
        # What differs in its numbers alone counts something.
        if (
            len({_DIGITS.sub("", name) for name in names}) >= _DIFFERENT * len(names)
            and max(map(len, names)) <= _LONGEST
            and sum(map(len, names)) <= _AVERAGE * len(names)
            and sum(_WORD.search(name) is not None for name in names) >= _WORDLIKE * len(names)
            and not any(map(_UNSAFE.search, names))
        ):
            return names
    return None


def _without_shared_end(names: Sequence[str]) -> list[str]:
    """The names without what all of them end with, from a sign on that no name has within it."""
    ends = [name[::-1] for name in names]
    end = 0
    for size, (one, other) in enumerate(zip(min(ends), max(ends)), 1):
        if one != other:
            break
        end = end if one.isalnum() or one in _WITHIN else size
    return [name[: len(name) - end] for name in names]
