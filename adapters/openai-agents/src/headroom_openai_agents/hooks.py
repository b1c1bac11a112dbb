"""Calls as models make them, for conversations in which no later input has them."""

from __future__ import annotations

from typing import Any, cast

from agents import Agent, ModelResponse, RunContextWrapper, RunHooks

from headroom import SharedContext
from headroom_openai_agents.calls import Calls

__all__ = ["headroom_hooks"]


def headroom_hooks(ctx: SharedContext) -> RunHooks[Any]:
    """Hooks by which outputs are known by their tools, where the server manages the conversation.

    For ``Runner.run(agent, question, run_config=headroom_run_config(ctx), conversation_id=...,
    hooks=headroom_hooks(ctx))``, where ``exclude`` or ``max_tokens`` name tools: there an output is
    sent without its call. In all other conversations they are not needed.

    Args:
        ctx: That of the filters.

    >>> hooks = headroom_hooks(SharedContext())

    """
    if not isinstance(ctx, SharedContext):
        raise TypeError(f"ctx must be a SharedContext, not {type(ctx).__name__}")
    return _Hooks(Calls.of(ctx))


class _Hooks(RunHooks[Any]):
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def on_llm_end(
        self, _context: RunContextWrapper[Any], _agent: Agent[Any], response: ModelResponse
    ) -> None:
        for item in cast("list[object]", response.output):
            self._calls.note_item(item if isinstance(item, dict) else vars(item))
