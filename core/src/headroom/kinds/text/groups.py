"""Which units of a text say whose others are, where lines go in groups."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from headroom.kinds.text.parse import read_units
from headroom.lines import starts_of
from headroom.source import Source
from headroom.toolkit.groups import read_groups
from headroom.toolkit.nesting import read_nesting

__all__ = ["Owned", "nested_units", "owned_units"]


class Owned(NamedTuple):
    """The units of a group: all of them belong to those that say whose they are."""

    start: int
    stop: int
    #: Those that say it, in order.
    heads: tuple[int, ...]


def owned_units(source: Source) -> list[Owned]:
    r"""The groups of a text, by units.

    >>> text = "\n".join(f"Host {c}\n  port {n}\n  user u{n}" for n, c in enumerate("abcdef"))
    >>> owned_units(Source(text))[1]
    Owned(start=3, stop=6, heads=(3,))

    """
    groups = source.once(read_groups)
    if not groups:
        return []
    parts = source.once(read_units).parts
    starts = starts_of(source.lines)

    def first_of(line: int) -> int:
        return bisect_left(parts.starts, starts[line])

    def with_line(line: int) -> range:
        """The units that a line has a part of."""
        first = parts.holding(starts[line])
        return range(first, max(first + 1, first_of(line + 1)))

    found: list[Owned] = []
    for group in source.deadline.over(groups):
        heads = [*range(with_line(group.first).start, with_line(group.last).stop)]
        if group.name >= 0:
            heads += with_line(group.name)
        own = tuple(dict.fromkeys(heads))
        found.append(Owned(min(first_of(group.start), own[0]), first_of(group.stop), own))
    return found


def nested_units(source: Source) -> dict[int, int]:
    r"""By a unit that is indented below another one that other unit.

    >>> text = "".join(f"Host {c}:\n  port: {n}\n  user: u{n}\n" for n, c in enumerate("abc"))
    >>> nested_units(Source(text))
    {1: 0, 2: 0, 4: 3, 5: 3, 7: 6, 8: 6}

    """
    nesting = source.once(read_nesting)
    units = source.once(read_units)
    if nesting is None or units.lines is None:
        return {}
    parts = units.parts
    starts = starts_of(source.lines)
    found: dict[int, int] = {}
    for line, owner in enumerate(source.deadline.over(nesting.owners)):
        if owner >= 0:
            own, other = parts.holding(starts[line]), parts.holding(starts[owner])
            if other < own and parts.starts[own] == starts[line]:
                found[own] = other
    return found
