"""Views in what a graph is invoked with: a checkpointer stores that as it is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command
from typing_extensions import Unpack

from headroom import SharedContext
from headroom_langgraph.options import (
    ReaderOptions,
    checked_names,
    handoff_of,
    roles_in,
    unknown_reader,
)
from headroom_langgraph.state import question_in
from headroom_langgraph.updates import UpdateViews

__all__ = ["InputViews", "compress_input"]

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class InputViews:
    """Puts views into the inputs of graphs; ``compress_input`` makes it."""

    _views: UpdateViews

    def __call__(self, data: T, config: RunnableConfig | None = None) -> T:
        """What to invoke the graph with: a copy with views, or ``data`` if it holds no payload.

        Args:
            data: A state, as a dict, a dataclass or a Pydantic model; messages; text; or a
                ``Command`` that resumes.
            config: What the graph is invoked with, where ``namespace`` is a function of it.

        """
        return self._for(data, config).safely(lambda views: _seen(data, views), data)

    async def acall(self, data: T, config: RunnableConfig | None = None) -> T:
        """The same, without blocking the event loop."""
        return await self._for(data, config).asafely(lambda views: _seen(data, views), data)

    def _for(self, data: object, config: RunnableConfig | None) -> UpdateViews:
        asked = question_in(data.update if isinstance(data, Command) else data)
        handoff = dataclasses.replace(self._views.handoff, config=config)
        return dataclasses.replace(self._views, handoff=handoff, query=self._views.query or asked)


def compress_input(
    ctx: SharedContext,
    keys: Collection[str] | None = None,
    **options: Unpack[ReaderOptions],
) -> InputViews:
    r"""Views in what a graph is invoked with.

    Nodes see an input only when a checkpointer has stored it already, so large inputs are replaced
    before: ``graph.invoke(shrink(inputs), config)`` with ``shrink = compress_input(ctx)``, and
    ``await shrink.acall(inputs)`` in async code. Texts and messages become views as they do in what
    a node returns. So do the texts of a ``Command(resume=...)``, and of
    ``graph.update_state(config, shrink(values))``.

    Args:
        ctx: Where the originals go.
        keys: The keys of the input that are looked at; if not given, all but those that say what
            the graph is asked: ``question``, ``query`` and ``task``.
        options: See ``ReaderOptions``; where users send whole documents, say
            ``roles=["tool", "user"]``, and say what is asked by ``query``. Where there is no
            ``query``, it is the last user message of the input, or what stands under
            ``question``, ``query``, ``task`` or ``input``.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> ctx = SharedContext()
    >>> log = "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(500))
    >>> given = compress_input(ctx)({"question": "Which requests were slow?", "log": log})
    >>> given["question"], ctx.is_view(given["log"])
    ('Which requests were slow?', True)

    """
    handoff = handoff_of(ctx, **options)
    return InputViews(
        UpdateViews(
            handoff,
            node="input",
            query=handoff.query,
            reader=unknown_reader(handoff),
            keys=checked_names("keys", keys),
            roles=roles_in(options),
        )
    )


def _seen(data: T, views: UpdateViews) -> T:
    seen: Any = views.update(data)
    if isinstance(seen, Command) and seen.resume is not None:
        seen = _resuming(seen, views)
    return cast("T", seen)


def _resuming(command: Command[Any], views: UpdateViews) -> Command[Any]:
    """What a graph is resumed with: one answer, or one for each interrupt."""
    answers = command.resume
    if isinstance(answers, Mapping):
        changed: Any = {name: views.value(one, "resume") for name, one in answers.items()}
        if all(changed[name] is one for name, one in answers.items()):
            return command
    else:
        changed = views.value(answers, "resume")
        if changed is answers:
            return command
    return dataclasses.replace(command, resume=changed)
