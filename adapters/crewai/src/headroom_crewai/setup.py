"""What ``compressed_context`` and ``install`` were asked to do, for the hooks that do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from typing_extensions import Unpack

from headroom import Decision, Handoff, HandoffOptions, Payload, Reader, SharedContext
from headroom_crewai.attach import Attachments
from headroom_crewai.events import announcing
from headroom_crewai.flows import FlowViews
from headroom_crewai.late import Executors
from headroom_crewai.retrieve import tool_tokens
from headroom_crewai.runs import Runs

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
    attach_tool: bool | None
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
    #: Whether the tool is given also where it has a price: to typed tasks, whose schema it switches
    #: off, and at the start to those that read asynchronous ones, before their size is known.
    gives_anyway: bool = False
    #: Whether it holds for a block, rather than for the process.
    is_block: bool = False
    #: Every name in the crews that ran.
    names: set[str] = field(default_factory=set)
    #: What is held for the crews that run.
    runs: Runs = field(default_factory=Runs)
    #: What runs the agents that work.
    executors: Executors = field(default_factory=Executors)
    #: What the flows that run were shown.
    flows: FlowViews = field(default_factory=FlowViews)

    @property
    def ctx(self) -> SharedContext:
        """Where originals go."""
        return self.handoff.ctx

    @property
    def exclude(self) -> Collection[str]:
        """Names of what goes on untouched."""
        return self.handoff.exclude

    def text(self, payload: Payload, reader: Reader) -> str:
        """What a reader gets for a payload."""
        return self.decide(payload, reader).text

    def decide(self, payload: Payload, reader: Reader, room: int | None = None) -> Decision:
        """What becomes of a payload for a reader, in so many tokens."""
        (decision,) = self.handoff.decide([payload], reader, room=room)
        return decision

    def needs_tool(self, payloads: Sequence[Payload], reader: Reader) -> bool:
        """Whether a reader without the tool is to be given it, for what it will read."""
        if self.attachments is None or reader.has_tool:
            return False
        return any(decision.needs_tool for decision in self.handoff.plan(payloads, reader))

    def check_names(self) -> None:
        """Warns of names that match nothing in the crews that ran."""
        if self.names:
            self.handoff.check_names(self.names | self.flow_methods | self.crew_inputs)

    def with_tool(
        self, reader: Reader, owner: object, tools: Iterable[object] | None, agent: object
    ) -> Reader:
        """A reader whose tool is counted: with its views where it was given for them, else here.

        Args:
            reader: Who reads.
            owner: The task or agent that has the tool.
            tools: What tools it has beside it.
            agent: Whose model is told of them.

        """
        given = self.attachments
        if not reader.has_tool or (given is not None and given.is_counted(owner)):
            return reader
        cost = tool_tokens(tools, agent, self.ctx)
        if given is not None and given.gave(owner):
            return replace(reader, attached_tokens=cost)
        self.handoff.tool_sent(reader.name, cost)
        return reader

    def count_tool(self, reader: Reader) -> None:
        """Counts a tool that was given, where nothing is handed on that could bear it."""
        if reader.attached_tokens:
            self.handoff.tool_sent(reader.name, reader.attached_tokens)


def set_up(
    ctx: SharedContext,
    *,
    compress_tool_results: bool = True,
    attach_tool: bool | None = None,
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
    handoff = announcing(Handoff(ctx, **options, tool=None))
    return Setup(
        handoff,
        None if attach_tool is False else Attachments(ctx),
        compress_tool_results,
        _names("flow_methods", flow_methods),
        _names("crew_inputs", crew_inputs),
        gives_anyway=bool(attach_tool),
    )


def _names(option: str, names: Collection[str]) -> frozenset[str]:
    if isinstance(names, str):
        raise TypeError(f'{option} takes several names: {option}=["name"]')
    return frozenset(names)
