"""The objects of data that a query names, with all that is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain, takewhile

from headroom.retrieval.index import Searchable
from headroom.toolkit.identifiers import identifiers
from headroom.view import Piece

__all__ = ["all_within", "of_named_objects", "value_of"]

#: So many objects at the most are what is asked about. Chosen.
_FEW = 3


def of_named_objects(
    searchable: Searchable, query: str, having: Collection[int], room: int
) -> list[int]:
    """All values of the objects of which a value is a name in the query, if these are a few.

    However deep they are in a record: what is asked about one may stand in those below it. What has
    a word of the query comes first.

    Args:
        searchable: The values are its leaves.
        query: What is asked.
        having: The numbers of the values that have a word of it.
        room: Characters that there is room for.

    """
    wanted = {f'"{name}"' for name in identifiers(query)}
    leaves = searchable.leaves
    objects = {
        (leaves[number].within, leaves[number].path): number
        for number in (having if wanted else ())
        if leaves[number].path and value_of(leaves[number]) in wanted
    }
    found: dict[int, None] = {}
    for (within, path), number in objects.items() if len(objects) <= _FEW else ():

        def is_in(one: int, within: object = within, path: str = path) -> bool:
            leaf = leaves[one]
            return leaf.within == within and f"{leaf.path}/".startswith(f"{path}/")

        before = takewhile(is_in, range(number, -1, -1))
        after = takewhile(is_in, range(number + 1, len(leaves)))
        whole = all_within(leaves, sorted(chain(before, after)), room)
        room -= sum(len(leaves[one].text) for one in whole)
        found.update(dict.fromkeys(whole))
    return sorted(found, key=lambda number: number not in having)


def all_within(leaves: Sequence[Piece], some: Iterable[int], room: int) -> list[int]:
    """Some values, of which no more are looked for once there is no room for all: then none."""
    found: list[int] = []
    for number in some:
        found.append(number)
        room -= len(leaves[number].text)
        if room < 0:
            return []
    return found


def value_of(leaf: Piece) -> str:
    """A scalar value as JSON writes it, without its name."""
    return leaf.text.partition('":')[2]
