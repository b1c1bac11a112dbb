"""The server: what a client can call, and what it can read."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import quote

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.server.mcpserver.resources.templates import ResourceSecurity
from mcp.types import Resource, ToolAnnotations
from pydantic import Field

from headroom import (
    HeadroomError,
    KeyNotFound,
    RetrievalTool,
    SharedContext,
)
from headroom_mcp._version import __version__

__all__ = ["HeadroomServer"]

_INSTRUCTIONS = (
    "Keeps large payloads. headroom_put stores one and returns a view that costs a fraction of "
    "the tokens; headroom_retrieve looks up what a view left out; headroom_search says which "
    "entries hold something about a question."
)
_SAYS = RetrievalTool.parameters
_URI = "headroom://entries/"
_WHOLE_MANIFEST = 10_000_000

_Key = Annotated[str, Field(description="The name to keep it under, or that it is kept under.")]
_Query = Annotated[
    str | None, Field(description="What the reader wants to know: the view is made for it.")
]
_MaxTokens = Annotated[int | None, Field(description="The most tokens of the view.", ge=1)]
_Reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_Writes = ToolAnnotations(read_only_hint=False, idempotent_hint=True, open_world_hint=False)


class HeadroomServer(MCPServer[None]):
    """Serves one context: five tools, and its entries as resources.

    Args:
        ctx: What is served; nothing outside its namespace can be reached.
        max_tokens: The most tokens of any answer.

    >>> server = HeadroomServer(SharedContext())
    >>> server.name
    'headroom'

    """

    def __init__(self, ctx: SharedContext, *, max_tokens: int = 4000) -> None:
        super().__init__(
            "headroom", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
        )
        self._ctx = ctx
        self._max_tokens = max_tokens
        self._retrieval = RetrievalTool(ctx, max_tokens=min(1000, max_tokens))
        for function, hints, description in (
            (self._put, _Writes, _PUT),
            (self._get, _Reads, _GET),
            (self._retrieve, _Reads, RetrievalTool.description),
            (self._search, _Reads, _SEARCH),
            (self._stats, _Reads, _STATS),
        ):
            self.add_tool(
                function,
                name=f"headroom{function.__name__}",
                description=description,
                annotations=hints,
                structured_output=False,
            )
        # Keys are names, not paths: "../a" is one like any other.
        security = ResourceSecurity(exempt_params=frozenset({"key"}))
        self.resource(
            _URI + "{key}",
            name="entry",
            description="The view of an entry.",
            mime_type="text/plain",
            security=security,
        )(self._read)

    async def list_resources(self) -> list[Resource]:
        """The entries, the newest first."""
        keys = list(reversed(await self._ctx.akeys()))
        # A line per entry, without reading any of them.
        lines = (await self._ctx.amanifest(max_tokens=_WHOLE_MANIFEST)).split("\n")
        about = dict(zip(keys, lines)) if len(lines) == len(keys) else {}
        return [
            Resource(
                uri=_URI + quote(key, safe=""),
                name=key,
                description=about.get(key, key).removeprefix(key).strip() or None,
                mime_type="text/plain",
            )
            for key in keys
        ]

    # The tools

    async def _put(
        self,
        key: _Key,
        content: Annotated[str, Field(description="The payload: text, or JSON as text.")],
        agent: Annotated[str | None, Field(description="Who puts it.")] = None,
        query: _Query = None,
        max_tokens: _MaxTokens = None,
        kind: Annotated[
            str | None, Field(description="json, code, text, log, search, diff, html or table.")
        ] = None,
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
            return _sentence(f"this could not be stored: {error}")
        view = entry.compressed
        if entry.compressed_tokens > self._max_tokens:
            view = await self._view(key, query, None)
        saved = f"{entry.original_tokens} tokens, {entry.compressed_tokens} in this view"
        return f"[stored under {json.dumps(key, ensure_ascii=False)}: {saved}]\n{view}"

    async def _get(
        self,
        key: _Key,
        full: Annotated[
            bool, Field(description="The original instead of the view; a long one in parts.")
        ] = False,
        query: _Query = None,
        max_tokens: _MaxTokens = None,
    ) -> str:
        try:
            if not full:
                return await self._view(key, query, max_tokens)
            most = self._bounded(max_tokens) or self._max_tokens
            original = (await self._ctx.arequire(key)).original
            if self._ctx.count_tokens(original) <= most:
                return original
            # From the beginning, with the place that reads on.
            whole = f"lines 1-{original.count(chr(10)) + 1}"
            return (await self._ctx.aretrieve(key, place=whole, max_tokens=most)).text
        except (HeadroomError, ValueError, TypeError) as error:
            return _sentence(str(error))

    async def _retrieve(
        self,
        key: Annotated[str, Field(description=_SAYS["key"])],
        query: Annotated[str | None, Field(description=_SAYS["query"])] = None,
        place: Annotated[str | None, Field(description=_SAYS["place"])] = None,
        path: Annotated[str | None, Field(description=_SAYS["path"])] = None,
        where: Annotated[str | None, Field(description=_SAYS["where"])] = None,
        pattern: Annotated[str | None, Field(description=_SAYS["pattern"])] = None,
    ) -> str:
        return await self._retrieval.answer(key, query, place, path, where, pattern)

    async def _search(
        self,
        query: Annotated[str, Field(description="Words to look for in all entries.")],
        agent: Annotated[str | None, Field(description="Only what this agent put.")] = None,
        limit: Annotated[int, Field(description="The most entries.", ge=1, le=50)] = 10,
    ) -> str:
        try:
            hits = await self._ctx.asearch(query, agent=agent or None, limit=limit)
        except HeadroomError as error:
            return _sentence(str(error))
        if not hits:
            return "Nothing was found in any entry."
        return "\n".join(
            f"{json.dumps(hit.key, ensure_ascii=False)} ({hit.kind}, {hit.tokens} tokens), "
            f"{hit.where}: {hit.line}"
            for hit in hits
        )

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

    async def _read(self, key: str) -> str:
        """The view of an entry, as a resource."""
        try:
            return await self._view(key, None, None)
        except KeyNotFound as error:
            raise ResourceNotFoundError(_sentence(str(error))) from error
        except HeadroomError as error:
            raise ResourceError(_sentence(str(error))) from error

    async def _view(self, key: str, query: str | None, max_tokens: int | None) -> str:
        """A view within the bound.

        Raises:
            KeyNotFound: Nothing is there.

        """
        most = self._bounded(max_tokens)
        entry = await self._ctx.arequire(key)
        if not query and most is None and entry.compressed_tokens <= self._max_tokens:
            return entry.compressed
        view = await self._ctx.aget(
            key, query=query or None, max_tokens=most or self._max_tokens, tool=RetrievalTool.name
        )
        if view is None:
            raise KeyNotFound(f"{key!r} went while it was read", key=key)
        return view

    def _bounded(self, max_tokens: int | None) -> int | None:
        return None if max_tokens is None else min(max_tokens, self._max_tokens)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


_PUT = (
    "Stores a large payload and returns a view of it: far fewer tokens, with markers for what it "
    "leaves out, which headroom_retrieve brings back. "
    'Example: headroom_put(key="orders", content="[{...}, ...]", query="order 4711").'
)
_GET = (
    "The view of what is kept under a key, made for a question if there is one; or the original. "
    'Example: headroom_get(key="orders", query="refunds", max_tokens=500).'
)
_SEARCH = (
    "Which entries hold something about a question, the best first, with a line of each. "
    'Example: headroom_search(query="refund failed").'
)
_STATS = "How much is stored and saved, and a line about each entry. Example: headroom_stats()."
