"""Diffs: every changed line first, context lines last."""

from __future__ import annotations

from headroom.kinds.diff.compressor import DiffCompressor

__all__ = ["DiffCompressor"]
