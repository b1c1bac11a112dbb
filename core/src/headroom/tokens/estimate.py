"""An estimate of the token count, for machines that have no tokenizer.

A byte-pair tokenizer splits a text into pieces by the kinds of its characters, then merges
within each piece. So the count follows from how often kinds of characters meet, how long their
runs are, and how much the letters look like words. Those shapes are counted on copies of the text
in which each character is replaced by its kind: a few passes at the speed of ``bytes.count``,
and no regular expression. The weights are fitted to o200k counts on text of many kinds by
``benchmarks/calibrate_estimate.py``; the total is a plain sum, so parts add up.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

from headroom.arguments import check_text

__all__ = ["EstimateCounter", "shapes"]

# Kinds of characters, each with the letter that stands for it. What is not ASCII is known by the
# first byte of its UTF-8 form; the other bytes are dropped.
_SPACES = ((b" ", " "), (b"\n", "n"), (b"\r", "r"), (b"\t", "t"))
_SCRIPTS = (
    (range(0xC2, 0xC3), "~"),  # signs of Latin-1
    (range(0xC3, 0xCE), "l"),  # Latin letters with accents
    (range(0xCE, 0xD0), "G"),  # Greek
    (range(0xD0, 0xD4), "Y"),  # Cyrillic
    (range(0xD4, 0xE0), "H"),  # Armenian, Hebrew, Arabic
    (range(0xE0, 0xE2), "I"),  # the scripts of India and its neighbours, Georgian, Ethiopic
    (range(0xE2, 0xE3), "^"),  # typographic signs, arrows, boxes
    (range(0xE3, 0xE4), "J"),  # kana, and the signs of Chinese and Japanese
    (range(0xE4, 0xEA), "C"),  # Han
    (range(0xEA, 0xEE), "K"),  # Hangul
    (range(0xEE, 0xF5), "E"),  # emoji, and what is rare
)
_FOLLOWING = bytes(range(0x80, 0xC0))


def _table(kinds: Iterable[tuple[Iterable[int], str]]) -> bytes:
    table = bytearray(b"?" * 256)
    for characters, letter in (*_SPACES, *_SCRIPTS, *kinds):
        for character in characters:
            table[character] = ord(letter)
    return bytes(table)


_PUNCTUATION = string.punctuation.encode()
#: Small letters ``a``, capitals ``A``, digits ``0``, signs ``.``.
_COARSE = _table(
    (
        (string.ascii_lowercase.encode(), "a"),
        (string.ascii_uppercase.encode(), "A"),
        (string.digits.encode(), "0"),
        (_PUNCTUATION, "."),
    )
)
#: Vowels ``v``, consonants ``c``, rare letters ``q``, and each sign as itself.
_FINE = _table(
    (
        (string.ascii_uppercase.encode(), "A"),
        (string.digits.encode(), "0"),
        (b"aeiou", "v"),
        (b"bcdfghlmnprstvy", "c"),
        (b"jkqwxz", "q"),
        *(((sign,), chr(sign)) for sign in _PUNCTUATION if chr(sign) not in "~^"),
    )
)

# Tokens for each occurrence of a shape. Where a shape repeats one kind, its occurrences do not
# overlap: of "aaaaa" there is one for every five letters of a word.
_IN_COARSE: dict[str, float] = {
    "a": 0.254, "A": 0.649, "0": 0.008, " ": 0.157, "n": 1.911, ".": 1.174, " a": 0.277,
    " A": 0.028, " 0": 1.623, " .": -0.156, ".a": 0.367, ".A": -0.141, ".0": 1.246, ".n": -0.963,
    "n ": -0.770, "nA": 0.034, "n.": -1.313, "aA": 1.096, "Aa": -0.000, "a0": 0.851, "0a": 0.854,
    "A0": 1.446, "0A": 1.277, "a.": -0.639, "0.": -0.489, "aaa": -0.150, "aaaaa": -0.096,
    "AA": -0.897, "AAA": -0.342, "00": 0.594, "..": -0.881, "...": -1.071, "........": -2.335,
    "  ": 0.291, "   ": -0.403, "        ": -1.064, "nn": -2.378, "aAa": -1.271, "0A0": -2.279,
    "0a0": -0.510, "0.0": -0.618,
}  # fmt: skip
_IN_SCRIPTS: dict[str, float] = {
    "~": 0.634, "l": 1.427, "G": 0.405, "Y": 0.943, "H": -0.086, "I": -0.503, "^": 1.283,
    "J": 1.346, "C": 0.885, "K": 0.291, "E": -0.413, "GG": -0.361, "YY": -1.485, "HH": 0.978,
    "II": 2.072, "JJ": -1.534, "CC": -0.142, "KK": 0.863, "YYYYY": 0.294, "GGGGG": 0.971,
    "JC": -0.078, "CJ": -0.240, "al": -0.514, "la": -0.153,
}  # fmt: skip
_IN_FINE: dict[str, float] = {
    "vc": -0.242, "_": -0.333, '"': 0.167, '":': -0.350, "--": -0.071, "q": 0.337,
}  # fmt: skip
_IN_TEXT: dict[str, float] = {
    " the": -0.065, " of ": -0.658, "tion": -0.899,
}  # fmt: skip


_COARSE_ITEMS = tuple((shape.encode(), weight) for shape, weight in _IN_COARSE.items())
_SCRIPT_ITEMS = tuple((shape.encode(), weight) for shape, weight in _IN_SCRIPTS.items())
_FINE_ITEMS = tuple((shape.encode(), weight) for shape, weight in _IN_FINE.items())
_TEXT_ITEMS = tuple((shape.encode(), weight) for shape, weight in _IN_TEXT.items())


def shapes(text: str) -> tuple[bytes, bytes, bytes]:
    """What the shapes are counted in: the coarse kinds, the fine kinds, and the UTF-8 itself.

    >>> shapes("Go on!")
    (b'Aa aa.', b'Av vc!', b'Go on!')
    """
    # A lone surrogate has no UTF-8 form, but it has a length, and payloads hold them.
    raw = text.encode("utf-8", "surrogatepass")
    return raw.translate(_COARSE, _FOLLOWING), raw.translate(_FINE, _FOLLOWING), raw


class EstimateCounter:
    """Counts by the shape of the text; no vocabulary needed.

    >>> EstimateCounter().count("Four words of text.")
    5
    """

    name = "estimate"
    exact = False

    def __init__(self, reason: str = "") -> None:
        #: Why there is no exact counter.
        self.reason = reason

    def count(self, text: str) -> int:
        check_text("text", text)
        if not text:
            return 0
        coarse, fine, raw = shapes(text)
        total = 0.0
        for shape, weight in _COARSE_ITEMS:
            total += weight * coarse.count(shape)
        for shape, weight in _FINE_ITEMS:
            total += weight * fine.count(shape)
        for shape, weight in _TEXT_ITEMS:
            total += weight * raw.count(shape)
        if len(raw) != len(text):
            for shape, weight in _SCRIPT_ITEMS:
                total += weight * coarse.count(shape)
        return max(1, round(total))

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return [self.count(text) for text in texts]
