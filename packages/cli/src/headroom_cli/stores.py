"""Contexts on stores that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from headroom import SharedContext
from headroom_cli.failures import STORE_FAILED, Failure, told

__all__ = ["opened"]


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
    if parts.scheme == "sqlite" and path and not create and not Path(path).exists():
        raise Failure(f"there is no database {path}", STORE_FAILED)
    with told(), SharedContext(model, None, None, store=url, namespace=namespace) as ctx:
        yield ctx
