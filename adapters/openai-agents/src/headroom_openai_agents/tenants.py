"""Whose payloads they are: the namespace of the store that a run's context object names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from headroom import Handoff, SharedContext

__all__ = ["Namespace", "checked", "context_for", "handoff_for"]

#: Says from the context object of a run in which namespace its payloads are.
Namespace = Callable[[Any], str]


def checked(namespace: Namespace | None) -> Namespace | None:
    """The same; a name alone would be every run's, and ``SharedContext`` takes it.

    Raises:
        TypeError: It cannot be called, or only awaited.

    """
    if namespace is not None and (
        not callable(namespace) or inspect.iscoroutinefunction(namespace)
    ):
        raise TypeError(
            "namespace takes a function of the run's context object that is not async, "
            "as in namespace=lambda context: context.tenant"
        )
    return namespace


def context_for(ctx: SharedContext, namespace: Namespace | None, context: object) -> SharedContext:
    """The context in a run's namespace.

    Raises:
        ValueError: That is not a text, or empty.
        Exception: What ``namespace`` raises.

    """
    return ctx if namespace is None else ctx.in_namespace(namespace(context))


def handoff_for(handoff: Handoff, namespace: Namespace | None, context: object) -> Handoff:
    """The handoff in a run's namespace; it raises what ``context_for`` does."""
    return handoff if namespace is None else handoff.in_namespace(namespace(context))
