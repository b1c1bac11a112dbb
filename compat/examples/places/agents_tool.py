"""The Agents SDK with ``retrieve_tool(ctx)`` among the tools of each agent."""

from __future__ import annotations

import functools
from typing import Any

from agents import Agent

from compat.examples.record import ctx
from headroom_openai_agents import retrieve_tool

_tool = retrieve_tool(ctx)
_post_init = Agent.__post_init__


@functools.wraps(_post_init)
def _with_ours(self: Agent[Any]) -> None:
    _post_init(self)
    if _tool not in self.tools:
        self.tools = [*self.tools, _tool]


Agent.__post_init__ = _with_ours  # type: ignore[method-assign]
