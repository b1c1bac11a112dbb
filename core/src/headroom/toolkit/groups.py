"""Finds the groups of lines in a text, in any notation: what comes again at their beginning.

A report names a host and then its ports, a play a task and then what it did where, a review its
title and who wrote it, a configuration a section and then its values. What stands below such a line
is another's than what stands below the next one.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from headroom.regexes import regex
from headroom.source import Source
from headroom.toolkit.lazy import Lazy
from headroom.view import Deadline

__all__ = ["Group", "find_groups", "read_groups"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer groups show no rule.
_LEAST = 5
#: The share of the lines that may be heads, and that groups must cover.
_MOST, _COVERED = 0.55, 0.8
#: The share of the heads of which something must hold.
_MOSTLY = 0.8
#: The share of the lines below heads that are farther in, or of one of a few forms.
_WITHIN, _FORMS, _FEW_FORMS = 0.75, 0.7, 3
#: Paragraphs to each head, where each begins with one.
_PARAGRAPHS = 1.25
#: Lines of a group that may stand above its head, and among which its name is looked for.
_ABOVE, _LOOKED_AT = 3, 5
#: Characters of a head, of one that is a title, and of a form that is one of few signs.
_LONGEST, _TITLE, _SIGNS = 200, 80, 12
#: Words of a title, at the least, which the next line says more of.
_TITLE_WORDS = 4
#: Words from which on a line that begins with a word is as a sentence.
_SAID = 12
#: The share of the longest line below it that a title has at the most.
_SHORT = 0.8
#: The share of the groups that have as many paragraphs as most have.
_EVEN = 0.6
#: A form comes in groups where so many lines of each, on the average, have it.
_OFTEN = 0.5
#: The forms of mere words.
_PLAIN = ("a", "a,")
#: Lines of the largest group, as a multiple of those of one on the average.
_LARGEST = 6
#: Lines that are looked at at a time: in the first ones it is found what heads are known by.
_AT_ONCE = 600
#: Lines before and behind those that are looked at with them. Chosen: more than a head has.
_AROUND = 12
#: Heads that are tried. It bounds the time.
_TRIED = 32

_WORDS = regex(r"\w(?:[\w .'\u2019/-]*\w)?")
_BEGIN = regex(r"[^\w\s]{0,4}\w+[:=|{(](?=\S)")
# "*" and "**" are two levels of a list.
_AGAIN = regex(r"([^\w\s*])(?:\1| (?=\1))+")
_DIGITS = regex(r"\d+")
_ENDS_SENTENCE = regex(r"[.!?\u3002,][\"')\u201d*_]{0,3}$")
_ITEM = regex(r"(?:[-*+\u2022\u2013\u2014\u00b7]|\(?\w{1,3}[.)])[ \t]|[\u2500-\u257f]")
_CLOSES = regex(r"[\])}>/]+[;,]?$|end\b|\W{1,80}$", 2)
_FENCE = regex(r"```|~~~")
_COMMENT = regex(r"(?:#|//|;|--)(?:[ \t]|$)")

#: What lines that are alike share: a sort of likeness, an indent, and what it is.
_Key: TypeAlias = "tuple[str, int, str]"


class Group(NamedTuple):
    """Some lines that are about one thing, by number."""

    #: The first one, and the one after the last.
    start: int
    stop: int
    #: The first and the last one of its head: what is above belongs to it, too.
    first: int
    last: int
    #: A line below its head that says which one it is, where all heads are the same.
    name: int = -1


class _Line(NamedTuple):
    """A line that is not blank."""

    number: int
    text: str
    indent: int
    #: Its first word, and its form: as those of others that are alike.
    word: str
    form: str
    #: How many lines stand above it in its paragraph.
    place: int
    #: Whether it is an item of a list, closes something, and ends as a sentence does.
    is_item: bool
    closes: bool
    ends: bool


class Groups(Lazy[Group]):
    """Groups, each made when it is asked for: as objects they would take more than their text."""

    def __init__(self) -> None:
        self._numbers = array("l")

    def add(self, *group: int) -> None:
        """Adds one behind the others, which ends where the next one begins."""
        if self._numbers:
            self._numbers[1 - len(Group._fields)] = group[0]
        self._numbers.extend(group)

    def end(self, stop: int) -> None:
        """Says where the last one ends."""
        if self._numbers:
            self._numbers[1 - len(Group._fields)] = stop

    def __len__(self) -> int:
        return len(self._numbers) // len(Group._fields)

    def _at(self, index: int) -> Group:
        size = len(Group._fields)
        return Group(*self._numbers[index * size : (index + 1) * size])


def find_groups(lines: Sequence[str], deadline: Deadline) -> Sequence[Group]:
    r"""The groups of a text, in order; none where it has none, or is of other lines as well.

    >>> text = "\n".join(f"Host {c}\n  port {n}\n  user u{n}" for n, c in enumerate("abcdef"))
    >>> find_groups(text.split("\n"), Deadline(None))[1]
    Group(start=3, stop=6, first=3, last=3, name=-1)

    """
    rule: _Rule | None = None
    found = Groups()
    for first in range(0, len(lines), _AT_ONCE):
        deadline.check()
        stop = first + _AT_ONCE
        # What stands around tells of the lines at the edges, too.
        around = range(max(0, first - _AROUND), min(len(lines), stop + _AROUND))
        said = list(_lines(lines, around.start, around.stop))
        if rule is None:
            rule = _rule(said, deadline)
            if rule is None:
                break
        for group in _groups(said, rule):
            if first <= group.last < stop:
                found.add(*group)
    found.end(len(lines))
    return found


def _rule(said: Sequence[_Line], deadline: Deadline) -> _Rule | None:
    """What the heads of groups are known by; ``None`` where there are no groups."""
    if len(said) < 2 * _LEAST:
        return None
    best: tuple[tuple[int, int, int, int], _Rule] | None = None
    for key, heads in _candidates(said, deadline):
        deadline.check()
        rule = _Tried(said, key, heads).rule()
        if rule is not None:
            order = (rule.rank, said[heads[0]].indent, heads[0], -len(heads))
            if best is None or order < best[0]:
                best = order, rule
    return None if best is None else best[1]


def read_groups(source: Source) -> Sequence[Group]:
    """The groups of a text: ``source.once(read_groups)``."""
    return find_groups(source.lines, source.deadline)


def _lines(lines: Sequence[str], first: int, stop: int) -> Iterator[_Line]:
    place = 0
    for number in range(first, stop):
        line = lines[number]
        text = line.strip()
        if not text:
            place = 0
            continue
        text = text[:_LONGEST]
        word = text.split(None, 1)[0]
        if not word.isalpha():
            # "PID|1||", "FN:Ana": what a line begins with ends at a sign.
            begin = _BEGIN.match(text)
            word = word if begin is None else begin[0]
            word = _once(_DIGITS.sub("0", word))
        form = _once(_WORDS.sub("a", text))
        indent = len(line) - len(line.lstrip())
        is_item = _ITEM.match(text) is not None
        closes = _CLOSES.match(text) is not None
        # What may stand behind the end of a sentence has so few signs.
        ends = _ENDS_SENTENCE.search(text, max(0, len(text) - 4)) is not None
        yield _Line(number, text, indent, word, form, place, is_item, closes, ends)
        place += 1


def _once(text: str) -> str:
    """A text with each run of one sign, with or without spaces between, as one."""
    # Most have none, and to look is a third of the work of a replacement.
    return text if _AGAIN.search(text) is None else _AGAIN.sub(r"\1", text)


def _keys(line: _Line, below: _Line | None) -> Iterator[_Key]:
    """What the heads of groups may be known by, if a line is one."""
    if line.closes or _FENCE.match(line.text):
        return
    yield "word", line.indent, line.word
    ends = line.ends
    is_title = not ends and len(line.text) <= _TITLE
    is_words = line.form in _PLAIN
    may_end = is_title if is_words else not ends or line.text[-1] == ","
    if len(line.form) <= _SIGNS and may_end:
        yield "form", line.indent, line.form
    if below is not None and line.place == 0 and below.indent > line.indent and not is_title:
        yield "above", line.indent, ""
    if below is None or not is_title:
        return
    if (below.is_item and not line.is_item) or below.indent > line.indent:
        yield "above", line.indent, ""
    if line.place == 0 and below.place == 1:
        yield "title", line.indent, ""


def _candidates(said: Sequence[_Line], deadline: Deadline) -> Iterator[tuple[_Key, list[int]]]:
    """Lines that may be heads, by index: the least indented first, then the earliest."""
    places: dict[_Key, list[int]] = {}
    following = chain(said[1:], (None,))
    for index, (line, below) in enumerate(deadline.over(zip(said, following))):
        for key in _keys(line, below):
            places.setdefault(key, []).append(index)
    some = [
        (key[1], found[0], key, found)
        for key, found in places.items()
        if _LEAST <= len(found) <= _MOST * len(said)
        and len(said) - found[0] >= _COVERED * len(said)
        and found[-1] >= _MOST * len(said)
        and (key[0] != "title" or _are_titles(said, found))
    ]
    some.sort(key=lambda one: one[:2])
    seen: set[tuple[int, ...]] = set()
    for _, _, key, found in some:
        own = (found[0], found[-1], len(found))
        if own not in seen:
            seen.add(own)
            yield key, found
            if len(seen) == _TRIED:
                return


def _are_titles(said: Sequence[_Line], heads: Sequence[int]) -> bool:
    """Whether lines are short beside those below them: else they are the beginnings of a text."""
    short = 0
    for index in heads:
        longest = 0
        other = index + 1
        while other < len(said) and said[other].place:
            longest = max(longest, len(said[other].text))
            other += 1
        short += len(said[index].text) <= _SHORT * longest
    return short >= _MOSTLY * len(heads)


class _Rule(NamedTuple):
    """What the heads of groups are known by, and where the rest of those is."""

    #: How sure it is: 0 for the surest.
    rank: int
    key: _Key
    #: Whether paragraphs begin with heads, or with so many lines above them.
    begins: bool
    #: Lines of each group above its head.
    above: int
    #: Whether a title stands above each head, in a paragraph by itself.
    titled: bool
    #: Lines of the head behind its first one.
    more: int
    #: The indent and the first word of the line below a head that tells it from others.
    name: tuple[int, str] | None


class _Tried:
    """Some lines, of which it is asked whether they are the heads of groups."""

    def __init__(self, said: Sequence[_Line], key: _Key, heads: list[int]) -> None:
        self._said, self._key, self._heads = said, key, heads
        self._first = said[heads[0]]
        self._least = _MOSTLY * len(heads)
        above, often = Counter(said[head].place for head in heads).most_common(1)[0]
        self._begins = often >= self._least and above <= _ABOVE
        self._above = above if self._begins else 0
        self._titled = self._begins and not self._above and _are_titled(said, heads)
        over = max(self._above, self._titled)
        ends = [head - over for head in heads[1:]] + [len(said)]
        #: What stands below each, by index, and what stands above the first one.
        self._members = [range(head + 1, max(head + 1, end)) for head, end in zip(heads, ends)]
        self._lead = said[: max(0, heads[0] - over)]

    def rule(self) -> _Rule | None:
        """The rule that they are heads; ``None`` where they are none."""
        rank = self._rank()
        if rank is None:
            return None
        # A comment says something of what stands below it: that says more surely whose it is.
        rank += _COMMENT.match(self._first.text) is not None
        name: tuple[int, str] | None = None
        said, heads = self._said, self._heads
        # Where all of them are the same, another line says which one it is, or the title does.
        if not self._titled and len({said[head].text for head in heads}) < self._least:
            name = _name(said, heads, self._members)
            if name is None:
                return None
            rank += 2
        more = int(bool(rank) and name is None and self._go_on())
        return _Rule(rank, self._key, self._begins, self._above, self._titled, more, name)

    def _rank(self) -> int | None:
        """How sure it is, 0 for the surest; ``None`` where they are no heads."""
        said, heads, count = self._said, self._heads, len(self._heads)
        if sum(map(bool, self._members)) < self._least or not self._members[-1]:
            # What nothing follows at the end stands below what it belongs to.
            return None
        below = [said[index] for own in self._members for index in own]
        indent = self._first.indent
        inner = [line for line in below if line.indent > indent or not line.closes]
        within = sum(line.indent > indent or line.is_item for line in inner)
        if within >= _WITHIN * len(inner) and not self._first.is_item:
            return 0
        # What tells soonest that they are none is looked at first: most texts have no groups.
        is_said = sum(_is_said(said[head]) for head in heads) >= self._least
        if is_said or max(map(len, self._members)) > _LARGEST * len(below) / count:
            return None
        paragraphs = sum(1 for line in said[heads[0] :] if not line.place)
        rank = 1 if self._begins and paragraphs <= _PARAGRAPHS * count else 2
        is_sure = rank == 1 or self._have_fields()
        if not is_sure and not (
            self._are_followed()
            or _is_shared((said[head - 1] for head in heads[1:]), said, self._least)
            or _are_rows(below, [said[head] for head in heads])
        ):
            return None
        # Rows of one form are no heads of each other, however often one begins alike.
        form, like = Counter(line.form for line in below).most_common(1)[0]
        same = sum(said[head].form == form for head in heads)
        if form not in _PLAIN and same >= self._least and like >= _FORMS * len(below):
            return None
        return rank if is_sure or self._are_even(below) else None

    def _are_followed(self) -> bool:
        """Whether the lines below them mostly begin with one word."""
        return _is_shared(
            (self._said[own[0]] for own in self._members if own), self._said, self._least
        )

    def _have_fields(self) -> bool:
        """Whether a field is below each title: of one name, and nowhere else."""
        if self._titled:
            return self._key[0] == "word" and not self._key[2].isalpha()
        if not self._begins or self._above or not self._are_followed():
            return False
        named = sum(self._said[own[0]].word.endswith(":") for own in self._members if own)
        return named >= self._least

    def _are_even(self, below: Sequence[_Line]) -> bool:
        """Whether most groups have as many paragraphs, and begin with these lines."""
        often = Counter(line.form for line in below)
        least = _OFTEN * len(self._heads)
        like = sum(line.form not in _PLAIN and often[line.form] >= least for line in self._lead)
        if self._lead and like >= _MOSTLY * len(self._lead):
            # What is like lines below a head stands above the first one: it begins with another.
            return False
        said = self._said
        paragraphs = Counter(sum(not said[index].place for index in own) for own in self._members)
        return paragraphs.most_common(1)[0][1] >= _EVEN * len(self._heads)

    def _go_on(self) -> bool:
        """Whether the next line of each says more of a title: who wrote what is below it."""
        if not self._are_followed():
            return False
        second = [self._said[own[0]] for own in self._members if own]
        long = sum(len(own) > 1 for own in self._members)
        titles = sum(len(self._said[head].text.split()) >= _TITLE_WORDS for head in self._heads)
        some = min(long, titles, len({line.text for line in second}))
        return some >= self._least and not any(line.ends for line in second)


def _are_titled(said: Sequence[_Line], heads: Sequence[int]) -> bool:
    """Whether a title stands above each head; what stands below the last group is none."""
    if not _is_titled(said, heads[0]) or _is_titled([*said[-1:], said[heads[0]]], 1):
        return False
    return sum(_is_titled(said, head) for head in heads) >= _MOSTLY * len(heads)


def _is_titled(said: Sequence[_Line], head: int) -> bool:
    """Whether a title stands above a line, each of them a paragraph or the beginning of one."""
    if not head or said[head].place or said[head - 1].place:
        return False
    over = said[head - 1]
    return not over.ends and not over.closes and len(over.text) <= _TITLE


def _are_rows(below: Sequence[_Line], heads: Sequence[_Line]) -> bool:
    """Whether most lines below heads are of a few forms, of which heads are none."""
    few = dict(Counter(line.form for line in below).most_common(_FEW_FORMS))
    others = sum(head.form not in few for head in heads)
    return sum(few.values()) >= _FORMS * len(below) and others >= _MOSTLY * len(heads)


def _is_said(line: _Line) -> bool:
    """Whether a line is as a sentence, or the beginning of one."""
    is_long = len(line.text.split()) >= _SAID
    is_words = line.word.isalpha() or _COMMENT.match(line.text) is not None
    return is_words and (is_long or line.ends)


def _is_shared(some: Iterable[_Line], said: Sequence[_Line], least: float) -> bool:
    """Whether lines mostly begin with one word, with which hardly any others begin."""
    word, count = Counter(line.word for line in some).most_common(1)[0]
    return least <= count >= _MOSTLY * sum(line.word == word for line in said)


def _name(
    said: Sequence[_Line], heads: Sequence[int], members: Sequence[range]
) -> tuple[int, str] | None:
    """The indent and the first word of the line below heads that tells groups from each other."""
    places: dict[tuple[int, str], dict[int, str]] = {}
    for head, own in zip(heads, members):
        for index in own[:_LOOKED_AT]:
            line = said[index]
            if line.place > said[head].place and not _COMMENT.match(line.text):
                places.setdefault((line.indent, line.word), {}).setdefault(head, line.text)
    least = _MOSTLY * len(heads)
    telling = (key for key, found in places.items() if len(set(found.values())) >= least)
    return next(telling, None)


def _groups(said: Sequence[_Line], rule: _Rule) -> Iterator[Group]:
    """The groups that begin in some lines; their ends are not known yet."""
    is_open = False
    following = chain(said[1:], (None,))
    for index, (line, below) in enumerate(zip(said, following)):
        if line.indent != rule.key[1] or rule.key not in _keys(line, below):
            continue
        # A line within a paragraph may look like those that paragraphs begin with.
        if rule.begins and rule.key[0] == "form" and line.place > rule.above and is_open:
            continue
        is_open = True
        above = min(rule.above, line.place, index)
        if rule.titled and _is_titled(said, index):
            above = 1
        behind = said[index + 1 : index + 1 + _LOOKED_AT]
        last = behind[0].number if rule.more and behind and behind[0].place else line.number
        name = next((one.number for one in behind if (one.indent, one.word) == rule.name), -1)
        start = said[index - above].number
        # What stands above the head in each group is more of it: a title, say.
        yield Group(start, -1, start, last, name)
