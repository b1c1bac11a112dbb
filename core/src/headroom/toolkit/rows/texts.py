"""Long texts within a value: their sentences, and the rows that consist mostly of text."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.regexes import regex
from headroom.toolkit.rows.notation import quoted
from headroom.toolkit.rows.shape import sample
from headroom.toolkit.rows.values import Json

__all__ = ["is_mostly_text", "sentence_line", "sentences"]

# All of these are chosen. Characters:

#: Shorter texts are shown whole or not at all; so are those of fewer sentences.
_LONG, _LEAST_SENTENCES = 400, 3
#: Rows have more on the average where they are records of texts, and this share of them is text.
_LONG_ROW, _MOSTLY_TEXT = 800, 0.6
#: What any other value counts.
_ROUGHLY = 8
#: Rows that are looked at.
_LOOKED_AT = 50
_BREAK = regex(r"(?<=[.!?])\s+|\n+")
_UNSAFE = regex("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|left out")


def sentences(value: Json) -> list[str]:
    """The sentences and lines of a long text; nothing for any other value.

    >>> sentences("One. Two!")
    []
    >>> len(sentences("A sentence of some length, to make a text. " * 20))
    20
    """
    if type(value) is not str or len(value) < _LONG:
        return []
    # The blanks that a line begins with are kept: the text may be code.
    found = [piece.rstrip() for piece in _BREAK.split(value) if piece.strip()]
    return found if len(found) >= _LEAST_SENTENCES else []


def sentence_line(sentence: str) -> str:
    """A sentence as a line: quoted where it could be taken for something else."""
    return quoted(sentence) if _UNSAFE.search(sentence) else sentence


def is_mostly_text(rows: Sequence[Json]) -> bool:
    """Whether rows are records of long texts, such as documents that a search found."""
    total = texts = 0
    some = [row for row in sample(rows, _LOOKED_AT) if isinstance(row, dict)]
    if not some or len(some) * 2 < min(_LOOKED_AT, len(rows)):
        return False
    if not any(type(one) is str and len(one) >= _LONG for row in some for one in row.values()):
        return False
    for row in some:
        for value in row.values():
            # Other values are short beside the texts, or they are what rows consist of.
            size = len(value) if isinstance(value, str) else _rough_size(value)
            total += size
            if sentences(value):
                texts += size
    return texts > _MOSTLY_TEXT * total and total > _LONG_ROW * len(some)


def _rough_size(value: Json) -> int:
    """About how many characters a value takes; looks two levels deep."""
    if isinstance(value, (list, dict)):
        inner = list(value.values()) if isinstance(value, dict) else value
        return sum(len(item) if isinstance(item, (str, list, dict)) else _ROUGHLY for item in inner)
    return _ROUGHLY
