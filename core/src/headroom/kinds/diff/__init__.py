"""Views of diffs: every changed line first, context lines last."""

from __future__ import annotations

from headroom.kinds.diff.compressor import DiffCompressor
from headroom.kinds.diff.recognise import looks_like_diff

__all__ = ["DiffCompressor", "looks_like_diff"]
