"""How well a unit of text answers a query: BM25 over words, their parts, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from headroom.scanning import scores, terms, terms_of_word, words
from headroom.scanning.bm25 import Counted, rarities
from headroom.scanning.wordforms import squashed, stem
from headroom.toolkit.identifiers import identifiers
from headroom.toolkit.thesaurus import meanings, words_of_meaning
from headroom.toolkit.vocabulary import Vocabulary
from headroom.view import NO_LIMIT, Deadline

__all__ = ["Asked", "bm25", "holders", "in_pieces", "only_names", "query_terms", "terms"]

# Words that ask, and words that bind: they say nothing of what is asked for.
_STOP_WORDS = frozenset(
    """
    a about all an and any are as at be been but by can could did do does for from get give had
    has have he her his how i if in into is it its me my of on or our she should show so tell that
    the their them then there these they this those to us was we were what when where which while
    who whom whose why will with would you your find details please list
    """.split()
)
_STOP_TERMS = frozenset(map(stem, _STOP_WORDS))
# Words that say what sort of thing a name is of, in programs and beside them.
_DEFINING = frozenset(
    map(stem, "body class code def file fn func function line method row struct type".split())
)

#: The weight of what words mean, beside that of words. A meaning tells less than a word by itself:
#: more units have it, and a unit that has the word has both. Of 0.4 to 1, measured over all
#: families with ``python -m benchmarks``.
_MEANT = 1.0
#: What another form of a word tells, where the word itself is nowhere.
_NEAR = 0.5
#: A term that is looked for with an ending folded away may differ in so many of its last letters,
#: and is known by no fewer than so many of its first.
_ENDING, _BEGINNING = 2, 3


def query_terms(query: str | None) -> frozenset[str]:
    """The terms of a query that say what is looked for; all of them if none does.

    >>> sorted(query_terms("where are the refunds?")), sorted(query_terms("who are you"))
    (['refund'], ['are', 'who', 'you'])
    """
    if not query:
        return frozenset()
    everything = terms(query)
    return frozenset(term for term in everything if term not in _STOP_TERMS) or frozenset(
        everything
    )


def only_names(query: str) -> bool:
    """Whether a query says nothing but what can only be names, and what sort of thing they name.

    >>> only_names("def helper_23"), only_names("show me c13.tsx"), only_names("why helper_23?")
    (True, True, True)
    >>> only_names("callers of helper_23"), only_names("who is Ada")
    (False, False)
    """
    names = identifiers(query)
    said = terms(" ".join(names))
    return bool(names) and query_terms(query) <= {*said, *_DEFINING, *_STOP_TERMS}


def in_pieces(text: str) -> tuple[list[str], Callable[[str], Sequence[str]]]:
    """What the terms of a text stand in, each in one, and what finds them there.

    Pieces come again, so that it is worth to remember what is in them.

    >>> in_pieces("one of one")[0]
    ['one', 'of', 'one']
    """
    # No term has white space in it. Which words a piece has depends on whether all of it is ASCII.
    return (words(text), terms_of_word) if text.isascii() else (text.split(), terms)


# Of thousands of cells that are numbers or empty: one of these for all of them.
_NOTHING = Counted(Counter(), 0)


@lru_cache(maxsize=32)
def _asked_for(query: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The terms of a query, these and others that they may be written as, what they mean."""
    own = query_terms(query)
    # Two of its words written as one, as programs and some languages do.
    joined = {
        stem(squashed(one + two))
        for one, two in pairwise(words(query))
        if one.isalpha() and two.isalpha() and own.issuperset(terms(f"{one} {two}"))
    }
    return own, own | joined, frozenset(meanings(sorted(own)))


