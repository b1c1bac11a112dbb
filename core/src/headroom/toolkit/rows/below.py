"""What is odd deep within rows: a value that hardly any other has that stands below such keys."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from headroom.toolkit.outliers import least_bits
from headroom.toolkit.rows.shape import sample
from headroom.toolkit.rows.tree import Tree
from headroom.toolkit.rows.values import HOLDERS, Json
from headroom.view import Deadline

__all__ = ["odd_below"]

# All of these are chosen.

#: Of fewer values none is odd; where more are different, they are names rather than states.
_LEAST, _DIFFERENT = 6, 12
#: Longer values, in characters, are texts.
_LONG = 60
#: What stands in one list only is compared with its neighbours by the rows of a table.
_LISTS = 2
#: Fewer objects of a single key are things rather than cells.
_CELLS = 3
#: Rows of a table that tell whether its rows hold lists.
_LOOKED_AT = 10
#: More keys than these are no longer looked at.
_MOST_KEYS = 2000
#: So many values are kept.
_KEPT = 2000
#: So many units are told at the most.
_MOST = 20


def odd_below(tree: Tree, start: Callable[[int], int], deadline: Deadline) -> list[int]:
    """The units with a value that is rare among all that stand below the same keys, rarest first.

    Args:
        tree: The value.
        start: Says the first unit of a block, by its number.
        deadline: Watches the time.

    """
    counts: dict[int, Counter[Json]] = {}
    many: set[int] = set()
    values = _values(tree, start)
    # Of many, those that are looked at twice are found twice: they would take as much room again.
    kept = list(islice(values, _KEPT))
    for keys, _, value in deadline.over(chain(kept, values)):
        if keys in many:
            continue
        seen = counts.setdefault(keys, Counter())
        seen[value] += 1
        if len(seen) > _DIFFERENT:
            many.add(keys)
            del counts[keys]
    rare = {keys: found for keys, seen in counts.items() if (found := _rare(seen))}
    if not rare:
        return []
    units: dict[int, float] = {}
    for keys, unit, value in deadline.over(kept if len(kept) < _KEPT else _values(tree, start)):
        if keys not in rare:
            continue
        bits = rare[keys].get(value, 0.0)
        if bits > units.get(unit, 0.0):
            units[unit] = bits
    return sorted(units, key=lambda unit: (-units[unit], unit))[:_MOST]


def _rare(seen: Counter[Json]) -> dict[Json, float]:
    """The values that say much more than the values do on average, and how much."""
    total = seen.total()
    if total < _LEAST or len(seen) == 1:
        return {}
    bits = {value: -math.log2(count / total) for value, count in seen.items()}
    least = sum(seen[value] / total * told for value, told in bits.items()) + least_bits(total)
    return {value: told for value, told in bits.items() if told >= least}


class _Keys:
    """The keys that lead to values, all members of a list alike: each as a number."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str | None], int] = {}
        #: How many lists are on the way.
        self.lists = array("I", (0,))

    def below(self, keys: int, key: str | None) -> int:
        """The number of a key, or of the members of a list, below others."""
        found = self._known.get((keys, key))
        if found is None:
            found = self._known[keys, key] = len(self.lists)
            self.lists.append(self.lists[keys] + (key is None))
        return found


def _values(tree: Tree, start: Callable[[int], int]) -> Iterator[tuple[int, int, Json]]:
    """The short values within several lists: the keys above each, its unit, and itself."""
    known, of_nodes = _Keys(), array("I")
    for node, key in enumerate(tree.keys):
        if len(known.lists) > _MOST_KEYS:
            # Keys are names: what stands below one is like nothing else.
            return
        above = of_nodes[tree.holders[node]] if node else 0
        of_nodes.append(known.below(above, key if isinstance(key, str) else None) if node else 0)
        if node in tree.tables:
            table = tree.tables[node]
            if table.table.by_columns:
                continue
            row_keys = known.below(of_nodes[node], None)
            some = sample(table.values, _LOOKED_AT)
            if known.lists[row_keys] < _LISTS and not any(map(_holds, some)):
                continue
            for row, value in enumerate(table.values):
                yield from _within(value, row_keys, start(node) + row, known)
        elif tree.texts[node]:
            yield from _within(tree.values[node], of_nodes[node], start(node), known)


def _are_cells(values: list[Json]) -> bool:
    """Whether values are cells of a row: objects of the same single key, each at its place."""
    first = values[0] if len(values) >= _CELLS else None
    if not isinstance(first, dict) or len(first) != 1:
        return False
    return all(isinstance(one, dict) and one.keys() == first.keys() for one in values)


def _holds(value: Json) -> bool:
    """Whether a row holds anything but scalars."""
    members = value.values() if type(value) is dict else value if type(value) is list else ()
    return not HOLDERS.isdisjoint(map(type, members))


def _within(value: Json, keys: int, unit: int, known: _Keys) -> Iterator[tuple[int, int, Json]]:
    rest = [(value, keys)]
    while rest:
        value, keys = rest.pop()
        if type(value) is dict:
            members: Iterable[tuple[str, Json]] = value.items()
            if known.lists[keys] < _LISTS:
                # What is no list, nor holds one, is within no more of them.
                members = [one for one in members if type(one[1]) in HOLDERS]
            rest.extend((member, known.below(keys, key)) for key, member in members)
        elif type(value) is list:
            below = known.below(keys, None)
            if _are_cells(value):
                rest.extend((cell, known.below(below, f"#{n}")) for n, cell in enumerate(value))
            else:
                rest.extend((member, below) for member in value)
        elif known.lists[keys] >= _LISTS and (
            value is None or type(value) is bool or (type(value) is str and len(value) <= _LONG)
        ):
            yield keys, unit, value
