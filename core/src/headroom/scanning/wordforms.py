"""The words of a text in the forms under which they are looked for, in any script.

What is written differently and read alike comes to the same term: ``fileName``, ``file_name`` and
``file-name``; ``1,234`` and ``1234``; ``Zürich`` and ``Zurich``; ``refunds`` and ``refunded``.
Scripts that set no spaces between words, and Korean, whose words take endings, go by runs of
signs: pairs for Han, Kana and Hangul, threes for the alphabets of South East Asia (McNamee and
Mayfield, "Character N-Gram Tokenization for European Language Text Retrieval", 2004; pairs as in
the CJK analyzer of Lucene).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, chain, count, islice
from operator import add

from headroom.regexes import regex
from headroom.view import Deadline

__all__ = [
    "LONG_WORD",
    "STEMMED",
    "UNSPACED",
    "cut_at",
    "folded",
    "numbered_words",
    "parts",
    "said_chars",
    "squashed",
    "stem",
    "terms",
    "terms_of_word",
    "words",
]

# Signs that change the one before them and are no letters to Python: accents, vowels of Hebrew,
# Arabic, the scripts of India, Thai, Lao, Burmese and Khmer.
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0971-\u0dff"
    "\u0e30-\u0e3a\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
)
_GROUPED = r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?"
# Letters by their names: it is for ASCII, and quicker than to ask of each sign what it is. The
# first one by itself: a single sign is looked for at one glance, a run is tried in each place.
_PLAIN_WORD = r"[a-zA-Z0-9][a-zA-Z0-9]*(?:[_.'-][a-zA-Z0-9]+)*"
_PLAIN_MARKED_WORD = rf"[^\W_][\w{_MARKS}]*(?:[.'\u2019-][^\W_][\w{_MARKS}]*)*"
# By whether a text is ASCII, and whether it has groups of digits: to look for these takes longer.
_WORDS = {
    (True, False): re.compile(_PLAIN_WORD),
    (True, True): re.compile(f"{_GROUPED}|{_PLAIN_WORD}"),
    (False, False): regex(_PLAIN_MARKED_WORD),
    (False, True): regex(f"{_GROUPED}|{_PLAIN_MARKED_WORD}"),
}
# The comma is found at once; what stands before it is looked at behind it.
_GROUP = re.compile(r",(?<=\d,)\d{3}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_MARKED_PART = regex(
    rf"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z](?:[^\W\d_a-zA-Z]|[{_MARKS}])*"
)
# One part of a word, whatever the script: all letters but those of ASCII.
_OTHER_LETTERS = re.compile(r"[^\W\d_a-zA-Z]+")
_SEPARATORS = re.compile(r"[_.'\u2019-]+")
_POSSESSIVE = re.compile(r"['\u2019]s$")

# Accents of Latin, Greek and Cyrillic letters, and the vowels that Hebrew and Arabic may leave out.
_DROPPED = regex("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670]")
# Letters that read as others and are not taken apart by Unicode; forms of one letter in Arabic.
_ALIKE = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "þ": "th", "ð": "d", "\u2019": "'",
        "\u0649": "\u064a", "\u0629": "\u0647", "\u06cc": "\u064a", "\u06a9": "\u0643",
    }
)  # fmt: skip

_SOME_ALIKE = regex("[{}]".format("".join(map(chr, _ALIKE))))

#: What may stand or not stand within a word; in ASCII, as bytes, of which each is looked up sooner.
_SQUASHED, _PLAIN_SQUASHED = {ord(sign): None for sign in "_.'\u2019-,"}, b"_.'-,"

# Scripts that set no spaces between words, and Korean.
_PAIRED = (
    "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_THREES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
#: A sign of a script that sets no spaces between words.
UNSPACED = regex(f"[{_PAIRED}{_THREES}]")
# Runs of one script each: a change of script is the end of a word.
_RUN = regex(
    "(?P<pairs>[\u3040-\u309f]+|[\u30a0-\u30ff\u31f0-\u31ff]+|[\uac00-\ud7a3]+"
    "|[\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+)"
    f"|(?P<threes>[{_THREES}]+)|[^{_PAIRED}{_THREES}]+"
)

#: What begins with signs from the first one on, and with none from the second one on, is mostly in
#: a script that sets no spaces: from Thai to Han. Korean comes behind.
_FIRST_RUN, _BEHIND_RUNS = "\u0e00", "\uac00"
#: A word with more signs is data: it is not kept in memory, and has no other forms.
LONG_WORD = 60
#: Characters that are looked at at a time. Chosen.
_PART_CHARS = 1 << 16
#: Texts whose words are numbered at a time. Chosen.
_TOGETHER = 100
#: What is white space in ASCII, to ``str.split``.
_SPACES = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
#: A word with fewer letters has no ending to fold; what is left of one must have so many.
_SHORTEST_STEMMED, _SHORTEST_STEM = 5, 4
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""),
    ("ly", ""), ("es", ""), ("s", ""),
)  # fmt: skip
# By their last letters, with by how many letters a word becomes shorter.
_ENDINGS_IN = {
    letter: [(one, other, len(one) - len(other)) for one, other in _ENDINGS if one[-1] == letter]
    for letter in sorted({one[-1] for one, _ in _ENDINGS})
}
#: What words end with that may have another stem; any other word is its own.
STEMMED = frozenset((*_ENDINGS_IN, "e"))
# "the", and "and", "by", "to" with it, as they are written onto an Arabic noun (Larkey, Ballesteros
# and Connell, "Improving Stemming for Arabic Information Retrieval", 2002).
_ARABIC_THE = regex("^(?:[\u0648\u0641\u0628\u0643]?\u0627\u0644|\u0644\u0644)(?=\\w\\w)")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Folds the commonest English endings, so that "refunds" finds "refund"."""
    if len(word) < _SHORTEST_STEMMED or not word.isalpha():
        return word
    found = word
    endings = _ENDINGS_IN.get(word[-1])
    if endings is not None and not word.endswith("ss"):
        for ending, replacement, shorter in endings:
            if word.endswith(ending) and len(word) - shorter >= _SHORTEST_STEM:
                found = word[: -len(ending)] + replacement
                break
    bare = found.rstrip("e")
    return bare if len(bare) >= _SHORTEST_STEM else found


