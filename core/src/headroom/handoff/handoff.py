"""What every adapter does with a payload on its way to the next agent, in one place."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from headroom.context import ContextEntry, SharedContext
from headroom.pipeline.pipeline import check_options
from headroom.view import Fidelity

__all__ = ["Handoff"]

logger = logging.getLogger("headroom.handoff")

# What a key may hold beside letters and digits; anything else becomes a hyphen.
_NOT_IN_A_KEY = re.compile(r"[^\w./:#-]+")

# The most bytes that a character has in UTF-8.
_BYTES = 4

# Hex digits of a payload's hash in its key: two payloads of one source that share them are one in
# 2**48.
_HASH_CHARS = 12

# Characters at each end of a long message that serve as a query: what is asked stands there.
_QUERY_ENDS = 1000


@dataclass(frozen=True)
class Handoff:
    """How payloads are handed on: stored, and replaced by a view where that is worth it.

    It never fails the run: whatever goes wrong is logged, and the payload goes on as it is.

    Args:
        ctx: Where originals go.
        tool: The name of the retrieval tool that the reader has, if it has one.

    All others are ``HandoffOptions``, which says what they mean. A call of ``view`` may say better
    than ``query`` what its reader wants to know.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> handoff = Handoff(SharedContext(), min_tokens=100)
    >>> rows = str([{"id": n, "status": "ok"} for n in range(99)]).replace("'", '"')
    >>> handoff.view("short", source="searcher")
    'short'
    >>> len(handoff.view(rows, source="searcher")) < len(rows)
    True

    """

    ctx: SharedContext
    query: str | None = None
    max_tokens: int | None = None
    fidelity: Fidelity | None = None
    min_tokens: int = 200
    exclude: Collection[str] = ()
    on_compress: Callable[[ContextEntry], object] | None = None
    tool: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.ctx, SharedContext):
            raise TypeError(f"ctx must be a SharedContext, not {type(self.ctx).__name__}")
        check_options(self.query, self.max_tokens, self.fidelity or "balanced")
        if isinstance(self.min_tokens, bool) or not isinstance(self.min_tokens, int):
            raise TypeError(
                f"min_tokens must be a whole number, not {type(self.min_tokens).__name__}"
            )
        if self.min_tokens < 0:
            raise ValueError(f"min_tokens must be 0 or more, not {self.min_tokens}")
        if isinstance(self.exclude, str) or not isinstance(self.exclude, Collection):
            raise TypeError('exclude takes several names: exclude=["name"]')
        # As they are now: the caller's list may change.
        object.__setattr__(self, "exclude", frozenset(self.exclude))
        if self.on_compress is not None and not callable(self.on_compress):
            raise TypeError(f"on_compress must be callable, not {type(self.on_compress).__name__}")

    def view(
        self,
        payload: str,
        *,
        source: str,
        agent: str | None = None,
        query: str | None = None,
    ) -> str:
        """What the next agent gets: a view, or the payload itself. Never raises.

        Args:
            payload: Text that one agent hands to another.
            source: The task, node or tool that it comes from; the key begins with it.
            agent: Who made it.
            query: What this reader wants to know, instead of the handoff's query.

        """
        try:
            if source in self.exclude or not self.is_large(payload):
                return payload
            entry = self.ctx.put(
                # The key follows the content: the same payload of the same source has one key,
                # however often a node runs again, and another payload never takes its place.
                f"{_NOT_IN_A_KEY.sub('-', source).strip('-') or 'payload'}-{_short_hash(payload)}",
                payload,
                agent=agent,
                query=_as_query(query or self.query),
                max_tokens=self.max_tokens,
                fidelity=self.fidelity,
                tool=self.tool,
            )
        except Exception as error:
            # Not the error's message: it may quote the payload.
            logger.warning("a payload is handed on as it is: %s", type(error).__name__)
            return payload
        if not entry.transforms:
            return payload
        if self.on_compress is not None:
            try:
                self.on_compress(entry)
            except Exception:
                logger.warning("on_compress failed", exc_info=True)
        return entry.compressed

    async def aview(
        self,
        payload: str,
        *,
        source: str,
        agent: str | None = None,
        query: str | None = None,
    ) -> str:
        """``view``, without blocking the event loop."""
        return await asyncio.to_thread(self.view, payload, source=source, agent=agent, query=query)

    def is_large(self, payload: str) -> bool:
        """Whether a payload has the tokens to be worth a view, and is none already."""
        # A token has at least a byte, so counting is needless where there are too few bytes.
        if _BYTES * len(payload) < self.min_tokens or self.ctx.is_view(payload):
            return False
        return self.ctx.count_tokens(payload) >= self.min_tokens


def _as_query(text: str | None) -> str | None:
    """A question short enough to be one: users paste whole documents into theirs."""
    if text is None or len(text) <= 2 * _QUERY_ENDS:
        return text
    return f"{text[:_QUERY_ENDS]} {text[-_QUERY_ENDS:]}"


def _short_hash(payload: str) -> str:
    return hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
