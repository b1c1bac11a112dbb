"""Questions and their replies among the rows of a talk.

A reply says little of what it replies to: it is found by the question before it, and one that is
found means little without its question. Rows may stand the newest first, as chats give them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from headroom.regexes import regex

__all__ = ["asks", "replies", "step_to_reply", "with_replies"]

#: A question has words, and its sign ends a sentence: in addresses and code it does not.
_QUESTION = regex(
    r"\w[\"'\u201d\u2019)\]]{0,3}\s?[?\uff1f\u061f\u037e]+(?=[\s\"'\u201d\u2019)\],]|$)"
)
_WIDE_QUESTION = re.compile(r"\w[\uff1f\u061f]")
_WORDS = regex(r"[^\W\d_]+[ \u00a0][^\W\d_]+|[\u3040-\u9fff\uac00-\ud7a3]{3}")
#: Who asks ends with that: it stands in so many characters at the end of a row. Chosen.
_END_CHARS = 240
#: What a question may be asked back with: so many rows reply at the most. Chosen.
_MOST_REPLIES = 2
#: Rows of which the times are compared. Chosen.
_COMPARED = 64
_TIME = re.compile(r"\d[\d .:/TZ+-]{8,}$")


def asks(line: str) -> bool:
    """Whether a row ends with a question in running words.

    >>> asks('09:00,Ada,"Who wrote it, then?"'), asks("https://example.org/?q=a")
    (True, False)
    """
    end = line[-_END_CHARS:]
    found = _QUESTION.search(end) or _WIDE_QUESTION.search(end)
    return found is not None and _WORDS.search(end) is not None


def replies(lines: Sequence[str], row: int, step: int) -> list[int]:
    """The rows that reply to one that asks; none for others.

    Args:
        lines: The rows.
        row: One of them.
        step: 1 where the next row replies, -1 where the newest stand first.

    >>> replies(["Ready?", "Are you ready?", "For what?", "To go.", "Yes."], 1, 1)
    [2, 3]

    """
    found: list[int] = []
    while asks(lines[row]) and len(found) < _MOST_REPLIES and 0 <= row + step < len(lines):
        row += step
        found.append(row)
    return found


def with_replies(order: Sequence[int], lines: Sequence[str], step: int) -> Iterator[int]:
    """The rows in this order, each that asks with its replies behind it."""
    for row in order:
        yield row
        yield from replies(lines, row, step)


def step_to_reply(rows: Iterable[Sequence[str]]) -> int:
    """Where the reply to a row stands: 1, or -1 where a column of times only goes back.

    >>> step_to_reply([["2024-05-01 10:01"], ["2024-05-01 10:00"], ["2024-05-01 09:00"]])
    -1
    """
    for column in zip(*islice(rows, _COMPARED)):
        alike = len({len(cell) for cell in column}) == 1 and all(map(_TIME.match, column))
        if alike and column[0] > column[-1] and list(column) == sorted(column, reverse=True):
            return -1
    return 1
