"""What a context hands out: entries, excerpts, statistics."""

from __future__ import annotations

from dataclasses import dataclass, field

from headroom.context.savings import HandoffStats, Prices
from headroom.notebook import card
from headroom.view import Omission, savings_percent

__all__ = ["ContextEntry", "ContextStats", "Excerpt", "SearchHit"]


@dataclass(frozen=True)
class ContextEntry:
    """One entry of a context. It never changes; a new ``put`` makes a new one.

    >>> from headroom import SharedContext
    >>> entry = SharedContext().put("note", "Fly on Monday.", agent="planner")
    >>> entry.key, entry.agent, entry.original, entry.lossless, entry.omissions
    ('note', 'planner', 'Fly on Monday.', True, ())

    """

    key: str
    #: What was put, as text.
    original: str
    #: The view.
    compressed: str
    original_tokens: int
    compressed_tokens: int
    #: Who put it.
    agent: str | None
    #: When it was put, in seconds since the epoch.
    timestamp: float
    #: Names of the compressors that had a part in the view; empty where it is the original.
    transforms: tuple[str, ...] = ()
    #: SHA-256 of the original, in hex: equal content has an equal reference.
    reference: str = ""
    #: What the content is: ``"json"``, ``"log"``, ...
    kind: str = "text"
    #: Whether ``decode`` reads the original's data back from the view alone.
    lossless: bool = True
    #: What the view leaves out, and where it stood.
    omissions: tuple[Omission, ...] = ()
    #: Why the view is the original although a smaller one was to be made; ``None`` otherwise.
    failure: str | None = None
    #: Which write of the key this is: every later one has a higher number. 0 where the entry is not
    #: in the store.
    version: int = 0

    @property
    def complete(self) -> bool:
        """Whether the view leaves nothing out; see ``CompressResult.complete``."""
        return not self.omissions

    @property
    def savings_percent(self) -> float:
        """The share of the tokens that the view saves, 0 to 100, to one decimal."""
        return savings_percent(self.original_tokens, self.compressed_tokens)

    def _repr_html_(self) -> str:
        by = f", by {self.agent}" if self.agent else ""
        figures = f"{self.original_tokens:,} tokens become {self.compressed_tokens:,}"
        texts = [("view", self.compressed, True), ("original", self.original, False)]
        return card(self.key, f"({self.kind}{by}): {figures}", texts)


@dataclass(frozen=True)
class Excerpt:
    """A bounded part of an original, as ``retrieve`` hands it out.

    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> _ = ctx.put("orders", [{"order": n, "state": "paid"} for n in range(300)])
    >>> found = ctx.retrieve("orders", rows=78)
    >>> print(found.text)
    [rows 78]
    {"order":77,"state":"paid"}
    >>> found.where, found.truncated, found.next
    ('rows 78', False, '')

    """

    #: The excerpt, ready for a model: where it stands, and verbatim parts of the original.
    text: str
    tokens: int
    key: str
    #: SHA-256 of the original, in hex.
    reference: str
    kind: str
    #: The places that the text holds, as ``rows 3-5`` or ``lines 10-20,44``; empty if none.
    where: str
    #: Whether more was found than the budget had room for.
    truncated: bool
    #: The ``place`` that reads on, as ``lines 41-80``: all that is left, and where that is too much
    #: to name, what is between. Empty where nothing is left, or ``max_tokens`` holds nothing.
    next: str = ""


@dataclass(frozen=True)
class SearchHit:
    """One entry in which ``search`` found something.

    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> _ = ctx.put("report", "The refund failed. Nothing else is known.", agent="writer")
    >>> (hit,) = ctx.search("refund")
    >>> hit.key, hit.agent, hit.where, hit.line
    ('report', 'writer', 'sentences 1', 'The refund failed.')

    """

    key: str
    #: SHA-256 of the original, in hex.
    reference: str
    kind: str
    #: Who put it.
    agent: str | None
    #: Tokens of the original.
    tokens: int
    #: The place that answers best, as ``retrieve`` takes it: ``rows 7 of /orders``.
    where: str
    #: That place on one line, shortened.
    line: str
    #: How well it answers; comparable within one search only.
    score: float


@dataclass(frozen=True)
class ContextStats:
    """What a context holds and saves. All sums are over live entries.

    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> _ = ctx.put("numbers", [{"id": n, "state": "ok"} for n in range(100)])
    >>> print(ctx.stats())  # doctest: +ELLIPSIS
    1 payload: ... tokens handed on as ..., ... % saved
    """

    entries: int
    total_original_tokens: int
    total_compressed_tokens: int
    total_tokens_saved: int
    savings_percent: float
    #: Bytes of originals, equal ones counted once.
    total_bytes: int
    #: Entries gone because their time was up, as far back as the store remembers.
    expired: int
    #: Entries gone to make room, as far back as the store remembers.
    evicted: int
    #: How often a compressor failed, and the original, or a part of it, was handed on as it was.
    failures: int
    #: How often the store failed and the original was handed on (``on_error="passthrough"``).
    store_errors: int
    #: What counts the tokens, as ``"toktok/o200k_base"`` or ``"estimate"``.
    tokenizer: str
    #: Whether that is the model's own vocabulary.
    tokenizer_exact: bool
    #: Entries that leases hold.
    leased: int = 0
    #: Writes that went over the limits, since leases held all that might have been evicted.
    over_limits: int = 0
    #: How often the store did not answer in time (``store_timeout``); ``store_errors`` counts these
    #: as well, and the calls that were not made for a while after each.
    store_timeouts: int = 0
    #: What handoffs saved, in tokens that models were not sent; the sums above are of entries.
    handoffs: HandoffStats = field(default_factory=HandoffStats)
    #: Why the store could not be asked, so that all that it holds counts as 0; else ``None``.
    unread: str | None = None
    #: What ``worth`` reckons with.
    prices: Prices | None = None

    @property
    def worth(self) -> float | None:
        """What handoffs saved, in money; an estimate, see ``HandoffStats.worth``."""
        return None if self.prices is None else self.handoffs.worth(self.prices)

    def __str__(self) -> str:
        held = (
            f"{self.entries:,} payload{'' if self.entries == 1 else 's'}: "
            f"{self.total_original_tokens:,} tokens handed on as {self.total_compressed_tokens:,}, "
            f"{self.savings_percent} % saved"
        )
        if self.unread:
            held = f"what is stored is not known: {self.unread}"
        # What is stored for readers to come is saved only when they are sent it.
        if not self.handoffs.readers:
            return held
        worth = (
            f", worth about {self.worth:,.2f} {self.prices.currency} by estimate"
            if self.prices is not None
            else ""
        )
        return f"{held}; {self.handoffs}{worth}"
