"""The words of a line but those that say when: they tell any two lines apart."""

from __future__ import annotations

import re

__all__ = ["without_times", "words_but_times"]

# Thousandths of a second stand behind a comma, too.
_WORD = re.compile(r"[^\s,;()'\"{}<>]+(?:(?<=:\d\d),\d{3}(?!\d))?")
# A date, a time, or both; but no address of four numbers, such as 10.0.0.40.
_TIME = re.compile(
    r"(?!\W?\d{1,3}(?:\.\d{1,3}){3}\W?$)\W?\d{1,4}(?:[:.,/T+-]\d+){2,}Z?\W?"
    r"|\W?\d{1,2}:\d\d\W?|\d{10}|\d{13}"
)
#: Characters of a line that count. Chosen.
_CHARS = 300


def words_but_times(text: str) -> list[str]:
    """The words of a text that are no times.

    >>> words_but_times("2026-05-01 10:38:02 INFO Processing a.csv")
    ['INFO', 'Processing', 'a.csv']
    >>> words_but_times("2026-05-01 10:38:02,417 read a.csv, b.csv")
    ['read', 'a.csv', 'b.csv']
    >>> words_but_times("05.01.2026 10:38 scan of 10.0.0.40")
    ['scan', 'of', '10.0.0.40']
    """
    return [word for word in _WORD.findall(text) if not _TIME.fullmatch(word)]


def without_times(text: str) -> str:
    """The beginning of a text without its times."""
    return " ".join(words_but_times(text[:_CHARS]))
