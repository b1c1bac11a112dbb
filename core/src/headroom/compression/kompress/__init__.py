"""Plain text: whole sentences, chosen for what they tell and for the query."""

from __future__ import annotations

from headroom.compression.kompress.compressor import Kompress
from headroom.compression.kompress.segment import sentences

__all__ = ["Kompress", "sentences"]