class Asked:
    """What a query asks for, and how texts are searched for it.

    Args:
        query: What is asked.
        deadline: Checked now and then while many texts are searched.

    """

    def __init__(self, query: str | None, deadline: Deadline = NO_LIMIT) -> None:
        #: Watches the time.
        self.deadline = deadline
        #: Its own terms; all that its words may be written as.
        self.terms, self.forms, self._meant = _asked_for(query or "")
        #: All that is looked for, and what each weighs.
        self.weights: dict[str, float] = {
            **dict.fromkeys(sorted(self._meant), _MEANT),
            **dict.fromkeys(sorted(self.forms), 1.0),
        }
        self._known: dict[str, tuple[int, list[str]]] = {}

    def __bool__(self) -> bool:
        return bool(self.terms)

    def weights_among(self, there: Vocabulary) -> dict[str, float]:
        """The same for a text of which it is known what is there.

        What a word means is looked for only where the text does not have the word itself: one that
        calls a thing by its name needs no other.
        """
        missing = sorted(term for term in self.terms if term not in there)
        meant = set(meanings(missing))
        near = {form for term in missing for form in there.near(term)}
        return {
            **dict.fromkeys(sorted(near), _NEAR),
            **{t: w for t, w in self.weights.items() if t in self.forms or t in meant},
        }

    def widen(self) -> bool:
        """Looks for forms of the words that none of the texts had so far; whether there are any."""
        pieces = {piece: terms(piece) for piece in self.deadline.over(self._known)}
        there = Vocabulary(chain.from_iterable(pieces.values()))
        near = {form for term in sorted(self.terms) for form in there.near(term)}
        near -= self.weights.keys()
        if near:
            self.weights.update(dict.fromkeys(sorted(near), _NEAR))
            self._known.update(
                (piece, self._look_at(found))
                for piece, found in self.deadline.over(pieces.items())
                if not near.isdisjoint(found)
            )
        return bool(near)

    def look_at_each(self, texts: Iterable[str]) -> list[Counted]:
        """What of it is in each of some texts; see ``look``."""
        # Each may be of several thousand characters.
        return list(map(self.look, self.deadline.over(texts, every=50)))

    def look(self, text: str) -> Counted:
        """What of it is in a text, and how many terms the text has."""
        if not text:
            return _NOTHING
        length = 0
        hits: list[str] = []
        known = self._known
        pieces, terms_of = in_pieces(text)
        for piece in pieces:
            of_piece = known.get(piece)
            if of_piece is None:
                of_piece = known[piece] = self._look_at(terms_of(piece))
            length += of_piece[0]
            if of_piece[1]:
                hits += of_piece[1]
        return Counted(Counter(hits), length) if hits or length else _NOTHING

    def _look_at(self, found: Sequence[str]) -> tuple[int, list[str]]:
        hits = [term for term in found if term in self.weights]
        if self._meant:
            hits += [meaning for meaning in meanings(found) if meaning in self._meant]
        return len(found), hits

    def weighed(self, units: Sequence[Counted]) -> dict[str, float]:
        """What each term of it tells among some units."""
        told = rarities([unit.counts for unit in units])
        return {term: weight * self.weights[term] for term, weight in told.items()}


def holders(units: Sequence[str], asked: Asked) -> list[list[int]]:
    """The units that may have each of the things asked for, by index: none has that is not here.

    Much quicker than to look for terms. The endings of words vary, so beginnings are looked for.

    >>> holders(["two entries", "denied", "all is well"], Asked("entry"))
    [[0]]
    """
    plain = [squashed(unit) for unit in asked.deadline.over(units)]
    everything = "\n".join(plain)
    found = []
    for term in asked.deadline.over(asked.weights, every=1):
        words = map(squashed, words_of_meaning(term) or (term,))
        starts = {word[: max(_BEGINNING, len(word) - _ENDING)] for word in words}
        # One that begins with another is found by that.
        least = sorted(s for s in starts if not any(s != t and s.startswith(t) for t in starts))
        having: set[int] = set()
        for start in least:
            if start in everything:
                having.update(index for index, unit in enumerate(plain) if start in unit)
        found.append(sorted(having))
    return found


def bm25(units: Sequence[str], query: str | None, deadline: Deadline = NO_LIMIT) -> list[float]:
    """The score of each unit for a query; all zero without one.

    Args:
        units: The units.
        query: What is asked.
        deadline: Checked now and then.

    >>> scores = bm25(["the refund failed", "all is well"], "failed refunds")
    >>> scores[0] > scores[1] == 0.0
    True

    """
    asked = Asked(query, deadline)
    if not asked:
        return [0.0] * len(units)
    counted = asked.look_at_each(units)
    there = {term for unit in counted for term in unit.counts}
    if not asked.terms <= there and asked.widen():
        counted = asked.look_at_each(units)
    deadline.check()
    return scores(counted, asked.weighed(counted))
