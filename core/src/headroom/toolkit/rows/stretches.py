"""What the text of data tells of its strings and lists before anybody walks through the data."""

from __future__ import annotations

import re

__all__ = ["may_have_long"]

#: How a string in single quotes begins, which Python writes and JSON does not.
_SINGLE = re.compile(r"[\[{(,:]\s*'")


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
    if "\\" in text:
        text = text.replace("\\\\", "--").replace('\\"', "--")
    start = 0
    while start + least <= len(text):
        last = text.rfind('"', start, start + least)
        if last < 0:
            return True
        start = last + 1
    return False
