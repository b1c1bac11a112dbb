"""Finds the records of a text: blocks of lines that begin alike and have the same fields.

Nothing is parsed by a grammar. A line is known by its indentation and the name that it begins with;
a record begins with a line that comes again and again, and most of its lines are of names that most
records have. That holds for lists and documents of YAML, sections of INI files, pretty-printed XML,
calendars and cards, listings of packages, expanded rows of a database, and the like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from headroom.kinds.records.columns import find_listing
from headroom.kinds.records.entries import find_entries
from headroom.kinds.records.files import find_files
from headroom.kinds.records.talk import find_talk
from headroom.source import Source
from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.values import Json, Number

__all__ = ["Field", "Records", "find_records", "read"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer records are better shown whole.
_LEAST = 6
#: Lines of a record, on the average.
_SHORTEST, _LONGEST = 1.8, 60.0
#: The longest has at most so many lines, or so many times those that a record has on the average.
_LONGEST_OF_ALL, _TIMES = 40, 8
#: The share of the lines that must stand in records, have a name, and a name that is common.
_COVERED, _NAMED, _COMMON = 0.8, 0.6, 0.6
#: The share of the fields of a record that it has once.
_DISTINCT = 0.5
#: The share of the fields that follow the field that they mostly follow.
_ORDERLY = 0.6
#: A name is common where this share of the records has it.
_HELD = 0.5
#: After so many lines, this share of them must have a name.
_SOON, _NAMED_SOON = 60, 0.25
#: How many kinds of lines are tried as the beginning of a record. It bounds the time.
_TRIED = 24
#: Lines after which the time is looked at.
_DEADLINE_EVERY = 1000
#: Characters by which a line is the same as another.
_SAME = 80

_PAIR = re.compile(r"((?:- )?[\"']?[A-Za-z_@$][\w .@/$-]{0,60}?[\"']?) *(?:[:=|]|\t)")
_TAG = re.compile(r"</?[A-Za-z][\w:.-]{0,60}")
_SECTION = re.compile(r"\[{1,2}[^\[\]]{1,200}\]{1,2}\s*$")
_RULE = re.compile(r"[-=*+#_~]{2,}")
_CLOSING = re.compile(r"</[\w:.-]{1,60}>\s*$|/?>\s*$")


@dataclass(frozen=True)
class Field:
    """What a line is: ``name`` is empty where it begins with none."""

    indent: int
    name: str
    value: str

    @property
    def key(self) -> tuple[int, str]:
        """What lines of the same field share."""
        return self.indent, self.name


@dataclass(frozen=True)
class Records:
    """A text, taken apart: ``spans`` are first line and end (exclusive) of each record."""

    lines: list[str]
    spans: list[tuple[int, int]]
    #: What each record says, by the names of its fields.
    rows: list[Json]
    #: The files that the records are about, where it is a listing of files.
    files: list[str] | None = None
    #: Whether the fields have names by which a reader can be told of them.
    named: bool = True
    #: Whether they are the turns of a talk.
    is_talk: bool = False
    #: The same with whole entries, where the records are only what stands below their headings.
    whole: Records | None = None

    @property
    def is_headed(self) -> bool:
        """Whether what stands between records is said of those below it: a directory, a day."""
        return self.files is not None or self.is_talk or self.whole is not None


def find_records(content: str, check: Callable[[], None]) -> Records | None:
    """The records of a text; ``None`` where it has none.

    Args:
        content: The text.
        check: Called now and then, to watch the time.

    """
    lines = content.split("\n")
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
        spans = [(line, line + 1) for line in talk.lines]
        return Records(lines, spans, talk.rows, named=False, is_talk=True)
    listing = find_listing(lines, check)
    if listing is not None:
        spans = [(line, line + 1) for line in listing.lines]
        return Records(lines, spans, listing.rows, named=False)
    return _find_blocks(lines, check)


def _find_blocks(lines: list[str], check: Callable[[], None]) -> Records | None:
    """Records of several lines each."""
    if len(lines) < _LEAST * _SHORTEST:
        return None
    fields: list[Field | None] = []
    named = 0
    for number, line in enumerate(lines):
        if number % _DEADLINE_EVERY == 0:
            check()
        field = _field(line) if line.strip() else None
        fields.append(field)
        named += field is None or bool(field.name)
        # Most texts show soon that they are none of records.
        if number == _SOON and named < _NAMED_SOON * number:
            return None
    if named < _COVERED * _NAMED * len(lines):
        return None
    best: list[tuple[int, int]] = []
    indent = -1
    for starts in _candidates(lines, fields):
        field = fields[starts[0]]
        assert field is not None
        if best and field.indent > indent:
            break
        check()
        spans = _spans(fields, _heads(fields, starts))
        if len(spans) > len(best) and _are_records(fields, spans):
            best, indent = spans, field.indent
    return Records(lines, best, _values(fields, best)) if best else None


def read(source: Source) -> Records | None:
    """The records of a source, read once: ``source.once(read)``."""
    return find_records(source.text, source.deadline.check)


def _field(line: str) -> Field:
    text = line.lstrip(" \t")
    indent = len(line) - len(text)
    tag = _TAG.match(text)
    if tag is not None:
        return Field(indent, tag[0], _CLOSING.sub("", text[tag.end() :]).lstrip(" >"))
    if _SECTION.match(text):
        return Field(indent, "[]", text.strip().strip("[]"))
    pair = _PAIR.match(text)
    if pair is not None:
        return Field(indent, pair[1].strip("\"'"), text[pair.end() :].strip().rstrip(",;"))
    if _RULE.match(text):
        return Field(indent, "---", "")
    if text.startswith("- "):
        return Field(indent, "-", text[2:].strip())
    return Field(indent, "", text.strip())


def _candidates(lines: Sequence[str], fields: Sequence[Field | None]) -> Iterator[list[int]]:
    """Lines at which records may begin, the least indented first, and the earliest of these."""
    places: dict[tuple[int, str], list[int]] = {}
    for number, field in enumerate(fields):
        if field is None:
            continue
        # Also by the whole line, or by its first word: "BEGIN:VEVENT", "commit 1f2e3d".
        own = field.value.split(None, 1)[0] if not field.name else lines[number].strip()[:_SAME]
        for name in filter(None, (field.name, f"\n{own}")):
            places.setdefault((field.indent, name), []).append(number)
    some = [
        (indent, starts[0], name, starts)
        for (indent, name), starts in places.items()
        if len(starts) >= _LEAST and not name.startswith("</")
    ]
    some.sort(key=lambda item: item[:3])
    for _, _, _, starts in some[:_TRIED]:
        yield starts


def _heads(fields: Sequence[Field | None], starts: Sequence[int]) -> Sequence[int]:
    """Where records begin that have a heading each, right above a field that all of them have.

    A heading says something else each time. What records end with could do so as well: then the
    last of them would.
    """
    first, last = fields[starts[0]], next(filter(None, reversed(fields)))
    assert first is not None
    above = [start - 1 for start in starts]
    if above[0] < 0 or not last.name or not set(above).isdisjoint(starts):
        return starts
    heads = [fields[line] for line in above]
    keys = Counter(head.key for head in heads if head is not None and head.name)
    is_one_off = max(keys.values(), default=0) <= 1
    are_heads = all(head is not None and head.indent <= first.indent for head in heads)
    return above if is_one_off and are_heads else starts


def _spans(fields: Sequence[Field | None], starts: Sequence[int]) -> list[tuple[int, int]]:
    """The records that begin at some lines: each ends before the next, and where one ends that it
    stands in.
    """
    first = fields[starts[0]]
    assert first is not None
    spans = []
    for start, following in zip(starts, [*starts[1:], len(fields)]):
        end = start + 1
        while end < following:
            field = fields[end]
            if field is not None and field.indent < first.indent:
                break
            end += 1
        while fields[end - 1] is None:
            end -= 1
        spans.append((start, end))
    return spans


def _values(fields: Sequence[Field | None], spans: Sequence[tuple[int, int]]) -> list[Json]:
    """Each record as an object of its fields; what has no name is its text."""
    found: list[Json] = []
    for first, end in spans:
        said: dict[str, list[str]] = {}
        for field in fields[first:end]:
            if field is not None:
                said.setdefault(field.name or "text", []).append(field.value)
        row: dict[str, Json] = {}
        for name, values in said.items():
            value = ", ".join(filter(None, values))
            row[name] = Number(value) if BARE_NUMBER.fullmatch(value) else value
        found.append(row)
    return found


def _are_records(fields: Sequence[Field | None], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether some blocks of lines are records, and nearly all of the text."""
    blocks = [[f for f in fields[first:end] if f is not None] for first, end in spans]
    inside = sum(map(len, blocks))
    of_all = sum(field is not None for field in fields)
    return (
        inside >= _COVERED * of_all
        and _have_a_size(blocks, inside)
        and _have_names(blocks, inside)
        and _are_orderly(blocks, inside)
        and _share_names(blocks, inside)
    )


