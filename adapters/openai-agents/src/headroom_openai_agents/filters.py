"""Input filters: what the next agent's model is sent at a handoff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agents import HandoffInputData
from agents.handoffs import HandoffHistoryMapper, HandoffInputFilter, nest_handoff_history
from agents.items import HandoffOutputItem
from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, SharedContext
from headroom_openai_agents.calls import Calls
from headroom_openai_agents.items import ItemWalk
from headroom_openai_agents.names import check_names
from headroom_openai_agents.offer import Offer, names_tool
from headroom_openai_agents.once import Once
from headroom_openai_agents.questions import last_question
from headroom_openai_agents.tenants import Namespace, checked, handoff_for
from headroom_openai_agents.tools import retrieval_of
from headroom_openai_agents.views import count_tool, reader_of, with_views

__all__ = ["handoff_filter", "nested_handoff_filter"]


def handoff_filter(
    ctx: SharedContext,
    *,
    namespace: Namespace | None = None,
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
        namespace: As ``model_input_filter`` takes it.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools and of agents,
            ``full_for`` names of agents. Where there is no ``query``, it is the instructions of the
            next agent and the last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    safely = _safe_filter(ctx, namespace, **options)

    async def headroom_handoff_filter(data: HandoffInputData) -> HandoffInputData:
        return await safely(data)

    return headroom_handoff_filter


def nested_handoff_filter(
    ctx: SharedContext,
    *,
    history_mapper: HandoffHistoryMapper | None = None,
    namespace: Namespace | None = None,
    **options: Unpack[HandoffOptions],
) -> HandoffInputFilter:
    """``handoff_filter``, with the conversation nested into one message.

    For ``handoff(agent, input_filter=nested_handoff_filter(ctx))``.
    Any input filter switches ``nest_handoff_history`` of the SDK off, and the nesting takes no
    notice of what another filter did for the model alone. This one puts views into the
    conversation, lets the SDK nest it, and leaves ``result.new_items`` and sessions the originals.

    Args:
        ctx: Where the originals go.
        history_mapper: Writes the conversation instead of the SDK, as
            ``RunConfig.handoff_history_mapper`` does; it is given views.
        namespace: As ``model_input_filter`` takes it.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools and of agents,
            ``full_for`` names of agents. Where there is no ``query``, it is the instructions of the
            next agent and the last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    safely = _safe_filter(ctx, namespace, **options)

    async def headroom_nested_handoff_filter(data: HandoffInputData) -> HandoffInputData:
        seen = await safely(data)
        views = seen.clone(
            new_items=seen.new_items if seen.input_items is None else seen.input_items
        )
        # What a mapper of the user raises is for the user.
        nested = nest_handoff_history(views, history_mapper=history_mapper)
        return nested.clone(new_items=data.new_items)

    return headroom_nested_handoff_filter


def _safe_filter(
    ctx: SharedContext, namespace: Namespace | None, **options: Unpack[HandoffOptions]
) -> Callable[[HandoffInputData], Awaitable[HandoffInputData]]:
    handoff = Handoff(ctx, **options, tool=None)
    checked(namespace)
    calls = Calls.of(ctx)
    failures = Once("a handoff goes on as it is")

    async def safely(data: HandoffInputData) -> HandoffInputData:
        try:
            agent = _next_agent(data)
            check_names(
                handoff, [agent, *_agents(data)], [*data.pre_handoff_items, *data.new_items]
            )
            context = None if data.run_context is None else data.run_context.context
            return await _filtered(data, handoff_for(handoff, namespace, context), agent, calls)
        except Exception as error:
            # An exception in a filter would end the run.
            failures.warn(error)
            return data

    return safely


async def _filtered(
    data: HandoffInputData, handoff: Handoff, agent: object, calls: Calls
) -> HandoffInputData:
    def walk(items: ItemWalk) -> HandoffInputData:
        return data.clone(
            input_history=items.history(data.input_history),
            pre_handoff_items=items.run_items(data.pre_handoff_items),
            # Not new_items: sessions and results keep the originals.
            input_items=items.run_items(
                data.new_items if data.input_items is None else data.input_items
            ),
        )

    asked = None if handoff.query else last_question(data.input_history)
    run = data.run_context
    reader = reader_of(agent, handoff, run=run, context=None if run is None else run.context)
    seen = await with_views(handoff, reader, walk, query=asked, calls=calls)
    if reader.has_tool:
        count_tool(handoff, agent)
    tool = retrieval_of(agent)
    if tool is not None and isinstance(tool.is_enabled, Offer):
        tool.is_enabled.decide(run, reader.name, needed=names_tool(seen))
    return seen


def _next_agent(data: HandoffInputData) -> object:
    for item in reversed(data.new_items):
        if isinstance(item, HandoffOutputItem):
            return item.target_agent
    return None


def _agents(data: HandoffInputData) -> list[object]:
    """The agents that had a part in the conversation so far."""
    return [item.agent for item in (*data.pre_handoff_items, *data.new_items)]
