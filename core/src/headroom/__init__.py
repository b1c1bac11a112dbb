"""Headroom: hand large payloads from agent to agent at a fraction of the tokens.

>>> import headroom
>>> ctx = headroom.SharedContext()
>>> entry = ctx.put("orders", [{"id": n, "status": "paid", "total": 20} for n in range(200)])
>>> entry.compressed_tokens < entry.original_tokens
True
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from headroom._version import __version__
from headroom.compress import compress
from headroom.errors import (
    HeadroomError,
    IntegrityError,
    KeyEvicted,
    KeyExpired,
    KeyNotFound,
    PayloadTooLarge,
    StoreError,
    StoreTimeout,
    TimeBudgetExceeded,
    UnsupportedPayload,
    VersionConflict,
    WaitTimeout,
    WrongKind,
)
from headroom.tokens import TokenCounter, get_counter
from headroom.view import CompressResult, Deadline, Fidelity, Omission, Piece, Request, View

if TYPE_CHECKING:
    from headroom.context import (
        ContextEntry,
        ContextStats,
        Excerpt,
        HandoffStats,
        Lease,
        Prices,
        ReaderStats,
        Savings,
        SearchHit,
        SharedContext,
        ViewOptions,
    )
    from headroom.decoding import decode
    from headroom.handoff import (
        WHOLE_PROSE_TOKENS,
        Decision,
        Handoff,
        HandoffOptions,
        Payload,
        Reader,
        RetrievalTool,
    )
    from headroom.pipeline import Pipeline
    from headroom.retrieval.spans import LeftOutSpans, Span, left_out_spans
    from headroom.source import Source
    from headroom.stores import (
        AsyncLeasingStore,
        AsyncStore,
        Codec,
        Header,
        LeasingStore,
        Limits,
        MemoryStore,
        Missing,
        Record,
        SQLiteStore,
        Store,
        Usage,
        Watchers,
        new_encryption_key,
        open_store,
    )
    from headroom.toolkit.kind import BaseKind, Kind
    from headroom.toolkit.markers import MARKER


#: Whose module this is: other distributions have one of the same name.
__distribution__ = "headroom-core"

__all__ = [
    "MARKER",
    "WHOLE_PROSE_TOKENS",
    "AsyncLeasingStore",
    "AsyncStore",
    "BaseKind",
    "Codec",
    "CompressResult",
    "ContextEntry",
    "ContextStats",
    "Deadline",
    "Decision",
    "Excerpt",
    "Fidelity",
    "Handoff",
    "HandoffOptions",
    "HandoffStats",
    "Header",
    "HeadroomError",
    "IntegrityError",
    "KeyEvicted",
    "KeyExpired",
    "KeyNotFound",
    "Kind",
    "Lease",
    "LeasingStore",
    "LeftOutSpans",
    "Limits",
    "MemoryStore",
    "Missing",
    "Omission",
    "Payload",
    "PayloadTooLarge",
    "Piece",
    "Pipeline",
    "Prices",
    "Reader",
    "ReaderStats",
    "Record",
    "Request",
    "RetrievalTool",
    "SQLiteStore",
    "Savings",
    "SearchHit",
    "SharedContext",
    "Source",
    "Span",
    "Store",
    "StoreError",
    "StoreTimeout",
    "TimeBudgetExceeded",
    "TokenCounter",
    "UnsupportedPayload",
    "Usage",
    "VersionConflict",
    "View",
    "ViewOptions",
    "WaitTimeout",
    "Watchers",
    "WrongKind",
    "__version__",
    "compress",
    "decode",
    "get_counter",
    "left_out_spans",
    "new_encryption_key",
    "open_store",
]

# Where each name comes from, which is asked for it the first time: most programs need a few.
_HOMES = {
    name: module
    for module, names in {
        "headroom.context": (
            "ContextEntry ContextStats Excerpt HandoffStats Lease Prices ReaderStats Savings "
            "SearchHit SharedContext ViewOptions"
        ),
        "headroom.decoding": "decode",
        "headroom.handoff": (
            "WHOLE_PROSE_TOKENS Decision Handoff HandoffOptions Payload Reader RetrievalTool"
        ),
        "headroom.pipeline": "Pipeline",
        "headroom.retrieval.spans": "LeftOutSpans Span left_out_spans",
        "headroom.source": "Source",
        "headroom.stores": (
            "AsyncLeasingStore AsyncStore Codec Header LeasingStore Limits MemoryStore "
            "Missing Record SQLiteStore Store Usage Watchers new_encryption_key open_store"
        ),
        "headroom.toolkit.kind": "BaseKind Kind",
        "headroom.toolkit.markers": "MARKER",
    }.items()
    for name in names.split()
}


def __getattr__(name: str) -> object:
    from headroom.forking import undisturbed

    home = _HOMES.get(name)
    # What a fork has of an import by half it would have for good.
    with undisturbed:
        if home is not None:
            value = getattr(import_module(home), name)
        elif name.startswith("_") or find_spec(f"headroom.{name}") is None:
            raise AttributeError(f"module 'headroom' has no attribute {name!r}", name=name)
        else:
            # A module that nobody has imported yet.
            value = import_module(f"headroom.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
