"""Views of diffs: every changed line first, context lines last."""

from __future__ import annotations

from headroom.compression.diff_compressor.compressor import DiffCompressor
from headroom.compression.diff_compressor.recognise import looks_like_diff

__all__ = ["DiffCompressor", "looks_like_diff"]
