"""Finds what the items of a text are called that is a list of finds: search results, passages."""

from __future__ import annotations

import re
from collections import Counter

from headroom.kinds.text.parse import read_units
from headroom.source import Source

__all__ = ["read_sources"]

#: Fewer items are no list; chosen.
_LEAST = 4
#: The share of the units that may name sources: of more, they are the text itself; chosen.
_MOST = 0.5
#: Characters of a unit that are looked at; chosen.
_LOOKED_AT = 300
#: How an item opens: a number, or a word with a colon. Blanks and letters are looked at ahead, so
#: that nothing of them is given back.
_OPENING = re.compile(
    r"(?=([ \t]{0,8}))\1(?:[#>*-]{1,6}[ \t]+)?\W{0,3}"
    r"(?:(?=((?:[A-Za-z]{1,12} ?)?))\2\d{1,4}[\])}.:]|[A-Z](?=(\w{1,15}))\3:)"
)
#: Where something can be opened: an address, or a file in a folder or with an ending.
_ADDRESS = re.compile(
    r"[a-z]{2,10}://\S|[\w.-]+/[\w.-]+\.\w{1,5}\b|\b[\w-]{2,}\.(?:[a-z]{2,4}|\d?[a-z]\d?)\b[#:)\s]"
)
# Cheap to look for before that: none is without.
_SIGN_OF_ADDRESS = re.compile(r"/|\.[a-z\d]")
_DIGITS = re.compile(r"\d+")


def read_sources(source: Source) -> list[int]:
    r"""The units that say where each item of a list was found: ``source.once(read_sources)``.

    They open alike, and name an address or a file, or stand right above a line that does.

    >>> item = "[{0}] docs/page{0}.md (score 0.{0})\nIt rains in {0}."
    >>> found = "\n\n".join(item.format(n) for n in range(9))
    >>> len(read_sources(Source(found)))
    9
    """
    parts = source.once(read_units).parts
    text = source.text
    opened: dict[int, str] = {}
    for index, (start, end) in enumerate(source.deadline.over(zip(parts.starts, parts.ends))):
        if start and text[start - 1] != "\n":
            continue
        match = _OPENING.match(text, start, min(end, start + _LOOKED_AT))
        if match is not None:
            opened[index] = _DIGITS.sub("0", match.group())
    common = Counter(opened.values())
    lines = [index for index, opening in opened.items() if common[opening] >= _LEAST]
    placed = {index for index in lines if _has_address(parts.text(index, index + 1)[:_LOOKED_AT])}
    shapes = Counter(opened[index] for index in placed)
    # What opens alike names a source each time, or hardly ever does.
    telling = {
        shape for shape, count in shapes.items() if count >= _LEAST and 2 * count >= common[shape]
    }
    named = {index for index in placed if opened[index] in telling}
    named |= {index for index in lines if index + 1 in named}
    return sorted(named) if len(named) <= _MOST * len(parts) else []


def _has_address(text: str) -> bool:
    return _SIGN_OF_ADDRESS.search(text) is not None and _ADDRESS.search(text) is not None
