"""What a context says to arguments that make no sense."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from headroom.arguments import brief, seconds
from headroom.stores import Store, open_store

__all__ = [
    "as_store",
    "check_holder",
    "check_key",
    "check_lease",
    "check_namespace",
    "check_timeout",
    "check_version",
    "check_workers",
]


def check_key(key: str) -> None:
    """A key is text, and not empty."""
    if not isinstance(key, str):
        raise TypeError(f"a key must be text, not {type(key).__name__}; convert it with str()")
    if not key:
        raise ValueError("a key must not be empty")


def check_namespace(name: str) -> None:
    """A namespace is text, and not empty."""
    if not isinstance(name, str) or not name:
        raise ValueError("namespace must be a text that is not empty")


def check_version(version: int | None) -> None:
    """An expected version is a whole number from 0, or None."""
    if version is None:
        return
    if isinstance(version, bool) or not isinstance(version, int):
        raise TypeError(f"expected_version must be a number, not {type(version).__name__}")
    if version < 0:
        raise ValueError(
            f"expected_version must be 0 or more, not {brief(version)}; 0 is for nothing"
        )


def check_holder(holder: str | None) -> str | None:
    """A holder of a lease is text, and not empty."""
    if holder is None:
        return None
    if not isinstance(holder, str):
        raise TypeError(
            f"a holder must be text, not {type(holder).__name__}; convert it with str()"
        )
    if not holder:
        raise ValueError("a holder must not be empty; None is a name that nobody else has")
    return holder


def check_lease(time: float) -> float:
    """A lease lasts for more than no time, and not for ever."""
    found = seconds(time, "seconds")
    if not found:
        raise ValueError(
            f"seconds must be more than 0 and not for ever, not {brief(time)}; "
            "a lease renews itself"
        )
    return found


def check_timeout(timeout: float | None) -> float | None:
    """A deadline is more than no time; ``None`` is without."""
    found = seconds(timeout, "store_timeout")
    if found == 0:
        raise ValueError("store_timeout must be more than 0 seconds; None is without limit")
    return found


def check_workers(workers: int) -> int:
    """A number of processes is a whole number from 0."""
    if isinstance(workers, bool) or not isinstance(workers, int):
        raise TypeError(f"workers must be a whole number, not {type(workers).__name__}")
    if workers < 0:
        raise ValueError(f"workers must be 0 or more, not {brief(workers)}; 0 is no other process")
    return workers


def as_store(store: Store | str | None, timeout: float | None) -> Store:
    """The store that the ``store`` argument means; it waits no longer than it may."""
    if store is None:
        return open_store("memory://")
    if isinstance(store, str):
        parts = urlsplit(store)
        if parts.scheme == "sqlite" and timeout and "timeout" not in dict(parse_qsl(parts.query)):
            # By itself: no other thread has to watch over that.
            return open_store(f"{store}{'&' if parts.query else '?'}timeout={timeout}")
        return open_store(store)
    if isinstance(store, Store):
        return store
    raise TypeError(f"store must be a Store, a URL or None, not {type(store).__name__}")