def folded(text: str) -> str:
    """A text without accents and the like, in whole forms, as it is otherwise.

    >>> folded("Ｚürich, Łódź")
    'Zurich, Lodz'
    """
    if text.isascii():
        return text
    apart = _DROPPED.sub("", unicodedata.normalize("NFKD", text))
    if apart.isascii():
        return apart
    whole = unicodedata.normalize("NFC", apart)
    return whole.translate(_ALIKE) if _SOME_ALIKE.search(whole) else whole


def squashed(text: str) -> str:
    """A text in small letters, without what may stand or not stand within a word.

    Every term of a text that is at least as long as its stem begins somewhere in this.
    """
    if text.isascii():
        return text.lower().encode().translate(None, _PLAIN_SQUASHED).decode()
    return folded(text).lower().translate(_SQUASHED)


def words(text: str) -> list[str]:
    """The words of a text as they are written; a run of signs where none is set apart.

    >>> words("Mr. O'Neil paid 3.50, didn't he?")
    ['Mr', "O'Neil", 'paid', '3.50', "didn't", 'he']
    """
    has_groups = "," in text and _GROUP.search(text) is not None
    return _WORDS[text.isascii(), has_groups].findall(text)


def numbered_words(texts: Iterable[str]) -> tuple[array[int], array[int], list[str]]:
    """The words of several texts, each distinct one kept once and known by its number.

    Returns:
        Where the words of each text begin, and behind the last, where they end; the numbers of
        all words, one text after another; each word, by its number, in the order in which they
        first come.

    >>> numbered_words(["to be", "or", "to be"])
    (array('q', [0, 2, 3, 5]), array('i', [0, 1, 2, 0, 1]), ['to', 'be', 'or'])

    """
    # Each word that is asked for the first time gets the next number.
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    of_all = array("i")
    starts = array("q", [0])
    rest = iter(texts)
    # Some at a time: what else is done for each takes nearly as long as its words.
    while some := list(map(words, islice(rest, _TOGETHER))):
        of_all.fromlist(list(map(numbers.__getitem__, chain.from_iterable(some))))
        starts.extend(accumulate(map(len, some), initial=starts.pop()))
    return starts, of_all, list(numbers)


