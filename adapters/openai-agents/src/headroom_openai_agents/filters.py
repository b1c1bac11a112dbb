"""Input filters: what the next agent's model is sent at a handoff."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from dataclasses import replace

from agents import HandoffInputData
from agents.handoffs import HandoffHistoryMapper, HandoffInputFilter, nest_handoff_history
from agents.items import HandoffOutputItem
from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, RetrievalTool, SharedContext
from headroom_openai_agents.items import ItemViews
from headroom_openai_agents.questions import last_question
from headroom_openai_agents.tools import has_tool

__all__ = ["compose", "handoff_filter", "nested_handoff_filter"]

logger = logging.getLogger("headroom.openai_agents")


def handoff_filter(
    ctx: SharedContext,
    **options: Unpack[HandoffOptions],
) -> HandoffInputFilter:
    """An input filter that hands the next agent views of tool outputs and long answers.

    Give it to one handoff, ``handoff(agent, input_filter=handoff_filter(ctx))``, or to all of a
    run, ``RunConfig(handoff_input_filter=handoff_filter(ctx))``. The next agent's model is sent
    the views; ``result.new_items`` and sessions keep the originals. What users, systems and
    developers wrote goes on as it is. Where the next agent has ``retrieve_tool(ctx)``, the views
    name it.

    Conversations that the server manages take no input filter; ``model_input_filter`` works there.

    Args:
        ctx: Where the originals go.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools and of agents.
            Where there is no ``query``, it is the last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)

    async def headroom_handoff_filter(data: HandoffInputData) -> HandoffInputData:
        return await _safely(_filtered, data, handoff)

    return headroom_handoff_filter


def nested_handoff_filter(
    ctx: SharedContext,
    *,
    history_mapper: HandoffHistoryMapper | None = None,
    **options: Unpack[HandoffOptions],
) -> HandoffInputFilter:
    """``handoff_filter``, with the conversation nested into one message.

    Any input filter switches ``nest_handoff_history`` of the SDK off, and the nesting takes no
    notice of what another filter did for the model alone. This one puts views into the
    conversation, lets the SDK nest it, and leaves ``result.new_items`` and sessions the originals.

    Args:
        ctx: Where the originals go.
        history_mapper: Writes the conversation instead of the SDK, as
            ``RunConfig.handoff_history_mapper`` does; it is given views.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools and of agents.
            Where there is no ``query``, it is the last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)

    async def headroom_nested_handoff_filter(data: HandoffInputData) -> HandoffInputData:
        seen = await _safely(_filtered, data, handoff)
        views = seen.clone(
            new_items=seen.new_items if seen.input_items is None else seen.input_items
        )
        # What a mapper of the user raises is for the user.
        nested = nest_handoff_history(views, history_mapper=history_mapper)
        return nested.clone(new_items=data.new_items)

    return headroom_nested_handoff_filter


def compose(*filters: HandoffInputFilter) -> HandoffInputFilter:
    """One input filter of several, the first one first; each may be sync or async.

    Ours comes last: it then sees what the others left, and the views are only for the model.

    Raises:
        TypeError: One of them cannot be called.

    >>> from agents.extensions.handoff_filters import remove_all_tools
    >>> both = compose(remove_all_tools, handoff_filter(SharedContext()))

    """
    for one in filters:
        if not callable(one):
            raise TypeError(f"compose takes input filters, not {type(one).__name__}")

    async def composed_filter(data: HandoffInputData) -> HandoffInputData:
        for one in filters:
            result = one(data)
            data = await result if inspect.isawaitable(result) else result
        return data

    return composed_filter


async def _safely(
    function: Callable[[HandoffInputData, Handoff], HandoffInputData],
    data: HandoffInputData,
    handoff: Handoff,
) -> HandoffInputData:
    try:
        return await asyncio.to_thread(function, data, handoff)
    except Exception as error:
        # An exception in a filter would end the run. Not its message: it may quote a payload.
        logger.warning("a handoff goes on as it is: %s", type(error).__name__)
        return data


def _filtered(data: HandoffInputData, handoff: Handoff) -> HandoffInputData:
    history = data.input_history
    tool = RetrievalTool.name if has_tool(_next_agent(data)) else None
    views = ItemViews(replace(handoff, tool=tool), handoff.query or last_question(history))
    return data.clone(
        input_history=history if isinstance(history, str) else tuple(views.input_items(history)),
        pre_handoff_items=views.run_items(data.pre_handoff_items),
        # Not new_items: sessions and results keep the originals.
        input_items=views.run_items(
            data.new_items if data.input_items is None else data.input_items
        ),
    )


def _next_agent(data: HandoffInputData) -> object:
    for item in reversed(data.new_items):
        if isinstance(item, HandoffOutputItem):
            return item.target_agent
    return None
