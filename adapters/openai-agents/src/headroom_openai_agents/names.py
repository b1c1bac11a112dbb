"""The names that there are in a run, so that a misspelt option is found out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agents import Agent, HostedMCPTool

from headroom import Handoff
from headroom_openai_agents.calls import names_of
from headroom_openai_agents.items import SOURCES

__all__ = ["check_names"]


def check_names(
    handoff: Handoff,
    agents: Iterable[object],
    items: Iterable[object],
    met: set[str] | None = None,
) -> None:
    """Warns of names in ``exclude``, ``full_for`` and ``max_tokens`` that match nothing in a run.

    Args:
        handoff: Whose options they are.
        agents: Agents that are known; those that they lead to are found.
        items: What stands in the conversation, which tells of tools that were called.
        met: Names that were met before, and are added to: the agent that a run began with may not
            be reached from the one that it is handed to.

    """
    if not handoff.exclude and not handoff.full_for and not isinstance(handoff.max_tokens, Mapping):
        return
    found = _reached(agents)
    if any(getattr(agent, "mcp_servers", None) for agent in found):
        # What their tools are called is known to nobody but them.
        return
    known = {"assistant", "tool", *SOURCES}
    for agent in found:
        known.add(agent.name)
        for tool in agent.tools:
            if isinstance(tool, HostedMCPTool):
                return
            known.update(
                name
                for field in ("name", "qualified_name")
                if isinstance(name := getattr(tool, field, None), str)
            )
        known.update(one.agent_name for one in agent.handoffs if not isinstance(one, Agent))
    for item in items:
        raw = getattr(item, "raw_item", item)
        known |= names_of(raw if isinstance(raw, dict) else vars(raw))
    if met is not None:
        met |= known
        known = met
    handoff.check_names(known)


def _reached(agents: Iterable[object]) -> list[Agent[object]]:
    """These agents and all that they can hand over to or call."""
    found: list[Agent[object]] = []
    left = list(agents)
    while left:
        agent = left.pop()
        if not isinstance(agent, Agent) or any(agent is one for one in found):
            continue
        found.append(agent)
        for one in agent.handoffs:
            # The SDK keeps no public way from a handoff to its agent.
            refers = getattr(one, "_agent_ref", None)
            left.append(one if refers is None else refers())
        left.extend(getattr(tool, "_agent_instance", None) for tool in agent.tools)
    return found
