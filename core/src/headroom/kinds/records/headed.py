"""Finds what names the groups that the rows of a listing stand in: a file, a patient, a host.

Each group has a line above its rows that says whose they are: one that is farther out than they
are, or one that begins a paragraph with the word with which all such paragraphs begin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from headroom.regexes import regex

__all__ = ["first_word", "heads_in"]

# All of these are chosen.

#: Fewer groups show no rule; and the lines of one, on the average.
_LEAST, _LINES = 5, 2.0
#: The share of the groups that must begin alike, and of the heads that must differ.
_MOSTLY = 0.8
#: The share of the other lines that may stand as far out as heads, or begin with their word.
_OTHERWISE = 0.1
#: Lines after which the time is looked at.
_DEADLINE_EVERY = 1000

_DIGITS = regex(r"\d+")


def heads_in(lines: Sequence[str], check: Callable[[], None]) -> list[int]:
    r"""The lines that name the groups of a listing, in order; none where it has no groups.

    Args:
        lines: Those of the text.
        check: Called now and then, to watch the time.

    >>> heads_in("a:\n  1  x\n  2  y\nb:\n  3  z\n  4  z".split("\n") * 2, lambda: None)
    []
    >>> text = "".join(f"{name}.c\n  1  x\n  2  y\n\n" for name in "abcdef")
    >>> heads_in(text.split("\n"), lambda: None)
    [0, 4, 8, 12, 16, 20]

    """
    said: list[int] = []
    begins: list[int] = []
    outer: list[int] = []
    for number, line in enumerate(lines):
        if number % _DEADLINE_EVERY == 0:
            check()
        if not line.strip():
            continue
        if not said or said[-1] != number - 1:
            begins.append(number)
        if not line[0].isspace():
            outer.append(number)
        said.append(number)
    # What ends a text is about all of it.
    above = [n for n in outer if n + 1 < len(lines) and lines[n + 1][:1].isspace()]
    if len(outer) - len(above) <= max(1, _OTHERWISE * len(outer)) and _name_groups(
        lines, above, len(said)
    ):
        return above
    words = Counter(first_word(lines[number]) for number in begins)
    word, count = words.most_common(1)[0] if words else ("", 0)
    if count < _MOSTLY * len(begins) - 1:
        return []
    found = [number for number in begins if first_word(lines[number]) == word]
    again = sum(first_word(lines[number]) == word for number in said) - len(found)
    return found if not again and _name_groups(lines, found, len(said)) else []


def first_word(line: str) -> str:
    """What a line begins with, whatever its numbers are."""
    return _DIGITS.sub("0", line.split(None, 1)[0]) if line.strip() else ""


def _name_groups(lines: Sequence[str], heads: Sequence[int], count: int) -> bool:
    """Whether lines are so many, and as different, as what names groups."""
    different = len({lines[number].strip() for number in heads})
    return (
        len(heads) >= _LEAST
        and count >= _LINES * len(heads)
        and (different >= _MOSTLY * len(heads))
    )
