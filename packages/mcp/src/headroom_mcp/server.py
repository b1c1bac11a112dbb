"""The server: what a client can call, and what it can read."""

from __future__ import annotations

import asyncio
import functools
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ParamSpec
from urllib.parse import quote

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.server.mcpserver.resources.templates import ResourceSecurity
from mcp.types import Resource, ToolAnnotations
from pydantic import BeforeValidator, Field, WithJsonSchema

from headroom import (
    ContextEntry,
    HeadroomError,
    KeyNotFound,
    RetrievalTool,
    SharedContext,
)
from headroom_mcp._version import __version__
from headroom_mcp.pages import page_of

__all__ = ["HeadroomServer"]

_INSTRUCTIONS = (
    "Keeps large payloads. headroom_put stores one and returns a view that costs a fraction of "
    "the tokens; headroom_retrieve looks up what a view left out; headroom_search says which "
    "entries hold something about a question."
)
# In frameworks the tool is as short as it can be; a client of this server sees no view that says
# what it takes.
_SAYS = {
    "key": "The key that the shortened text names.",
    "query": "Words to look for.",
    "place": 'The part to read, as the text names it: "rows 3-20 of /data", "lines 7-9".',
    "path": 'As "/data/0", "$.data[*].name", or the name of a function, "Cache.get".',
    "where": 'Only rows with such fields: "status in (a, b) and not (delay < 30 or n = 7)".',
    "pattern": "Only rows, lines or sentences that match this regular expression.",
}
_WHOLE_MANIFEST = 10_000_000
# What is shown as nothing, though Python takes it for printable.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_Key = Annotated[str, Field(description="The name to keep it under, or that it is kept under.")]
# Plain ``str``: the SDK reads text for any other type as JSON first, and so refuses a pattern such
# as "[0]". What a model leaves out arrives as nothing, as null, or as "".
_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
_Payload = Annotated[
    str,
    BeforeValidator(lambda value: value if isinstance(value, str) else _as_json(value)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": kind, **({"items": {}} if kind == "array" else {})}
                for kind in ("string", "object", "array", "number", "boolean", "null")
            ],
            "description": "The payload: text, which is kept as it is, or a JSON value.",
        }
    ),
]
_Arguments = ParamSpec("_Arguments")
_Query = Annotated[
    _Text, Field(description="What the reader wants to know: the view is made for it.")
]
_MaxTokens = Annotated[int | None, Field(description="The most tokens of the view.", ge=1)]
_Reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_Writes = ToolAnnotations(read_only_hint=False, idempotent_hint=True, open_world_hint=False)


