"""Plain text: whole sentences, chosen for what they tell and for the query."""

from __future__ import annotations

from headroom.kinds.text.compressor import Kompress

__all__ = ["Kompress"]
