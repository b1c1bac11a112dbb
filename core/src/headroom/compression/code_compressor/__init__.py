"""The compressor of source code: signatures stay, bodies go, what is left still parses."""

from headroom.compression.code_compressor.compressor import CodeCompressor

__all__ = ["CodeCompressor"]
