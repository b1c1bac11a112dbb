"""Input filters: what the next agent's model is sent at a handoff."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import replace

from agents import HandoffInputData
from agents.handoffs import HandoffInputFilter
from agents.items import HandoffOutputItem

from headroom import ContextEntry, Fidelity, Handoff, RetrievalTool, SharedContext
from headroom_openai_agents.items import ItemViews

__all__ = ["handoff_filter"]

logger = logging.getLogger("headroom.openai_agents")


def handoff_filter(
    ctx: SharedContext,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
) -> HandoffInputFilter:
    """An input filter that hands the next agent views of tool outputs and long answers.

    Give it to one handoff, ``handoff(agent, input_filter=handoff_filter(ctx))``, or to all of a
    run, ``RunConfig(handoff_input_filter=handoff_filter(ctx))``. The next agent's model is sent
    the views; ``result.new_items`` and sessions keep the originals. What users, systems and
    developers wrote goes on as it is. Where the next agent has ``retrieve_tool(ctx)``, the views
    name it.

    Args:
        ctx: Where the originals go.
        query: What the views are made to answer; if not given, the last user message.
        max_tokens: The most tokens that a view has.
        fidelity: How much a view may leave out, instead of the context's.
        min_tokens: Payloads with fewer tokens go on untouched.
        exclude: Names of tools, and of agents, whose payloads go on untouched.
        on_compress: Called with the entry of each payload that was replaced by a view.

    Raises:
        ValueError: An option makes no sense.
        TypeError: An option has the wrong type.

    """
    handoff = Handoff(
        ctx,
        query=query,
        max_tokens=max_tokens,
        fidelity=fidelity,
        min_tokens=min_tokens,
        exclude=exclude,
        on_compress=on_compress,
    )

    async def headroom_handoff_filter(data: HandoffInputData) -> HandoffInputData:
        try:
            return await asyncio.to_thread(_filtered, data, handoff)
        except Exception as error:
            # An exception in a filter would end the run.
            logger.warning("a handoff goes on as it is: %s", type(error).__name__)
            return data

    return headroom_handoff_filter


def _filtered(data: HandoffInputData, handoff: Handoff) -> HandoffInputData:
    tool = RetrievalTool.name if _next_agent_has_the_tool(data) else None
    views = ItemViews(
        replace(handoff, tool=tool), handoff.query or _last_question(data), RetrievalTool.name
    )
    history = data.input_history
    return data.clone(
        input_history=history if isinstance(history, str) else views.input_items(history),
        pre_handoff_items=views.run_items(data.pre_handoff_items),
        # Not new_items: sessions and results keep the originals.
        input_items=views.run_items(
            data.new_items if data.input_items is None else data.input_items
        ),
    )


def _next_agent_has_the_tool(data: HandoffInputData) -> bool:
    for item in reversed(data.new_items):
        if isinstance(item, HandoffOutputItem):
            tools = item.target_agent.tools if item.target_agent is not None else []
            return any(tool.name == RetrievalTool.name for tool in tools)
    return False


def _last_question(data: HandoffInputData) -> str | None:
    """What the user said last: the question that the next agent is to answer."""
    if isinstance(data.input_history, str):
        return data.input_history
    for item in reversed(data.input_history):
        if isinstance(item, dict) and item.get("role") == "user":
            content = item.get("content")
            if isinstance(content, str):
                return content
            if isinstance(content, list):
                texts = [block.get("text") for block in content if isinstance(block, dict)]
                return " ".join(text for text in texts if isinstance(text, str)) or None
    return None
