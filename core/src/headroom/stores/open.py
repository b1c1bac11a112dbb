"""From a URL to a store."""

from __future__ import annotations

from urllib.parse import urlsplit

from headroom.stores.base import Store
from headroom.stores.memory import MemoryStore

__all__ = ["ENTRY_POINT_GROUP", "open_store"]

#: A package adds a store by an entry point of this group: the name is the URL's scheme, the object
#: is called with the URL and returns a ``Store``.
ENTRY_POINT_GROUP = "headroom.stores"


def open_store(url: str) -> Store:
    """The store that a URL names: ``memory://``, or a scheme that an installed package adds.

    Raises:
        ValueError: No installed package knows the scheme; the message says which ones are known.

    >>> type(open_store("memory://")).__name__
    'MemoryStore'

    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryStore()
    # Slow to import, and not needed for the commonest store.
    from importlib.metadata import entry_points

    points = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if scheme in points:
        store = points[scheme].load()(url)
        if not isinstance(store, Store):
            raise TypeError(f"the store for {scheme}:// is no Store: {type(store).__name__}")
        return store
    known = ", ".join(f"{name}://" for name in sorted({"memory", *points}))
    # Not the whole URL: it may hold a password.
    what = f"the scheme {scheme!r}" if scheme else "no scheme"
    raise ValueError(f"a store URL begins with one of {known}; this one has {what}")
