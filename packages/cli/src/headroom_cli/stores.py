"""Contexts on stores that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from headroom import ContextStats, SharedContext
from headroom_cli.failures import STORE_FAILED, Failure, told

__all__ = ["opened", "statistics"]


@contextmanager
def opened(
    url: str | None, namespace: str, model: str = "gpt-4o", *, create: bool = False
) -> Iterator[SharedContext]:
    """A context that ends and evicts nothing of its own accord.

    Args:
        url: The store.
        namespace: Whose entries.
        model: Whose tokens are counted.
        create: Whether a database is made where none is.

    Raises:
        Failure: The store cannot be reached, or what was asked of it failed.

    """
    if url is None:
        raise Failure(
            "say where the entries are: --store sqlite:///context.db, or set HEADROOM_STORE"
        )
    if url.startswith("memory"):
        raise Failure("a store in memory ends with its process, and no other one can look into it")
    parts = urlsplit(url)
    path = unquote(parts.path[1:])
    if parts.scheme == "sqlite" and path and not create and _is_missing(path):
        raise Failure(f"there is no database {path}", STORE_FAILED)
    with told(), SharedContext(model, None, None, store=url, namespace=namespace) as ctx:
        yield ctx


def statistics(ctx: SharedContext) -> ContextStats:
    """What a store holds, in sums.

    Raises:
        Failure: The store failed: of that, statistics alone would say that it is empty.

    """
    found = ctx.stats()
    if found.unread is not None:
        raise Failure(found.unread, STORE_FAILED)
    return found


def _is_missing(path: str) -> bool:
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        # The store says what is wrong with it: perhaps a folder that may not be looked into.
        return False
    return False
