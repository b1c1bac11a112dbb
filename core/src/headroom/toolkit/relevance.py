"""How well a unit of text answers a query: BM25 over words and their parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from headroom.toolkit.bm25 import Counted, rarities, scores

__all__ = ["bm25", "query_terms", "terms"]

_WORD = re.compile(r"[^\W_]+(?:[_.'-][^\W_]+)*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")

# Words that ask, and words that bind: they say nothing of what is asked for.
_STOP_WORDS = frozenset(
    """
    a about all an and any are as at be been but by can could did do does for from get give had
    has have he her his how i if in into is it its me my of on or our she should show so tell that
    the their them then there these they this those to us was we were what when where which while
    who whom whose why will with would you your find details please list
    """.split()
)


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    """Folds the commonest English endings, so that "refunds" finds "refund"."""
    if len(word) > 4 and word.isalpha():
        for ending, replacement in (
            ("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""),
            ("es", ""), ("s", ""),
        ):  # fmt: skip
            if word.endswith(ending) and not word.endswith("ss"):
                stem = word[: len(word) - len(ending)] + replacement
                return stem.rstrip("e") if len(stem) > 3 else word
        return word.rstrip("e")
    return word


def terms(text: str) -> list[str]:
    """The search terms of a text: its words, and the parts of compound ones.

    >>> terms("getUser_name failed")
    ['getuser_name', 'get', 'user', 'name', 'fail']
    """
    found: list[str] = []
    for word in _WORD.findall(text):
        lower = word.lower()
        parts = _PART.findall(word)
        if len(parts) > 1:
            found.append(lower)
            found.extend(_stem(part.lower()) for part in parts)
        else:
            found.append(_stem(lower))
    return found


def query_terms(query: str | None) -> frozenset[str]:
    """The terms of a query that say what is looked for; all of them if none does.

    >>> sorted(query_terms("where are the refunds?")), sorted(query_terms("who are you"))
    (['refund'], ['are', 'who', 'you'])
    """
    if not query:
        return frozenset()
    everything = terms(query)
    words = {_stem(word) for word in _STOP_WORDS}
    return frozenset(term for term in everything if term not in words) or frozenset(everything)


def bm25(units: Sequence[str], query: str | None) -> list[float]:
    """The score of each unit for a query; all zero without one.

    >>> scores = bm25(["the refund failed", "all is well"], "failed refunds")
    >>> scores[0] > scores[1] == 0.0
    True
    """
    wanted = query_terms(query)
    if not wanted:
        return [0.0] * len(units)
    counted: list[Counted] = []
    # How many terms a piece between white space has, and which are wanted: pieces come again.
    known: dict[str, tuple[int, list[str]]] = {}
    for unit in units:
        length = 0
        hits: list[str] = []
        for piece in unit.split():
            of_piece = known.get(piece)
            if of_piece is None:
                found = terms(piece)
                of_piece = known[piece] = (len(found), [term for term in found if term in wanted])
            length += of_piece[0]
            if of_piece[1]:
                hits += of_piece[1]
        counted.append(Counted(Counter(hits), length))
    return scores(counted, rarities([unit.counts for unit in counted]))
