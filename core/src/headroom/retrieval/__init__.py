"""Finding parts of an original: by words, by place, by what stands in a field."""

from __future__ import annotations

from headroom.retrieval.find import find, left_out_by, locate_best, nothing_left_out
from headroom.retrieval.index import IndexCache, Searchable
from headroom.retrieval.render import Found
from headroom.retrieval.selection import Selection, select

__all__ = [
    "Found",
    "IndexCache",
    "Searchable",
    "Selection",
    "find",
    "left_out_by",
    "locate_best",
    "nothing_left_out",
    "select",
]
