"""The words of sentences, in the forms that scoring counts."""

from __future__ import annotations

import re
from functools import lru_cache

from headroom.toolkit.relevance import terms

__all__ = ["LONGEST_WORD", "STOP_WORDS", "unspaced", "word_terms", "words_of"]

#: Characters of the longest word that is taken apart: longer ones are hashes, or encoded. Chosen.
LONGEST_WORD = 60

_WORD = re.compile(r"[^\W_]+(?:[_.'\u2019-][^\W_]+)*")
# Written without spaces between words: pairs of letters stand in for words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)

#: Words that bind other words and carry no fact by themselves.
STOP_WORDS = frozenset(
    """
    a about above after again against all also although am among an and any are as at be became
    because been before being below between both but by can could did do does doing down during
    each few for from further had has have having he her here hers herself him himself his how
    however i if in into is it its itself just like made may me might more most much must my no nor
    not now of off on once one only or other our out over own said same she should so some such
    than that the their them then there these they this those though through thus to too under
    until up upon us very was we well were what when where whether which while who whom whose why
    will with within without would yet you your
    """.split()
)


def words_of(text: str) -> list[str]:
    """The words of a text as they are written.

    >>> words_of("Mr. O'Neil paid 3.50, didn't he?")
    ['Mr', "O'Neil", 'paid', '3.50', "didn't", 'he']
    """
    return _WORD.findall(text)


def unspaced(word: str) -> bool:
    """Whether a word is of a script that sets no spaces between words."""
    return _UNSPACED.search(word) is not None


# Texts say the same words over and over; long ones are not kept.
@lru_cache(maxsize=16_384)
def _terms_of(word: str) -> tuple[str, ...]:
    return tuple(terms(word))


def word_terms(word: str) -> tuple[str, ...]:
    """The forms under which a word is found.

    >>> word_terms("Refunds"), word_terms("\u9000\u6b3e\u653f")
    (('refund',), ('\u9000\u6b3e', '\u6b3e\u653f'))
    """
    if unspaced(word):
        return tuple(word[index : index + 2] for index in range(max(1, len(word) - 1)))
    # A hash or an encoded blob is one term, whatever it looks like inside.
    return _terms_of(word) if len(word) <= LONGEST_WORD else (word[:LONGEST_WORD],)
