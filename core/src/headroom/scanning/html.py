"""Cuts HTML into tags and text, in linear time whatever the input.

``html.parser`` of the standard library takes quadratic time on some malformed input in Python
versions that are still in use, and it cannot be interrupted there; hence this one. It reads tags
as browsers do as far as the main content of a page depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["markup"]

_NAME = re.compile(r"[A-Za-z][^\s/>\"'<=]{0,40}")
#: The rest of a tag whose quotes are all closed: nearly every one.
_REST_OF_TAG = re.compile(r"""[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
_TAG_STOP = re.compile(r"[\"'>]")
#: What stands in these is no markup, up to their closing tag.
_RAW = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"))
_CLOSING = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in sorted(_RAW)}


def markup(content: str) -> Iterator[tuple[str, str, str, int]]:
    """The tags of a page and the text between them, in order. What is not well formed is text.

    Args:
        content: The source of a page.

    Returns:
        Of each what it is: ``"text"``, ``"open"``, ``"close"``, or ``"raw"`` for what is neither
        shown nor markup; the name of the tag in lower case, or of the element that holds what is
        raw; what stands in the source: the text, the attributes; where it starts, in characters.

    >>> list(markup("<p class=a>Hi</P>"))
    [('open', 'p', ' class=a', 0), ('text', '', 'Hi', 11), ('close', 'p', '', 13)]

    """
    position = start = 0
    while (position := content.find("<", position)) >= 0:
        following = content[position + 1 : position + 2]
        if following in ("!", "?"):
            end = _end_of_comment(content, position)
            kind, name, source = "raw", "", ""
        elif following == "/" and (match := _NAME.match(content, position + 2)):
            end = _after(content, ">", match.end())
            kind, name, source = "close", match[0].lower(), ""
        elif match := _NAME.match(content, position + 1):
            end = _end_of_tag(content, match.end())
            kind, name, source = "open", match[0].lower(), content[match.end() : end - 1]
        else:
            position += 1
            continue
        if position > start:
            yield ("text", "", content[start:position], start)
        yield (kind, name, source, position)
        position = start = end
        if kind == "open" and name in _RAW and not source.endswith("/"):
            closing = _CLOSING[name].search(content, position)
            position = start = closing.start() if closing else len(content)
            yield ("raw", name, content[end:position], end)
    if start < len(content):
        yield ("text", "", content[start:], start)


def _after(content: str, text: str, position: int) -> int:
    """Where the text after the next occurrence of ``text`` starts; the end if there is none."""
    found = content.find(text, position)
    return len(content) if found < 0 else found + len(text)


def _end_of_comment(content: str, position: int) -> int:
    if content.startswith("<!--", position):
        return _after(content, "-->", position + 4)
    if content.startswith("<![CDATA[", position):
        return _after(content, "]]>", position + 9)
    return _after(content, ">", position)


def _end_of_tag(content: str, position: int) -> int:
    """Where a tag ends: ``>`` in a quoted value does not end it.

    A quote that is never closed is none. There can be only one such for each of the two signs, so
    all the searches together are linear.
    """
    whole = _REST_OF_TAG.match(content, position)
    if whole is not None:
        return whole.end()
    while stop := _TAG_STOP.search(content, position):
        if stop[0] == ">":
            return stop.end()
        closing = content.find(stop[0], stop.end())
        position = stop.end() if closing < 0 else closing + 1
    return len(content)
