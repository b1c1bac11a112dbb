"""The hook road: what agents are given is compressed, what the crew made stays original."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from crewai import Crew
from crewai.hooks import InterceptionPoint, register_hook, unregister_hook
from crewai.hooks.contexts import (
    ExecutionEndContext,
    ExecutionStartContext,
    StepContext,
)
from crewai.hooks.dispatch import get_scoped_hooks, scoped_hooks
from crewai.hooks.llm_hooks import LLMCallHookContext
from typing_extensions import Unpack

from headroom import SharedContext
from headroom.forking import lock
from headroom_crewai.ambient import acting_hooks, leaving_anywhere, note_request
from headroom_crewai.calls import result_of, shorten_delegated_context
from headroom_crewai.contexts import context_of, give_tools_at_start, give_tools_to_readers
from headroom_crewai.flows import arguments_of, is_own, result_of_method
from headroom_crewai.inputs import inputs_of
from headroom_crewai.readers import names_in
from headroom_crewai.setup import HookOptions, Setup, set_up

__all__ = ["Hooks", "compressed_context", "install", "uninstall"]

logger = logging.getLogger("headroom.crewai")


class Hooks:
    """What is done at each of CrewAI's interception points. No error of ours gets out."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.at: dict[InterceptionPoint, Callable[..., object]] = {
            InterceptionPoint.EXECUTION_START: self._guarded(_at_start),
            InterceptionPoint.INPUT: self._guarded(inputs_of),
            InterceptionPoint.PRE_STEP: self._guarded(_before_step),
            InterceptionPoint.POST_STEP: self._guarded(_after_step),
            InterceptionPoint.PRE_MODEL_CALL: self._guarded(_before_model),
            InterceptionPoint.PRE_TOOL_CALL: self._guarded(shorten_delegated_context),
            InterceptionPoint.POST_TOOL_CALL: self._guarded(result_of),
            InterceptionPoint.EXECUTION_END: self._guarded(_at_end),
        }

    def _guarded(self, act: Callable[..., object]) -> Callable[..., object]:
        def hook(context: object) -> object:
            # Of several hooks of ours that a crew meets, the innermost acts alone: one after the
            # other would compress views.
            acting = acting_hooks.get()
            if acting is not None and acting is not self:
                return None
            try:
                return act(context, self.setup)
            except Exception as error:
                # Not the error's message: it may quote the payload.
                logger.warning("a payload is handed on as it is: %s", type(error).__name__)
                return None

        return hook

    def end(self) -> None:
        if self.setup.attachments is not None:
            self.setup.attachments.take_back()
        self.setup.runs.end_all()
        self.setup.flows.end_all()
        self.setup.check_names()


def _at_start(start: ExecutionStartContext, setup: Setup) -> None:
    if isinstance(start.crew, Crew):
        setup.runs.begin(start.crew, setup.ctx)
        setup.names.update(names_in(start.crew))
        give_tools_at_start(start.crew, setup)
    else:
        note_request(start)
        if is_own(start.flow):
            setup.runs.begin(start.flow, setup.ctx)


def _before_step(step: StepContext, setup: Setup) -> object:
    return context_of(step, setup) if step.kind == "task" else arguments_of(step, setup)


def _after_step(step: StepContext, setup: Setup) -> object:
    if step.kind == "task":
        give_tools_to_readers(step, setup)
        return None
    return result_of_method(step, setup)


def _before_model(call: LLMCallHookContext, setup: Setup) -> None:
    setup.executors.note(call)


def _at_end(end: ExecutionEndContext, setup: Setup) -> None:
    if not isinstance(end.crew, Crew):
        setup.flows.end(end.flow)
        if is_own(end.flow):
            setup.runs.end(end.flow)
        return
    if setup.attachments is not None:
        setup.attachments.take_back(end.crew)
    setup.runs.end(end.crew)
    if not setup.is_block:
        # A block says it at its end: another crew in it may have the name.
        setup.check_names()


# Two installations at once would leave the hooks of both.
_installing = lock()


@contextmanager
def compressed_context(
    ctx: SharedContext,
    **options: Unpack[HookOptions],
) -> Iterator[SharedContext]:
    """Compresses what agents hand each other, for the crews that are kicked off in a block.

    The output of each earlier task is compressed by itself, for the task that reads it; so are the
    context and the answer of a delegation. The next model sees the views; ``tasks_output``, the
    final output, output files and conditions keep the originals. It holds for the thread or asyncio
    task that enters the block, and for the threads that CrewAI starts from it; crews elsewhere are
    not touched.

    Args:
        ctx: Where originals go.
        options: By name, all of them optional:

            - ``query``: What the next agent wants to know; otherwise all that it is told: its role
              and goal, the expected output and the description of its task.
            - ``max_tokens``: The most tokens of each view.
            - ``fidelity``: How much a view may leave out, instead of the context's.
            - ``min_tokens``: Payloads with fewer tokens, 200 if not given, stay as they are.
            - ``exclude``: Names of tasks and tools, or roles of agents, whose outputs stay as they
              are.
            - ``full_for``: Names of tasks, or roles of agents, that get originals.
            - ``on_handoff``: Called with each ``Decision``: what became of a payload, and why.
            - ``savings``: Adds up what these crews save, beside the context's own sum.
            - ``on_compress``: Called with the entry of each payload that was replaced.
            - ``compress_tool_results``: Whether the results of tools become views as well, for the
              agent that calls them; they do if not given. Never those of tools with
              ``result_as_answer``: they are the task's output.
            - ``attach_tool``: Whether tasks get the retrieval tool, for the time of the run, where
              views leave out more than it costs. If not given, they do, but for typed ones whose
              agent has no tools: the first one would have CrewAI switch off the schema that the
              provider enforces; and for those that read asynchronous ones, which would have it
              before it is known whether it pays. With ``True`` these as well. Where a task lacks
              it, its views leave nothing out. With ``False`` nobody gets it, and views may leave
              something out.
            - ``flow_methods``: Names of methods of a ``Flow`` whose arguments arrive as views:
              texts, the ``raw`` of outputs, and texts in lists and dicts. What methods return, and
              keep in the flow's state, is original.
            - ``crew_inputs``: Names of inputs of a kickoff that are put into the tasks as views.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> with compressed_context(SharedContext(ttl=1800)) as ctx:
    ...     pass  # result = crew.kickoff()

    """
    ours = Hooks(replace(set_up(ctx, **options), is_block=True))
    # A new scope hides the one around it, so it takes that one's hooks over.
    hooks = {point: get_scoped_hooks(point) for point in InterceptionPoint}
    for point, hook in ours.at.items():
        hooks[point].append(hook)
    try:
        with acting_hooks.override(ours), leaving_anywhere(scoped_hooks(hooks)):
            yield ctx
    finally:
        ours.end()


def install(
    ctx: SharedContext,
    **options: Unpack[HookOptions],
) -> None:
    """Compresses what tasks are given, for all crews of this process, on all threads.

    A second call takes the place of the first; a ``compressed_context`` block goes before it. The
    options are those of ``compressed_context``.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> install(SharedContext(ttl=1800))
    >>> uninstall()

    """
    _install(Hooks(set_up(ctx, **options)))


def uninstall() -> None:
    """Takes ``install`` back; without one it does nothing."""
    _install(None)


def _install(ours: Hooks | None) -> None:
    with _installing:
        before = acting_hooks.set_for_process(ours)
        if before is not None:
            for point, hook in before.at.items():
                unregister_hook(point, hook)
            before.end()
        if ours is not None:
            for point, hook in ours.at.items():
                register_hook(point, hook)
