"""What nobody reads in a text or in a JSON document: found, and replaced by notes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import TypeGuard

from headroom.errors import WrongKind
from headroom.kinds.opaque.numbers import LEAST_NUMBERS, described_list
from headroom.kinds.opaque.render import Note, notes_of
from headroom.kinds.opaque.scan import scan
from headroom.kinds.opaque.stretch import LEAST, Stretch
from headroom.kinds.registry import default_kinds
from headroom.source import Source
from headroom.toolkit.kind import Condensed
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.rows.notation import flow, pointer
from headroom.toolkit.rows.stretches import SHORT, are_short
from headroom.toolkit.rows.values import Json, Number
from headroom.view import Deadline, Omission

__all__ = ["condense", "data_of", "find", "is_data_of_small_values", "is_vector"]

# What nobody reads is a long string, or a list of many numbers with a comma behind each.
assert min(LEAST, 2 * LEAST_NUMBERS - 1) >= SHORT

#: What is left of a string, as it stands in a text, and as it stands in a string of that text; and
#: what follows it where it is a key.
_REST_OF_STRING = (
    (re.compile(r'(?:[^"\\\n]+|\\.)*'), re.compile(r'"\s{0,20}:')),
    (re.compile(r"(?:[^'\\\n]+|\\.)*"), re.compile(r"'\s{0,20}:")),
    (re.compile(r'(?:[^"\\\n]+|\\+[^"\\\n])*'), re.compile(r'\\+"\s{0,20}:')),
)

#: Where a value stands in a document.
Path = tuple["str | int", ...]


def find(source: Source) -> list[Stretch]:
    """What nobody reads in a text, in order: ``source.once(find)``."""
    return scan(source.text, source.deadline)


def data_of(source: Source) -> Json:
    """The JSON value of a text; ``None`` where it is no object or array."""
    if source.text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    json = default_kinds().named("json")
    try:
        value = None if json is None else json.data(source)
    except WrongKind:
        return None
    return value if isinstance(value, (dict, list, Lazy)) else None


def condense(source: Source) -> Condensed | None:
    """A text with notes in place of what nobody reads; ``None`` where there is nothing of that."""
    if source.once(is_data_of_small_values):
        return None
    value = data_of(source)
    if value is None or is_vector(value):
        return _condense_text(source)
    found = dict(_in_value(value, source))
    if not found:
        return None
    places = [(path, one) for path, several in found.items() for one in several]
    notes = dict(zip(places, notes_of(places)))
    rest = flow(_Rewriter(found, notes).value(value, ()))
    return Condensed(
        Source(rest, source.deadline),
        tuple(one.omission for _, one in places),
        frozenset(note for (_, one), note in notes.items() if one.breaks),
    )


def is_data_of_small_values(source: Source) -> bool:
    """Whether a text is surely data in which nothing is long: that is seen without walking it."""
    if source.text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return False
    if not source.once(are_short):
        return False
    json = default_kinds().named("json")
    return json is not None and json.recognise(source)


def _condense_text(source: Source) -> Condensed | None:
    stretches = _outside_keys(source.text, source.once(find))
    if not stretches:
        return None
    found = _placed(source.text, stretches, None)
    notes = notes_of([((), one) for one in found])
    return Condensed(
        Source.made(lambda: _replaced(source.text, found, notes), source.deadline),
        tuple(one.omission for one in found),
        frozenset(note for one, note in zip(found, notes) if one.breaks),
    )


def _outside_keys(text: str, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Those that stand in no string that a value follows, as JSON and Python write a key.

    A key is what places are called by: with a note in it, they would lead nowhere.
    """
    found = list(stretches)
    for rest, ends_key in _REST_OF_STRING:
        outside: list[Stretch] = []
        # Up to where it is known whether that is a key: no text is read twice.
        known, is_key = -1, False
        for one in found:
            if one.end > known:
                match = rest.match(text, one.end)
                known = match.end() if match else one.end
                is_key = ends_key.match(text, known) is not None
            if not is_key:
                outside.append(one)
        found = outside
    return found


def _placed(text: str, stretches: Sequence[Stretch], within: str | None) -> list[Note]:
    """Stretches with their places: lines, or characters of a line."""
    found: list[Note] = []
    line, position = 1, 0
    # First and last place of the line that a stretch stands in; looked for once a line.
    start, end = 0, -1
    for one in stretches:
        line += text.count("\n", position, one.start)
        breaks = text.count("\n", one.start, one.end)
        position = one.start
        chars = None
        if breaks == 0:
            if one.start > end:
                start = text.rfind("\n", start, one.start) + 1 or start
                end = text.find("\n", one.end)
                end = len(text) if end < 0 else end
            if (one.start, one.end) != (start, end):
                chars = (one.start - start + 1, one.end - start)
        omission = Omission("lines", ((line, line + breaks),), within=within, chars=chars)
        found.append(Note(one, omission, breaks))
    return found


