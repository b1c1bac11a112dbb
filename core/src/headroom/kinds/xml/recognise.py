"""Whether a text is data in tags, and where such stands within other text."""

from __future__ import annotations

import re

from headroom.errors import WrongKind
from headroom.kinds.xml.parse import first_document, read, read_document
from headroom.lines import starts_of
from headroom.source import Source
from headroom.toolkit.documents import stands_apart

__all__ = ["find_document", "looks_like_xml", "may_have_document"]

#: Characters that are looked at.
_LOOKED_AT = 20_000
#: Fewer tags make no document.
_FEWEST = 8
#: So often a line that may begin a document, and begins none, is read as one, in one text.
_IN_VAIN = 20

_START = re.compile(r"\ufeff?\s{0,1000}<(?:\?xml\s|!DOCTYPE\s|!--|[A-Za-z_])")
#: What pages, templates and components begin with.
_PAGE = frozenset(
    "html head body script style template div span p a ul ol li table tr td th h1 h2 h3 h4 h5 h6 "
    "br img link meta section article nav header footer main form input button b i em strong "
    "pre code details summary center picture font".split()
)
_OPENS_DOCUMENT = re.compile(r"<(?:\?xml\s|[A-Za-z_][\w.-]*(?::[A-Za-z_]|\s[^<>]{0,200}xmlns))")
_DOCUMENT = re.compile(rf"\s{{0,20}}{_OPENS_DOCUMENT.pattern}")


def looks_like_xml(source: Source) -> bool:
    """Whether a text is data in tags; looks at its beginning.

    >>> looks_like_xml(Source("<r>" + "<i><n>1</n></i>" * 9 + "</r>"))
    True
    >>> looks_like_xml(Source("<p>It <b>rains</b>.</p>" * 9))
    False
    """
    text = source.text
    if not _START.match(text) or not ("</" in text or "/>" in text):
        # Names in brackets that nothing closes are those of who says what follows.
        return False
    try:
        if len(text) <= _LOOKED_AT:
            reading = source.once(read)
        else:
            start = text[:_LOOKED_AT]
            reading = read_document(start, 0, source.deadline.check)
            if not reading.is_cut_off and reading.end < len(start.rstrip()):
                return False
            if not reading.is_data(len(start)):
                return False
    except WrongKind:
        return False
    return reading.tags >= _FEWEST and reading.root.lower() not in _PAGE


def may_have_document(source: Source) -> bool:
    """Whether anything in a text opens a document."""
    return _OPENS_DOCUMENT.search(source.text) is not None


def find_document(source: Source, line: int) -> tuple[int, int] | None:
    """The lines of the document that begins at a line of a text."""
    if not _DOCUMENT.match(source.lines[line]):
        return None
    documents = source.once(_Documents)
    if documents.in_vain == _IN_VAIN:
        return None
    start = documents.starts[line]
    end = _end(source, start)
    if end is None:
        documents.in_vain += 1
        return None
    documents.found += 1
    if not stands_apart(documents.found, end - start):
        return None
    return line, line + source.text.count("\n", start, end) + 1


def _end(source: Source, start: int) -> int | None:
    """Where the document ends that begins at a character; ``None`` if none does."""
    try:
        reading = (
            read_document(source.text, start, source.deadline.check)
            if start
            else source.once(first_document)
        )
    except WrongKind:
        return None
    if reading.is_cut_off or reading.tags < _FEWEST or reading.root.lower() in _PAGE:
        return None
    end = source.text.find("\n", reading.end)
    rest = source.text[reading.end : len(source.text) if end < 0 else end]
    is_one = not rest.strip() and reading.is_data(reading.end - start)
    return reading.end if is_one else None


class _Documents:
    """Where lines begin, and how many begin a document, or were read in vain."""

    def __init__(self, source: Source) -> None:
        self.found = self.in_vain = 0
        self.starts = starts_of(source.lines)
