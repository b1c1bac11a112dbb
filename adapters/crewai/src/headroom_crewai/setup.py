"""What ``compressed_context`` and ``install`` were asked to do, for the hooks that do it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from headroom import ContextEntry, Fidelity, Handoff, SharedContext
from headroom_crewai.attach import Attachments
from headroom_crewai.choice import choose
from headroom_crewai.retrieve import TOOL_NAME

__all__ = ["Setup", "set_up"]


@dataclass(frozen=True)
class Setup:
    """How views are made, and which roads are covered."""

    handoff: Handoff
    #: The tools that are given for a run; ``None`` where the user gives them.
    attachments: Attachments | None
    compress_tool_results: bool
    flow_methods: frozenset[str]
    crew_inputs: frozenset[str]

    @property
    def ctx(self) -> SharedContext:
        """Where originals go."""
        return self.handoff.ctx

    @property
    def exclude(self) -> Collection[str]:
        """Names of what goes on untouched."""
        return self.handoff.exclude

    def view(
        self,
        payload: str,
        *,
        source: str,
        agent: str | None,
        query: str | None,
        reader_has_tool: bool,
    ) -> str:
        """What the reader gets. The query of the options goes before that of the reader."""
        handoff = replace(self.handoff, tool=TOOL_NAME if reader_has_tool else None)
        return handoff.view(payload, source=source, agent=agent, query=self.handoff.query or query)


def set_up(
    ctx: SharedContext,
    *,
    query: str | None,
    max_tokens: int | None,
    fidelity: Fidelity | None,
    min_tokens: int,
    exclude: Collection[str],
    on_compress: Callable[[ContextEntry], object] | None,
    compress_tool_results: bool,
    attach_tool: bool,
    flow_methods: Collection[str],
    crew_inputs: Collection[str],
) -> Setup:
    """Checks the options, before the run.

    Raises:
        TypeError: ``ctx`` is no context, or an option has the wrong type.
        ValueError: An option makes no sense.

    """
    handoff = choose(
        ctx, query=query, max_tokens=max_tokens, fidelity=fidelity, min_tokens=min_tokens,
        exclude=exclude, on_compress=on_compress,
    ).handoff  # fmt: skip
    return Setup(
        handoff,
        Attachments(ctx) if attach_tool else None,
        compress_tool_results,
        _names("flow_methods", flow_methods),
        _names("crew_inputs", crew_inputs),
    )


def _names(option: str, names: Collection[str]) -> frozenset[str]:
    if isinstance(names, str):
        raise TypeError(f'{option} takes several names: {option}=["name"]')
    return frozenset(names)
