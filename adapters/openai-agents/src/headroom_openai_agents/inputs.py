"""What models are sent on every turn, and what a run reads from its session."""

from __future__ import annotations

from collections.abc import Callable
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
from headroom_openai_agents.views import count_tool, count_tool_of_reader, reader_of, with_views

__all__ = ["model_input_filter", "session_input_callback"]


def model_input_filter(
    ctx: SharedContext,
    **options: Unpack[HandoffOptions],
) -> Callable[[CallModelData[Any]], Any]:
    """A filter of everything that models are sent: on every turn, before and after handoffs.

    For ``RunConfig(call_model_input_filter=model_input_filter(ctx))``. It touches nothing but what
    the model is sent: ``result.new_items``, ``result.to_input_list()``, sessions and tools keep
    the originals, with handoffs, nested history and conversations that the server manages. A
    payload has the same view on every turn, so that the provider's prompt cache holds.

    Args:
        ctx: Where the originals go.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools, and
            ``"assistant"`` for what agents say; ``full_for`` takes names of agents. Where there is
            no ``query``, it is the agent's instructions and the user message before each payload.
            ``on_compress`` is called on every turn.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)
    views_come_any_time(ctx)
    met: set[str] = set()
    calls = Calls.of(ctx)
    failures = Once("a model is sent the originals")

    async def seen(data: CallModelData[Any]) -> list[TResponseInputItem]:
        items = data.model_data.input
        check_names(handoff, [data.agent], items, met)
        now = last_question(items)
        before = calls.asked(data.agent.name, now)
        views = await with_views(
            handoff,
            reader_of(data.agent, handoff, data.model_data.instructions),
            lambda walk: walk.input_items(items),
            query=before if now is None and not handoff.query else None,
            follow=handoff.query is None,
            calls=calls,
        )
        count_tool(handoff, data.agent)
        for answer in answers_sent_again(items):
            handoff.answer_sent_again(ctx.count_tokens(answer))
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
    **options: Unpack[HandoffOptions],
) -> Callable[[list[TResponseInputItem], list[TResponseInputItem]], Any]:
    """A callback for sessions: a run reads views of what earlier runs left in its session.

    For ``RunConfig(session_input_callback=session_input_callback(ctx))``. The session keeps the
    originals. What this run adds goes on as it is; ``model_input_filter`` sees to that as well.

    Args:
        ctx: Where the originals go.
        mention_tool: Whether views name the retrieval tool. The callback is not told which agent
            reads: say so where it has ``retrieve_tool(ctx)``.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools, and
            ``"assistant"`` for what agents said; ``full_for`` finds no reader here. Where there is
            no ``query``, it is what the user asks in this run.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)
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
