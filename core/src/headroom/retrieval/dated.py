"""Dates that a query names, as logs and tables write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from headroom.regexes import regex
from headroom.retrieval.dates import MONTHS
from headroom.scanning import terms

__all__ = ["IS_DATE", "Dated", "dated"]

#: What a term that is a date begins with.
IS_DATE = regex(r"[12][0-9]{3}-?[01][0-9]-?[0-3][0-9]")

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\b(?P<day>\d\d?)(?:st|nd|rd|th)?\b"
_YEAR = r"(?P<year>\d{4})\b"
_MAYBE_YEAR = rf"(?:,?\s{{1,3}}{_YEAR})?"
#: A month with a day, a year or both: a "may" alone is hardly ever one.
_NAMED = (
    # "October 6, 1998", "Oct 6"
    regex(rf"\b{_MONTH}\s{{1,3}}{_DAY}{_MAYBE_YEAR}"),
    # "6th of October 1998", "6 Oct"
    regex(rf"{_DAY}\s{{1,3}}(?:of\s{{1,3}})?{_MONTH}{_MAYBE_YEAR}"),
    # "October 1998", "October of 1998"
    regex(rf"\b{_MONTH},?\s{{1,3}}(?:of\s{{1,3}})?{_YEAR}(?P<day>)"),
)
_NUMBERS = regex(r"\b\d{4}-(\d\d)-(\d\d)\b")
# As it is written in the query, its own terms find it.
_NOTHING = re.compile(r"(?!)")
#: So many dates of a query are looked for.
_MOST = 20


@dataclass(frozen=True)
class Dated:
    """A date."""

    #: A term that is it, or begins with it: "1998-10-06t12".
    term: re.Pattern[str]
    #: What says it in words, all of these together: any name of its month, and its day, with a zero
    #: or without; or its year where it has no day.
    words: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=32)
def dated(query: str) -> tuple[Dated, ...]:
    """The dates in a query.

    >>> (one,) = dated("what was it in October 1998?")
    >>> bool(one.term.fullmatch("1998-10-06")), bool(one.term.fullmatch("1998-11-06"))
    (True, False)
    >>> dated("it may be"), dated("on Oct 6th")[0].words
    ((), (('october', 'oct'), ('6', '06')))

    """
    text = query.lower()
    found: dict[tuple[int, str, str], Dated] = {}
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            day, year = match["day"], match["year"] or ""
            month = MONTHS[match["month"]]
            if len(found) == _MOST or (day and not 1 <= int(day) <= 31):
                continue
            if (month, day, year) in found:
                continue
            written = rf"{year or '[12][0-9]{3}'}-?{month:02}-?"
            written += f"{int(day):02}" if day else "[0-3][0-9]"
            term = re.compile(rf"{written}(?:t[0-9]{{2,6}}z?)?")
            words = _words(month, day, year)
            found[month, day, year] = Dated(term, words)
    for match in _NUMBERS.finditer(text):
        month, day = int(match[1]), match[2]
        if len(found) < _MOST and 1 <= month <= 12 and 1 <= int(day) <= 31:
            found.setdefault((month, day, match[0]), Dated(_NOTHING, _words(month, day, "")))
    return tuple(found.values())


def _words(month: int, day: str, year: str) -> tuple[tuple[str, ...], ...]:
    names = terms(" ".join(name for name, number in MONTHS.items() if number == month))
    return tuple(names), (str(int(day)), f"{int(day):02}") if day else (year,)
