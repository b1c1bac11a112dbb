"""The compressor for web pages."""

from __future__ import annotations

from array import array
from itertools import compress

from headroom.errors import WrongKind
from headroom.kinds.html.parse import Page, read_page
from headroom.kinds.html.pick import asked_row, fitting_blocks, fitting_sentences
from headroom.kinds.html.rank import content_blocks
from headroom.kinds.html.recognise import find_page, looks_like_html, may_have_page
from headroom.kinds.html.render import Renderer
from headroom.source import Source
from headroom.tokens import count_lines
from headroom.toolkit.excerpt import nothing_fits
from headroom.toolkit.kind import BaseKind
from headroom.toolkit.relevance import query_terms
from headroom.view import Request, View

__all__ = ["HtmlExtractor"]

#: With fewer tags it is no page. Chosen.
_FEWEST_TAGS = 3
#: A query with one of these, as its terms are folded, asks for the addresses of links.
_LINK_WORDS = query_terms("link url uri href hyperlink")
#: A compact view has at most this share of the tokens of the content. Chosen.
_COMPACT_SHARE = 0.4
#: Sentences that take less than this share of the room leave much of it to whole blocks. Chosen.
_USED = 0.7
#: Content with more tokens than this is too large to be passed on whole, unless it is a small
#: share of the page. Chosen.
_LARGE, _SMALL_SHARE = 8000, 0.1


class HtmlExtractor(BaseKind):
    r"""Shows the main content of a page as text: no markup, scripts, navigation.

    Headings, list items, rows of tables (``a | b``) and code stand as text lines of their own. The
    addresses of links are left out, unless the query asks for links.

    >>> from headroom.tokens import get_counter
    >>> story = "<p>" + "The river rose in the night, and the town was awake. " * 4 + "</p>"
    >>> page = f"<html><script>track()</script>\n<nav><a href='/'>Home</a></nav>\n{story}</html>"
    >>> request = Request("html", get_counter(), get_counter().count(page))
    >>> HtmlExtractor().compress(Source(page), request).text.split("\n")[1][:18]
    'The river rose in '

    """

    name = "html"
    compressor = "html_extractor"
    is_sure = True
    begins_with_sign = True

    def recognise(self, source: Source) -> bool:
        """Whether it is a page or a piece of one, by its beginning and its end."""
        return looks_like_html(source)

    def may_stand_in(self, source: Source) -> bool:
        """See ``BaseKind``."""
        return may_have_page(source)

    def span(self, source: Source, line: int) -> tuple[int, int] | None:
        """The lines of a page within a text."""
        return find_page(source, line)

    def compress(self, source: Source, request: Request) -> View | None:
        """The text of a page, or ``None`` where there is none.

        Raises:
            WrongKind: There is next to no markup in it.

        """
        if request.max_tokens is None and request.fidelity == "lossless":
            return None
        if request.max_tokens is not None and request.max_tokens >= request.original_tokens:
            return None
        page = read_page(source.text, request.deadline, links=_asks_for_links(request.query))
        if page.tag_count < _FEWEST_TAGS:
            raise WrongKind("fewer than three tags")
        if not page.blocks:
            return None if request.max_tokens is None else nothing_fits(source, request)
        renderer = Renderer(page, source.text, source.first_line)
        # All that its text says is in the page.
        source.forget_text()
        request.deadline.check()
        chosen = _chosen(page)
        # All of it takes more memory than the page: it is not made to be counted.
        whole = request.deadline.over(renderer.whole(chosen))
        limit = _limit(count_lines(request.counter, whole), request)
        if limit is None:
            return renderer.view({index: page.blocks.rendered(index) for index in chosen})
        shown = fitting_sentences(limit, chosen, renderer, request)
        size = request.counter.count(renderer.text(shown)) if shown else 0
        row = asked_row(chosen, renderer, request)
        lacks_row = row is not None and (shown is None or row not in shown)
        if lacks_row or size < _USED * limit:
            # What it takes for a sentence, such as a long table, may be larger than the room.
            blocks = fitting_blocks(limit, chosen, renderer, request)
            if blocks and (
                row in blocks if lacks_row else request.counter.count(renderer.text(blocks)) > size
            ):
                shown = blocks
        view = None if shown is None else renderer.view(shown)
        if view is None or not request.fits(view.text):
            return nothing_fits(source, request)
        return view


def _chosen(page: Page) -> array[int]:
    """The numbers of the blocks with the content, in order."""
    chosen = content_blocks(page)
    if not any(level == 1 for level in compress(page.blocks.levels, chosen)):
        for index, kind in enumerate(page.blocks.kinds):
            chosen[index] |= kind == "title"
    return array("I", compress(range(len(chosen)), chosen))


def _asks_for_links(query: str | None) -> bool:
    return not _LINK_WORDS.isdisjoint(query_terms(query))


def _limit(tokens: int, request: Request) -> int | None:
    """The most tokens that the view may have; ``None`` where all of the content may stay.

    Args:
        tokens: Those of a view with all of the content.
        request: Says how much may be left out.

    """
    if request.max_tokens is not None:
        return None if tokens <= request.max_tokens else request.max_tokens
    if request.fidelity == "compact":
        return max(1, int(tokens * _COMPACT_SHARE))
    if tokens > _LARGE and tokens > _SMALL_SHARE * request.original_tokens:
        return max(_LARGE, int(_SMALL_SHARE * request.original_tokens))
    return None
