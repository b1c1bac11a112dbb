"""Search results and listings of files: every file, every definition, the best other matches."""

from __future__ import annotations

from headroom.kinds.search.compressor import SearchCompressor

__all__ = ["SearchCompressor"]
