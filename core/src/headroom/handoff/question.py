"""All that a reader is told, as a query: bounded by what it costs, with no part of it dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["as_query"]

# Characters of a query; with one of so many, a view of 100 KB takes 0.1 to 0.2 seconds more, and
# up to 0.8 where each of its words is another (measured on rows, logs, prose, code and searches).
_LONGEST = 20_000

# Characters at each end of a longer text that stay as they are: what is asked stands there.
_END = 5_000

_WORD = re.compile(r"\S+")
# What identifies something: a number, a part of camelCase or snake_case.
_IDENTIFIES = re.compile(r"\d|[^\W\d_][_:./-]\w|[a-z][A-Z]")


def as_query(text: str | None) -> str | None:
    """A text that can be asked: itself, or where it is too long its ends and the words between.

    Users paste whole documents into their questions. Of what stands between the ends each word is
    said once; those that identify something come first, if not even so all of them fit.

    >>> as_query("Which request was slow?")
    'Which request was slow?'
    >>> "41777" in as_query("Please be polite. " * 9000 + "Order 41777. " + "Thanks. " * 9000)
    True

    """
    if text is None or len(text) <= _LONGEST:
        return text
    parts = [text[:_END], *_words(text[_END:-_END], _LONGEST - 2 * _END), text[-_END:]]
    return " ".join(parts)


def _words(text: str, room: int) -> Iterator[str]:
    words = dict.fromkeys(match[0] for match in _WORD.finditer(text))
    for word in sorted(words, key=lambda word: _IDENTIFIES.search(word) is None):
        if len(word) < room:
            room -= len(word) + 1
            yield word
