"""Headroom for LangGraph: views of large payloads in the state, the originals in a store."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import _headroom_namesake  # noqa: F401 - says where another module is called headroom
from headroom_langgraph._version import __version__
from headroom_langgraph.graph_input import compress_input
from headroom_langgraph.graph_store import LangGraphStore
from headroom_langgraph.model_input import compress_model_input
from headroom_langgraph.namespaces import aforget_thread, forget_thread, per_thread
from headroom_langgraph.node import compress_node
from headroom_langgraph.options import ReaderOptions
from headroom_langgraph.reducer import compress_messages, compress_reducer
from headroom_langgraph.tool_calls import awrap_tool_call, wrap_tool_call
from headroom_langgraph.tools import retrieve_tool

if TYPE_CHECKING:
    from headroom_langgraph.middleware import HeadroomMiddleware

__all__ = [
    "HeadroomMiddleware",
    "LangGraphStore",
    "ReaderOptions",
    "__version__",
    "aforget_thread",
    "awrap_tool_call",
    "compress_input",
    "compress_messages",
    "compress_model_input",
    "compress_node",
    "compress_reducer",
    "forget_thread",
    "per_thread",
    "retrieve_tool",
    "wrap_tool_call",
]

if find_spec("langchain") is None:
    # Without the extra, "import *" is to go on working.
    __all__.remove("HeadroomMiddleware")


def __getattr__(name: str) -> object:
    # Imported when asked for: LangChain's agents are an extra.
    if name == "HeadroomMiddleware":
        from headroom_langgraph.middleware import HeadroomMiddleware

        return HeadroomMiddleware
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
