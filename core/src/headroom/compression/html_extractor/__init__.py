"""Views of web pages: the main content as text."""

from __future__ import annotations

from headroom.compression.html_extractor.compressor import HtmlExtractor
from headroom.compression.html_extractor.tokenize import looks_like_html

__all__ = ["HtmlExtractor", "looks_like_html"]
