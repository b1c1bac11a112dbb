"""JSON: re-encodings without loss first, then a sample that keeps what matters."""

from __future__ import annotations

from headroom.kinds.json.compressor import SmartCrusher
from headroom.kinds.json.decode import JsonValue, decode
from headroom.kinds.table.parse import looks_like_aligned_table, looks_like_table

__all__ = ["JsonValue", "SmartCrusher", "decode", "looks_like_aligned_table", "looks_like_table"]
