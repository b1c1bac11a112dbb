"""Questions that name fields: the values of these, in all records alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import chain
from typing import NamedTuple

from headroom.retrieval.index import Searchable
from headroom.toolkit.kind import LeftOut
from headroom.toolkit.pointers import unescape
from headroom.toolkit.relevance import in_pieces, query_terms, terms
from headroom.toolkit.turns import take_turns
from headroom.view import Piece

__all__ = ["EMPTY", "of_named_fields"]

#: What the text of a value ends with that says nothing.
EMPTY = (":null", ":false", ':""', ":[]", ":{}")
_NOTHING: Set[str] = frozenset()


class _Named(NamedTuple):
    """What of a query the name of a value says, or the name of what holds it."""

    name: str
    #: Terms of the name; none where it says something else.
    said: Set[str]
    #: Whether it is a member of what has the name.
    is_below: bool
    #: Where what has the name stands.
    path: str


_Values = dict[int, _Named]


def of_named_fields(
    searchable: Searchable, query: str, left_out: LeftOut, own: Iterable[int]
) -> list[int]:
    """The values of the fields that a query names, where it says no more than that.

    Each value comes once before any comes again, and what says nothing comes last of these. Then
    what the reader lacks comes first, and else they stand as in the original: which of them is
    longer, or in a longer record, says nothing. Several fields take turns, the rarest first.
    """
    asked, leaves = query_terms(query), searchable.leaves
    names = _Names(query)
    named = _named(leaves, own, names)
    # One field with what it stands in, or several: of these, some may be all over.
    found = {number: one for number, one in named.items() if names.have_all(one.said, one.path)}
    if found or len(asked) == 1:
        return _in_order(leaves, found, left_out)
    named = _named(leaves, sorted(searchable.leaf_index.covered(query)), names)
    together: dict[str, set[str]] = {}
    for one in named.values():
        together.setdefault(one.path, set()).update(one.said)
    if not asked <= set().union(*together.values()):
        return []
    sizes = Counter(one.name for one in named.values())
    order = _in_order(leaves, named, left_out)
    order.sort(key=lambda number: sizes[named[number].name])
    order = take_turns(order, lambda number: named[number].name)
    # What has all of them is meant before what has one.
    whole = {path for path, said in together.items() if names.have_all(said, path)}
    return sorted(order, key=lambda number: named[number].path not in whole)


def _named(leaves: Sequence[Piece], numbers: Iterable[int], names: _Names) -> _Values:
    """Of some values those whose names, or those of what holds them, say nothing but a query."""
    found = ((number, names.of_value(leaves[number])) for number in numbers)
    return {number: one for number, one in found if one.said}


def _in_order(leaves: Sequence[Piece], named: _Values, left_out: LeftOut) -> list[int]:
    """Some values, the first of each before all others."""
    known: set[tuple[str, str]] = set()
    keyed: list[tuple[bool, bool, bool, bool, int]] = []
    for number in sorted(named):
        leaf, one = leaves[number], named[number]
        key, _, value = leaf.text.partition('":')
        said = one.name, value if key[1:].isdecimal() else leaf.text
        again = said in known
        known.add(said)
        is_empty = leaf.text.endswith(EMPTY)
        keyed.append((again, is_empty, one.is_below, not left_out(leaf), number))
    return [number for *_, number in sorted(keyed)]


class _Names:
    """The names that say nothing but a query, each looked at once."""

    def __init__(self, query: str) -> None:
        self._asked = query_terms(query)
        # A name may have words that ask for nothing, as in "created_at".
        self._words = frozenset(terms(query))
        self._said: dict[str, Set[str]] = {}
        self._holders: dict[str, _Named] = {}
        self._around: dict[str, Set[str]] = {}

    def of_value(self, leaf: Piece) -> _Named:
        """What a value is called: an element of an array by the name of that, or one outside it."""
        key = leaf.text.partition('":')[0][1:]
        if said := self._said_by(key):
            return _Named(key, said, False, leaf.path)
        holder = self._holders.get(leaf.path)
        if holder is None:
            holder = self._holders[leaf.path] = self._of_holder(leaf.path)
        return holder if key.isdecimal() else holder._replace(is_below=True)

    def have_all(self, said: Set[str], path: str) -> bool:
        """Whether what some names say is all of the query, with the names that lead to them."""
        if self._asked <= said:
            return True
        around = self._around.get(path)
        if around is None:
            around = self._around[path] = frozenset(terms(path.replace("/", " ")))
        return self._asked <= said | around

    def _of_holder(self, path: str) -> _Named:
        is_below = False
        while path:
            path, _, token = path.rpartition("/")
            name = unescape(token)
            if said := self._said_by(name):
                return _Named(name, said, is_below, path)
            is_below = is_below or not name.isdecimal()
        return _Named("", _NOTHING, False, "")

    def _said_by(self, name: str) -> Set[str]:
        if name.isdecimal():
            # The number of an element, most likely.
            return _NOTHING
        said = self._said.get(name)
        if said is None:
            said = self._said[name] = self._terms_of(name)
        return said

    def _terms_of(self, name: str) -> Set[str]:
        words, terms_of = in_pieces(name)
        said = [terms_of(word) for word in words]
        # What a word of several parts is as one, the first of its terms, says no more than they.
        is_plain = name.isascii()
        needed = {term for some in said for term in (some[1:] if is_plain and some[1:] else some)}
        return frozenset(chain(*said)) if needed <= self._words else _NOTHING
