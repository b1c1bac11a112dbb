"""Where originals and views are kept."""

from __future__ import annotations

from headroom.stores.base import (
    AsyncLeasingStore,
    AsyncStore,
    Header,
    LeasingStore,
    Limits,
    Missing,
    Record,
    Store,
    Usage,
)
from headroom.stores.codec import Codec, new_encryption_key
from headroom.stores.memory import MemoryStore
from headroom.stores.open import open_store
from headroom.stores.sqlite import SQLiteStore
from headroom.stores.watchers import Watchers

__all__ = [
    "AsyncLeasingStore",
    "AsyncStore",
    "Codec",
    "Header",
    "LeasingStore",
    "Limits",
    "MemoryStore",
    "Missing",
    "Record",
    "SQLiteStore",
    "Store",
    "Usage",
    "Watchers",
    "new_encryption_key",
    "open_store",
]
