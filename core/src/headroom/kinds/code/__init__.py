"""The compressor of source code: signatures stay, bodies go, what is left still parses."""

from headroom.kinds.code.compressor import CodeCompressor

__all__ = ["CodeCompressor"]
