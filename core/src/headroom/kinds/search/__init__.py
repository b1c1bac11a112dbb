"""Views of search results: every file, every definition, and the best of the other matches."""

from __future__ import annotations

from headroom.kinds.search.compressor import SearchCompressor
from headroom.kinds.search.parse import looks_like_search
from headroom.kinds.search.render import decode_search

__all__ = ["SearchCompressor", "decode_search", "looks_like_search"]
