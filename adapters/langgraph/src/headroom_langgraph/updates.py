"""Views in place of payloads, inside what LangGraph passes around.

Nothing is changed in place: what holds a payload is copied with a view in it, what holds none is
handed back as it is.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar, cast

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage, ToolMessage
from langchain_core.runnables import Runnable
from langgraph.func import entrypoint
from langgraph.types import Command, Overwrite, Send
from pydantic import BaseModel

from headroom import Decision, Handoff, Payload, Reader
from headroom.forking import cached_property
from headroom_langgraph.blocking import outside_loop
from headroom_langgraph.durability import held_for_run
from headroom_langgraph.messages import DEFAULT_ROLES, is_message_like, role_of, with_views
from headroom_langgraph.namespaces import ScopedHandoff
from headroom_langgraph.state import ASKING, question_in, tools_in
from headroom_langgraph.tools import schema_tokens

__all__ = ["UpdateViews"]

logger = logging.getLogger("headroom.langgraph")

T = TypeVar("T")

# The key of the dict that LangGraph takes for an Overwrite.
_OVERWRITE = "__overwrite__"
# Where graphs keep messages, by LangGraph's own convention; a text there is what a user says.
_MESSAGES = ("messages",)
_HOLDS_TEXT = (BaseMessage, Document, dict, list, tuple)
_NO_NAMES: frozenset[str] = frozenset()


#: What gets the place of a payload for a reader.
View = Callable[[Payload, Reader], str]


def _unchanged(payload: Payload, _reader: Reader) -> str:
    return payload.text


@dataclasses.dataclass(frozen=True)
class UpdateViews:
    """Replaces the payloads of one update by views.

    Args:
        handoff: Makes the views.
        node: The node that made the update.
        query: What the views are made to answer, where the update itself asks nothing.
        keys: The keys of the state that are looked at; ``None`` for all.
        roles: Whose messages get views.
        texts_of_users: The keys in which a text without more is the message of a user.
        told: What says which tools were called: states, messages, tool calls.
        reader: Who reads what the node made, as far as that is known.
        conversation: What identifies the conversation up to here, where there is one.
        view: Says what gets the place of a payload.
        made: By the ids of what holds texts, and whether it is for a reader of originals, this and
            its copy: what goes to the state and by a ``Send`` stays one message, so that
            LangGraph gives it one id.

    """

    handoff: ScopedHandoff
    node: str
    query: str | None = None
    keys: Collection[str] | None = None
    roles: Collection[str] = DEFAULT_ROLES
    texts_of_users: Collection[str] = _MESSAGES
    told: tuple[object, ...] = ()
    reader: Reader = dataclasses.field(default_factory=Reader)
    conversation: str | None = None
    view: View = dataclasses.field(default=_unchanged)
    made: dict[tuple[int, bool], tuple[object, object]] = dataclasses.field(default_factory=dict)

    def update(self, update: T) -> T:
        """What a node returned, with views in it."""
        return cast("T", dataclasses.replace(self, made={})._update(update))

    def value(self, value: T, source: str) -> T:
        """The value of one key, with views in it."""
        return cast("T", dataclasses.replace(self, made={})._value(value, source))

    def answer(self, answer: T) -> T:
        """What a tool answered, with views in it: a message, or a ``Command``."""
        if isinstance(answer, ToolMessage):
            return self.value(answer, self.node)
        return self.update(answer)

    def safely(self, walk: Callable[[UpdateViews], T], otherwise: T) -> T:
        """What ``walk`` makes with views; never raises.

        It walks twice: to find the payloads, so that they can be decided together, and to put what
        was decided in their place.
        """
        found = _Found(self.handoff)
        try:
            unchanged = walk(dataclasses.replace(self, view=found.note))
            handoff = self.handoff.here() if found.payloads else None
            if handoff is None:
                return unchanged
            outside_loop(handoff.ctx, functools.partial(found.decide, handoff))
            return walk(dataclasses.replace(self, view=found.text))
        except Exception as error:
            return self._as_it_is(error, otherwise)

    async def asafely(self, walk: Callable[[UpdateViews], T], otherwise: T) -> T:
        """``safely``, without blocking the event loop."""
        found = _Found(self.handoff)
        try:
            unchanged = walk(dataclasses.replace(self, view=found.note))
            handoff = self.handoff.here() if found.payloads else None
            if handoff is None:
                return unchanged
            await found.adecide(handoff)
            return walk(dataclasses.replace(self, view=found.text))
        except Exception as error:
            return self._as_it_is(error, otherwise)

    def _as_it_is(self, error: Exception, otherwise: T) -> T:
        # Not the error's message: it may quote the payload.
        logger.warning("an update goes on as it is: %s", type(error).__name__)
        return otherwise

    def _for_reader_of(self, update: object) -> UpdateViews:
        """The same, with what the update itself tells of its reader."""
        asked = None if self.handoff.query is not None else question_in(update, ASKING)
        return dataclasses.replace(self, query=asked or self.query, told=(*self.told, update))

    def _update(self, update: object) -> object:
        if isinstance(update, Command):
            return self._command(update)
        if isinstance(update, Send):
            return self._send(update)
        if isinstance(update, Mapping):
            return self._for_reader_of(update)._mapping(update)
        if isinstance(update, (list, tuple)) and any(
            isinstance(one, (Command, Send)) for one in update
        ):
            return _like(update, [self._update(one) for one in update])
        if isinstance(update, entrypoint.final):
            value, save = self._update(update.value), self._update(update.save)
            if value is update.value and save is update.save:
                return update
            return dataclasses.replace(update, value=value, save=save)
        if names := _field_names(update):
            return self._for_reader_of(update)._fields(update, names)
        # The state is this one value, without keys.
        return self._value(update, self.node)

    def _command(self, command: Command[object]) -> object:
        update, goto = self._command_update(command.update), command.goto
        if isinstance(goto, Send):
            goto = self._send(goto)
        elif isinstance(goto, (list, tuple)):
            sent = [self._send(one) if isinstance(one, Send) else one for one in goto]
            goto = cast("list[Send | str]", _like(goto, sent))
        if update is command.update and goto is command.goto:
            return command
        # The nodes that it goes to, and what it resumes, stay.
        return dataclasses.replace(command, update=update, goto=goto)

    def _send(self, send: Send) -> Send:
        """What a ``Send`` carries is the state of the node that it goes to."""
        reader = dataclasses.replace(self.reader, name=send.node)
        changed = dataclasses.replace(self, reader=reader)._update(send.arg)
        if changed is send.arg:
            return send
        twin = copy.copy(send)
        twin.arg = changed
        return twin

    def _command_update(self, update: object) -> object:
        if isinstance(update, (list, tuple)) and all(
            isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) for one in update
        ):
            views = self._for_reader_of(dict(update))
            pairs = []
            for pair in update:
                value = views._keyed(pair[0], pair[1])
                pairs.append(pair if value is pair[1] else (pair[0], value))
            return _like(update, pairs)
        return self._update(update)

    def _mapping(self, update: Mapping[object, object]) -> object:
        changed = {
            key: self._keyed(key, value) if isinstance(key, str) else value
            for key, value in update.items()
        }
        return update if all(changed[key] is update[key] for key in changed) else changed

    def _fields(self, update: object, names: Collection[str]) -> object:
        """An update that is an object: its fields are the keys."""
        changed = {}
        for name in names:
            old = getattr(update, name, None)
            new = self._keyed(name, old)
            if new is not old:
                changed[name] = new
        if not changed:
            return update
        if isinstance(update, BaseModel):
            return update.model_copy(update=changed)
        if isinstance(update, tuple):
            return cast("Any", update)._replace(**changed)
        twin = copy.copy(update)
        for name, value in changed.items():
            # A frozen dataclass is frozen for its users, not for the copy in the making.
            object.__setattr__(twin, name, value)
        return twin

    def _keyed(self, key: str, value: object) -> object:
        # What the next agent is asked is no payload, unless the user says so.
        named = key not in ASKING if self.keys is None else key in self.keys
        if not named or key in self.handoff.exclude:
            return value
        return self._value(value, key)

    def _value(self, value: object, source: str) -> object:
        if isinstance(value, Overwrite):
            inner = self._value(value.value, source)
            return value if inner is value.value else dataclasses.replace(value, value=inner)
        if isinstance(value, dict) and value.keys() == {_OVERWRITE}:
            inner = self._value(value[_OVERWRITE], source)
            return value if inner is value[_OVERWRITE] else {_OVERWRITE: inner}
        return self._item(value, source)

    def _item(self, item: object, source: str, names: frozenset[str] = _NO_NAMES) -> object:
        """A value, or what it holds; ``names`` are those of the keys between the two."""
        if isinstance(item, str):
            is_of_user = source in self.texts_of_users and "user" not in self.roles
            return item if is_of_user else self._view(item, source, names)
        if not isinstance(item, _HOLDS_TEXT):
            return item
        # What stands in two places stays one; and what holds itself is not walked for ever.
        made = id(item), self.reader.is_one_of(self.handoff.full_for)
        if made not in self.made:
            self.made[made] = item, item
            self.made[made] = item, self._holding(item, source, names)
        return self.made[made][1]

    def _holding(self, item: object, source: str, names: frozenset[str]) -> object:
        # Objects, and dicts and lists of types of their own, belong to the user's code.
        if is_message_like(item) and (type(item) is not dict or role_of(item) is not None):
            return with_views(item, self.message_view, self._tool, self.roles)
        if isinstance(item, Document):
            text = self._item(item.page_content, source, names)
            changed = text is not item.page_content
            return item.model_copy(update={"page_content": text}) if changed else item
        if type(item) is dict:
            inner = {key: self._inner(key, value, source, names) for key, value in item.items()}
            return inner if any(inner[key] is not item[key] for key in item) else item
        if type(item) in (list, tuple):
            items = cast("list[object]", item)
            return _like(items, [self._item(one, source, names) for one in items])
        return item

    def _inner(self, key: object, value: object, source: str, names: frozenset[str]) -> object:
        if not isinstance(key, str):
            return self._item(value, source, names)
        return value if key in ASKING else self._item(value, source, names | {key})

    def _tool(self, call: str) -> str | None:
        return self._called.get(call)

    @cached_property
    def _called(self) -> dict[str, str]:
        return tools_in(*self.told)

    def message_view(self, text: str, source: str | None) -> str:
        """What gets the place of a text in a message, of a source or of the node itself."""
        return self._view(text, source or self.node)

    def _view(self, text: str, source: str, names: frozenset[str] = _NO_NAMES) -> str:
        payload = Payload(
            text, source, self.node, names, query=self.query, conversation=self.conversation
        )
        view = self.view(payload, self.reader)
        return text if view == text else view


class _Found:
    """The payloads of an update, by their readers, and what was decided of them."""

    def __init__(self, handoff: Handoff) -> None:
        self._handoff = handoff
        # Dicts, for each payload once, in the order in which they stand.
        self.payloads: dict[Reader, dict[Payload, str]] = {}

    def note(self, payload: Payload, reader: Reader) -> str:
        if not self._handoff.is_tiny(payload.text):
            self.payloads.setdefault(reader, {})[payload] = payload.text
        return payload.text

    def decide(self, handoff: Handoff) -> None:
        """Decides of them, and stores them."""
        with held_for_run(handoff.ctx):
            for reader, payloads in self.payloads.items():
                self._decided(handoff, reader, handoff.decide(list(payloads), reader))

    async def adecide(self, handoff: Handoff) -> None:
        """The same, without blocking the event loop."""
        with held_for_run(handoff.ctx):
            for reader, payloads in self.payloads.items():
                self._decided(handoff, reader, await handoff.adecide(list(payloads), reader))

    def _decided(self, handoff: Handoff, reader: Reader, decided: Sequence[Decision]) -> None:
        texts = self.payloads[reader]
        in_calls = any(payload.conversation is not None for payload in texts)
        texts.update(zip(list(texts), (one.text for one in decided)))
        is_theirs = reader.has_tool and reader.tool_tokens is None
        if is_theirs and any(one.needs_tool and (one.is_new or in_calls) for one in decided):
            # Where no call is seen, it is certain only that it is sent once.
            handoff.tool_sent(reader.name, schema_tokens(handoff.ctx))

    def text(self, payload: Payload, reader: Reader) -> str:
        return self.payloads.get(reader, {}).get(payload, payload.text)


def _like(old: list[object] | tuple[object, ...], new: list[object]) -> object:
    """``new`` in the type of ``old``; ``old`` itself where nothing changed."""
    if all(one is other for one, other in zip(new, old)):
        return old
    return tuple(new) if isinstance(old, tuple) else new


def _field_names(update: object) -> Collection[str]:
    """The names of the fields of an object that LangGraph takes for an update; else none."""
    if isinstance(update, (str, list, BaseMessage, Overwrite, Runnable)):
        return ()
    if isinstance(update, BaseModel):
        # Only what was set: LangGraph leaves the rest out of the update.
        return sorted(update.model_fields_set)
    return dict.fromkeys(
        name for base in reversed(type(update).__mro__) for name in inspect.get_annotations(base)
    )
