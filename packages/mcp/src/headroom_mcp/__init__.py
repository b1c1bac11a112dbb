"""Headroom for any MCP client: put large payloads away, get views and excerpts back."""

from __future__ import annotations

import _headroom_namesake  # noqa: F401 - says where another module is called headroom
from headroom_mcp._version import __version__
from headroom_mcp.server import HeadroomServer

__all__ = ["HeadroomServer", "__version__"]
