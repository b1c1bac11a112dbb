"""What the answer to a question must have: a date, a number, a name, a place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.regexes import regex

__all__ = ["Expectation", "expectation"]

_DATE = regex(
    r"\b(?:1\d{3}|20\d\d)\b|\b(?:jan|febr|march|april|may|june|july|august|sept|octo|novem|decem)"
    r"|\b(?:today|yesterday|century|monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
    re.IGNORECASE,
)
_DIGIT = regex(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|dozen|hundred|"
    r"thousand|million|billion)\b",
    re.IGNORECASE,
)
# From the first letter of a word on, and not once more from each other one.
_NAME = regex(r"(?<![^\W\d_])[^\W\d_]\S* +[\"'(\u201c]?[A-Z\u00c0-\u00de][\w.'-]+")
# Cheap to look for before a name is.
_CAPITAL_LATER = regex(r" [\"'(\u201c]?[A-Z\u00c0-\u00de]")
_PLACE = regex(r"\b(?:in|at|near|from|of|on|to|inside|within|between) +(?:the +)?[\w-]+", re.I)
_EXPECTATIONS = tuple(
    (re.compile(rf"\b(?:{asks})\b", re.IGNORECASE), wants)
    for asks, wants in (
        ("when|what (?:year|date|day|time)|which year|how (?:old|recent)", _DATE),
        ("how (?:many|much|long|tall|far|big|large|often|high|old|fast)", _DIGIT),
        ("who|whom|whose|which|what", _NAME),
        ("where", _PLACE),
    )
)


class Expectation:
    """What the answer to a question must have, looked for as cheaply as can be."""

    def __init__(self, wants: re.Pattern[str], words: Sequence[str]) -> None:
        self._wants = wants
        # Dates and numbers are single words.
        self._meeting: frozenset[int] | None = None
        if wants in (_DATE, _DIGIT):
            self._meeting = frozenset(n for n, word in enumerate(words) if wants.search(word))

    @property
    def asks_words(self) -> bool:
        """Whether it makes a difference which words a text has."""
        return self._meeting is not None

    def is_met(self, text: str, numbers: Sequence[int]) -> bool:
        """Whether a text, of words with these numbers, has it."""
        if self._wants is _NAME and not _CAPITAL_LATER.search(text):
            return False
        if self._meeting is None or "_" in text:
            return self._wants.search(text) is not None
        return not self._meeting.isdisjoint(numbers)


def expectation(query: str, words: Sequence[str]) -> Expectation | None:
    """What a query expects of its answer; ``None`` where it does not say.

    Args:
        query: A question.
        words: The words that a text has, each once: their places are their numbers.

    >>> asked = expectation("How many seats are there?", ["It", "has", "550", "seats"])
    >>> asked.is_met("It has 550 seats.", [0, 1, 2, 3]), expectation("seats", [])
    (True, None)

    """
    # The first is the one that the question word speaks of.
    wants = next((wants for asks, wants in _EXPECTATIONS if asks.search(query)), None)
    return None if wants is None else Expectation(wants, words)
