"""What holds at a place in the program: all that this adapter keeps between two calls.

CrewAI calls a hook, a callback or a tool with little more than a payload. What else they need holds
where they are called, and is looked up here.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, TypeVar

from crewai import Task
from crewai.hooks import InterceptionPoint, get_hooks, register_hook
from crewai.hooks.contexts import ExecutionStartContext, StepContext
from crewai.tasks.task_output import TaskOutput

from headroom import SharedContext
from headroom_crewai.owed import let_go

if TYPE_CHECKING:
    # They look things up here themselves.
    from headroom_crewai.choice import Choice
    from headroom_crewai.hook import Hooks

__all__ = [
    "Ambient",
    "acting_hooks",
    "callback_choice",
    "context_here",
    "leaving_anywhere",
    "note_request",
    "observe_tasks",
    "request_here",
    "running_task",
]

T = TypeVar("T")


class Ambient(Generic[T]):
    """A value of the whole process, and values that hold instead of it for a part of the run.

    Both are needed:

    - The value of the process: a program chooses once, at its start, and a web server or a pool
      runs crews on threads that know nothing of the thread that chose. A ``ContextVar`` would be
      empty there.
    - Values for a part of the run, in a ``ContextVar``: crews that run at once with a value each
      must not see each other's. CrewAI copies the context variables to every thread on which it
      calls back (asynchronous tasks, ``kickoff_async``, streaming), so they arrive there.

    >>> colour: Ambient[str] = Ambient("colour")
    >>> colour.set_for_process("red")
    >>> with colour.override("green"):
    ...     colour.get()
    'green'
    >>> colour.get()
    'red'

    """

    def __init__(self, name: str) -> None:
        self._for_process: T | None = None
        self._override: ContextVar[T | None] = ContextVar(f"headroom_crewai_{name}", default=None)

    def get(self) -> T | None:
        """The value that holds here, or ``None``."""
        override = self._override.get()
        # Not by its truth: a value may be empty.
        return self._for_process if override is None else override

    def set_for_process(self, value: T | None) -> T | None:
        """Sets the value of the process, on all threads, and returns the one before."""
        before, self._for_process = self._for_process, value
        return before

    @contextmanager
    def override(self, value: T) -> Iterator[None]:
        """Lets a value hold within a ``with`` statement, which may be left anywhere."""
        token = self._override.set(value)
        try:
            yield
        finally:
            # See ``leaving_anywhere``.
            with suppress(ValueError):
                self._override.reset(token)

    def override_from_here(self, value: T | None) -> None:
        """Lets a value hold for the rest of the thread or asyncio task that runs this."""
        self._override.set(value)


@contextmanager
def leaving_anywhere(scope: AbstractContextManager[object]) -> Iterator[None]:
    """Enters a scope that is made of context variables, and leaves it wherever the run is by then.

    A web server reads a generator on one thread after the other, each with a context of its own: a
    ``with`` statement in it ends in another context than it began. The values that it set are gone
    with the first one; the ``ValueError`` by which Python says so must not fail the run.
    """
    scope.__enter__()
    try:
        yield
    finally:
        with suppress(ValueError):
            scope.__exit__(None, None, None)


#: The hooks of ours that act here.
acting_hooks: Ambient[Hooks] = Ambient("hooks")
#: What ``task_callback`` works with here.
callback_choice: Ambient[Choice] = Ambient("choice")

_request: Ambient[str] = Ambient("request")
# Several: the guardrail or the callback of a task may kick off another crew.
_started_tasks: Ambient[tuple[weakref.ref[Task], ...]] = Ambient("started_tasks")


def context_here() -> SharedContext | None:
    """The context of the hooks that act here, or else that of the task callback.

    For a tool that has lost its own: CrewAI writes tools to checkpoints, and a context cannot go
    there.
    """
    hooks, choice = acting_hooks.get(), callback_choice.get()
    if hooks is not None:
        return hooks.setup.ctx
    return None if choice is None else choice.handoff.ctx


def note_request(start: ExecutionStartContext) -> None:
    """Keeps what an agent outside of a crew is told: the calls of its tools do not say it."""
    # An agent is run by a flow of CrewAI's own, which holds its messages.
    messages = getattr(getattr(start.flow, "state", None), "messages", None)
    if not isinstance(messages, list):
        return
    for message in reversed(messages):
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            _request.override_from_here(content if isinstance(content, str) else None)
            return


def request_here() -> str | None:
    """What the agent was told, by the last message of its user, that calls a tool here."""
    return _request.get()


def _note_task(step: StepContext) -> None:
    if step.kind == "task" and isinstance(step.task, Task):
        # By identity: tasks may be equal.
        others = [
            each
            for each in _started_tasks.get() or ()
            if each() is not None and each() is not step.task
        ]
        _started_tasks.override_from_here((*others, weakref.ref(step.task)))


def observe_tasks() -> None:
    """Makes sure that ``running_task`` knows the tasks that start from now on.

    A callback is told neither its task nor its crew. The hook before the task runs in the same
    context as the callback after it, on whatever thread that is, so it can leave a note.
    """
    # Twice would do no harm: two threads may find it missing at once.
    if _note_task not in get_hooks(InterceptionPoint.PRE_STEP):
        register_hook(InterceptionPoint.PRE_STEP, _note_task)
    if let_go not in get_hooks(InterceptionPoint.EXECUTION_START):
        register_hook(InterceptionPoint.EXECUTION_START, let_go)


def running_task(output: TaskOutput) -> Task | None:
    """The task that has just made ``output``; ``None`` where it is not known for certain."""
    tasks = [each() for each in reversed(_started_tasks.get() or ())]
    return next((task for task in tasks if task is not None and task.output is output), None)
