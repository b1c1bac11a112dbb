"""The compressor for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headroom.errors import WrongKind
from headroom.kinds.json.decode import decode
from headroom.kinds.json.embedded import long_texts, without
from headroom.kinds.json.parse import read
from headroom.kinds.json.recognise import find_document, looks_like_json, may_have_document
from headroom.scanning.wordforms import said_chars
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, line_pieces
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.aliases import aliases_in
from headroom.toolkit.rows.blocks import build, lossless_lines
from headroom.toolkit.rows.notation import Speller, flow
from headroom.toolkit.rows.pieces import leaves, parts
from headroom.toolkit.rows.rank import write_in_full
from headroom.toolkit.rows.values import Duplicates, Json, whole
from headroom.toolkit.rows.views import best_view, smaller
from headroom.view import Piece, Request, View

__all__ = ["SmartCrusher"]

#: The share of the characters of minified JSON below which a form has fewer tokens in any case.
#: Measured on the payloads of ``python -m benchmarks``.
_SURELY_SHORTER = 0.6


class SmartCrusher(BaseKind):
    """Re-encodes JSON without loss; past that, shows the rows that matter most.

    Lossless views are tables with one header, documents of ``key=value`` lines, or minified
    JSON, whichever has the fewest tokens; ``headroom.decode`` reads all of them back.

    >>> import json
    >>> from headroom.view import Request
    >>> from headroom.tokens import get_counter
    >>> counter = get_counter()
    >>> orders = [{"id": n, "status": "open" if n == 3 else "paid"} for n in range(1, 10)]
    >>> content = json.dumps(orders)
    >>> request = Request("json", counter, counter.count(content))
    >>> view = SmartCrusher().compress(Source(content), request)
    >>> heading, header, *rows = view.text.splitlines()
    >>> heading
    '9 rows. In every row that does not say otherwise: status=paid'
    >>> header, rows[:3]
    ('id', ['1', '2', '3  status=open'])

    """

    name = "json"
    compressor = "smart_crusher"
    is_sure = True
    unit = "rows"
    begins_with_sign = True

    def recognise(self, source: Source) -> bool:
        """Whether it is JSON or JSON Lines, by a parser."""
        return looks_like_json(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """The best view of a JSON text or of JSON Lines.

        Raises:
            WrongKind: The text is neither, or nested too deeply.
            TimeBudgetExceeded: It took too long.

        """
        value = source.once(read)
        if isinstance(value, Duplicates):
            # Which of two equal keys counts is not ours to say: it stays as it is, or as it was.
            text = flow(value)
            return smaller(text, request) if request.fits(text) else None
        if not isinstance(value, (dict, list, Lazy)):
            raise WrongKind("a single value is no structure")
        return _view(source, value, request)

    def may_stand_in(self, source: Source) -> bool:
        """See ``BaseKind``."""
        return may_have_document(source)

    def span(self, source: Source, line: int) -> tuple[int, int] | None:
        """The lines of a document within a text."""
        return find_document(source, line)

    def pieces(self, source: Source) -> Iterable[Piece]:
        """Rows, or the small members of an object together; lines of what is no JSON."""
        try:
            return parts(whole(source.once(read)), "")
        except WrongKind:
            return line_pieces(source)

    def data(self, source: Source) -> object:
        """The value; of a large text, rows are read when they are asked for."""
        return source.once(read)

    def leaves(self, source: Source) -> Iterable[Piece]:
        """Each scalar, as a member of what holds it."""
        return leaves(whole(source.once(read)))

    def texts(self, source: Source) -> Iterable[tuple[str, str, bool]]:
        """Its long strings."""
        return long_texts(source)

    def without(self, source: Source, paths: set[str]) -> str:
        """The value, minified, with a word in place of some strings."""
        return flow(without(source.once(read), "", paths))

    def decode(self, view: str, **options: Any) -> object:
        """See ``headroom.decode``."""
        return decode(view, **options)


def _view(source: Source, value: Json, request: Request) -> View | None:
    speller = Speller(aliases_in(source.text, value, request))
    tree = build(value, speller, request)
    if tree is None:
        return smaller(flow(value), request)
    write_in_full(tree, speller, request)

    def lossless() -> str:
        text = "\n".join(lossless_lines(tree, speller))
        # Writing minified JSON takes time: only where it may have the fewer tokens. It is no
        # shorter than what the text has beside white space, and a token of it holds more than one
        # of a table.
        if len(text) > _SURELY_SHORTER * said_chars(source.text):
            text = min(text, flow(value), key=request.counter.count)
        return text

    return best_view(value, tree, speller, lossless, request)
