"""Web pages: the main content as text."""

from __future__ import annotations

from headroom.kinds.html.compressor import HtmlExtractor

__all__ = ["HtmlExtractor"]
