"""Views of web pages: the main content as text."""

from __future__ import annotations

from headroom.kinds.html.compressor import HtmlExtractor
from headroom.kinds.html.tokenize import looks_like_html

__all__ = ["HtmlExtractor", "looks_like_html"]
