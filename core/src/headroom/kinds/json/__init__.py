"""JSON: re-encodings without loss first, then a sample that keeps what matters."""

from __future__ import annotations

from headroom.kinds.json.compressor import SmartCrusher

__all__ = ["SmartCrusher"]
