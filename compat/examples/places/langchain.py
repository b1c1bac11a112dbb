"""LangChain with what Headroom has for agents, in each agent, after what it has of its own."""

from __future__ import annotations

import functools
from typing import Any

from langgraph import prebuilt
from langgraph.prebuilt import chat_agent_executor

from compat.examples.record import ctx, options
from compat.plugins.create_agent import put_in_place
from headroom_langgraph import HeadroomMiddleware, compress_model_input

put_in_place(lambda: HeadroomMiddleware(ctx, **options))

_create_react_agent = prebuilt.create_react_agent


@functools.wraps(_create_react_agent)
def _with_views(*args: Any, **settings: Any) -> Any:
    if settings.get("pre_model_hook") is None:
        settings["pre_model_hook"] = compress_model_input(ctx, **options)
    return _create_react_agent(*args, **settings)


prebuilt.create_react_agent = chat_agent_executor.create_react_agent = _with_views
