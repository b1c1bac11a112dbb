"""Texts that are records of several lines each: YAML, INI, XML, ``key: value`` blocks."""

from __future__ import annotations

from headroom.kinds.records.compressor import RecordCompressor

__all__ = ["RecordCompressor"]
