"""The tool by which an agent reads what a view left out; each adapter gives it its own type."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from headroom.context import SharedContext
from headroom.errors import KeyNotFound

__all__ = ["RetrievalTool"]

logger = logging.getLogger("headroom.handoff")


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
    "Nothing was ever put under 'invoices'."

    """

    ctx: SharedContext
    max_tokens: int = 1000

    #: The name under which views mention it.
    name = "headroom_retrieve"

    #: What a model is told of it.
    description = (
        "Reads what a shortened text left out. Pass the key that the text names, and either "
        "query (words to look for) or place (as the text names it). "
        'Example: headroom_retrieve(key="orders-1f2e", query="order 4711"), '
        'or headroom_retrieve(key="orders-1f2e", place="rows 3-20").'
    )

    #: What a model is told of each parameter. All but ``key`` are optional text.
    parameters = {  # noqa: RUF012 - a constant, shared on purpose
        "key": "The key that the shortened text names.",
        "query": "Words to look for; the parts that fit best come back.",
        "place": 'The part to read, as the text names it: "rows 3-20 of /data", "lines 7-9".',
        "path": 'A JSON pointer or JSONPath, as "/data/0" or "$.data[*].name"; in code the name '
        'of a function or class, as "Cache.get".',
        "where": 'Only rows whose fields compare so, as "status = failed and delay > 30".',
        "pattern": "Only rows, lines or sentences that match this regular expression.",
    }

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
            # Models fill what they leave out with "" as often as with nothing.
            found = self.ctx.retrieve(
                key,
                query=query or None,
                place=place or None,
                path=path or None,
                where=where or None,
                pattern=pattern or None,
                max_tokens=self.max_tokens,
            )
        except KeyNotFound as error:
            return _sentence(str(error))
        except (ValueError, TypeError) as error:
            return _sentence(f"this call cannot be answered: {error}")
        except Exception as error:
            # Not the error's message: it may quote the payload.
            logger.warning("a retrieval failed: %s", type(error).__name__)
            return "The original cannot be read at the moment."
        return found.text or "Nothing was found. Try other words, or a place."

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
        return await asyncio.to_thread(self, key, query, place, path, where, pattern)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."