class HeadroomServer(MCPServer[None]):
    """Serves one context: five tools, and its entries as resources.

    Args:
        ctx: What is served; nothing outside its namespace can be reached.
        max_tokens: The most tokens of any answer.
        namespace: What the addresses of resources call the namespace of the context.

    >>> server = HeadroomServer(SharedContext())
    >>> server.name
    'headroom'

    """

    def __init__(
        self, ctx: SharedContext, *, max_tokens: int = 4000, namespace: str = "default"
    ) -> None:
        super().__init__(
            "headroom", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
        )
        self._ctx = ctx
        self._max_tokens = max_tokens
        self._uri = f"headroom://{quote(namespace, safe='')}/"
        self._retrieval = RetrievalTool(ctx, max_tokens=min(1000, max_tokens))
        for function, hints, description in (
            (self._put, _Writes, _PUT),
            (self._get, _Reads, _GET),
            (self._retrieve, _Reads, _RETRIEVE),
            (self._search, _Reads, _SEARCH),
            (self._stats, _Reads, _STATS),
        ):
            self.add_tool(
                _sendable(function),
                name=f"headroom{function.__name__}",
                description=description,
                annotations=hints,
                structured_output=False,
            )
        # Keys are names, not paths: "../a" is one like any other.
        security = ResourceSecurity(exempt_params=frozenset({"key"}))
        self.resource(
            self._uri + "{key}{?full}",
            name="entry",
            description="The view of an entry; its original with ?full=true, a long one in part.",
            mime_type="text/plain",
            security=security,
        )(_sendable(self._read))

    async def list_resources(self) -> list[Resource]:
        """The entries, the newest first."""
        keys = list(reversed(await self._ctx.akeys()))
        # A line per entry, without reading any of them.
        lines = (await self._ctx.amanifest(max_tokens=_WHOLE_MANIFEST)).split("\n")
        about = dict(zip(keys, lines)) if len(lines) == len(keys) else {}
        return [
            Resource(
                # Of a lone surrogate there is no address that leads back, yet a list.
                uri=self._uri + quote(key, safe="", errors="surrogatepass"),
                # One line, as it is shown in a list of them.
                name=key if _is_seen(key) and _is_bare(key) else _quoted(key),
                description=_encodable(_after_name(about.get(key, ""))) or None,
                mime_type="text/plain",
            )
            for key in keys
        ]

    # The tools

    async def _put(
        self,
        key: _Key,
        content: _Payload,
        agent: Annotated[_Text, Field(description="Who puts it.")] = "",
        query: _Query = "",
        max_tokens: _MaxTokens = None,
        kind: Annotated[
            _Text, Field(description="json, code, text, log, search, diff, html or table.")
        ] = "",
    ) -> str:
        try:
            entry = await self._ctx.aput(
                key,
                content,
                agent=agent or None,
                query=query or None,
                max_tokens=self._bounded(max_tokens),
                kind=kind or None,
                tool=RetrievalTool.name,
            )
        except (HeadroomError, ValueError, TypeError) as error:
            return self._within(_sentence(f"this could not be stored: {error}"))
        saved = f"{entry.original_tokens} tokens, {entry.compressed_tokens} in this view"
        head = f"[stored under {_quoted(key)}: {saved}]\n"
        answer = head + entry.compressed
        if self._ctx.count_tokens(answer) <= self._max_tokens:
            return answer
        # A shorter view than the stored one; and a very long key is not said again.
        head = f"[stored: {entry.original_tokens} tokens, shortened to this view]\n"
        # A token may differ where the two meet.
        left = self._max_tokens - self._ctx.count_tokens(head) - 2
        try:
            return self._within(head + await self._view(key, query, max(1, left)))
        except HeadroomError as error:
            return self._within(_sentence(str(error)))

    async def _get(
        self,
        key: _Key,
        full: Annotated[
            bool, Field(description="The original instead of the view; a long one in pages.")
        ] = False,
        query: _Query = "",
        max_tokens: _MaxTokens = None,
        start: Annotated[
            int,
            Field(description="The character of the original to begin at, as a page says.", ge=1),
        ] = 1,
    ) -> str:
        try:
            # Whoever says where to go on means the original.
            if not full and start == 1:
                return await self._view(key, query, max_tokens)
            return await self._original(key, max_tokens, start)
        except (HeadroomError, ValueError, TypeError) as error:
            return self._within(_sentence(str(error)))

    async def _retrieve(
        self,
        key: Annotated[str, Field(description=_SAYS["key"])],
        query: Annotated[_Text, Field(description=_SAYS["query"])] = "",
        place: Annotated[_Text, Field(description=_SAYS["place"])] = "",
        path: Annotated[_Text, Field(description=_SAYS["path"])] = "",
        where: Annotated[_Text, Field(description=_SAYS["where"])] = "",
        pattern: Annotated[_Text, Field(description=_SAYS["pattern"])] = "",
    ) -> str:
        return self._within(await self._retrieval.answer(key, query, place, path, where, pattern))

    async def _search(
        self,
        query: Annotated[str, Field(description="Words to look for in all entries.")],
        agent: Annotated[_Text, Field(description="Only what this agent put.")] = "",
        limit: Annotated[int, Field(description="The most entries.", ge=1, le=50)] = 10,
    ) -> str:
        try:
            hits = await self._ctx.asearch(query, agent=agent or None, limit=limit)
        except HeadroomError as error:
            return _sentence(str(error))
        if not hits:
            return "Nothing was found in any entry."
        lines = [
            f"{_quoted(hit.key)} ({hit.kind}, {hit.tokens} tokens), {hit.where}: {hit.line}"
            for hit in hits
        ]
        answer = "\n".join(lines)
        while lines and self._ctx.count_tokens(answer) > self._max_tokens:
            lines.pop()
            more = f"[{len(hits) - len(lines)} more entries left out: use other words]"
            answer = "\n".join([*lines, more])
        return answer

    async def _stats(self) -> str:
        try:
            stats = await self._ctx.astats()
            entries = await self._ctx.amanifest(max_tokens=self._max_tokens // 2)
        except HeadroomError as error:
            return _sentence(str(error))
        return (
            f"Entries: {stats.entries}, {stats.total_original_tokens} tokens, "
            f"{stats.total_compressed_tokens} as views ({stats.savings_percent} % saved), "
            f"{stats.total_bytes} bytes; {stats.expired} expired, {stats.evicted} evicted; "
            f"tokens by {stats.tokenizer}\n{entries}"
        )

    # Inside

    async def _read(self, key: str, full: str = "") -> str:
        """The view of an entry, as a resource; or as much of its original as an answer holds."""
        try:
            if full == "true":
                return await self._original(key, None, 1)
            return await self._view(key, "", None)
        except KeyNotFound as error:
            raise ResourceNotFoundError(_sentence(str(error))) from error
        except HeadroomError as error:
            raise ResourceError(_sentence(str(error))) from error

    async def _view(self, key: str, query: str, max_tokens: int | None) -> str:
        """A view within the bound.

        Raises:
            KeyNotFound: Nothing is there.

        """
        most = self._bounded(max_tokens)
        entry = await self._ctx.arequire(key)
        view: str | None = entry.compressed
        if query or most or (entry.omissions and not _says_how(entry)):
            # Who put it elsewhere may have had no tool, or another one.
            view = await self._made(key, query, most)
        if view is not None and self._ctx.count_tokens(view) > self._max_tokens:
            view = await self._made(key, query, self._max_tokens)
        if view is None:
            raise KeyNotFound(f"{key!r} went while it was read", key=key)
        return view

    async def _made(self, key: str, query: str, max_tokens: int | None) -> str | None:
        return await self._ctx.aget(
            key, query=query or None, max_tokens=max_tokens, tool=RetrievalTool.name
        )

    async def _original(self, key: str, max_tokens: int | None, start: int) -> str:
        """The original, or a page of a long one, which says how to go on.

        Raises:
            KeyNotFound: Nothing is there.
            ValueError: It has no such page.

        """
        most = self._bounded(max_tokens) or self._max_tokens
        original = (await self._ctx.arequire(key)).original
        count = self._ctx.count_tokens
        return await asyncio.to_thread(page_of, original, start, most, count)

    def _within(self, answer: str) -> str:
        """The answer, unless it is too long, as one that quotes a very long key."""
        if self._ctx.count_tokens(answer) <= self._max_tokens:
            return answer
        return f"The answer would have more than {self._max_tokens} tokens: ask for less."

    def _bounded(self, max_tokens: int | None) -> int | None:
        return None if max_tokens is None else min(max_tokens, self._max_tokens)


def _says_how(entry: ContextEntry) -> bool:
    """Whether a view names the tool of this server; that stands in its last line."""
    last = entry.compressed[entry.compressed.rfind("\n") + 1 :]
    # A line of the payload may look like it.
    return f"{RetrievalTool.name}(key=" in last and last not in entry.original


def _sendable(answer: Callable[_Arguments, Awaitable[str]]) -> Callable[_Arguments, Awaitable[str]]:
    """A function whose answers can be sent."""

    @functools.wraps(answer)
    async def answered(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> str:
        return _encodable(await answer(*arguments, **named))

    return answered


def _encodable(text: str) -> str:
    r"""A text as it is, but ``\ud800`` is spelt out: no UTF-8 has it, and a session would end."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _quoted(key: str) -> str:
    """A key as a JSON string that is one line, and looks like no other, whatever it has in it."""
    return json.dumps(key, ensure_ascii=not _is_seen(key))


def _is_seen(key: str) -> bool:
    """Whether a key is one line, of signs that can all be seen, and composed like all such keys."""
    is_composed = unicodedata.is_normalized("NFC", key)
    return key.isprintable() and is_composed and _UNSEEN.search(key) is None


def _is_bare(key: str) -> bool:
    """Whether a key needs no quotes to be told from others."""
    return key == key.strip() and "  " not in key and not key.startswith('"')


def _after_name(line: str) -> str:
    """What a line of the manifest says of an entry: its name is plain, or a JSON string."""
    if line.startswith('"'):
        return line[json.JSONDecoder().raw_decode(line)[1] :].strip()
    return line[line.find("(") :]


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


_PUT = (
    "Stores a large payload and returns a view of it: far fewer tokens, with markers for what it "
    "leaves out, which headroom_retrieve brings back. "
    'Example: headroom_put(key="orders", content="[{...}, ...]", query="order 4711").'
)
_GET = (
    "The view of what is kept under a key, made for a question if there is one; or the original, a "
    "long one in pages that say how to go on. "
    'Example: headroom_get(key="orders", query="refunds", max_tokens=500).'
)
_RETRIEVE = (
    "Reads what a shortened text left out, by query, or by place as the text names it. "
    'Example: headroom_retrieve(key="orders-1f2e", query="order 4711").'
)
_SEARCH = (
    "Which entries hold something about a question, the best first, with a line of each. "
    'Example: headroom_search(query="refund failed").'
)
_STATS = "How much is stored and saved, and a line about each entry. Example: headroom_stats()."
