"""Where rows may stand in a text: between blank lines and the like, and behind words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from headroom.retrieval.paths import walk
from headroom.toolkit.rows.pieces import records
from headroom.view import Deadline

__all__ = ["behind_words", "paragraphs"]

# What follows words in their line; so often it may be something else than data.
_BEHIND_WORDS = re.compile(
    r"^[^\n\[{]{0,200}?[^\W_][)\"'*`]{0,3}\s?[:=][*`]{0,3}\s?(?=[\[{])"
    r"|(?:^|(?<=\s))(?=\[\s?\{\s?\"|\{\s?\")", re.MULTILINE
)
_MOST_MISSED = 20
_JSON = json.JSONDecoder()
# What stands between tables as a blank line does: a command, a comment, a fence, a count of rows.
_BETWEEN = re.compile(
    r"\s*(?:$|```|~~~|[$#] |-- |\(\d+ rows?\)\s*$"
    r"|\d+ rows? (?:in set|affected|returned|selected)\b)"
)


def paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First line and end of what stands between blank lines and the like.

    >>> list(paragraphs(["$ ls", "a  b", "1  2", "(1 row)", "", "end"]))
    [(1, 3), (5, 6)]

    """
    first = 0
    for number, line in enumerate(chain(lines, ("",))):
        if _BETWEEN.match(line):
            if number > first:
                yield first, number
            first = number + 1


def behind_words(text: str, deadline: Deadline) -> Iterator[tuple[str, int, int]]:
    r"""The data with rows that begin in a line behind words, each with its first line and last.

    >>> list(behind_words('one\nThe rows are: [{"a":\n1}] and so on', Deadline(None)))
    [('[{"a":\n1}]', 2, 3)]

    """
    at, line, missed = 0, 1, 0
    while missed < _MOST_MISSED and (match := _BEHIND_WORDS.search(text, at)) is not None:
        deadline.check()
        start = match.end()
        line += text.count("\n", at, start)
        try:
            value, at = _JSON.raw_decode(text, start)
        except (ValueError, RecursionError):
            missed, at = missed + 1, start
            continue
        last = line + text.count("\n", start, at)
        # Most data in lines of logs have no rows: that is told before anybody looks at their kind.
        if any(True for _, one in walk(value) for _ in records(one)):
            yield text[start:at], line, last
        line = last
