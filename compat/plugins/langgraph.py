"""A pytest plugin: LangGraph's tests, with ``compress_node`` around each node of each graph."""

from __future__ import annotations

import functools
from typing import Any

from langgraph.graph import StateGraph

from compat.plugins.context import ctx, options
from headroom_langgraph import compress_node

_add_node = StateGraph.add_node
_decorate = compress_node(ctx, **options)


@functools.wraps(_add_node)
def _add_node_with_views(
    graph: StateGraph[Any], node: Any, action: Any = None, **settings: Any
) -> StateGraph[Any]:
    if action is not None:
        return _add_node(graph, node, _decorate(action), **settings)
    return _add_node(graph, node if isinstance(node, str) else _decorate(node), **settings)


StateGraph.add_node = _add_node_with_views  # type: ignore[method-assign,assignment]
