"""The names that there are in a graph: of the node that runs, and of all others."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping

from langgraph.config import get_config

from headroom import Handoff
from headroom_langgraph.state import tools_in

__all__ = ["Everything", "agent_name", "check_names", "node_name"]

logger = logging.getLogger("headroom.langgraph")

# Where LangGraph tells a running node of its graph's channels, and how it calls the one that starts
# a node. These are no public names, so nothing but a warning depends on them.
_READ = "__pregel_read"
_STARTS = "branch:to:"
# Where LangChain says which agent runs.
_AGENT = "lc_agent_name"


class Everything(Collection[str]):
    """All names that there might be."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def node_name(otherwise: str) -> str:
    """The name under which the graph knows the node that is running."""
    found = _metadata().get("langgraph_node")
    return found if isinstance(found, str) else otherwise


def agent_name(otherwise: str) -> str:
    """The name of LangChain's agent that is running."""
    found = _metadata().get(_AGENT)
    return found if isinstance(found, str) else otherwise


def check_names(
    handoff: Handoff, own: str, states: Collection[object], tools: Collection[str] | None = ()
) -> None:
    """Warns of names in ``exclude`` and ``full_for`` that match nothing in the graph. Never raises.

    Args:
        handoff: Whose options they are.
        own: The node, or the tool, that runs.
        states: What tells of tools and keys.
        tools: Tools that may be called later; ``None`` where there are some that are not known, so
            that any name in ``exclude`` may be one.

    """
    if not handoff.exclude and not handoff.full_for:
        return
    try:
        channels = _channels()
    except Exception as error:
        logger.debug("the nodes of the graph are not known: %s", type(error).__name__)
        return
    if not channels:
        # Called by hand, outside of a graph.
        return
    nodes = {name.removeprefix(_STARTS) for name in channels}
    keys = {key for state in states if isinstance(state, Mapping) for key in state}
    known = {own, node_name(own), agent_name("agent"), *nodes, *keys, *tools_in(*states).values()}
    known |= set(handoff.exclude if tools is None else tools)
    handoff.check_names({name for name in known if isinstance(name, str)} | _agents(states))


def _agents(states: Collection[object]) -> set[str]:
    """The names that messages bear."""
    found: set[str] = set()
    for state in states:
        messages = state.get("messages") if isinstance(state, Mapping) else None
        for message in messages if isinstance(messages, list) else []:
            name = getattr(message, "name", None)
            if isinstance(name, str):
                found.add(name)
    return found


def _channels() -> set[str]:
    try:
        read = get_config().get("configurable", {}).get(_READ)
    except RuntimeError:
        return set()
    given = getattr(read, "args", ())
    return {key for one in given if isinstance(one, dict) for key in one if isinstance(key, str)}


def _metadata() -> Mapping[str, object]:
    try:
        return get_config().get("metadata") or {}
    except RuntimeError:
        # Called by hand, outside of a graph.
        return {}
