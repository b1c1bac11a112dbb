"""A connection to the file, as all of ours are."""

from __future__ import annotations

import sqlite3
from typing import Literal

__all__ = ["Durability", "connect"]

Durability = Literal["process", "power"]

# SQLite's own words for them.
_SYNCHRONOUS = {"process": "NORMAL", "power": "FULL"}
# So many pages of the log go into the file at once: each time, two waits for the disk.
_CHECKPOINT_PAGES = 4000


def connect(path: str, timeout: float, durability: Durability) -> sqlite3.Connection:
    """A connection that waits for others as long as ``timeout`` says, in seconds."""
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        for name, value in (
            ("synchronous", _SYNCHRONOUS[durability]),
            # A file that is cut while it is mapped ends the process, by SIGBUS.
            ("mmap_size", 0),
            # What was deleted, or sealed, is not to be found in the file any more.
            ("secure_delete", "ON"),
            ("wal_autocheckpoint", _CHECKPOINT_PAGES),
        ):
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
    except BaseException:
        # On a full disk say: left open, it would keep its locks.
        connection.close()
        raise
    return connection
