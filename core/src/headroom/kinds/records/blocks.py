"""Whether blocks of lines are records: by their sizes, and by the names of their fields."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Protocol, TypeVar

__all__ = ["COMMON", "COVERED", "HELD", "NAMED", "SHORTEST", "misfit_of"]

T = TypeVar("T")

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Lines of a record, on the average.
SHORTEST, _LONGEST = 1.8, 60.0
#: The longest has at most so many lines, or so many times those that a record has on the average.
_LONGEST_OF_ALL, _TIMES = 40, 8
#: The share of the lines that must stand in records, have a name, and a name that is common.
COVERED, NAMED, COMMON = 0.8, 0.6, 0.6
#: The share of the fields of a record that it has once.
_DISTINCT = 0.5
#: The share of the fields that follow the field that they mostly follow.
_ORDERLY = 0.6
#: A name is common where this share of the records has it.
HELD = 0.5
#: Shapes of records that are counted; where there are more, records are looked at one by one.
_SHAPES = 2000
#: Records after which the time is looked at.
_DEADLINE_EVERY = 1000


class Fields(Protocol):
    """The fields of lines, as numbers."""

    @property
    def check(self) -> Callable[[], None]:
        """Called now and then, to watch the time."""

    @property
    def keys(self) -> array[int]:
        """By line: what lines of the same field share; 0 for a blank one."""

    @property
    def said(self) -> Sequence[str]:
        """The name of each key."""

    @property
    def levels(self) -> Sequence[int]:
        """The indent of each key."""

    def __len__(self) -> int:
        """How many lines there are."""


def misfit_of(fields: Fields, spans: Sequence[tuple[int, int]], most: float) -> int | None:
    """How unlike each other some records are; the less, the likelier records begin where they do.

    Args:
        fields: Those of the lines.
        spans: First line and end (exclusive) of each block of lines.
        most: What it must be less than.

    Returns:
        ``None`` where it is not, or the blocks are no records, or not nearly all of the text.

    """
    blocks = _Blocks(fields, spans)
    inside = sum(len(keys) * times for keys, times in blocks)
    if inside < COVERED * (len(fields) - fields.keys.count(0)):
        return None
    misfit = len(spans) * _are_turned(fields, spans)
    level = fields.levels[fields.keys[spans[0][0]]]
    for part in (_missing, _again, _parted):
        misfit += part(fields, blocks, level)
        if misfit >= most:
            return None
    are_records = (
        _have_a_size(blocks, inside)
        and _have_names(fields, blocks, inside)
        and _are_orderly(fields, blocks, inside)
        and _share_names(fields, blocks, inside)
    )
    return misfit if are_records else None


def _missing(_: Fields, blocks: _Blocks, __: int) -> int:
    """How often a field is missing that most have, or is there that few have.

    Where records are cut at a field that some of them have twice, blocks lack most fields.
    """
    # What they begin with may say which one it is.
    holders = blocks.counted(lambda keys: set(keys[1:]).difference(keys[:1]))
    return 2 * sum(min(count, len(blocks) - count) for count in holders.values())


def _again(fields: Fields, blocks: _Blocks, level: int) -> int:
    """How often a field as far out as they begin comes again, behind others.

    Where records are cut at a field that only some have, blocks have fields of two.
    """
    found = 0
    for keys, times in blocks:
        # What they begin with, by no name, and a text below it are not the same.
        rest = keys if fields.said[keys[0]] else keys[1:]
        outer = [key for key in rest if fields.levels[key] == level]
        runs = sum(one != other for one, other in pairwise((0, *outer)))
        found += times * (runs - len(set(outer)))
    return found


def _parted(_: Fields, blocks: _Blocks, level: int) -> int:
    """How many blank lines stand in their midst, where records are cut in theirs."""
    return 2 * blocks.parted(level)


def _are_turned(fields: Fields, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether blocks end with what the next record begins with: the first stands before them all,
    and the last block has none.
    """
    keys = fields.keys
    ends = Counter(keys[end - 1] for _, end in spans)
    usual, count = ends.most_common(1)[0]
    (first, _), (_, end) = spans[0], spans[-1]
    return 2 * count > len(spans) and keys[end - 1] != usual and usual in keys[:first]


