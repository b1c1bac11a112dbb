"""What no model reads: encoded bytes, vectors, hex dumps, minified code, keys."""

from __future__ import annotations

from headroom.kinds.opaque.compressor import Opaque

__all__ = ["Opaque"]
