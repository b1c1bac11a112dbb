"""Where originals and views are kept."""

from __future__ import annotations

from headroom.stores.base import Header, Limits, Missing, Record, Store, Usage
from headroom.stores.memory import MemoryStore
from headroom.stores.open import open_store

__all__ = ["Header", "Limits", "MemoryStore", "Missing", "Record", "Store", "Usage", "open_store"]