class _Blocks:
    """The keys of the lines of each record; of those that have the same ones, once, and how many.

    Most records of a text are of a few shapes: each is looked at once, however many there are.
    """

    def __init__(self, fields: Fields, spans: Sequence[tuple[int, int]]) -> None:
        self._fields = fields
        self._spans = spans
        self._shapes: Counter[bytes] | None = Counter()
        for number, (first, end) in enumerate(spans):
            if number % _DEADLINE_EVERY == 0:
                fields.check()
                if len(self._shapes) > _SHAPES:
                    self._shapes = None
                    break
            self._shapes[fields.keys[first:end].tobytes()] += 1

    def __len__(self) -> int:
        return len(self._spans)

    def __iter__(self) -> Iterator[tuple[list[int], int]]:
        return ((list(filter(None, keys)), times) for keys, times in self._raw())

    def _raw(self) -> Iterator[tuple[array[int], int]]:
        """The same with those of blank lines."""
        if self._shapes is not None:
            for shape, times in self._shapes.items():
                yield array("I", shape), times
            return
        for number, (first, end) in enumerate(self._spans):
            if number % _DEADLINE_EVERY == 0:
                self._fields.check()
            yield self._fields.keys[first:end], 1

    def parted(self, level: int) -> int:
        """How many blank lines, in all of them, have a line behind them that is as far out."""
        levels = self._fields.levels
        found = 0
        for keys, times in self._raw():
            if 0 in keys:
                found += times * sum(
                    not one and other != 0 and levels[other] <= level
                    for one, other in pairwise(keys)
                )
        return found

    def counted(self, of: Callable[[list[int]], Iterable[T]]) -> Counter[T]:
        """How often each of what is said of a record comes, in all of them."""
        if self._shapes is None:
            return Counter(chain.from_iterable(of(keys) for keys, _ in self))
        found: Counter[T] = Counter()
        for keys, times in self:
            for one in of(keys):
                found[one] += times
        return found


def _have_a_size(blocks: _Blocks, inside: int) -> bool:
    mean = inside / len(blocks)
    longest = max(len(keys) for keys, _ in blocks)
    return SHORTEST <= mean <= _LONGEST and longest <= max(_LONGEST_OF_ALL, _TIMES * mean)


def _have_names(fields: Fields, blocks: _Blocks, inside: int) -> bool:
    """Whether most lines begin with a name, and those of a block with different ones."""
    lines = blocks.counted(iter)
    named = sum(count for key, count in lines.items() if fields.said[key])
    distinct = sum(len(set(keys)) * times for keys, times in blocks)
    return named >= NAMED * inside and distinct >= _DISTINCT * inside


def _are_orderly(fields: Fields, blocks: _Blocks, inside: int) -> bool:
    """Whether most fields follow the one that they mostly follow."""
    pairs = blocks.counted(pairwise)
    most: dict[int, int] = {}
    for (one, after), count in pairs.items():
        # Lines of one source after each other, as in logs, are no order of fields; lists are.
        if one != after or fields.said[one] in ("-", ""):
            most[one] = max(most.get(one, 0), count)
    return sum(most.values()) >= _ORDERLY * (inside - len(blocks))


def _share_names(fields: Fields, blocks: _Blocks, inside: int) -> bool:
    """Whether most lines are of fields that many blocks have, and these are several."""
    holders = blocks.counted(set)
    common = {key for key, n in holders.items() if fields.said[key] and n >= HELD * len(blocks)}
    # What records begin with is alike, though it may say in its name which one it is.
    held = sum(times * sum(key in common for key in keys[1:]) + times for keys, times in blocks)
    return len(common) > 1 and held >= COMMON * inside
