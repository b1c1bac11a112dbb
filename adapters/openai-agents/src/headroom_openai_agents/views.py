"""What a reader gets for the payloads of a conversation: found, decided, and put in place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from agents import Agent, FunctionTool, RunContextWrapper

from headroom import Handoff, Payload, Reader, SharedContext
from headroom_openai_agents.calls import Calls
from headroom_openai_agents.data import as_json
from headroom_openai_agents.items import SOURCES, Found, ItemWalk
from headroom_openai_agents.leases import held_for_run
from headroom_openai_agents.offer import Offer
from headroom_openai_agents.room import tokens_in
from headroom_openai_agents.tools import retrieval_of, retrieve_tool

__all__ = [
    "Limit",
    "count_tool",
    "count_tool_of_reader",
    "reader_of",
    "schemas_of",
    "told",
    "with_views",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Limit:
    """The most tokens that a model is sent."""

    tokens: int
    #: What it is sent beside the conversation: instructions, schemas of tools.
    beside: object

    async def room(self, others: object, ctx: SharedContext) -> int:
        """What is left for payloads beside all others in the conversation."""
        taken = await asyncio.to_thread(tokens_in, [self.beside, others], ctx)
        return self.tokens - taken


async def with_views(
    handoff: Handoff,
    reader: Reader,
    walk: Callable[[ItemWalk], T],
    *,
    query: str | None = None,
    follow: bool = False,
    calls: Calls | None = None,
    limit: Limit | None = None,
    roles: Collection[str] = ("tool", "assistant"),
) -> T:
    """What ``walk`` makes of a conversation, with views in place of payloads.

    It walks twice: to find the payloads, so that they can be decided together, and to put what was
    decided in their place.

    Args:
        handoff: Decides.
        reader: Whose model reads it.
        walk: Passes items to what it is given.
        query: As ``ItemWalk`` takes it.
        follow: As ``ItemWalk`` takes it.
        calls: What the conversation carried before.
        limit: Of all that the model is sent.
        roles: Whose words become views.

    """
    earlier = calls or Calls()
    excludes_tools = not SOURCES.union(["assistant"]).issuperset(handoff.exclude)
    found: dict[Found, Payload] = {}
    # Views that were made for an agent with the tool are none for one of its name without it.
    lacks_tool = "" if reader.can_attach else " without tool"

    def note(one: Found) -> str:
        if one.source == "assistant" and "assistant" not in roles:
            return one.text
        # What may be of a tool that is excluded is left alone as well.
        if not handoff.is_tiny(one.text) and (one.names or not excludes_tools):
            found[one] = Payload(
                one.text,
                one.source,
                agent=one.source,
                names=one.names,
                query=told(reader.query, one.query),
                conversation=one.before + lacks_tool,
                read_as=as_json,
            )
        return one.text

    unchanged = walk(ItemWalk(note, query, follow, earlier))
    if not found:
        return unchanged
    room = None
    if limit is not None:
        others = walk(
            ItemWalk(lambda one: "" if one in found else one.text, query, follow, earlier)
        )
        room = await limit.room(others, handoff.ctx)
    # What stands before the first payload is the same in every turn.
    first = next(iter(found.values()))
    with held_for_run(handoff.ctx, first.conversation):
        decided = await handoff.adecide(list(found.values()), reader, room=room)
    texts = {one: decision.text for one, decision in zip(found, decided)}
    return walk(ItemWalk(lambda one: texts.get(one, one.text), query, follow, earlier))


def reader_of(
    agent: object,
    handoff: Handoff,
    instructions: object = None,
    *,
    run: RunContextWrapper[Any] | None = None,
    context: object = None,
    must_have_tool: bool = False,
) -> Reader:
    """An agent as a reader; ``handoff.query`` goes before what it is told.

    Args:
        agent: The agent.
        handoff: Has the query.
        instructions: What it is told, if that is not its own.
        run: The run in which a handoff decides whether the agent is offered the tool.
        context: The object that the user gave the run.
        must_have_tool: Whether views leave nothing out where the agent lacks the tool.

    """
    if not isinstance(agent, Agent):
        return Reader()
    instructions = agent.instructions if instructions is None else instructions
    tool, is_open = retrieval_of(agent), False
    if tool is not None and isinstance(tool.is_enabled, Offer):
        if tool.is_enabled.answers(handoff.ctx, context, agent.name):
            is_open = tool.is_enabled.is_open(run, agent.name)
        else:
            tool = None
    lacks_tool = tool is None and must_have_tool
    attachable = retrieve_tool(handoff.ctx) if lacks_tool else tool if is_open else None
    return Reader(
        agent.name,
        query=handoff.query or (instructions if isinstance(instructions, str) else None),
        has_tool=tool is not None and not is_open,
        tool_tokens=None if attachable is None else _cost(attachable, handoff),
        can_attach=not lacks_tool,
    )


def told(instructions: str | None, asked: str | None) -> str | None:
    """All that a reader is told. What is asked comes last: the end of a long text is kept."""
    return "\n".join(filter(None, [instructions, asked])) or None


def count_tool(handoff: Handoff, agent: object) -> None:
    """Counts the schema of the retrieval tool, which a call of this agent's model carries."""
    tool = retrieval_of(agent)
    if isinstance(agent, Agent) and tool is not None:
        handoff.tool_sent(agent.name, _cost(tool, handoff))


def count_tool_of_reader(handoff: Handoff) -> None:
    """The same, where it is not known which agent reads, but that it has the tool."""
    handoff.tool_sent("", _cost(retrieve_tool(handoff.ctx), handoff))


def _cost(tool: FunctionTool, handoff: Handoff) -> int:
    return handoff.ctx.count_tokens(json.dumps(schema_of(tool)))


def schemas_of(agent: object) -> list[dict[str, Any]]:
    """The schemas of an agent's own function tools; those of MCP servers are not known."""
    tools = getattr(agent, "tools", None) or []
    return [schema_of(tool) for tool in tools if isinstance(tool, FunctionTool)]


def schema_of(tool: FunctionTool) -> dict[str, Any]:
    """The schema of a tool as the SDK sends it to the Responses API."""
    return {
        "name": tool.name,
        "parameters": tool.params_json_schema,
        "strict": tool.strict_json_schema,
        "type": "function",
        "description": tool.description,
    }
