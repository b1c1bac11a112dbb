"""The words in which a view says that something is not there."""

from __future__ import annotations

import re

from headroom.regexes import regex

__all__ = ["MARKER", "SMALLEST", "marker", "plural"]

#: What every marker looks like. Only tests and people use it: a payload may hold such text too,
#: so nothing in the library ever trusts or resolves it.
MARKER = re.compile(r"\[[^\[\]\n]*left out(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]|\u2026")

#: What a view is when its budget is too small for any words: one token in every vocabulary.
SMALLEST = "\u2026"

#: What stands between a pair of brackets, which ends no marker: "temp [°C]". Every other bracket,
#: or one around the words of a marker, could.
_PAIR = re.compile(r"(\[(?:(?!left out)[^\[\]\n])*\])")
#: A single line, row or sentence, as ``Omission.where`` spells it.
_ONE = regex(r"(line|row|sentence)s (?=\d+(?:[ :]|$))")


def marker(where: str, note: str = "") -> str:
    """A marker for what stood at ``where``.

    Args:
        where: The place, in the words of ``Omission.where``.
        note: What is worth knowing of it: counts, ranges, distinct values. Line breaks in it and
            brackets without their other half become spaces, so a value of the payload cannot end
            the marker early.

    >>> marker("rows 3-111", "109 rows, delay_minutes 0-25")
    '[rows 3-111 left out: 109 rows, delay_minutes 0-25]'
    >>> marker("lines 7-9")
    '[lines 7-9 left out]'
    >>> marker("lines 7")
    '[line 7 left out]'
    >>> marker("rows 1-2", "temp [K] 3-9, said ]")
    '[rows 1-2 left out: temp [K] 3-9, said]'

    """
    where = _ONE.sub(r"\1 ", where, count=1) if _ONE.match(where) else where
    if "[" in note or "]" in note:
        # Every other part is a pair.
        parts = _PAIR.split(note)
        parts[::2] = [part.replace("[", " ").replace("]", " ") for part in parts[::2]]
        note = "".join(parts)
    note = " ".join(note.split())
    return f"[{where} left out: {note}]" if note else f"[{where} left out]"


def plural(count: int, noun: str) -> str:
    """A count and its noun.

    >>> plural(1, "row"), plural(2, "row")
    ('1 row', '2 rows')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
