"""The store of one machine: a SQLite file."""

from __future__ import annotations

from headroom.stores.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
