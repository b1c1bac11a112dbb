"""Source code: signatures stay, bodies go, what is left still parses."""

from __future__ import annotations

from headroom.kinds.code.compressor import CodeCompressor

__all__ = ["CodeCompressor"]
