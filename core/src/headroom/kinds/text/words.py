"""The words of sentences, in the forms that scoring counts."""

from __future__ import annotations

from headroom.scanning import terms_of_word
from headroom.scanning import words as words_of

__all__ = ["LONGEST_WORD", "STOP_WORDS", "word_terms", "words_of"]

#: Characters of the longest word that is taken apart: longer ones are hashes, or encoded. Chosen.
LONGEST_WORD = 60

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


def word_terms(word: str) -> tuple[str, ...]:
    """The forms under which a word is found.

    >>> word_terms("Refunds"), word_terms("\u9000\u6b3e\u653f")
    (('refund',), ('\u9000\u6b3e', '\u6b3e\u653f'))
    """
    # A hash or an encoded blob is one term, whatever it looks like inside.
    return terms_of_word(word) if len(word) <= LONGEST_WORD else (word[:LONGEST_WORD],)
