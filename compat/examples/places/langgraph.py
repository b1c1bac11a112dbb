"""LangGraph with ``compress_node(ctx)`` around each node of each graph."""

from __future__ import annotations

import functools
from typing import Any

from langgraph.graph import StateGraph

from compat.examples.record import ctx, options
from headroom_langgraph import compress_node

_add_node = StateGraph.add_node
_decorate = compress_node(ctx, **options)


@functools.wraps(_add_node)
def _with_views(graph: StateGraph[Any], node: Any, action: Any = None, **settings: Any) -> Any:
    if action is not None:
        return _add_node(graph, node, _decorate(action), **settings)
    return _add_node(graph, node if isinstance(node, str) else _decorate(node), **settings)


StateGraph.add_node = _with_views  # type: ignore[method-assign,assignment]
