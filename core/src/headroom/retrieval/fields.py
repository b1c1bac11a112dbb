"""Questions that name fields: the values of these, in all records alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from headroom.retrieval.index import Searchable
from headroom.toolkit.kind import LeftOut
from headroom.toolkit.relevance import query_terms, terms
from headroom.view import Piece

__all__ = ["of_named_fields"]


def of_named_fields(
    searchable: Searchable, query: str, left_out: LeftOut, own: Iterable[int]
) -> list[int]:
    """The values of the fields that a query names, where it says no more than that.

    What the reader lacks comes first, and else they stand as in the original: which of them is
    longer, or in a longer record, says nothing.
    """
    asked, leaves = query_terms(query), searchable.leaves
    fields = _named_fields(leaves, own, asked)
    # One field with what it stands in, or several: of these, some may be all over.
    found = [
        field
        for field, (words, _) in fields.items()
        if asked <= words.union(terms(field[0].replace("/", " ")))
    ]
    if not found:
        fields = _named_fields(leaves, searchable.leaf_index.covered(query), asked)
        found = list(fields) if asked <= set().union(*(one for one, _ in fields.values())) else []
    numbers = (number for field in found for number in fields[field][1])
    return sorted(numbers, key=lambda number: (not left_out(leaves[number]), number))


def _named_fields(
    leaves: Sequence[Piece], numbers: Iterable[int], asked: Set[str]
) -> dict[tuple[str, str], tuple[set[str], list[int]]]:
    """Of some values those whose names say nothing else than a query, by what holds them."""
    found: dict[tuple[str, str], list[int]] = {}
    for number in numbers:
        leaf = leaves[number]
        found.setdefault((leaf.path, leaf.text.partition('":')[0]), []).append(number)
    words = {field: set(terms(field[1])) for field in found}
    return {field: (words[field], found[field]) for field in found if words[field] <= asked}
