"""Whether an agent is offered the retrieval tool: where a view that it is shown names it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from agents import HandoffInputData, RunContextWrapper

from headroom import MemoryStore, RetrievalTool, SharedContext
from headroom_openai_agents.tenants import Namespace, context_for

__all__ = ["Offer", "names_tool", "views_come_any_time"]

logger = logging.getLogger("headroom.openai_agents")

# Contexts of which views come by other roads than handoffs: on any turn, when it is too late to
# offer the tool, since the SDK asks for an agent's tools first.
_any_time: WeakSet[SharedContext] = WeakSet()

_SAID = f"{RetrievalTool.name}(key="


def views_come_any_time(ctx: SharedContext) -> None:
    """Has the tools of a context be offered always."""
    _any_time.add(ctx)


class Offer:
    """Says for each run and agent whether the tool is offered, as ``FunctionTool.is_enabled``.

    It is, but to agents that a handoff gave nothing to look up. It says too what the tool can
    answer about.
    """

    def __init__(self, ctx: SharedContext, namespace: Namespace | None = None) -> None:
        self._ctx = ctx
        self._namespace = namespace
        self._warned = False
        self._needed: WeakKeyDictionary[RunContextWrapper[Any], dict[str, bool]] = (
            WeakKeyDictionary()
        )

    def __call__(self, run: RunContextWrapper[Any], agent: Any) -> bool:
        """Whether the tool is offered."""
        return self._ctx in _any_time or self._needed.get(run, {}).get(agent.name, True)

    def answers(self, ctx: SharedContext, run_context: object, name: str) -> bool:
        """Whether the tool of this agent can look up what goes into a context; if not, it says so.

        Args:
            ctx: Where originals go in this run.
            run_context: The object that the user gave the run.
            name: The agent's.

        """
        mine = context_for(self._ctx, self._namespace, run_context)
        # Of other stores two objects may hold the same.
        apart = isinstance(mine.store, MemoryStore) and mine.store is not ctx.store
        if mine.namespace == ctx.namespace and not apart:
            return True
        if not self._warned:
            self._warned = True
            what = ("store", "context") if apart else ("namespace", "namespace=")
            logger.warning(
                "the retrieve_tool of %s answers from another %s than its views are of, "
                "and they do not name it: give both the same %s",
                name,
                *what,
            )
        return False

    def is_open(self, run: RunContextWrapper[Any] | None, name: str) -> bool:
        """Whether a handoff decides about it: not where it was needed before in this run."""
        if run is None or self._ctx in _any_time:
            return False
        return not self._needed.get(run, {}).get(name, False)

    def decide(self, run: RunContextWrapper[Any] | None, name: str, *, needed: bool) -> None:
        """Notes what a handoff showed; what was needed once stays, as do the views."""
        if run is not None:
            of_run = self._needed.setdefault(run, {})
            of_run[name] = needed or of_run.get(name, False)


def names_tool(data: HandoffInputData) -> bool:
    """Whether a view among what the next agent is sent says how to call the tool."""
    history = data.input_history
    new = data.new_items if data.input_items is None else data.input_items
    items: list[object] = [item.raw_item for item in (*data.pre_handoff_items, *new)]
    said = [history] if isinstance(history, str) else list(_texts(history))
    return any(_SAID in text for text in (*said, *_texts(items)))


def _texts(items: Iterable[object]) -> Iterator[str]:
    for item in items:
        for field in ("content", "output"):
            value = item.get(field) if isinstance(item, Mapping) else getattr(item, field, None)
            for block in value if isinstance(value, list) else [value]:
                text = block.get("text") if isinstance(block, Mapping) else block
                text = text if isinstance(text, str) else getattr(block, "text", None)
                if isinstance(text, str):
                    yield text
