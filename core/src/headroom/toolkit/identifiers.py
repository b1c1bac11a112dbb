"""What a query names: identifiers, and whatever it sets in quotes.

A unit of a text that holds one of these is the one that is asked about, however few words it
shares with the query: it is pinned, not ranked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import log2

from headroom.regexes import regex
from headroom.scanning.wordforms import UNSPACED
from headroom.view import NO_LIMIT, Deadline

__all__ = ["identifiers", "names_one", "naming"]

_QUOTED = regex(r"`([^`\n]{2,80})`|\"([^\"\n]{2,80})\"|(?<!\w)'([^'\n]{2,80})'(?!\w)")
_TYPOGRAPHIC = regex(
    "[\u201c\u201e\u00ab\u300c\u300e]([^\u201d\u00bb\u300d\u300f\n]{2,80})[\u201d\u201c\u00bb\u300d\u300f]"
)
_EDGES = (
    "?.,;:!\"'()<>[]{}`\u201c\u201d\u201e\u00ab\u00bb"
    "\u300c\u300d\u300e\u300f\u3002\uff1f\uff01\u3001\uff0c"
)
# Signs that no word of a language has within it; a capital after a small letter; capitals in front
# of a word, as in ``LRUCache``.
_SIGNED = regex(r"\d|[_@/#\\]|::|->|\w\w\.\w|\w\.\w\w|[a-z][A-Z]|[A-Z]{2}[a-z]")
# Of what is said of a year much is, and most of it is about something else.
_YEAR = regex(r"(?:19|20)\d\d")
#: So many characters make a word in capitals an acronym.
_ACRONYM = 3
#: Words of a query that are looked at, and names that are looked for.
_QUERY_WORDS, _MOST = 200, 60
#: Between the parts of a name: ``Cache::get``, ``Cache.get``, ``Cache#get`` are one.
_BETWEEN = regex(r"::|->|[.#]")
#: Units that hold what names one are at most so many, or one in so many of all.
_FEW, _ONE_IN = 3, 10


@lru_cache(maxsize=256)
def identifiers(query: str | None) -> tuple[str, ...]:
    """The words and quoted phrases of a query that can only be names, as they are written.

    >>> identifiers("Why does `retry later` of LRUCache::Prune fail for order-77, and not in EUR?")
    ('retry later', 'LRUCache::Prune', 'order-77', 'EUR')
    """
    if not query:
        return ()
    found: dict[str, None] = {}
    for match in [*_QUOTED.finditer(query), *_TYPOGRAPHIC.finditer(query)]:
        found[match[match.lastindex or 0].strip()] = None
    shouted = query.isupper()
    for word in query.split()[:_QUERY_WORDS]:
        word = word.strip(_EDGES)
        capitals = sum(map(str.isupper, word)) >= _ACRONYM and word.isupper() and not shouted
        if word and (capitals or _SIGNED.search(word)) and not _YEAR.fullmatch(word):
            found[word] = None
    return tuple(name for name in found if name)[:_MOST]


def names_one(text: str, names: Sequence[str]) -> bool:
    """Whether a text has one of some names as a whole, in any case.

    >>> names_one("void LRUCache::Prune() {", ["lrucache.prune"])
    True
    >>> names_one("LRUCaches", ["LRUCache"])
    False
    """
    lower = text.lower()
    return any(_pattern(name).search(lower) is not None for name in names)


def naming(
    units: Sequence[str], names: Sequence[str], deadline: Deadline = NO_LIMIT
) -> dict[int, float]:
    """The few units that hold some of the names, by index, and how much these tell.

    What stands everywhere names nothing.
    """
    lowered = [unit.lower() for unit in deadline.over(units)] if names else []
    found: dict[int, float] = {}
    for name in deadline.over(names, every=1):
        start = _BETWEEN.split(name.lower())[0]
        hits = [n for n, unit in enumerate(lowered) if start in unit]
        if hits:
            # To make a pattern takes longer than to look for what it begins with.
            pattern = _pattern(name)
            hits = [n for n in hits if pattern.search(lowered[n])]
        if len(hits) <= max(_FEW, len(units) // _ONE_IN):
            for index in hits:
                found[index] = found.get(index, 0.0) + log2(1 + len(units) / len(hits))
    return found


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str]:
    lower = name.lower()
    inside = r"(?:::|->|[.#])".join(re.escape(part) for part in _BETWEEN.split(lower))
    # Where no spaces are set between words, a name may stand next to any sign.
    before = "" if UNSPACED.match(lower[0]) else r"(?<!\w)"
    after = "" if UNSPACED.match(lower[-1]) else r"(?!\w)"
    return re.compile(before + inside + after)
