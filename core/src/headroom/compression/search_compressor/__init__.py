"""Views of search results: every file, every definition, and the best of the other matches."""

from __future__ import annotations

from headroom.compression.search_compressor.compressor import SearchCompressor
from headroom.compression.search_compressor.grouping import decode_search
from headroom.compression.search_compressor.parse import looks_like_search

__all__ = ["SearchCompressor", "decode_search", "looks_like_search"]
