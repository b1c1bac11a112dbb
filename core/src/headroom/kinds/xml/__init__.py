"""Data in tags: reports, feeds, build files, messages between programs, drawings, settings."""

from __future__ import annotations

from headroom.kinds.xml.compressor import XmlCompressor

__all__ = ["XmlCompressor"]
