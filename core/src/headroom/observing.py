"""Watching what a context does: each operation is told to whoever asked to be.

>>> from contextlib import contextmanager
>>> from headroom import SharedContext
>>> @contextmanager
... def told(operation):
...     yield
...     print(operation.name, operation.attributes["headroom.tokens.before"])
>>> stop = observe(told)
>>> _ = SharedContext().put("note", "A short note.")
compress 4
put 4
>>> stop()

"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Attribute", "Observer", "Operation", "observe", "observed"]

logger = logging.getLogger("headroom.observing")

Attribute: TypeAlias = "str | int | float | bool"


@dataclass
class Operation:
    """One thing that is being done, and what is known of it.

    No attribute holds a payload, a view or a query, or a part of one.
    """

    #: ``"put"``, ``"get"``, ``"retrieve"``, ``"search"``, ``"delete"``, ``"clear"``, ``"compress"``
    #: or ``"handoff"``.
    name: str
    #: Named as OpenTelemetry names attributes; what comes of the operation is here at its end.
    attributes: dict[str, Attribute] = field(default_factory=dict)
    #: What readers were decided to get, one entry of figures for each payload of a handoff.
    decisions: list[dict[str, Attribute]] = field(default_factory=list)


#: Makes a context manager, which is entered as an operation begins, in the thread or task of the
#: caller, and left as it ends, with its exception where it raised one.
Observer: TypeAlias = Callable[[Operation], AbstractContextManager[object]]

_observers: tuple[Observer, ...] = ()


def observe(observer: Observer) -> Callable[[], None]:
    """Tells of every operation of this process from now on, until what is returned is called.

    An observer that raises is logged, and does not disturb the operation.
    """
    global _observers
    _observers = (*_observers, observer)

    def stop() -> None:
        global _observers
        _observers = tuple(one for one in _observers if one is not observer)

    return stop


@contextmanager
def observed(name: str, **attributes: Attribute) -> Iterator[Operation | None]:
    """An operation, as it is done; ``None`` where nobody watches.

    >>> with observed("search", namespace="default") as operation:
    ...     if operation is not None:
    ...         operation.attributes["headroom.found"] = 3

    """
    if not _observers:
        yield None
        return
    operation = Operation(name, {f"headroom.{key}": value for key, value in attributes.items()})
    with ExitStack() as stack:
        for observer in _observers:
            stack.enter_context(_safely(observer, operation))
        yield operation


@contextmanager
def _safely(observer: Observer, operation: Operation) -> Iterator[None]:
    """An observer that neither fails an operation nor hides how it failed."""
    try:
        watching = observer(operation)
        watching.__enter__()
    except Exception:
        logger.warning("an observer failed as %s began", operation.name, exc_info=True)
        yield
        return
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        try:
            watching.__exit__(type(error) if error else None, error, None)
        except BaseException as raised:
            if not isinstance(raised, Exception) and raised is not error:
                raise
            # A context manager made of a generator raises again what it was told of.
            if raised is not error:
                logger.warning("an observer failed as %s ended", operation.name, exc_info=True)
