"""Views for one call of a model, while the state keeps the originals."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable, RunnableLambda
from typing_extensions import Unpack

from headroom import Reader, SharedContext
from headroom.forking import cached_property
from headroom_langgraph.messages import role_of, with_views
from headroom_langgraph.names import agent_name, check_names
from headroom_langgraph.namespaces import ScopedHandoff
from headroom_langgraph.options import ReaderOptions, handoff_of, roles_in, unknown_reader
from headroom_langgraph.retrieval import names_tool
from headroom_langgraph.state import Asked, tools_in
from headroom_langgraph.updates import UpdateViews

__all__ = ["ModelInput", "compress_model_input"]


#: A message, what was asked before it, and a hash of its turn up to it.
_Place = tuple[Any, str | None, str]
_Batch = list[_Place]


@dataclasses.dataclass(frozen=True)
class ModelInput:
    """The messages of one call of a model, and who reads them.

    What becomes of a message follows from what stands before it and beside it, and from nothing
    that comes later. So a provider's cache of the prompt holds, and another process makes the same
    view, whether it shares the store or not.

    Args:
        handoff: Makes the views.
        roles: Whose messages get them.
        messages: All that the model is sent, instructions excepted.
        reader: The agent whose model it is.

    """

    handoff: ScopedHandoff
    roles: Collection[str]
    messages: Sequence[Any]
    reader: Reader

    def seen(self) -> list[Any]:
        """The messages, with views in them. Never raises."""
        seen: list[Any] = []
        for batch in self._batches:
            views = self._views(seen)
            seen += views.safely(functools.partial(self._walk, batch), _messages(batch))
        return seen

    async def aseen(self) -> list[Any]:
        """The same, without blocking the event loop."""
        seen: list[Any] = []
        for batch in self._batches:
            views = self._views(seen)
            seen += await views.asafely(functools.partial(self._walk, batch), _messages(batch))
        return seen

    def _views(self, before: list[Any]) -> UpdateViews:
        reader = self.reader
        if reader.tool_tokens is not None and names_tool(before):
            reader = dataclasses.replace(reader, has_tool=True)
        return UpdateViews(
            self.handoff, node=reader.name or "model", roles=self.roles, reader=reader
        )

    def _walk(self, batch: _Batch, views: UpdateViews) -> list[Any]:
        seen = []
        for message, query, turn in batch:
            here = dataclasses.replace(views, query=query, conversation=turn)
            seen.append(with_views(message, here.message_view, self._called.get, self.roles))
        return seen

    @cached_property
    def _called(self) -> dict[str, str]:
        return tools_in(self.messages)

    @cached_property
    def _batches(self) -> list[_Batch]:
        """What the model got at one time: an answer of a model, and what came after it."""
        # Which tools a model may call is not known, so that any name in exclude may be one.
        check_names(self.handoff, self.reader.name, ({"messages": self.messages},), None)
        batches: list[_Batch] = [[]]
        for one in self._read_turns():
            if role_of(one[0]) == "assistant":
                batches.append([])
            batches[-1].append(one)
        return batches

    def _read_turns(self) -> Iterator[_Place]:
        asked, turn = Asked(), hashlib.sha256()
        for message in self.messages:
            before, asked = asked, asked.after(message)
            if asked is not before:
                # Of its turn alone: what stands before that may be trimmed or summed up.
                turn = hashlib.sha256()
            yield message, self.handoff.query or asked.text, turn.hexdigest()
            turn.update(_said(message).encode("utf-8", "surrogatepass"))


def compress_model_input(
    ctx: SharedContext, **options: Unpack[ReaderOptions]
) -> Runnable[Any, Any]:
    r"""Views for the calls of a model alone: the state keeps the originals.

    For histories that hold originals already, and where nothing but the model is to read views. It
    is a ``pre_model_hook``, and a step before a model:

    - ``create_react_agent(model, tools, pre_model_hook=compress_model_input(ctx))``: of a state it
      makes ``{"llm_input_messages": [...]}``;
    - ``compress_model_input(ctx) | model``: of messages it makes messages.

    The agents of LangChain have ``HeadroomMiddleware`` for it. A message has the same view in every
    call, whatever is asked later.

    Args:
        ctx: Where the originals go.
        options: See ``ReaderOptions``. Where there is no ``query``, a view answers the last user
            message before it.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> from langchain_core.messages import HumanMessage, ToolMessage
    >>> log = "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(500))
    >>> said = [HumanMessage("Which was slow?"), ToolMessage(log, tool_call_id="1")]
    >>> sent = compress_model_input(SharedContext()).invoke(said)
    >>> len(sent[1].content) < len(log) / 10, said[1].content == log
    (True, True)

    """
    handoff, roles = handoff_of(ctx, **options), roles_in(options)

    def model_input(given: object) -> ModelInput:
        reader = dataclasses.replace(unknown_reader(handoff), name=agent_name("agent"))
        return ModelInput(handoff, roles, _messages_in(given), reader)

    def seen(given: object) -> object:
        return _in_place(given, model_input(given).seen())

    async def aseen(given: object) -> object:
        return _in_place(given, await model_input(given).aseen())

    return RunnableLambda(seen, aseen, name="compress_model_input")


def _messages_in(given: object) -> Sequence[Any]:
    if isinstance(given, PromptValue):
        return given.to_messages()
    if isinstance(given, (list, tuple)):
        return given
    found = given.get("messages") if isinstance(given, Mapping) else getattr(given, "messages", ())
    return found if isinstance(found, (list, tuple)) else ()


def _in_place(given: object, messages: list[Any]) -> object:
    if isinstance(given, str):
        # A model takes it for what a user says.
        return given
    if isinstance(given, (PromptValue, list, tuple)):
        return messages
    return {"llm_input_messages": messages}


def _messages(batch: _Batch) -> list[Any]:
    return [message for message, _, _ in batch]


def _said(message: object) -> str:
    """What a model is sent of a message, so that it is told from others."""
    if not isinstance(message, BaseMessage):
        return repr(message)
    calls = message.tool_calls if isinstance(message, AIMessage) else ()
    return f"{message.type}\n{message.name}\n{message.content}\n{calls}\n"
