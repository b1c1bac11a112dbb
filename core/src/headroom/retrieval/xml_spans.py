"""Where tags stand in a text that is data in tags: for those who show it with parts marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.retrieval.json_spans import Holder
from headroom.toolkit.pointers import is_index

__all__ = ["Tag", "holder_of", "tags_of"]

# Of a text that the kind has read. What does not end, since the text is cut off, is the rest.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<[?!][^>]*(?:>|\Z)"
    r"|<(?P<closing>/?)(?P<name>[^\s<>/=!?\"'&]+)(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'/])*(?P<empty>/?)>",
    re.DOTALL,
)


class Tag:
    """A tag, from its first character to its last, and the tags in it."""

    __slots__ = ("children", "end", "name", "start")

    def __init__(self, name: str, start: int, end: int) -> None:
        self.name = name
        self.start = start
        self.end = end
        self.children: list[Tag] = []


def tags_of(text: str) -> Tag:
    """What holds the outermost tag of a well-formed text.

    >>> [tag.name for tag in tags_of("<a><b/><c>text</c></a>").children[0].children]
    ['b', 'c']

    """
    outside = Tag("", 0, len(text))
    open_ = [outside]
    for match in _MARKUP.finditer(text):
        if match["name"] is None:
            continue
        if not match["closing"]:
            tag = Tag(match["name"], match.start(), match.end())
            open_[-1].children.append(tag)
            if not match["empty"]:
                tag.end = len(text)
                open_.append(tag)
        elif len(open_) > 1:
            open_.pop().end = match.end()
    return outside


def holder_of(outside: Tag, document: object, steps: Sequence[str]) -> Holder | None:
    """The value at the steps of a pointer, and its rows; ``None`` where it is no tag.

    Args:
        outside: The tags, as ``tags_of`` finds them.
        document: The same, read as data.
        steps: Names and indexes.

    """
    here, value = [outside], document
    for step in steps:
        if isinstance(value, list):
            if not is_index(step) or int(step) >= len(value):
                return None
            here, value = [here[int(step)]], value[int(step)]
        elif isinstance(value, dict) and step in value and len(here) == 1:
            inner, value = here[0].children, value[step]
            here = [tag for tag in inner if tag.name == step] or (inner if step == "tags" else [])
        else:
            return None
        # Comments are values as well, and an attribute may have the name of a tag.
        if len(here) != (len(value) if isinstance(value, list) else 1):
            return None
    rows = [(tag.start, tag.end) for tag in here] if isinstance(value, list) else []
    return Holder(here[0].start, here[-1].end, rows)
