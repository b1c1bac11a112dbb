"""Series: arrays of so many numbers, or of points, that parts of them say more than the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.outliers import far_out
from headroom.toolkit.rows.quantities import TIME
from headroom.toolkit.rows.shape import find_width, sample
from headroom.toolkit.rows.tree import TableBlock, Tree
from headroom.toolkit.rows.values import HOLDERS, SCALARS, Json, Number

__all__ = ["are_mostly_series", "are_series", "far_series", "is_series", "side_by_side"]

# All of these are chosen.

#: Fewer numbers, or points, are read at a glance; points of more values are rows of something else.
_LEAST, _MAX_WIDTH = 12, 4
#: Rows, or points, that are looked at; the first of them; and how deep within a row series are
#: looked for.
_SAMPLE, _FIRST, _DEEP = 40, 2, 3
#: So many characters of a row are series at the least, on the average: less is no more than what
#: stands for it where it is left out.
_CHARS = 150
#: Of more series side by side, a place of all is a row of its own.
_BESIDE = 4
#: Of fewer series, none is far from the others.
_FEW = 4


def is_series(value: Json | Sequence[Json]) -> bool:
    """Whether a value is an array of many numbers or times, or of many points with a number each.

    >>> is_series([Number(n) for n in range(12)]), is_series(["a"] * 12)
    (True, False)
    >>> is_series([[Number(n), "0.5"] for n in range(12)])
    True

    """
    if not isinstance(value, (list, Lazy)) or len(value) < _LEAST:
        return False
    if isinstance(value[0], dict) and not _is_reading(value[0]):
        # Most rows are no points, which one of them tells.
        return False
    some = sample(value, _SAMPLE)
    first = type(next((one for one in some if one is not None), None))
    if first is Number:
        return all(one is None or type(one) is Number for one in some)
    if first is str:
        return all(type(one) is str and TIME.fullmatch(one) for one in some)
    if first is dict:
        return all(map(_is_reading, some))
    return find_width(value) is not None and all(one is None or _is_point(one) for one in some)


def _is_reading(value: Json) -> bool:
    """Whether an object is a number at a time, or numbers alone."""
    if not isinstance(value, dict) or not _is_point(list(value.values())):
        return False
    texts = [one for one in value.values() if type(one) is str]
    return not texts or any(map(TIME.fullmatch, texts))


def _is_point(value: Json) -> bool:
    if not isinstance(value, list) or len(value) > _MAX_WIDTH:
        return False
    return all(type(one) in SCALARS for one in value) and Number in map(type, value)


def are_series(values: Sequence[Json]) -> bool:
    """Whether values are all series."""
    return bool(values) and all(map(is_series, sample(values, _SAMPLE)))


def are_mostly_series(values: Sequence[Json]) -> bool:
    """Whether rows are series, or objects that hold some, and not much else beside them."""
    # Most rows hold none, which the first ones tell.
    if not any(_holds_some(row, _DEEP) for row in values[:_FIRST]):
        return False
    some = sample(values, _SAMPLE)
    series = rest = 0
    for row in some:
        if not isinstance(row, dict) and not is_series(row):
            return False
        found, others = _shares(row, _DEEP)
        series, rest = series + found, rest + others
    return series > rest and series >= _CHARS * len(some)


def _holds_some(value: Json, deep: int) -> bool:
    if isinstance(value, dict) and deep:
        return any(
            _holds_some(member, deep - 1) for member in value.values() if type(member) in HOLDERS
        )
    return is_series(value)


def _shares(value: Json, deep: int) -> tuple[int, int]:
    """About how many characters of a value are series, and how many are not."""
    if isinstance(value, dict) and deep:
        shares = [_shares(member, deep - 1) for member in value.values()]
        return sum(one for one, _ in shares), sum(map(len, value)) + sum(two for _, two in shares)
    return (_length(value), 0) if is_series(value) else (0, _length(value))


def _length(value: Json) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + _length(one) for key, one in value.items())
    return sum(map(_length, value)) + len(value) if isinstance(value, list) else 1


def far_series(tree: Tree) -> Iterator[TableBlock]:
    """The series that lie far from the others that stand below the same keys."""
    alike: dict[tuple[str, ...], list[tuple[TableBlock, list[float]]]] = {}
    for node, block in tree.tables.items():
        if is_series(block.values):
            keys = []
            above = node
            while above:
                key = tree.keys[above]
                keys.append(key if isinstance(key, str) else "")
                above = tree.holders[above]
            alike.setdefault(tuple(keys), []).append((block, _middles(block)))
    for some in alike.values():
        widths = {len(middles) for _, middles in some}
        if len(some) >= _FEW and len(widths) == 1:
            for numbers in zip(*(middles for _, middles in some)):
                yield from (some[place][0] for place in far_out(numbers)[: len(some) // _FEW])


def side_by_side(tree: Tree) -> Iterator[list[TableBlock]]:
    """The series of one object that have as many numbers or times each: what stands at a place of
    one belongs to what stands there in the others.
    """
    beside: dict[tuple[int, int], list[TableBlock]] = {}
    for node, block in tree.tables.items():
        if type(block.values[0]) in SCALARS and is_series(block.values):
            beside.setdefault((tree.holders[node], len(block.values)), []).append(block)
    yield from (some for some in beside.values() if 1 < len(some) <= _BESIDE)


def _middles(block: TableBlock) -> list[float]:
    """The middle number of each column that has numbers."""
    columns = (column.plain_numbers() for column in block.table.rows.columns)
    return [sorted(numbers)[len(numbers) // 2] for numbers in columns if numbers]
