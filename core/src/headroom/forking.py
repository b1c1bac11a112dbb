"""What a fork meets: locks that nobody holds, threads that are not there, files that are shared.

The child of a fork has one thread, and a copy of what all others were in the middle of. So one
function of ours runs before each fork, and one after it on either side:

- ``lock`` makes locks that a fork waits for. What they guard is whole in the child.
- ``undisturbed`` is for what cannot be taken up again by half, such as an import, or a call of a
  library that has locks of its own: a fork waits until nobody is in such a block.
- ``on_fork`` has an object told, to leave behind what does not come along.

>>> guard = lock()
>>> with undisturbed, guard:
...     pass

"""

from __future__ import annotations

import functools
import itertools
import logging
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

__all__ = ["cached_property", "lock", "on_fork", "undisturbed"]

logger = logging.getLogger("headroom")

# Seconds that a fork waits for other threads, before it does without them. An import takes a few, a
# write to a file that another process has locked as many as its store says, ten most of the time.
_PATIENCE = 30.0
# Seconds between looks at what other threads are in, and for which it keeps them out of blocks.
_PAUSE, _TURN = 0.001, 0.1

if TYPE_CHECKING or sys.version_info >= (3, 12):
    cached_property = functools.cached_property
else:

    class cached_property(functools.cached_property):  # noqa: N801 - as its namesake
        """That of Python 3.12: before, all objects of a class had one lock, which forks copied."""

        def __init__(self, function: Callable[[Any], Any]) -> None:
            super().__init__(function)
            self.lock = nullcontext()


_numbers = itertools.count()
# By number, so that each comes and goes in one step, without a lock. Of locks: whether forks wait.
_locks: dict[int, tuple[weakref.ref[Any], bool]] = {}
# The object, if any, and what is called with it after a fork, and before one.
_told: dict[
    int, tuple[weakref.ref[Any] | None, Callable[..., None], Callable[..., None] | None]
] = {}


def lock(*, waits: bool = True) -> threading.RLock:
    """A lock that is free in the child of a fork.

    Args:
        waits: Whether a fork waits until it is free, so that what it guards is whole in the child.
            ``False`` for one that is held for long, and guards what may be left by half.

    """
    made = threading.RLock()
    number = next(_numbers)
    _locks[number] = weakref.ref(made, lambda _: _locks.pop(number, None)), waits
    return made


def on_fork(child: Callable[[], None], before: Callable[[], None] | None = None) -> None:
    """Calls ``child`` after a fork, in the child alone, and ``before`` before it.

    Both are methods of one object, which this does not keep alive, or functions of a module. No
    other thread is in an ``undisturbed`` block then, or ``undisturbed.is_broken`` says so.

    >>> class Connection:
    ...     def __init__(self) -> None:
    ...         on_fork(self.leave)
    ...     def leave(self) -> None:
    ...         self.socket = None
    >>> connection = Connection()

    """
    number = next(_numbers)
    owner = getattr(child, "__self__", None)
    if owner is None:
        _told[number] = None, child, before
        return
    reference = weakref.ref(owner, lambda _: _told.pop(number, None))
    _told[number] = reference, _unbound(child), None if before is None else _unbound(before)


def _unbound(method: Callable[[], None]) -> Callable[..., None]:
    function: Callable[..., None] = method.__func__  # type: ignore[attr-defined]
    return function


class _Undisturbed:
    """Blocks of code that no fork comes between. Of any other lock, it is the one outside."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        #: How deep each thread is in such blocks.
        self._inside: dict[int, int] = {}
        #: Whether the last fork did not wait until all other threads were out.
        self.is_broken = False

    def __enter__(self) -> None:
        me = threading.get_ident()
        depth = self._inside.get(me)
        if depth is None:
            with self._gate:
                self._inside[me] = 1
        else:
            self._inside[me] = depth + 1

    def __exit__(self, *_: object) -> None:
        me = threading.get_ident()
        depth = self._inside[me] - 1
        if depth:
            self._inside[me] = depth
        else:
            del self._inside[me]

    def close(self, deadline: float) -> None:
        """Lets nobody in any more, and waits until all others are out."""
        me = threading.get_ident()
        self._gate.acquire()
        while any(one != me for one in tuple(self._inside)) and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        self.is_broken = bool(self._inside)

    def open(self) -> None:
        self._gate.release()

    def open_in_child(self) -> None:
        me = threading.get_ident()
        self._inside = {one: depth for one, depth in self._inside.items() if one == me}
        self._gate = threading.Lock()


#: See ``on_fork``; ``with undisturbed: ...``
undisturbed = _Undisturbed()

# Forks come one after the other, so that these need no lock of their own.
_forking = threading.RLock()
_taken: list[Any] = []


def _before() -> None:
    _forking.acquire()
    deadline = time.monotonic() + _PATIENCE
    while True:
        undisturbed.close(deadline)
        if _take_all(min(deadline, time.monotonic() + _TURN)):
            break
        if time.monotonic() >= deadline:
            logger.warning("a fork did not wait any longer for a lock of another thread")
            break
        # Whoever has a lock may be about to enter such a block.
        _let_go()
        undisturbed.open()
        time.sleep(_PAUSE)
    _tell(before=True)


def _after_in_parent() -> None:
    _let_go()
    undisturbed.open()
    _forking.release()


def _after_in_child() -> None:
    # Those of this very thread, as where a signal forks, are let go by whoever took them.
    for one, _ in _alive():
        if one in _taken or not one._is_owned():
            one._at_fork_reinit()
    _taken.clear()
    _forking._at_fork_reinit()  # type: ignore[attr-defined]
    undisturbed.open_in_child()
    _tell(before=False)


def _take_all(deadline: float) -> bool:
    """Takes the locks, waiting for one only while it has no other: so nobody waits for ever."""
    wanted = [one for one, waits in _alive() if waits and not one._is_owned()]
    while True:
        for one in wanted:
            if one not in _taken:
                if not one.acquire(blocking=False):
                    break
                _taken.append(one)
        else:
            return True
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        _let_go()
        if one.acquire(timeout=left):
            _taken.append(one)


def _let_go() -> None:
    while _taken:
        _taken.pop().release()


def _alive() -> list[tuple[Any, bool]]:
    """The locks, and which of them forks wait for."""
    found = [(reference(), waits) for reference, waits in list(_locks.values())]
    return [(one, waits) for one, waits in found if one is not None]


def _tell(*, before: bool) -> None:
    for reference, child, prior in list(_told.values()):
        function = prior if before else child
        owner = None if reference is None else reference()
        if function is None or (reference is not None and owner is None):
            continue
        try:
            function() if owner is None else function(owner)
        except Exception:
            # A fork goes on, and all others are told.
            logger.exception("something of ours failed at a fork")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child
    )
