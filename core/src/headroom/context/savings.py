"""What handoffs saved: tokens that were really not sent, by reader, net of what they cost."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from headroom.arguments import brief
from headroom.forking import lock

__all__ = ["HandoffStats", "Prices", "ReaderStats", "Savings"]

_MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """What a million input tokens of a model cost.

    Raises:
        ValueError: A price is negative or no number.

    """

    input: float
    #: The price of tokens that the provider has in its cache, since an earlier call had them in the
    #: same place; ``None`` where they cost as much as others.
    cached: float | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        given = (self.input,) if self.cached is None else (self.input, self.cached)
        for price in given:
            if not isinstance(price, (int, float)) or not 0 <= price <= sys.float_info.max:
                raise ValueError(
                    f"a price is for a million tokens, such as 2.5, not {brief(price)}"
                )

    def of(self, tokens: int, cached: int) -> float:
        """What tokens cost, some of which are cached.

        >>> Prices(2.5, cached=0.5).of(3_000_000, cached=1_000_000)
        5.5
        """
        price = self.input if self.cached is None else self.cached
        return ((tokens - cached) * self.input + cached * price) / _MILLION


@dataclass(frozen=True)
class ReaderStats:
    """What one reader was sent, and what not."""

    #: Payloads that it got as views; one that was sent again counts again.
    views: int = 0
    #: Payloads that it got whole.
    kept: int = 0
    #: Tokens of payloads that it was not sent, since it was sent their views.
    not_sent: int = 0
    #: Tokens of the retrieval tool's schema that it was sent.
    tool_tokens: int = 0
    #: Of ``not_sent`` and of ``tool_tokens``, those of later calls of the same conversation: a
    #: provider may have them in its cache.
    not_sent_again: int = 0
    tool_tokens_again: int = 0

    @property
    def saved(self) -> int:
        """Tokens saved, net of the tool; negative where the tool cost more."""
        return self.not_sent - self.tool_tokens


@dataclass(frozen=True)
class HandoffStats:
    """What handoffs saved, in tokens that models were not sent.

    One payload that three readers got as a view counts three times; the schema of the retrieval
    tool, and what it answered, count against. Where a framework does not say how often a model is
    called, one call is counted, so that this is never more than was saved.

    >>> stats = HandoffStats({"writer": ReaderStats(views=2, not_sent=5000, tool_tokens=160)}, 400)
    >>> stats.saved
    4440
    >>> print(stats)
    4,440 tokens not sent to 1 reader, net of 160 for the tool and 400 for its answers
    """

    readers: Mapping[str, ReaderStats] = field(default_factory=dict)
    #: Tokens of what the retrieval tool answered.
    retrieved: int = 0
    #: How often something of ours failed and the payload went on as it was.
    failures: int = 0
    #: Of ``retrieved``, the tokens of answers that were sent in later calls as well.
    retrieved_again: int = 0

    def worth(self, prices: Prices) -> float:
        """What the tokens saved would have cost, net; an estimate.

        Whether a provider had a token in its cache is not known: what a conversation had in an
        earlier call is taken for cached, and all else for not.

        Args:
            prices: Of the model that the readers call.

        >>> stats = HandoffStats({"writer": ReaderStats(not_sent=1_000_000)})
        >>> stats.worth(Prices(2.5))
        2.5

        """
        again = sum(
            reader.not_sent_again - reader.tool_tokens_again for reader in self.readers.values()
        )
        return prices.of(self.saved, again - self.retrieved_again)

    @property
    def not_sent(self) -> int:
        """Tokens of payloads that readers were not sent, before costs."""
        return sum(reader.not_sent for reader in self.readers.values())

    @property
    def tool_tokens(self) -> int:
        """Tokens of the retrieval tool's schema."""
        return sum(reader.tool_tokens for reader in self.readers.values())

    @property
    def saved(self) -> int:
        """Tokens saved, net of the tool and its answers; negative where these cost more."""
        return self.not_sent - self.tool_tokens - self.retrieved

    def __str__(self) -> str:
        count = len(self.readers)
        return (
            f"{self.saved:,} tokens not sent to {count} reader{'' if count == 1 else 's'}, net of "
            f"{self.tool_tokens:,} for the tool and {self.retrieved:,} for its answers"
        )


class Savings:
    """Adds up what handoffs save: for a context, or for one run that it is made for.

    >>> run = Savings()
    >>> run.add("writer", views=1, not_sent=900)
    >>> run.stats().readers["writer"].saved
    900

    """

    def __init__(self) -> None:
        self._lock = lock()
        self._readers: dict[str, ReaderStats] = {}
        self._retrieved = self._retrieved_again = 0
        self._failures = 0

    def add(
        self,
        reader: str,
        *,
        views: int = 0,
        kept: int = 0,
        not_sent: int = 0,
        tool_tokens: int = 0,
        not_sent_again: int = 0,
        tool_tokens_again: int = 0,
    ) -> None:
        """Adds what a reader was sent, or not; see ``ReaderStats``."""
        with self._lock:
            one = self._readers.get(reader, ReaderStats())
            self._readers[reader] = ReaderStats(
                views=one.views + views,
                kept=one.kept + kept,
                not_sent=one.not_sent + not_sent,
                tool_tokens=one.tool_tokens + tool_tokens,
                not_sent_again=one.not_sent_again + not_sent_again,
                tool_tokens_again=one.tool_tokens_again + tool_tokens_again,
            )

    def add_retrieved(self, tokens: int, *, again: bool = False) -> None:
        """Adds an answer of the retrieval tool, or that it was sent once more."""
        with self._lock:
            self._retrieved += tokens
            self._retrieved_again += tokens if again else 0

    def add_failure(self) -> None:
        """Adds a payload that went on as it was, since something failed."""
        with self._lock:
            self._failures += 1

    def stats(self) -> HandoffStats:
        """What has been added up to now."""
        with self._lock:
            return HandoffStats(
                dict(self._readers), self._retrieved, self._failures, self._retrieved_again
            )
