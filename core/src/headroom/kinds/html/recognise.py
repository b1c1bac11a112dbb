"""Whether a text is a page, and where pages stand within other text."""

from __future__ import annotations

import re

from headroom.regexes import regex
from headroom.source import Source
from headroom.toolkit.components import component_blocks

__all__ = ["find_page", "looks_like_html", "may_have_page"]

#: Characters that are looked at, at the beginning and at the end. Chosen.
_SAMPLE, _ENDING = 65_536, 200
_DOCUMENT = re.compile(
    r"(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_COMMON = regex(
    r"<(/?)(?:html|head|body|div|span|p|a|ul|ol|li|table|tr|td|th|h[1-6]|br|img|script|style|link|"
    r"meta|section|article|nav|header|footer|main|form|input|button|b|i|em|strong|pre|code)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
#: The elements of HTML and, as icons in pages have them, of SVG.
_ELEMENTS = frozenset(
    """
    a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption
    center cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed
    fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup
    hr html i iframe img input ins kbd label legend li link main map mark math menu meta meter nav
    noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp
    script search section select slot small source span strike strong style sub summary sup table
    tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr
    svg circle defs ellipse g line lineargradient mask path polygon polyline rect stop symbol use
    """.split()
)
_TAG = regex(r"</?([A-Za-z][\w.:-]*)")
#: A fragment has at least so many tags, and one for so many words. Chosen.
_FEWEST_TAGS, _MOST_WORDS = 6, 12
#: A page below what a program says of it.
_OPENS_PAGE = re.compile(r"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_PAGE = re.compile(rf"\s{{0,20}}{_OPENS_PAGE.pattern}", re.IGNORECASE)


def looks_like_html(source: Source) -> bool:
    """Whether a text is a page, or a piece of one, by its beginning and its last character.

    >>> looks_like_html(Source("<!doctype html><title>News</title><p>It rains."))
    True
    >>> looks_like_html(Source("if a <b> c: the <p> is 3"))
    False

    """
    sample = source.text[:_SAMPLE].lstrip("\ufeff \t\r\n")
    if not sample.startswith("<") or source.once(component_blocks):
        return False
    if _DOCUMENT.match(sample):
        return True
    if sample[:5].lower() in ("<?xml", "<svg ", "<rss "):
        return False
    if not source.text[-_ENDING:].rstrip().endswith(">"):
        return False
    tags = [match[1] for match in _COMMON.finditer(sample)]
    closing = sum(bool(slash) for slash in tags)
    words = len(_COMMON.sub(" ", sample).split())
    is_dense = len(tags) >= _FEWEST_TAGS and closing > 1 and words <= _MOST_WORDS * len(tags)
    return is_dense and _has_elements(sample)


def _has_elements(sample: str) -> bool:
    """Whether the first tag of a text, and most of all, are those of pages: data has others."""
    # A name with a dash is that of a component.
    known = [name in _ELEMENTS or "-" in name for name in _TAG.findall(sample.lower())]
    return known[0] and sum(known) * 3 > len(known) * 2


def may_have_page(source: Source) -> bool:
    """Whether anything in a text opens a page."""
    return _OPENS_PAGE.search(source.text) is not None


def find_page(source: Source, line: int) -> tuple[int, int] | None:
    """The lines of the page that begins at a line, which is not the first."""
    lines = source.lines
    if not line or not _PAGE.match(lines[line]):
        return None
    ends = (n for n in range(line, len(lines)) if "</html>" in lines[n].lower())
    return line, next(ends, len(lines) - 1) + 1
