"""The tables of the file, and how those of an older version become these."""

from __future__ import annotations

import sqlite3

from headroom.errors import StoreError

__all__ = ["APPLICATION_ID", "MIGRATIONS", "check_format", "prepare"]

#: Stands in the header of the file, so that ours are known from other SQLite databases.
APPLICATION_ID = 0x4865_6164

#: Versions before the first release, which no file of a release has.
_NEVER_RELEASED = (1, 2)

_VERSION_3 = """
CREATE TABLE properties (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- The counters belong to the entries below, and change with them in one transaction.
CREATE TABLE namespaces (
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 0,
    cleared INTEGER NOT NULL DEFAULT 0,
    entries INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    evicted INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    over_limits INTEGER NOT NULL DEFAULT 0
);

-- Originals, equal ones once. "size" is that of the original, "data" is as Codec packed it.
CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL,
    reference BLOB NOT NULL,
    size INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (namespace, reference)
);

-- A write makes a new row, so that the order of the ids is that of age. "view" and "meta" are as
-- Codec packed them, for all else that the row and that of its content say but "held". "held" is
-- whether a lease names the content: what may expire or be evicted is found without those.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL,
    key BLOB NOT NULL,
    content INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created REAL NOT NULL,
    expires REAL,
    view_reference BLOB NOT NULL,
    view BLOB,
    meta BLOB NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    UNIQUE (namespace, key)
);
CREATE INDEX entries_by_age ON entries (namespace);
CREATE INDEX entries_by_content ON entries (content);
CREATE INDEX entries_by_expiry ON entries (expires) WHERE expires IS NOT NULL AND held = 0;
CREATE INDEX entries_to_evict ON entries (namespace) WHERE held = 0;

-- What went, and when: the newest ten thousand of a namespace.
CREATE TABLE gone (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL,
    key BLOB NOT NULL,
    version INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at REAL,
    UNIQUE (namespace, key)
);
CREATE INDEX gone_by_age ON gone (namespace);

-- Which texts are views, also of what went: the newest ten thousand of a namespace. "origin" is the
-- reference of the original, as Codec packed it.
CREATE TABLE views (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL,
    view_reference BLOB NOT NULL,
    origin BLOB NOT NULL,
    UNIQUE (namespace, view_reference)
);
CREATE INDEX views_by_age ON views (namespace);

-- A lease that has ended stays until what it held is let go, some of it at a time.
CREATE TABLE leases (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL,
    holder BLOB NOT NULL,
    until REAL NOT NULL,
    UNIQUE (namespace, holder)
);
CREATE INDEX leases_by_end ON leases (until);
CREATE TABLE leased (
    lease INTEGER NOT NULL,
    reference BLOB NOT NULL,
    namespace INTEGER NOT NULL,
    PRIMARY KEY (lease, reference)
) WITHOUT ROWID;
CREATE INDEX leased_by_reference ON leased (namespace, reference)
"""

#: From a version to the next, and how; 0 is a new file.
MIGRATIONS: dict[int, tuple[int, str]] = {0: (3, _VERSION_3)}


def prepare(connection: sqlite3.Connection, path: str) -> None:
    """Makes the tables, or brings those of an older version up to date. Several may try at once.

    Raises:
        StoreError: The file is not ours, or it is of a version that cannot be read.

    """
    if _version(connection, path) not in MIGRATIONS:
        return
    # Takes effect as long as the file is empty.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Again: another process may have been faster.
        version = _version(connection, path)
        while version in MIGRATIONS:
            version, migration = MIGRATIONS[version]
            for statement in migration.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has done so itself; what is to be told is the first error.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def check_format(connection: sqlite3.Connection, path: str) -> None:
    """Refuses a file that another Headroom has changed since it was opened here.

    Raises:
        StoreError: It has another format now.

    """
    if connection.execute("PRAGMA user_version").fetchone() != (_newest(),):
        raise StoreError(
            f"{path} got another format while it was open, from a Headroom of another version; "
            "upgrade headroom-core, and open the store again"
        )


def _newest() -> int:
    return max(later for later, _ in MIGRATIONS.values())


def _version(connection: sqlite3.Connection, path: str) -> int:
    # In one statement: another process may be making the tables.
    application, version, tables = connection.execute(
        "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id a, pragma_user_version v"
    ).fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreError(
            f"{path} is the database of another program; give the store a file of its own"
        )
    newest = _newest()
    if version > newest:
        raise StoreError(
            f"{path} was written by a newer Headroom (its format is {version}, this one reads up "
            f"to {newest}); upgrade headroom-core"
        )
    if version in _NEVER_RELEASED:
        raise StoreError(
            f"{path} was written by a Headroom from before its first release (its format is "
            f"{version}), which cannot be read any more; delete it, or give the store another file"
        )
    return int(version)
