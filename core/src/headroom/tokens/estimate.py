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
#: WEIGHTS BEGIN
_IN_COARSE: dict[str, float] = {
    "a": 0.276, "A": 0.200, "0": 0.148, " ": 0.221, "n": 2.162, ".": 1.034, " a": 0.199,
    " A": 0.268, " 0": 1.557, " .": -0.166, ".a": 0.437, ".A": 0.150, ".0": 0.882, ".n": -1.064,
    "n ": -1.184, "nA": 0.257, "n.": -1.347, "aA": 1.397, "Aa": 0.107, "a0": 0.890, "0a": 0.400,
    "A0": 1.166, "0A": 1.660, "a.": -0.547, "0.": -0.508, "aaa": -0.158, "aaaaa": -0.092,
    "AA": -0.475, "AAA": 0.602, "00": 0.347, "..": -0.689, "...": -0.946, "........": -2.011,
    "  ": 0.733, "   ": -1.088, "        ": -1.593, "nn": -2.835, "aAa": -1.254,
}  # fmt: skip
_IN_SCRIPTS: dict[str, float] = {
    "~": 1.189, "l": 1.525, "G": 0.077, "Y": -0.510, "H": 0.582, "I": 0.717, "^": 0.377,
    "J": 1.301, "C": 1.293, "K": -0.358, "E": 1.417, "GG": 0.607, "YY": 1.903, "HH": -0.339,
    "II": -0.599, "JJ": -1.875, "CC": -1.108, "KK": 2.430, "YYYYY": -1.011, "GGGGG": 0.421,
    "JC": 0.574, "CJ": 0.160, "al": -0.447, "la": -0.239,
}  # fmt: skip
_IN_FINE: dict[str, float] = {
    "vc": -0.309, "_": -0.332, '"': 0.184, '":': -0.226, "--": -0.138, "q": 0.277,
}  # fmt: skip
_IN_TEXT: dict[str, float] = {
    " the": -0.151, " of ": 0.307, "tion": -0.863,
}  # fmt: skip
#: WEIGHTS END

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