def _have_a_size(blocks: Sequence[Sequence[Field]], inside: int) -> bool:
    mean = inside / len(blocks)
    longest = max(map(len, blocks))
    return _SHORTEST <= mean <= _LONGEST and longest <= max(_LONGEST_OF_ALL, _TIMES * mean)


def _have_names(blocks: Sequence[Sequence[Field]], inside: int) -> bool:
    """Whether most lines begin with a name, and those of a block with different ones."""
    named = sum(bool(field.name) for block in blocks for field in block)
    distinct = sum(len({field.key for field in block}) for block in blocks)
    return named >= _NAMED * inside and distinct >= _DISTINCT * inside


def _are_orderly(blocks: Sequence[Sequence[Field]], inside: int) -> bool:
    """Whether most fields follow the one that they mostly follow."""
    following: dict[tuple[int, str], Counter[tuple[int, str]]] = {}
    for block in blocks:
        for one, other in pairwise(block):
            # Lines of one source after each other, as in logs, are no order of fields; lists are.
            if one.key != other.key or one.name in ("-", ""):
                following.setdefault(one.key, Counter())[other.key] += 1
    usual = sum(max(found.values()) for found in following.values())
    return usual >= _ORDERLY * (inside - len(blocks))


def _share_names(blocks: Sequence[Sequence[Field]], inside: int) -> bool:
    """Whether most lines are of fields that many blocks have, and these are several."""
    holders = Counter(key for block in blocks for key in {field.key for field in block})
    common = {key for key, n in holders.items() if key[1] and n >= _HELD * len(blocks)}
    held = sum(field.key in common for block in blocks for field in block)
    return len(common) > 1 and held >= _COMMON * inside