def _replaced(text: str, found: Sequence[Note], notes: Sequence[str]) -> str:
    """A text with notes; it keeps its lines, so that whatever counts them counts right.

    What is left of a line in which a note of several lines ends begins with a sign: the line is
    not all there, wherever it is shown without the note.
    """
    pieces: list[str] = []
    position = 0
    for one, note in zip(found, notes):
        pieces.append(text[position : one.stretch.start])
        pieces.append(f'"{note}"' if one.stretch.is_array else note)
        pieces.append("\n" * one.breaks)
        position = one.stretch.end
        if one.breaks and _is_within_line(text, position):
            pieces.append(f"{SMALLEST} ")
    pieces.append(text[position:])
    return "".join(pieces)


def _is_within_line(text: str, position: int) -> bool:
    """Whether anything but blanks stands between a place and the end of its line."""
    end = text.find("\n", position)
    return bool(text[position : len(text) if end < 0 else end].strip())


def is_vector(value: Json) -> TypeGuard[list[Json]]:
    """Whether a value is a list of numbers."""
    # Most lists show by their first that they are none.
    return (
        isinstance(value, list)
        and bool(value)
        and type(value[0]) is Number
        and set(map(type, value)) == {Number}
    )


def _in_value(value: Json, source: Source) -> Iterator[tuple[Path, list[Note]]]:
    """What nobody reads in a document, in its order: by the path of a string or an array."""
    for path, one in _looked_at(value, source.deadline):
        if isinstance(one, str):
            yield from _in_string(path, one, source)
            continue
        found = described_list([str(number) for number in one])
        if found is not None:
            yield path, [Note(Stretch(0, 0, *found), Omission("values", (), _pointer(path)))]


def _looked_at(value: Json, deadline: Deadline) -> Iterator[tuple[Path, str | list[Json]]]:
    """The long strings and the vectors of a document."""
    # What is within each that is being looked at: of all rows, the paths would be many.
    waiting: list[Iterator[tuple[Path, Json]]] = [iter([((), value)])]
    while waiting:
        deadline.check()
        for path, one in waiting[-1]:
            if type(one) is str or is_vector(one):
                yield path, one
            elif isinstance(one, (list, Lazy)):
                waiting.append(_members(path, enumerate(one)))
                break
            elif isinstance(one, dict):
                waiting.append(_members(path, one.items()))
                break
        else:
            waiting.pop()


def _members(path: Path, members: Iterable[tuple[str | int, Json]]) -> Iterator[tuple[Path, Json]]:
    for key, member in members:
        if len(member) >= LEAST if type(member) is str else isinstance(member, (dict, list, Lazy)):
            yield (*path, key), member


def _in_string(path: Path, text: str, source: Source) -> Iterator[tuple[Path, list[Note]]]:
    stretches = _outside_keys(text, scan(text, source.deadline))
    if not stretches:
        return
    first = stretches[0]
    where = _pointer(path)
    if len(stretches) == 1 and text[first.start : first.end].strip() == text.strip():
        yield path, [Note(first, Omission("values", (), where))]
    else:
        yield path, _placed(text, stretches, where)


def _pointer(path: Path) -> str:
    where = ""
    for key in path:
        where = pointer(where, key)
    return where


class _Rows(Lazy[Json]):
    """The rows of an array, each as it is written when it is asked for."""

    def __init__(self, rows: Lazy[Json], written: Callable[[int, Json], Json]) -> None:
        self._rows = rows
        self._written = written

    def __len__(self) -> int:
        return len(self._rows)

    def _at(self, index: int) -> Json:
        return self._written(index, self._rows[index])


@dataclass(frozen=True)
class _Rewriter:
    """Writes notes into a value."""

    found: dict[Path, list[Note]]
    notes: dict[tuple[Path, Note], str]

    def value(self, value: Json, path: Path) -> Json:
        """A copy of what has notes; the rest is the same."""
        return self._written(value, path, self._holders)

    @property
    def _holders(self) -> dict[Path, set[str | int]]:
        holders: dict[Path, set[str | int]] = defaultdict(set)
        for path in self.found:
            for size in range(len(path), 0, -1):
                members = holders[path[: size - 1]]
                if path[size - 1] in members:
                    break
                members.add(path[size - 1])
        return holders

    def _written(self, value: Json, path: Path, holders: dict[Path, set[str | int]]) -> Json:
        found = self.found.get(path)
        if found is not None:
            notes = [self.notes[path, one] for one in found]
            if found[0].omission.unit == "values" or not isinstance(value, str):
                return notes[0]
            return _replaced(value, found, notes)
        inside = holders.get(path)
        if not inside:
            return value
        if isinstance(value, dict):
            return {
                key: self._written(member, (*path, key), holders) if key in inside else member
                for key, member in value.items()
            }
        assert isinstance(value, (list, Lazy))

        def written(number: int, member: Json) -> Json:
            return self._written(member, (*path, number), holders) if number in inside else member

        if isinstance(value, Lazy):
            return _Rows(value, written)
        return list(starmap(written, enumerate(value)))
