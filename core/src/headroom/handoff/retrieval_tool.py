"""The tool by which an agent reads what a view left out; each adapter gives it its own type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from headroom.context import Excerpt, SharedContext
from headroom.errors import KeyNotFound
from headroom.handoff.notices import Notices
from headroom.handoff.shown import Shown
from headroom.retrieval import select

__all__ = ["RetrievalTool"]


_PARAMETERS = ("key", "query", "place", "path", "where", "pattern")

_TOLD = ("key", "query", "place", "where")


class _Schema:
    """A schema that may be changed by who has it: each gets one of its own."""

    def __get__(self, tool: RetrievalTool | None, _: type[RetrievalTool]) -> dict[str, object]:
        return {
            "type": "object",
            "properties": {name: {"type": "string"} for name in _TOLD},
            "required": ["key"],
        }


class _Asked(TypedDict):
    query: str | None
    place: str | None
    path: str | None
    where: str | None
    pattern: str | None
    max_tokens: int


@dataclass(frozen=True)
class RetrievalTool:
    """Answers an agent's questions about originals, briefly, and never with an exception.

    Args:
        ctx: Where the originals are; no answer comes from another namespace.
        max_tokens: The most tokens that an answer has.

    >>> ctx = SharedContext()
    >>> _ = ctx.put("orders", [{"id": n, "city": "Rome" if n == 7 else "Oslo"} for n in range(9)])
    >>> tool = RetrievalTool(ctx)
    >>> print(tool("orders", place="rows 8"))
    [rows 8]
    {"id":7,"city":"Rome"}
    >>> tool("invoices")
    "Nothing is stored under 'invoices' here."

    """

    ctx: SharedContext
    max_tokens: int = 1000

    #: The name under which views mention it.
    name = "headroom_retrieve"

    #: What a model is told of it. Every call of a model carries this and the schema, so they are as
    #: short as they can be: which key to pass, and which places there are, stands in the views.
    description = (
        "Reads what a shortened text left out: its key, and query (words), place (as the text "
        'names it, "rows 3-20", "/data/0", a function\'s name) or where '
        '("status = failed or delay > 30"). Leave the rest empty.'
    )

    #: What it takes, as JSON Schema, to be sent as it is: one derived from types costs more than
    #: twice as much. ``path`` and ``pattern`` are not in it; a call may have them all the same.
    schema = _Schema()

    @property
    def function(self) -> dict[str, object]:
        """Name, description and parameters, as an API takes a function that a model may call.

        >>> import json
        >>> len(json.dumps(RetrievalTool(SharedContext()).function)) < 500
        True

        """
        return {
            "name": self.name, "description": self.description, "parameters": self.schema
        }  # fmt: skip

    @property
    def tokens(self) -> int:
        """What it costs in each call of a model, as OpenAI's API is sent it."""
        sent = {"type": "function", "function": self.function}
        return self.ctx.count_tokens(json.dumps(sent))

    def __call__(
        self,
        key: str,
        query: str | None = None,
        place: str | None = None,
        path: str | None = None,
        where: str | None = None,
        pattern: str | None = None,
    ) -> str:
        """The answer to one call: an excerpt, or a sentence that says why there is none."""
        try:
            asked = self._asked(query, place, path, where, pattern)
            return self._told(key, self.ctx.retrieve(key, **asked))
        except Exception as error:
            return self._told_why(error)

    async def answer(
        self,
        key: str,
        query: str | None = None,
        place: str | None = None,
        path: str | None = None,
        where: str | None = None,
        pattern: str | None = None,
    ) -> str:
        """The same, without blocking the event loop."""
        try:
            asked = self._asked(query, place, path, where, pattern)
            return self._told(key, await self.ctx.aretrieve(key, **asked))
        except Exception as error:
            return self._told_why(error)

    def _told(self, key: str, found: Excerpt) -> str:
        # What is looked up is sent after all.
        self.ctx.savings.add_retrieved(found.tokens)
        Shown.of(self.ctx).answered(key, found.tokens)
        return found.text or "Nothing was found. Try other words, or a place."

    def _told_why(self, error: Exception) -> str:
        if isinstance(error, KeyNotFound):
            # Of a key that a model made up as well: the two cannot be told apart.
            Notices.of(self.ctx).say(
                "key not found",
                "the retrieval tool was asked for a key that is not in the store: what is looked "
                "up later, or by another process, needs a store that lasts and a ttl to match",
            )
            return _sentence(str(error))
        if isinstance(error, (ValueError, TypeError)):
            return _sentence(f"this call cannot be answered: {error}")
        # Not the error's message: it may quote the payload.
        name = type(error).__name__
        Notices.of(self.ctx).say(f"retrieval {name}", f"a retrieval failed: {name}")
        return "The original cannot be read at the moment."

    @staticmethod
    def arguments(given: Mapping[str, object]) -> dict[str, str]:
        """What a model meant, for ``__call__`` and ``answer``: nothing that it says is an error.

        Models write one row as a number and several words as a list, leave something empty by
        ``"null"``, and make parameters up.

        >>> RetrievalTool.arguments({"key": "orders", "place": ["rows 3", "rows 5"], "limit": 10})
        {'key': 'orders', 'place': 'rows 3, rows 5'}

        """
        meant = {"key": ""}
        for name in _PARAMETERS:
            value = given.get(name)
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            if text not in ("", "None", "null"):
                meant[name] = text
        return meant

    def _asked(
        self,
        query: str | None,
        place: str | None,
        path: str | None,
        where: str | None,
        pattern: str | None,
    ) -> _Asked:
        if place and not path and " " not in place and not _is_place(place):
            # Models are told of one parameter for both.
            place, path = None, place
        # Models fill what they leave out with "" as often as with nothing.
        return {
            "query": query or None,
            "place": place or None,
            "path": path or None,
            "where": where or None,
            "pattern": pattern or None,
            "max_tokens": self.max_tokens,
        }


def _is_place(text: str) -> bool:
    """Whether it is written as a place is; else it may be a path, or the name of a function."""
    try:
        select(
            place=text, query=None, rows=None, lines=None, sentences=None, path=None, where=None,
            pattern=None, within=None,
        )  # fmt: skip
    except ValueError:
        return False
    return True


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."
