"""The compressor for tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headroom.errors import WrongKind
from headroom.kinds.registry import decoded
from headroom.kinds.table.parse import read
from headroom.kinds.table.recognise import (
    find_table,
    looks_like_table,
    may_be_table,
    may_have_table,
)
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, line_pieces
from headroom.toolkit.rows.blocks import lossless_lines, of_table
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.pieces import children
from headroom.toolkit.rows.table import build_table
from headroom.toolkit.rows.views import best_view
from headroom.view import Piece, Request, View

__all__ = ["TableCrusher"]


class TableCrusher(BaseKind):
    r"""Re-encodes tables without loss; past that, shows the rows that matter most.

    >>> from headroom.tokens import get_counter
    >>> counter = get_counter()
    >>> text = "id,state\n" + "\n".join(f"{n},{'lost' if n == 7 else 'sent'}" for n in range(90))
    >>> view = TableCrusher().compress(
    ...     Source(text), Request("table", counter, counter.count(text), max_tokens=60)
    ... )
    >>> "7  state=lost" in view.text
    True

    """

    name = "table"
    compressor = "smart_crusher"
    unit = "rows"
    may_be_mixed = True
    begins_with_sign = True

    def recognise(self, source: Source) -> bool:
        """Whether it has rules or aligned columns."""
        return looks_like_table(source)

    def may_be(self, source: Source) -> bool:
        """Whether one sign divides its lines into as many cells as the first."""
        return may_be_table(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """The best view of a table.

        Raises:
            WrongKind: It is no table, or its header names a column twice.

        """
        rows = source.once(read)
        speller = Speller()
        table = build_table(rows, speller, request)
        tree = of_table(table, rows)
        # What the lines say is in the rows.
        source.forget_lines()
        return best_view(
            rows, tree, speller, lambda: "\n".join(lossless_lines(tree, speller)), request
        )

    def may_stand_in(self, source: Source) -> bool:
        """See ``BaseKind``."""
        return may_have_table(source)

    def span(self, source: Source, line: int) -> tuple[int, int] | None:
        """The lines of a table with rules within a text."""
        return find_table(source, line)

    def pieces(self, source: Source) -> Iterable[Piece]:
        """Its rows, as objects; lines of what is no table."""
        try:
            return children(list(source.once(read)), "")
        except WrongKind:
            return line_pieces(source)

    def data(self, source: Source) -> object:
        """The rows, each an object of its cells."""
        return list(source.once(read))

    def decode(self, view: str, **options: Any) -> object:
        """The rows; see ``headroom.decode``. A table as it was put gives its own."""
        return decoded(self, view, **options)
