"""Finds the turns of a talk: lines that begin with who says what follows.

Minutes, chats and transcripts are such texts. Who speaks comes again and again, in no fixed order,
and says whole sentences; that tells them from cards and settings, which begin alike.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import Json

__all__ = ["Talk", "find_exchanges", "find_talk"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer turns are better read as text.
_LEAST = 12
#: The share of the lines that say something which must be turns, and of the turns that must have so
#: many words.
_TURNS, _SPOKEN, _WORDS = 0.7, 0.5, 5
#: Speakers at the most, one in so many turns; turns of each on the average.
_MOST, _EACH = 24, 3
#: From so many names on, names in one order are those of fields: so sure is each of its next.
_FIELDS, _ORDERLY = 3, 0.85
#: The share of the turns from which on what looks like them are lines of a log: with a level before
#: who speaks, or with numbers and signs and no end of a sentence.
_LOGGED = 0.5
#: Lines that decide, evenly spread.
_PROBED = 400
#: Lines after which the time is looked at, and turns of which what is said is held. Chosen.
_DEADLINE_EVERY, _HELD = 500, 1000
#: The share of the exchanges of more than one turn, and of the questions among the turns of who
#: asks; turns of an exchange at the most. Chosen.
_EXCHANGED, _LONGEST = 0.8, 6

_TURN = re.compile(
    r"[ \t]{0,4}(?:[\[(]?[\d:., /-]{4,24}(?:[ap]m)?[\])]?[ \t]+|[-*>] )?"
    r"(?:\*\*)?(?P<who>[^\W\d_][\w.'\u2019-]{0,24}(?: [\w.'\u2019()-]{1,24}){0,3}?)(?:\*\*)?"
    r"(?: ?[\[(][^\])\n]{1,30}[\])])?:(?:\*\*)?[ \t]+(?P<said>\S.*)",
    re.IGNORECASE,
)
#: What programs say before their name, and what they say that no speaker does.
_LEVEL = re.compile(
    r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRIT(?:ICAL)?|SEVERE|PANIC|ALERT)\b"
)
_SIGNS = re.compile(r"[\d=/_<>\[\]{}]")
_ENDS = frozenset(".!?\u2026\u3002\"'\u201d")
_ASKING = tuple("?\uff1f\u061f")
#: What stands in every turn.
_SAYS = re.compile(r":(?:\*\*)?[ \t]+\S")


@dataclass(frozen=True)
class Talk:
    """Which lines are turns, by index, and who says what in them."""

    lines: Sequence[int]
    rows: Sequence[Json]


class _Turns(Lazy[Json]):
    """Who says what in each turn, read anew when it is asked for."""

    def __init__(self, lines: Sequence[str], places: Sequence[int]) -> None:
        self._lines = lines
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def _at(self, index: int) -> Json:
        match = _turn(self._lines[self._places[index]])
        assert match is not None
        return _row(match)


def find_talk(lines: Sequence[str], check: Callable[[], None]) -> Talk | None:
    """The turns of a talk; ``None`` where a text is none.

    Args:
        lines: Those of the text.
        check: Called now and then, to watch the time.

    """
    said = array("I", compress(range(len(lines)), map(str.strip, lines)))
    if len(said) < _LEAST:
        return None
    probed = said[:: len(said) // _PROBED + 1]
    turns: list[re.Match[str]] = []
    for number, index in enumerate(probed):
        match = _turn(lines[index])
        if match is not None:
            turns.append(match)
        elif number + 1 - len(turns) > (1 - _TURNS) * len(probed) + 1:
            return None
    if not _is_talk(turns, len(probed)):
        return None
    found = array("I")
    rows: list[Json] = []
    for number, index in enumerate(said):
        if number % _DEADLINE_EVERY == 0:
            check()
        match = _turn(lines[index])
        if match is not None:
            found.append(index)
            if len(rows) < _HELD:
                rows.append(_row(match))
    if len(found) < max(_LEAST, _TURNS * len(said)):
        return None
    return Talk(found, rows if len(rows) == len(found) else _Turns(lines, found))


def find_exchanges(
    lines: Sequence[str], talk: Talk, check: Callable[[], None]
) -> tuple[Sequence[range], Sequence[Json]]:
    """Its turns, by the lines of each; questions with what is answered, where it is made of those.

    Args:
        lines: Those of the text.
        talk: The turns.
        check: Called now and then, to watch the time.

    Returns:
        The lines of each, and who says what first.

    """
    places = talk.lines
    starts = _set_apart(lines, places, check) or _questions(lines, places, check)
    if not starts:
        return [range(line, line + 1) for line in places], talk.rows
    ends = [*starts[1:], len(places)]
    spans = [range(places[one], places[end - 1] + 1) for one, end in zip(starts, ends)]
    return spans, _Turns(lines, array("I", (places[one] for one in starts)))


def _set_apart(lines: Sequence[str], places: Sequence[int], check: Callable[[], None]) -> list[int]:
    """The turns, by number, which stand below a blank line, where nearly each has another below."""
    starts = [0]
    for number, (one, other) in enumerate(pairwise(places), 1):
        if number % _DEADLINE_EVERY == 0:
            check()
        if any(not lines[index].strip() for index in range(one + 1, other)):
            starts.append(number)
    return starts if _are_exchanges(starts, len(places)) else []


def _questions(lines: Sequence[str], places: Sequence[int], check: Callable[[], None]) -> list[int]:
    """The turns, by number, of the one of two speakers who asks."""
    names: list[str] = []
    asked: Counter[str] = Counter()
    for number, index in enumerate(places):
        if number % _DEADLINE_EVERY == 0:
            check()
        match = _turn(lines[index])
        assert match is not None
        names.append(match["who"])
        asked[match["who"]] += match["said"].rstrip()[-1:] in _ASKING
    who, count = asked.most_common(1)[0]
    if len(asked) != 2 or count < _EXCHANGED * names.count(who) or names[0] != who:
        return []
    starts = [number for number, name in enumerate(names) if name == who]
    return starts if _are_exchanges(starts, len(places)) else []


def _are_exchanges(starts: Sequence[int], count: int) -> bool:
    sizes = [other - one for one, other in pairwise((*starts, count))]
    return max(sizes) <= _LONGEST and sum(size > 1 for size in sizes) >= _EXCHANGED * len(sizes)


def _row(match: re.Match[str]) -> Json:
    return {"who": match["who"], "said": match["said"]}


def _turn(line: str) -> re.Match[str] | None:
    # Most lines have no colon before a blank, which is sooner seen than every reading of a name.
    return _TURN.match(line) if _SAYS.search(line) else None


def _is_logged(turn: re.Match[str]) -> bool:
    """Whether a line is rather one of a log."""
    if _LEVEL.match(turn["who"]):
        return True
    said = turn["said"].rstrip()
    return said[-1] not in _ENDS and _SIGNS.search(said) is not None


def _is_talk(turns: Sequence[re.Match[str]], lines: int) -> bool:
    if len(turns) < max(_LEAST, _TURNS * lines):
        return False
    if sum(map(_is_logged, turns)) >= _LOGGED * len(turns):
        return False
    spoken = sum(turn["said"].count(" ") + 1 >= _WORDS for turn in turns)
    names = [turn["who"] for turn in turns]
    speakers = Counter(names)
    if spoken < _SPOKEN * len(turns) or len(speakers) * _EACH > len(turns):
        return False
    if not 1 < len(speakers) <= _MOST:
        return False
    following: dict[str, Counter[str]] = {}
    for one, other in pairwise(names):
        following.setdefault(one, Counter())[other] += 1
    usual = sum(max(found.values()) for found in following.values())
    return len(speakers) < _FIELDS or usual < _ORDERLY * (len(names) - 1)
