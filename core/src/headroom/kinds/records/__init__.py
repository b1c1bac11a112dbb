"""Views of texts that are records of several lines each: YAML, INI, XML, ``key: value`` blocks."""

from __future__ import annotations

from headroom.kinds.records.compressor import RecordCompressor
from headroom.kinds.records.parse import find_records, looks_like_records

__all__ = ["RecordCompressor", "find_records", "looks_like_records"]
