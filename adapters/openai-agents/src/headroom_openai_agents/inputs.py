"""What models are sent on every turn, and what a run reads from its session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any, cast

from agents import TResponseInputItem
from agents.run import CallModelData, ModelInputData
from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, Reader, SharedContext
from headroom_openai_agents.answers import answers_sent_again
from headroom_openai_agents.calls import Calls
from headroom_openai_agents.names import check_names
from headroom_openai_agents.offer import views_come_any_time
from headroom_openai_agents.once import Once
from headroom_openai_agents.questions import last_question
from headroom_openai_agents.roles import DEFAULT_ROLES, checked_roles
from headroom_openai_agents.room import check_tokens
from headroom_openai_agents.tenants import Namespace, checked, handoff_for
from headroom_openai_agents.views import (
    Limit,
    count_tool,
    count_tool_of_reader,
    reader_of,
    schemas_of,
    with_views,
)

__all__ = ["ModelFilter", "input_filter", "model_input_filter", "session_input_callback"]

#: A ``call_model_input_filter`` of the SDK.
ModelFilter = Callable[[CallModelData[Any]], Awaitable[ModelInputData]]


def model_input_filter(
    ctx: SharedContext,
    *,
    namespace: Namespace | None = None,
    max_input_tokens: int | None = None,
    roles: Collection[str] = DEFAULT_ROLES,
    **options: Unpack[HandoffOptions],
) -> ModelFilter:
    """A filter of everything that models are sent: on every turn, before and after handoffs.

    For ``RunConfig(call_model_input_filter=model_input_filter(ctx))``. It touches nothing but what
    the model is sent: ``result.new_items``, ``result.to_input_list()``, sessions and tools keep
    the originals, with handoffs, nested history and conversations that the server manages. A
    payload has the same view on every turn, so that the provider's prompt cache holds.

    Args:
        ctx: Where the originals go.
        namespace: Says from the run's context object in which namespace of the store they go, as in
            ``namespace=lambda context: context.tenant``.
        max_input_tokens: The most tokens that a model is sent, with its instructions and the tools
            of its agent: views are tightened to fit, the oldest first. Of a conversation that the
            server manages, what is new counts.
        roles: Whose words become views: what a ``"tool"`` answered, and with ``"assistant"`` what
            agents said as well, the reader itself included.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools;
            ``full_for`` takes names of agents. Where there is
            no ``query``, it is the agent's instructions and the user message before each payload.
            ``on_compress`` is called on every turn.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    return input_filter(ctx, namespace, max_input_tokens, roles, must_have_tool=False, **options)


def input_filter(
    ctx: SharedContext,
    namespace: Namespace | None,
    max_input_tokens: int | None,
    roles: Collection[str],
    *,
    must_have_tool: bool,
    **options: Unpack[HandoffOptions],
) -> ModelFilter:
    """``model_input_filter``.

    Args:
        ctx: As there.
        namespace: As there.
        max_input_tokens: As there.
        roles: As there.
        must_have_tool: Whether views leave nothing out for agents without ``retrieve_tool(ctx)``.
        options: As there.

    """
    handoff = Handoff(ctx, **options, tool=None)
    checked(namespace)
    whose = checked_roles(roles)
    if max_input_tokens is not None:
        check_tokens("max_input_tokens", max_input_tokens)
    views_come_any_time(ctx)
    met: set[str] = set()
    calls = Calls.of(ctx)
    failures = Once("a model is sent the originals")

    async def seen(data: CallModelData[Any]) -> list[TResponseInputItem]:
        items, instructions = data.model_data.input, data.model_data.instructions
        check_names(handoff, [data.agent], items, met)
        mine = handoff_for(handoff, namespace, data.context)
        now = last_question(items)
        before = calls.asked(data.agent.name, now)
        limit = None
        if max_input_tokens is not None:
            limit = Limit(max_input_tokens, [instructions, schemas_of(data.agent)])
        views = await with_views(
            mine,
            reader_of(
                data.agent,
                mine,
                instructions,
                context=data.context,
                must_have_tool=must_have_tool,
            ),
            lambda walk: walk.input_items(items),
            query=before if now is None and not handoff.query else None,
            follow=handoff.query is None,
            calls=calls,
            limit=limit,
            roles=whose,
        )
        count_tool(mine, data.agent)
        for answer in answers_sent_again(items):
            mine.answer_sent_again(mine.ctx.count_tokens(answer))
        return views

    async def headroom_model_input_filter(data: CallModelData[Any]) -> ModelInputData:
        try:
            return replace(data.model_data, input=await seen(data))
        except Exception as error:
            # An exception here would end the run.
            failures.warn(error)
            return data.model_data

    return headroom_model_input_filter


def session_input_callback(
    ctx: SharedContext,
    *,
    mention_tool: bool = False,
    roles: Collection[str] = DEFAULT_ROLES,
    **options: Unpack[HandoffOptions],
) -> Callable[[list[TResponseInputItem], list[TResponseInputItem]], Any]:
    """A callback for sessions: a run reads views of what earlier runs left in its session.

    For ``RunConfig(session_input_callback=session_input_callback(ctx))``. The session keeps the
    originals. What this run adds goes on as it is; ``model_input_filter`` sees to that as well.

    Args:
        ctx: Where the originals go.
        mention_tool: Whether views name the retrieval tool. The callback is not told which agent
            reads: say so where it has ``retrieve_tool(ctx)``.
        roles: As ``model_input_filter`` takes them.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools;
            ``full_for`` finds no reader here. Where there is
            no ``query``, it is what the user asks in this run.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)
    whose = checked_roles(roles)
    views_come_any_time(ctx)
    failures = Once("a session is read as it is")

    async def headroom_session_input_callback(
        history: list[TResponseInputItem], new: list[TResponseInputItem]
    ) -> list[TResponseInputItem]:
        try:
            changed = await with_views(
                handoff,
                Reader(query=handoff.query, has_tool=mention_tool),
                lambda walk: walk.input_items(history),
                query=None if handoff.query else last_question(new) or last_question(history),
                roles=whose,
            )
            if mention_tool:
                # In every call of the run: that there is one is certain.
                count_tool_of_reader(handoff)
        except Exception as error:
            failures.warn(error)
            return [*history, *new]
        for item, other in zip(history, changed):
            if item is not other:
                # These are copies that the SDK made for us. It takes an item that it has not seen
                # for a new one, and would write it to the session.
                cast("dict[str, object]", item).update(cast("dict[str, object]", other))
        return [*history, *new]

    return headroom_session_input_callback
