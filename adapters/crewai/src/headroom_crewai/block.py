"""What holds inside of a ``with`` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

__all__ = ["inside", "setting"]

T = TypeVar("T")


@contextmanager
def setting(variable: ContextVar[T], value: T) -> Iterator[None]:
    """Gives a context variable a value."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


@contextmanager
def inside(*scopes: AbstractContextManager[object]) -> Iterator[None]:
    """Enters scopes that are made of context variables, and leaves them wherever the block ends.

    A web server reads a generator on one thread after the other, each with a context of its own: a
    block in it ends in another context than it began. The values that it set are gone with the
    first one; the ``ValueError`` by which Python says so must not fail the run.
    """
    for scope in scopes:
        scope.__enter__()
    try:
        yield
    finally:
        for scope in reversed(scopes):
            with suppress(ValueError):
                scope.__exit__(None, None, None)
