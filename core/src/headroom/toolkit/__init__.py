r"""What those who write a kind need: the seam, markers, ranges, fitting, ranking, outliers.

Everything of these modules that is meant for others is importable from here; see
``docs/how-to/write-a-kind.md``.

>>> view_of_lines(["a", "b", "c"], {0}).text.split("\n")
['a', '[lines 2-3 left out]']
"""

from __future__ import annotations

from headroom.toolkit.excerpt import excerpt, nothing_fits
from headroom.toolkit.fitting import largest_fitting, nearly_largest
from headroom.toolkit.gaps import view_of_lines
from headroom.toolkit.kind import BaseKind, Condensed, Kind, LeftOut, Symbols, line_pieces
from headroom.toolkit.markers import MARKER, SMALLEST, marker, plural
from headroom.toolkit.numbering import unnumbered
from headroom.toolkit.outliers import far_out, rare_values
from headroom.toolkit.ranges import spans
from headroom.toolkit.relevance import bm25, query_terms, terms
from headroom.toolkit.turns import take_turns

__all__ = [
    "MARKER",
    "SMALLEST",
    "BaseKind",
    "Condensed",
    "Kind",
    "LeftOut",
    "Symbols",
    "bm25",
    "excerpt",
    "far_out",
    "largest_fitting",
    "line_pieces",
    "marker",
    "nearly_largest",
    "nothing_fits",
    "plural",
    "query_terms",
    "rare_values",
    "spans",
    "take_turns",
    "terms",
    "unnumbered",
    "view_of_lines",
]
