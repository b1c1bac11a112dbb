"""From a URL to a store."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from headroom.arguments import brief
from headroom.errors import StoreError
from headroom.forking import undisturbed
from headroom.stores.base import Store
from headroom.stores.codec import Codec
from headroom.stores.memory import MemoryStore
from headroom.stores.sqlite import SQLiteStore

__all__ = ["ENTRY_POINT_GROUP", "open_store"]

#: A package adds a store by an entry point of this group: the name is the URL's scheme, the object
#: is called with the URL and returns a ``Store``.
ENTRY_POINT_GROUP = "headroom.stores"

# Schemes of headroom-redis, which may not be installed.
_REDIS = ("redis", "rediss", "unix")


class _PackageMissing(StoreError, ValueError):
    """The URL makes sense, and what opens it is not installed."""


def open_store(url: str) -> Store:
    """The store that a URL names.

    Args:
        url: ``memory://``; ``sqlite:///context.db`` for a file in the working directory,
            ``sqlite:////var/lib/context.db`` for one elsewhere; or a scheme that an installed
            package adds, as ``redis://localhost:6379/0``. That of SQLite takes
            ``?durability=power``, ``?timeout=10``, ``?compression=zstd`` and ``?key_env=NAME``, the
            environment variable that holds the encryption keys, the newest first, commas between.

    Raises:
        ValueError: No installed package knows the scheme, or the rest makes no sense; the message
            says what to write or to install.
        StoreError: The store cannot be opened; the message says why. Where a package of ours is
            missing, it is a ``ValueError`` as well.

    >>> type(open_store("memory://")).__name__
    'MemoryStore'

    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        if url.partition(":")[2].strip("/"):
            raise ValueError("memory:// takes nothing more: each store in memory is its own")
        return MemoryStore()
    if scheme == "sqlite":
        return _open_sqlite(url)
    # Slow to import, and not needed for the commonest stores.
    with undisturbed:
        from importlib.metadata import entry_points

        points = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
        opened_by = points[scheme].load() if scheme in points else None
    if opened_by is not None:
        store = opened_by(url)
        if not isinstance(store, Store):
            raise TypeError(f"the store for {scheme}:// is no Store: {type(store).__name__}")
        return store
    if scheme in _REDIS:
        raise _PackageMissing(
            f"{scheme}:// needs a package: pip install headroom-redis, or in a checkout "
            "pip install ./packages/redis"
        )
    known = ", ".join(f"{name}://" for name in ("memory", "sqlite", *sorted(points)))
    # Not the whole URL: it may hold a password.
    what = f"the scheme {brief(scheme)}" if scheme else "no scheme"
    raise ValueError(f"a store URL begins with one of {known}; this one has {what}")


def _open_sqlite(url: str) -> SQLiteStore:
    if any(sign in url for sign in "#\t\r\n"):
        # All that follows the one would be lost, and so would the others.
        raise ValueError(
            "a SQLite URL has no # and no line breaks: write %23 for #, %09 for a tab, %0A and %0D "
            "for line breaks"
        )
    parts = urlsplit(url)
    path = unquote(parts.path[1:])
    if parts.netloc or not path or path == ":memory:":
        raise ValueError(
            "a SQLite URL is sqlite:///context.db, or sqlite:////folder/context.db with four "
            "slashes for a path from the root; memory:// keeps nothing on disk"
        )
    given = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(given)
    if len(options) < len(given):
        raise ValueError("a SQLite URL has an option twice; leave one of them out")
    compression = options.pop("compression", "zlib")
    key_variable = options.pop("key_env", None)
    timeout = options.pop("timeout", "10")
    durability = options.pop("durability", "process")
    if options:
        raise ValueError(
            f"a SQLite URL has no option {brief(sorted(options)[0])}; it takes durability, "
            "timeout, compression and key_env"
        )
    try:
        seconds = float(timeout)
    except ValueError:
        raise ValueError(f"timeout must be seconds, not {brief(timeout)}") from None
    # Both check these words themselves.
    chosen = None if compression == "none" else compression
    codec = (
        Codec(compression=chosen)  # type: ignore[arg-type]
        if key_variable is None
        else Codec.from_environment(key_variable, compression=chosen)  # type: ignore[arg-type]
    )
    return SQLiteStore(path, durability=durability, timeout=seconds, codec=codec)  # type: ignore[arg-type]
