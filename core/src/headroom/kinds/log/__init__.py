"""Logs, build output and test output: every kind of line once, and how often."""

from __future__ import annotations

from headroom.kinds.log.compressor import LogCompressor

__all__ = ["LogCompressor"]
