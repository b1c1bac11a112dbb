"""What the cells of a column look like, and their numbers: many are looked at at once."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence

__all__ = ["LONGEST", "plain_numbers", "shapes_of"]

#: Longer cells are judged by their beginning, and by their length.
LONGEST = 400
#: Cells whose shapes are found at a time. Chosen.
_TOGETHER = 500
# Below each other: what begins or ends a cell that is no number.
_NO_NUMBERS = ("\n.", ".\n", "-.", "-\n")
_LEADING_ZERO = re.compile(r"\n-?0\d", re.ASCII)
_SIGNS = bytes(
    ord("a") if chr(sign).isalpha() else ord("9") if chr(sign).isdigit() else sign
    for sign in range(128)
).ljust(256, b"?")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


def _shape(text: str) -> str:
    if text.isascii():
        # Letters and digits each as one sign, and then all runs of it at once.
        text = text.encode().translate(_SIGNS).decode()
        for sign in "a9":
            while sign * 2 in text:
                for length in (4, 3, 2):
                    text = text.replace(sign * length, sign)
        return text
    return _DIGITS.sub("9", _LETTERS.sub("a", text))


def shapes_of(cells: Sequence[str]) -> list[str]:
    """What each cell looks like: letters and digits, each run of them as one sign.

    Those that look alike have the same text, and not only an equal one.

    >>> shapes_of(["2024-05-01", "gate B12", "Éire"])
    ['9-9-9', 'a a9', 'a']
    """
    known: dict[str, str] = {}
    shapes: list[str] = []
    for start in range(0, len(cells), _TOGETHER):
        part = cells[start : start + _TOGETHER]
        if max(map(len, part)) > LONGEST:
            part = [cell[:LONGEST] for cell in part]
        # None has a line feed, if any.
        found = _shape("\n".join(part)).split("\n")
        found = found if len(found) == len(part) else list(map(_shape, part))
        shapes += map(known.setdefault, found, found)
    return shapes


def plain_numbers(cells: Sequence[str]) -> array[float] | None:
    """The numbers of a column, NaN for empty cells; ``None`` if any may be another than a number.

    Many are looked at at once: it is much quicker than to ask of each, and exponents are left out.

    >>> plain_numbers(["7", "", "-0.50"]), plain_numbers(["7", "08"])
    (array('d', [7.0, nan, -0.5]), None)
    """
    digits = "".join(cells).replace(".", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit():
        return None
    lines = "\n{}\n".format("\n".join(cells))
    if any(sign in lines for sign in _NO_NUMBERS) or _LEADING_ZERO.search(lines):
        return None
    try:
        if "" not in cells:
            return array("d", map(float, cells))
        return array("d", [float(cell) if cell else math.nan for cell in cells])
    except ValueError:
        return None
