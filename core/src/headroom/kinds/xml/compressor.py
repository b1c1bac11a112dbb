"""The compressor for data in tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headroom.errors import WrongKind
from headroom.kinds.registry import decoded
from headroom.kinds.xml.parse import read
from headroom.kinds.xml.recognise import find_document, looks_like_xml, may_have_document
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, line_pieces
from headroom.toolkit.rows.aliases import aliases_in
from headroom.toolkit.rows.blocks import build, lossless_lines
from headroom.toolkit.rows.notation import XML_DOCUMENT, Speller
from headroom.toolkit.rows.pieces import leaves, parts
from headroom.toolkit.rows.rank import write_in_full
from headroom.toolkit.rows.values import whole
from headroom.toolkit.rows.views import best_view
from headroom.view import Piece, Request, View

__all__ = ["XmlCompressor"]


class XmlCompressor(BaseKind):
    r"""Reads tags as data: those of one name are rows, the others members of what they stand in.

    Views are those of such data: tables with one header, and lines of ``name=text``; past that, the
    rows that matter most. Nothing is expanded, and nothing is fetched.

    >>> from headroom.tokens import get_counter
    >>> counter = get_counter()
    >>> cases = "".join(f'<case name="t{n}" time="0.1"/>' for n in range(40))
    >>> text = f'<suite tests="40">{cases}</suite>'
    >>> view = XmlCompressor().compress(Source(text), Request("xml", counter, counter.count(text)))
    >>> print("\n".join(view.text.splitlines()[:5]))
    XML, one tag or attribute=text per line; indented lines belong to the tag above.
    suite:
     tests="40"
     case: 40 rows. In every row that does not say otherwise: time="0.1"
     name

    """

    name = "xml"
    compressor = "xml_compressor"
    unit = "rows"
    is_sure = True
    begins_with_sign = True

    def recognise(self, source: Source) -> bool:
        """Whether its beginning is data in tags."""
        return looks_like_xml(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """The best view of a document.

        Raises:
            WrongKind: The text is not well-formed, or is a page, or prose with tags in it.
            TimeBudgetExceeded: It took too long.

        """
        value = source.once(read).value
        speller = Speller(aliases_in(source.text, value, request))
        tree = build(value, speller, request)
        if tree is None:
            raise WrongKind("nothing in it")
        write_in_full(tree, speller, request)
        tree.document = XML_DOCUMENT
        return best_view(
            value, tree, speller, lambda: "\n".join(lossless_lines(tree, speller)), request
        )

    def may_stand_in(self, source: Source) -> bool:
        """See ``BaseKind``."""
        return may_have_document(source)

    def span(self, source: Source, line: int) -> tuple[int, int] | None:
        """The lines of a document within a text."""
        return find_document(source, line)

    def pieces(self, source: Source) -> Iterable[Piece]:
        """Rows, or the small members of a tag together; lines of what is no XML."""
        try:
            return parts(whole(source.once(read).value), "")
        except WrongKind:
            return line_pieces(source)

    def data(self, source: Source) -> object:
        """The document as data."""
        return whole(source.once(read).value)

    def leaves(self, source: Source) -> Iterable[Piece]:
        """Each text and attribute, as a member of its tag."""
        return leaves(whole(source.once(read).value))

    def decode(self, view: str, **options: Any) -> object:
        """The document as data; see ``headroom.decode``. One as it was put gives its own."""
        return decoded(self, view, **options)
