"""Tables as text: CSV and its like, Markdown, aligned columns, columns between rules."""

from __future__ import annotations

from headroom.kinds.table.compressor import TableCrusher

__all__ = ["TableCrusher"]
