"""Finds the records of a text: blocks of lines that begin alike and have the same fields.

Nothing is parsed by a grammar. A line is known by its indentation and the name that it begins with;
a record begins with a line that comes again and again, and most of its lines are of names that most
records have. That holds for lists and documents of YAML, sections of INI files, pretty-printed XML,
calendars and cards, listings of packages, expanded rows of a database, and the like.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, islice, pairwise
from typing import TypeAlias

from headroom.kinds.records.blocks import (
    COMMON,
    COVERED,
    HELD,
    NAMED,
    SHORTEST,
    misfit_of,
)
from headroom.kinds.records.braces import END, are_in_braces, line_in_braces, unsigned
from headroom.kinds.records.columns import find_listing
from headroom.kinds.records.entries import find_entries
from headroom.kinds.records.files import find_files
from headroom.kinds.records.groups import find_groups
from headroom.kinds.records.headed import heads_in
from headroom.kinds.records.sections import SECTION, is_section, with_comments, without_comments
from headroom.kinds.records.spans import Spans
from headroom.kinds.records.talk import find_exchanges, find_talk
from headroom.regexes import regex
from headroom.source import Source
from headroom.toolkit.groups import Group, read_groups
from headroom.toolkit.groups import find_groups as find_groups_of_lines
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.values import Json, Number
from headroom.toolkit.shares import enough
from headroom.view import NO_LIMIT

__all__ = ["Field", "Records", "field_of", "find_records", "read"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer records are better shown whole.
_LEAST = 6
#: After so many lines, this share of them must have a name.
_SOON, _NAMED_SOON = 60, 0.25
#: How many kinds of lines are tried as the beginning of a record. It bounds the time.
_TRIED = 24
#: For each line so many counts of names that may be the same. Chosen.
_COUNTS = 4
#: Of no more lines, what fields say is kept, as are all names while they are counted, and records
#: are once one is asked for. Chosen.
_SMALL = 3000
#: Records that begin before others, and so many times as often, are not parts of those.
_OFTENER = 1.2
#: Lines after which the time is looked at.
_DEADLINE_EVERY = 1000
#: Characters by which a line is the same as another.
_SAME = 80

# Its name is a single run, of which nothing is given back where none of those signs follows.
_PAIR = re.compile(r"((?:- )?[\"']?[A-Za-z_@$](?=([\w .@/$-]{0,60}))\2[\"']?) *[:=|\t]")
_TAG = re.compile(r"</?[A-Za-z][\w:.-]{0,60}")
_RULE = re.compile(r"[-=*+#_~]{2,}")
# Sooner told than what the name is.
_NAMED_OR_BLANK = regex(
    r"\s*\Z|[ \t]*(?:{})".format(
        "|".join((*(one.pattern for one in (_PAIR, _TAG, SECTION, _RULE)), "- "))
    )
)
#: What a rule, or a member of a list, begins with.
_SIGNS = frozenset("-=*+#_~")
_DIGITS = regex(r"\d+")
_CLOSING = re.compile(r"</[\w:.-]{1,60}>\s*$|/?>\s*$")


#: What a line is: its indent, its name, which is empty where it begins with none, and what it says.
Field: TypeAlias = "tuple[int, str, str]"


class _Fields:
    """The fields of lines, as numbers: objects would take many times the memory of the text."""

    def __init__(
        self, lines: Sequence[str], check: Callable[[], None], *, in_braces: bool = False
    ) -> None:
        self.lines = lines
        self.check = check
        self._read = _field_in_braces if in_braces else field_of
        #: By line; -1 for a blank one.
        self.indents = array("i")
        #: By line: what lines of the same field share; 0 for a blank one.
        self.keys = array("I")
        #: The name of each key, and its indent.
        self.said = [""]
        self.levels = array("i", (-1,))
        self._numbers: dict[tuple[int, str], int] = {}
        #: What fields say, where they are few.
        self._values: list[str] | None = [] if len(lines) <= _SMALL else None

    def add(self, line: str) -> None:
        """Reads the next line."""
        if not line or line.isspace():
            indent, name, value, number = -1, "", "", 0
        else:
            indent, name, value = self._read(line)
            key = (indent, name)
            number = self._numbers.get(key, 0)
            if not number:
                number = self._numbers[key] = len(self.said)
                self.said.append(name)
                self.levels.append(indent)
        self.indents.append(indent)
        self.keys.append(number)
        if self._values is not None:
            self._values.append(value)

    def __len__(self) -> int:
        return len(self.indents)

    def within(self, first: int, end: int) -> Iterator[int]:
        """The lines that are not blank."""
        return compress(range(first, end), self.keys[first:end])

    def name(self, line: int) -> str:
        """The name of a field."""
        return self.said[self.keys[line]]

    def own(self, line: int) -> str:
        """What else a line may be called: "BEGIN:VEVENT"; without a name, its first word.

        Where a name has a number, that is not looked at: "Profile 3 on interface wlan0".
        """
        name = self.name(line)
        if name and not _DIGITS.search(name):
            return self.lines[line].strip()[:_SAME]
        return _DIGITS.sub("0", name or self.value(line).split(None, 1)[0])

    def value(self, line: int) -> str:
        """What a field says, read anew where they are many."""
        return self._values[line] if self._values is not None else self._read(self.lines[line])[2]


class _Values(Lazy[Json]):
    """Each record as an object of its fields, made when asked for; once where there are few."""

    def __init__(self, fields: _Fields, spans: Sequence[tuple[int, int]]) -> None:
        self._fields = fields
        self._spans = spans
        self._made: dict[int, Json] | None = {} if len(fields) <= _SMALL else None

    def __len__(self) -> int:
        return len(self._spans)

    def _at(self, index: int) -> Json:
        if self._made is None:
            return _value(self._fields, *self._spans[index])
        made = self._made.get(index)
        if made is None:
            made = self._made[index] = _value(self._fields, *self._spans[index])
        return made


@dataclass(frozen=True)
class Records:
    """A text, taken apart: ``spans`` are first line and end (exclusive) of each record."""

    lines: Sequence[str]
    spans: Sequence[tuple[int, int]]
    #: What each record says, by the names of its fields.
    rows: Sequence[Json]
    #: The files that the records are about, where it is a listing of files.
    files: list[str] | None = None
    #: Whether the fields have names by which a reader can be told of them.
    named: bool = True
    #: Whether they are the turns of a talk.
    is_talk: bool = False
    #: Whether they are rows below the heads of groups.
    in_groups: bool = False
    #: The lines that name the groups which its rows stand in, where not all others between rows do.
    heads: Sequence[int] = ()
    #: The same with whole entries, where the records are only what stands below their headings.
    whole: Records | None = None

    @property
    def is_headed(self) -> bool:
        """Whether what stands between records is said of those below it: a directory, a day."""
        has_heads = self.files is not None or self.is_talk or self.in_groups
        return has_heads or bool(self.heads) or self.whole is not None


def find_records(content: str, check: Callable[[], None]) -> Records | None:
    """The records of a text; ``None`` where it has none.

    Args:
        content: The text.
        check: Called now and then, to watch the time.

    """
    lines = content.split("\n")
    return _find(lines, check, lambda: find_groups_of_lines(lines, NO_LIMIT))


def _find(
    lines: Sequence[str], check: Callable[[], None], groups_of: Callable[[], Sequence[Group]]
) -> Records | None:
    entries = find_entries(lines, check)
    if entries is not None:
        whole = Records(lines, entries.spans, entries.rows)
        if entries.bodies is None:
            return whole
        rows = [entries.rows[number] for number in entries.bodies]
        return Records(lines, list(entries.bodies.values()), rows, named=False, whole=whole)
    files = find_files(lines, check)
    if files is not None:
        spans = [(line, line + 1) for line in files.lines]
        return Records(lines, spans, files.rows, files.names, named=False)
    talk = find_talk(lines, check)
    if talk is not None:
        places, opening = find_exchanges(lines, talk, check)
        turns = Spans((place.start, place.stop) for place in places)
        return Records(lines, turns, opening, named=False, is_talk=True)
    listing = find_listing(lines, check)
    if listing is not None:
        heads = heads_in(lines, check) or [group.first for group in groups_of()]
        named = frozenset(heads)
        of_rows = [n for n, line in enumerate(listing.lines) if line not in named]
        spans = [(listing.lines[n], listing.lines[n] + 1) for n in of_rows]
        rows = [listing.rows[n] for n in of_rows]
        return Records(lines, spans, rows, named=False, heads=heads)
    groups = find_groups(lines, check)
    if groups is not None:
        one_each = Spans((line, line + 1) for line in groups.lines)
        return Records(lines, one_each, groups.rows, named=False, in_groups=True)
    return _find_blocks(lines, check)


def _find_blocks(lines: Sequence[str], check: Callable[[], None]) -> Records | None:
    """Records of several lines each."""
    if len(lines) < _LEAST * SHORTEST:
        return None
    check()
    in_braces = are_in_braces(lines, _PAIR)
    if not in_braces and not _are_named(lines):
        return None
    fields = _Fields(lines, check, in_braces=in_braces)
    for number, line in enumerate(lines):
        if number % _DEADLINE_EVERY == 0:
            check()
        fields.add(line)
    if not _names_may_be_shared(fields):
        return None
    best = Spans()
    indent, misfit = -1, 0
    for starts in _candidates(fields):
        if best and fields.indents[starts[0]] > indent:
            break
        if best and is_section(lines[best[0][0]]) and not is_section(lines[starts[0]]):
            continue
        check()
        if not _may_be_enough(fields, starts):
            continue
        starts = _from_above(fields, starts)
        spans = _spans(fields, with_comments(fields.lines, _heads(fields, starts)))
        # What comes first, and far oftener, is within no other.
        most = misfit // 2 if len(best) >= _OFTENER * len(spans) else misfit
        found = misfit_of(fields, spans, most if best else math.inf)
        if found is not None:
            best, indent, misfit = spans, fields.indents[starts[0]], found
    return Records(lines, best, _Values(fields, best)) if best else None


def _are_named(lines: Sequence[str]) -> bool:
    """Whether so many lines have a name, or are blank, as of records."""
    # Most texts show soon that they are none.
    if len(lines) > _SOON and not enough(
        map(_NAMED_OR_BLANK.match, lines[: _SOON + 1]), _SOON + 1, _NAMED_SOON * _SOON
    ):
        return False
    return enough(map(_NAMED_OR_BLANK.match, lines), len(lines), COVERED * NAMED * len(lines))


def read(source: Source) -> Records | None:
    """The records of a source, read once: ``source.once(read)``."""
    return _find(source.lines, source.deadline.check, lambda: source.once(read_groups))


def field_of(line: str) -> Field:
    """What a line is by itself: its indent, its name, and what it says."""
    text = line.lstrip(" \t")
    indent = len(line) - len(text)
    first = text[:1]
    if first == "<":
        tag = _TAG.match(text)
        if tag is not None:
            return indent, tag[0], _CLOSING.sub("", text[tag.end() :]).lstrip(" >")
    if first == "[" and SECTION.match(text):
        return indent, "[]", text.strip().strip("[]")
    pair = _PAIR.match(text)
    if pair is not None:
        return indent, pair[1].rstrip(" ").strip("\"'"), text[pair.end() :].strip().rstrip(",;")
    if first not in _SIGNS:
        return indent, "", text.strip()
    if _RULE.match(text):
        return indent, "---", ""
    if text.startswith("- "):
        return indent, "-", text[2:].strip()
    return indent, "", text.strip()


def _field_in_braces(line: str) -> Field:
    indent = len(line) - len(line.lstrip(" \t"))
    sign, text = unsigned(line.strip())
    name, value = line_in_braces(text) or field_of(text)[1:]
    # What a plan adds, or takes away, is said of its value: the name is the same.
    return indent, name, f"{sign} {value}".lstrip()


def _candidates(fields: _Fields) -> Iterator[Sequence[int]]:
    """Lines at which records may begin, the least indented first, and the earliest of these."""
    places: dict[tuple[int, str], array[int]] = {}
    for line, key in _names_that_come_again(fields):
        found = places.get(key)
        if found is None:
            found = places[key] = array("I")
        found.append(line)
    some = [
        (indent, starts[0], name, starts)
        for (indent, name), starts in places.items()
        if len(starts) >= _LEAST and not name.startswith("</")
    ]
    some.sort(key=lambda item: item[:3])
    yield from without_comments(fields.lines, [starts for _, _, _, starts in some[:_TRIED]])


def _names_that_come_again(fields: _Fields) -> Iterator[tuple[int, tuple[int, str]]]:
    """Those of ``_names`` that come often, and maybe some others."""
    if len(fields) <= _SMALL:
        # Whatever the indent: mostly nothing comes again.
        lines = list(fields.within(0, len(fields)))
        said = list(map(fields.own, lines))
        names, others = Counter(fields.keys), Counter(said)
        for line, own in zip(lines, said):
            if names[fields.keys[line]] >= _LEAST and fields.name(line):
                yield line, (fields.indents[line], fields.name(line))
            if others[own] >= _LEAST:
                yield line, (fields.indents[line], f"\n{own}")
        return
    # Most names come but once or twice: of those it is only counted how many there may be.
    counts = bytearray(_COUNTS * len(fields))
    for _, key in _names(fields):
        place = hash(key) % len(counts)
        counts[place] = min(counts[place] + 1, _LEAST)
    yield from (one for one in _names(fields) if counts[hash(one[1]) % len(counts)] >= _LEAST)


def _names(fields: _Fields) -> Iterator[tuple[int, tuple[int, str]]]:
    """Each line with its indent and what it may be called."""
    for number, line in enumerate(fields.within(0, len(fields))):
        if number % _DEADLINE_EVERY == 0:
            fields.check()
        name, indent = fields.name(line), fields.indents[line]
        if name:
            yield line, (indent, name)
        yield line, (indent, f"\n{fields.own(line)}")


def _from_above(fields: _Fields, starts: Sequence[int]) -> Sequence[int]:
    """Where records begin that have the same fields above a line, the first of them as well."""
    keys, levels = fields.keys, fields.levels
    level = fields.indents[starts[0]]
    most = min((other - one for one, other in pairwise(starts)), default=1)
    up = 0
    while up < min(starts[0], most - 1):
        key = keys[starts[0] - up - 1]
        if levels[key] != level or not fields.said[key]:
            break
        if any(keys[start - up - 1] != key for start in starts):
            break
        up += 1
    return array("l", (start - up for start in starts)) if up else starts


def _heads(fields: _Fields, starts: Sequence[int]) -> Sequence[int]:
    """Where records begin that have a heading each, right above a field that all of them have.

    A heading says something else each time. What records end with could do so as well: then the
    last of them would.
    """
    first = starts[0]
    last = next(line for line in range(len(fields) - 1, -1, -1) if fields.indents[line] >= 0)
    above = array("l", (start - 1 for start in starts))
    if above[0] < 0 or not fields.name(last) or not set(above).isdisjoint(starts):
        return starts
    indents = fields.indents
    keys = Counter(fields.keys[line] for line in above if indents[line] >= 0 and fields.name(line))
    is_one_off = max(keys.values(), default=0) <= 1
    are_heads = all(0 <= indents[line] <= indents[first] for line in above)
    return above if is_one_off and are_heads else starts


def _spans(fields: _Fields, starts: Sequence[int]) -> Spans:
    """The records that begin at some lines: each ends before the next, and where one ends that it
    stands in.
    """
    indents = fields.indents
    first = indents[starts[0]]
    spans = Spans()
    for start, following in zip(starts, chain(islice(starts, 1, None), (len(fields),))):
        end = start + 1
        if len(spans) % _DEADLINE_EVERY == 0:
            fields.check()
        while end < following and not 0 <= indents[end] < first:
            end += 1
        while indents[end - 1] < 0:
            end -= 1
        spans.append(start, end)
    return spans


def _value(fields: _Fields, first: int, end: int) -> Json:
    """A record as an object of its fields; what has no name is its text."""
    said: dict[str, list[str]] = {}
    for line in fields.within(first, end):
        name = fields.name(line)
        if name != END:
            said.setdefault(name or "text", []).append(fields.value(line))
    row: dict[str, Json] = {}
    for name, values in said.items():
        value = ", ".join(filter(None, values))
        row[name] = Number(value) if BARE_NUMBER.fullmatch(value) else value
    return row


def _may_be_enough(fields: _Fields, starts: Sequence[int]) -> bool:
    """Whether records that begin at some lines may be nearly all of the text, and as long as
    ``are_records`` asks for.
    """
    # A heading may stand above the first.
    behind = fields.keys[max(0, starts[0] - 1) :]
    inside = len(behind) - behind.count(0)
    of_all = len(fields) - fields.keys.count(0)
    return inside >= COVERED * of_all and inside / len(starts) >= SHORTEST


def _names_may_be_shared(fields: _Fields) -> bool:
    """Whether as many lines are of fields that come again as ``_share_names`` asks for.

    A field that half of the blocks have, which are no fewer than ``_LEAST``, comes so often.
    """
    lines = Counter(fields.keys)
    said = len(fields) - lines.pop(0, 0)
    least = math.ceil(HELD * _LEAST)
    again = sum(n for key, n in lines.items() if n >= least and fields.said[key])
    return again >= COMMON * (COVERED * said)
