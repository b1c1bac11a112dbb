"""The context that agents share: entries, views, retrieval."""

from __future__ import annotations

from headroom.context.decisions import Decision, Payload, Reader
from headroom.context.entry import ContextEntry, ContextStats, Excerpt, SearchHit
from headroom.context.leases import Lease
from headroom.context.options import ViewOptions
from headroom.context.savings import HandoffStats, Prices, ReaderStats, Savings
from headroom.context.shared_context import SharedContext

__all__ = [
    "ContextEntry",
    "ContextStats",
    "Decision",
    "Excerpt",
    "HandoffStats",
    "Lease",
    "Payload",
    "Prices",
    "Reader",
    "ReaderStats",
    "Savings",
    "SearchHit",
    "SharedContext",
    "ViewOptions",
]
