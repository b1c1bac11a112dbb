"""The operations of a store, as steps that may be run by blocking or by awaiting."""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Literal

from headroom import (
    Codec,
    Header,
    IntegrityError,
    Limits,
    Missing,
    Record,
    StoreError,
    Usage,
)
from headroom.steps import work
from headroom_redis.calls import Calls, ServerSteps
from headroom_redis.commands import Argument
from headroom_redis.kept import Kept
from headroom_redis.keys import Names, as_bytes, as_text, names_of, true_key
from headroom_redis.puts import MUCH, Puts, milliseconds, or_empty
from headroom_redis.server_clock import ServerClock
from headroom_redis.values import Values, as_reference, reference_in

__all__ = ["Operations"]

logger = logging.getLogger("headroom_redis")

# How many headers, and how many values for another key, are asked for at once.
_PAGE, _ROTATED_AT_ONCE = 500, 20
# How many contents are held at once.
_HELD_AT_ONCE = 500
# What a script that reads answers where leases are to be let go first.
_SETTLE = 2
_HOLDER_BYTES = 16

#: Why there is nothing under a key, where nothing says so, and nothing was cleared.
_UNKNOWN = b"n"
_REASONS: dict[bytes, Literal["absent", "deleted", "expired", "evicted"]] = {
    b"a": "absent",
    b"d": "deleted",
    b"x": "expired",
    b"v": "evicted",
}


#: What fields hold, and what they should.
_Changes = dict[bytes, tuple[bytes, bytes]]


