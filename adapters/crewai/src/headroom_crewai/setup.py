"""What ``compressed_context`` and ``install`` were asked to do, for the hooks that do it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, SharedContext
from headroom_crewai.attach import Attachments
from headroom_crewai.retrieve import TOOL_NAME

__all__ = ["HookOptions", "Setup", "set_up"]


class HookOptions(HandoffOptions, total=False):
    """The options of ``compressed_context`` and ``install``, for functions that hand them on.

    ``compressed_context`` says what they mean.

    >>> from headroom import SharedContext
    >>> from headroom_crewai import compressed_context
    >>> options: HookOptions = {"min_tokens": 500, "compress_tool_results": True}
    >>> with compressed_context(SharedContext(), **options):
    ...     pass  # crew.kickoff()

    """

    compress_tool_results: bool
    attach_tool: bool
    flow_methods: Collection[str]
    crew_inputs: Collection[str]


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
    compress_tool_results: bool = False,
    attach_tool: bool = True,
    flow_methods: Collection[str] = (),
    crew_inputs: Collection[str] = (),
    **options: Unpack[HandoffOptions],
) -> Setup:
    """Checks the options, before the run.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    """
    # First, for it checks the context as well.
    handoff = Handoff(ctx, **options, tool=None)
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
