"""What the text of data tells of its strings and lists before anybody walks through the data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headroom.source import Source

__all__ = ["SHORT", "are_short", "may_have_long"]

#: How a string in single quotes begins, which Python writes and JSON does not.
_SINGLE = re.compile(r"[\[{(,:]\s*'")


#: Characters that are looked through at a time. Chosen.
_TOGETHER = 100_000
#: Values of fewer characters are short. Chosen: less than the shortest that somebody asks for.
SHORT = 127


def are_short(source: Source) -> bool:
    """Whether all strings and lists of numbers of data are surely short: ``source.once``.

    >>> are_short(Source('{"a": "one"}'))
    True

    """
    return not may_have_long(source.text, SHORT)


def may_have_long(text: str, least: int) -> bool:
    """Whether data may hold a string, or a list without strings, of so many characters.

    Quotes that are near each other leave no room for one: that shows without a look at all signs.

    Args:
        text: The data, as JSON or as Python writes it.
        least: Characters, between the quotes or the brackets.

    >>> may_have_long('{"a": "one", "b": "two"}', 10), may_have_long('{"a": "one and two"}', 10)
    (False, True)

    """
    if "'" in text and _SINGLE.search(text):
        return True
    # Characters since the last quote.
    since = 0
    for part in _parts(text):
        first = part.find('"')
        if since + (first if first >= 0 else len(part)) >= least:
            return True
        if first < 0:
            since += len(part)
            continue
        start = first + 1
        while start + least <= len(part):
            last = part.rfind('"', start, start + least)
            if last < 0:
                return True
            start = last + 1
        since = len(part) - max(start, part.rfind('"', start) + 1)
    return False


def _parts(text: str) -> Iterator[str]:
    """A text one part after the other, without the quotes that a sign before them escapes."""
    if "\\" not in text:
        yield text
        return
    first = 0
    while first < len(text):
        end = first + _TOGETHER
        # What a sign escapes stays with it.
        while text[end - 1 : end] == "\\":
            end += 1
        yield text[first:end].replace("\\\\", "--").replace('\\"', "--")
        first = end