def cut_at(text: str, sign: str, deadline: Deadline | None = None) -> Iterator[str]:
    """What ``text.split(sign)`` gives, some of it at a time.

    Args:
        text: The text.
        sign: One character.
        deadline: Checked now and then, where there is one.

    >>> list(cut_at("a,b,", ","))
    ['a', 'b', '']

    """
    return chain.from_iterable(_cut(text, sign, deadline))


def _cut(text: str, sign: str, deadline: Deadline | None) -> Iterator[list[str]]:
    start = 0
    while start + _PART_CHARS < len(text):
        if deadline is not None:
            deadline.check()
        end = text.rfind(sign, start, start + _PART_CHARS)
        end = end if end >= 0 else text.find(sign, start + _PART_CHARS)
        if end < 0:
            break
        yield text[start:end].split(sign)
        start = end + 1
    yield text[start:].split(sign)


def said_chars(text: str) -> int:
    r"""The characters of a text that are no white space.

    >>> said_chars("one \n two")
    6
    """
    # In parts: all of its words at once would be several times the text.
    parts = (text[start : start + _PART_CHARS] for start in range(0, len(text), _PART_CHARS))
    return sum(
        len(part.encode().translate(None, _SPACES) if part.isascii() else "".join(part.split()))
        for part in parts
    )


def terms(text: str) -> list[str]:
    """The search terms of a text: its words, and the parts of compound ones.

    >>> terms("getUser_name failed 1,234 times")
    ['getusernam', 'get', 'user', 'name', 'fail', '1234', '1', '234', 'time']
    >>> terms("退款政策")
    ['退款', '款政', '政策']
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return [term for word in words(text) for term in terms_of_word(word)]


def parts(name: str) -> frozenset[str]:
    """The terms of the words that a name is put together from; none for a single word.

    >>> sorted(parts("LRUCache")), sorted(parts("cache"))
    (['cach', 'lru'], [])
    """
    found = _PART.findall(folded(name))
    return frozenset(stem(part.lower()) for part in found) if len(found) > 1 else frozenset()


def terms_of_word(word: str) -> tuple[str, ...]:
    """The same for one word, as ``words`` gives it."""
    # Texts say the same words over and over.
    if len(word) > LONG_WORD:
        return _make_terms(word)
    return _known_runs(word) if _FIRST_RUN <= word < _BEHIND_RUNS else _known_terms(word)


def _make_terms(word: str) -> tuple[str, ...]:
    if word.isascii():
        return _spaced_terms(word)
    word = folded(word)
    if UNSPACED.search(word) is None:
        return _spaced_terms(_ARABIC_THE.sub("", word))
    found: list[str] = []
    for match in _RUN.finditer(word):
        run = match.group()
        if match.lastgroup == "pairs":
            found += list(map(add, run, run[1:])) or [run]
        elif match.lastgroup == "threes":
            found += list(map("".join, zip(run, run[1:], run[2:]))) or [run]
        else:
            found += _spaced_terms(_ARABIC_THE.sub("", run))
    return tuple(found)


_known_terms = lru_cache(maxsize=8192)(_make_terms)
#: Each of these has several terms, and few come again.
_known_runs = lru_cache(maxsize=1024)(_make_terms)


def _spaced_terms(word: str) -> tuple[str, ...]:
    # Nearly every word: one part, as the patterns below would find.
    if word.isascii():
        if word.isalpha() and (word[1:].islower() or word.isupper()):
            return (stem(word.lower()),)
        if word.isdigit():
            return (word,)
    elif _OTHER_LETTERS.fullmatch(word):
        return (stem(word.lower()),)
    if "'" in word:
        word = _POSSESSIVE.sub("", word)
    pieces = (_PART if word.isascii() else _MARKED_PART).findall(word)
    found = tuple(stem(piece.lower()) for piece in pieces)
    if pieces[1:]:
        whole = word.lower().replace(",", "")
        if not whole[0].isdigit():
            whole = stem(_SEPARATORS.sub("", whole))
        return (whole, *found)
    return found