class Operations:
    """Each method is the steps of its namesake in ``headroom.Store``."""

    def __init__(
        self,
        calls: Calls,
        codec: Codec,
        clock: Callable[[], float] | None,
        written: Callable[[str, str], None],
    ) -> None:
        self._calls = calls
        self._values = Values(codec)
        self._kept = Kept(clock or time.monotonic)

        def noted(namespace: str, key: str) -> None:
            self._kept.put(namespace, key)
            written(namespace, key)

        self._puts = Puts(calls, self._values, ServerClock(clock), noted)

    def names(self, namespace: str) -> Names:
        """What the namespace has on the server."""
        return names_of(self._calls.prefix, namespace)

    def next_version(self, namespace: str) -> ServerSteps[int]:
        return int((yield from self._calls.ask("next_version", namespace)))

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> ServerSteps[bool]:
        return (yield from self._puts.put(namespace, record, ttl, limits, expected))

    def put_now(
        self,
        namespace: str,
        record: Record,
        *,
        began: float,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> ServerSteps[int | Literal["view"]]:
        return (yield from self._puts.put_now(namespace, record, began, ttl, limits, expected))

    def get(
        self, namespace: str, key: str, *, with_original: bool = True
    ) -> ServerSteps[Record | Missing]:
        names = self.names(namespace)
        for wanted in (2 if with_original else 0, 1):
            due, *found = yield from self._settled(
                "get", namespace, as_bytes(key), wanted, keys=names.reading
            )
            if len(found) != 4:
                break
            # A large original comes by itself. It is named by its hash, so it is the right one; if
            # it has gone meanwhile, all is asked for at once.
            found[2] = yield from self._calls.fetch(names.data, found.pop())
            if found[2] is not None:
                break
        if due:
            yield from self._sweep(namespace)
        if len(found) == 2:
            reason, when = found
            if reason == _UNKNOWN:
                reason = b"v" if self._kept.must_be_known(namespace, key) else b"a"
            return _missing(reason, when)
        values = self._values
        entry, view, original = found
        record = yield from work(
            lambda: values.record(
                namespace, key, entry, view, original, with_original=with_original
            ),
            is_long=len(view or b"") + len(original or b"") >= MUCH,
        )
        return record if with_original else replace(record, original=b"")

    def find(self, namespace: str, reference: str) -> ServerSteps[Record | None]:
        wanted = as_reference(reference)
        if wanted is None:
            return None
        found = yield from self._settled("find", namespace, wanted)
        if not found:
            return None
        key, entry, view, original = found
        return (
            yield from work(
                lambda: self._values.record(
                    namespace, as_text(true_key(key)), entry, view, original
                ),
                is_long=len(original or b"") >= MUCH,
            )
        )

    def delete(self, namespace: str, key: str) -> ServerSteps[bool]:
        token = secrets.token_bytes(8)
        self._kept.deleted(namespace, key)
        return bool(
            (yield from self._calls.ask("delete", namespace, as_bytes(key), token, frees=True))
        )

    def clear(self, namespace: str) -> ServerSteps[int]:
        token = secrets.token_bytes(8)
        count = -1
        self._kept.cleared(namespace)
        while count < 0:
            count = yield from self._calls.ask("clear", namespace, token, frees=True)
        return count

    def headers(self, namespace: str) -> ServerSteps[list[Header]]:
        # By key: what is written again between two pages comes again, and counts where it is then.
        found: dict[str, Header] = {}
        more, last = 1, b"0"
        while more:
            more, last, pairs = yield from self._settled("headers", namespace, last, _PAGE)
            for name, entry in zip(pairs[::2], pairs[1::2]):
                key = as_text(name)
                found.pop(key, None)
                found[key] = self._values.header(namespace, key, entry)
        return list(found.values())

    def usage(self, namespace: str) -> ServerSteps[Usage]:
        more, *counts = yield from self._calls.ask("usage", namespace)
        while more:
            yield from self._calls.ask("sweep", namespace)
            more, *counts = yield from self._calls.ask("usage", namespace)
        return Usage(*counts)

    def remember_view(
        self, namespace: str, view_reference: str, reference: str
    ) -> ServerSteps[None]:
        view, origin = as_reference(view_reference), as_reference(reference)
        if view is None or origin is None:
            raise ValueError("references are SHA-256 in hex")
        stored = self._values.origin(namespace, view, origin)
        yield from self._calls.ask("remember_view", namespace, view, stored)

    def view_origin(self, namespace: str, view_reference: str) -> ServerSteps[str | None]:
        wanted = as_reference(view_reference)
        if wanted is None:
            return None
        names = self.names(namespace)
        found = yield from self._calls.ask(
            "view_origin", namespace, wanted, keys=(names.data, names.seen)
        )
        if found is None:
            return None
        return self._values.origin_of(namespace, wanted, found).hex()

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> ServerSteps[bool]:
        wanted = [found for found in map(as_reference, references) if found is not None]
        who, lasts = _holder(holder), or_empty(milliseconds(seconds))
        lived = None
        for start in range(0, max(1, len(wanted)), _HELD_AT_ONCE):
            some = wanted[start : start + _HELD_AT_ONCE]
            answer = yield from self._calls.ask("lease", namespace, who, lasts, *some)
            lived = answer if lived is None else lived
        return bool(lived)

    def release(self, namespace: str, holder: str) -> ServerSteps[None]:
        # Of a large lease, the rest is let go by what is asked later: nobody is to wait for that.
        yield from self._calls.ask("release", namespace, _holder(holder), frees=True)

    def rotate(self, namespace: str) -> ServerSteps[int]:
        """Seals anew what the codec's first key did not seal; how many values that were."""
        if not self._values.codec.sealing:
            raise StoreError("rotate() needs the keys: give the store codec=Codec(keys=[...])")
        # First: whoever has not that key writes nothing from then on that it would have to seal.
        yield from self._calls.ask("seal", namespace)
        entries, views = yield from self._calls.ask("fields", namespace)
        count = 0
        for start in range(0, len(entries), _ROTATED_AT_ONCE):
            names = entries[start : start + _ROTATED_AT_ONCE]
            wanted = [first + name for name in names for first in (b"e", b"v")]
            found = dict(zip(wanted, (yield from self._calls.ask("values", namespace, 0, *wanted))))
            there = [name for name in names if found[b"e" + name] is not None]
            wanted = [b"o" + reference_in(found[b"e" + name]) for name in there]
            found.update(zip(wanted, (yield from self._calls.ask("values", namespace, 0, *wanted))))
            count += yield from self._swapped(
                namespace, 0, functools.partial(self._changes, namespace, there, found)
            )
        for start in range(0, len(views), _PAGE):
            names = views[start : start + _PAGE]
            stored = yield from self._calls.ask("values", namespace, 1, *names)
            count += yield from self._swapped(
                namespace, 1, functools.partial(self._origins, namespace, names, stored)
            )
        return count

    def _swapped(
        self, namespace: str, is_view: int, changes: Callable[[], _Changes]
    ) -> ServerSteps[int]:
        """Replaces values that are still what they were; how many."""
        count = 0
        for field, (before, after) in (yield from work(changes, is_long=True)).items():
            hashed = hashlib.sha1(before, usedforsecurity=False).hexdigest()
            count += yield from self._calls.ask("swap", namespace, is_view, field, hashed, after)
        return count

    def _changes(
        self, namespace: str, names: list[bytes], found: dict[bytes, bytes | None]
    ) -> _Changes:
        """What of entries is to be sealed anew."""
        changes: _Changes = {}
        for name in names:
            entry = found[b"e" + name]
            assert entry is not None
            original = found[b"o" + reference_in(entry)]
            changes |= self._values.sealed_anew(
                namespace, name, entry, found[b"v" + name], original
            )
        return changes

    def _origins(self, namespace: str, names: list[bytes], found: list[bytes | None]) -> _Changes:
        """What of views that are remembered is to be sealed anew."""
        changes: _Changes = {}
        for name, stored in zip(names, found):
            if stored is not None:
                anew = self._values.origin_sealed_anew(namespace, name, stored)
                if anew is not None:
                    changes[name] = (stored, anew)
        return changes

    def _settled(
        self,
        name: str,
        namespace: str,
        *arguments: Argument,
        keys: tuple[bytes, ...] | None = None,
    ) -> ServerSteps[Any]:
        """Runs a script that reads; once more, where leases that have ended are let go first."""
        answer = yield from self._calls.ask(name, namespace, *arguments, 0, keys=keys)
        if answer not in (_SETTLE, [_SETTLE]):
            return answer
        try:
            yield from self._let_go(namespace)
        except StoreError:
            logger.debug("leases that have ended could not be let go")
        return (yield from self._calls.ask(name, namespace, *arguments, 1, keys=keys))

    def _let_go(self, namespace: str) -> ServerSteps[None]:
        while (yield from self._calls.ask("sweep", namespace, frees=True)):
            pass

    def _sweep(self, namespace: str) -> ServerSteps[None]:
        """Clears away some of what has expired, on the way of somebody who reads."""
        try:
            yield from self._calls.ask("sweep", namespace)
        except StoreError:
            # A server that takes no writes, for want of memory say, is no reason not to read.
            logger.debug("what has expired could not be cleared away")


def _holder(holder: str) -> bytes:
    """A holder as the scripts name it."""
    return hashlib.sha256(as_bytes(holder)).digest()[:_HOLDER_BYTES]


def _missing(reason: bytes, when: bytes) -> Missing:
    if reason == b"a":
        return Missing("absent")
    if reason not in _REASONS:
        raise IntegrityError("what is stored of a key that went was changed")
    return Missing(_REASONS[reason], int(when) / 1000)
