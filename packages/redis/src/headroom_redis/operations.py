"""The operations of a store, as steps that may be run by blocking or by awaiting."""

from __future__ import annotations

import hashlib
import logging
import math
import secrets
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar

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
from headroom_redis.keys import Names, as_bytes, as_text, names_of
from headroom_redis.scripts import Script, script
from headroom_redis.values import Values, as_reference

__all__ = ["Argument", "Call", "Fetch", "Operations", "Steps", "Work"]

logger = logging.getLogger("headroom_redis")

T = TypeVar("T")

Argument: TypeAlias = "bytes | str | int"

# How many headers, and how many values for another key, are asked for at once.
_PAGE, _ROTATED_AT_ONCE = 500, 20
# From this many bytes on, packing and unpacking would hold up an event loop.
_MUCH = 32 * 1024
# Times beyond this are no longer exact as one of Lua's numbers; it is 285,000 years.
_FOREVER_MS = 2**53

_REASONS: dict[bytes, Literal["absent", "deleted", "expired", "evicted"]] = {
    b"a": "absent",
    b"d": "deleted",
    b"x": "expired",
    b"v": "evicted",
}


@dataclass(frozen=True)
class Call:
    """A script to be run. To run it twice does the same as once."""

    script: Script
    keys: Sequence[bytes]
    arguments: Sequence[Argument]
    #: Whether it makes room: then it may run where the server has no memory left.
    frees: bool = False


@dataclass(frozen=True)
class Fetch:
    """A field of a hash to be read."""

    key: bytes
    field: bytes


@dataclass(frozen=True)
class Work:
    """Something that takes a while if it is about many bytes."""

    function: Callable[[], object]
    bytes: int

    @property
    def is_long(self) -> bool:
        """Whether it would hold up an event loop."""
        return self.bytes >= _MUCH


#: Yields calls, fetches and work, is sent what came of them, and returns the answer.
Steps = Generator["Call | Fetch | Work", Any, T]


class Operations:
    """Each method is the steps of its namesake in ``headroom.Store``."""

    def __init__(
        self,
        prefix: str,
        codec: Codec,
        clock: Callable[[], float] | None,
        written: Callable[[str, str], None],
    ) -> None:
        self._prefix = prefix
        self._values = Values(codec)
        self._sealing = 1 if codec.sealing else 0
        self._clock = clock
        #: Called with the namespace and the key of each write.
        self._written = written

    def names(self, namespace: str) -> Names:
        """What the namespace has on the server."""
        return names_of(self._prefix, namespace)

    def next_version(self, namespace: str) -> Steps[int]:
        return int((yield self._call("next_version", namespace)))

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> Steps[bool]:
        size = len(record.original) + len(record.view)
        packed = yield Work(lambda: self._values.pack(namespace, record), size)
        most = (_or_empty(limits.max_entries), _or_empty(limits.max_bytes))
        written, more = yield self._call(
            "put", namespace, as_bytes(record.header.key), packed.entry, packed.original,
            packed.view, _milliseconds(ttl), *most, _or_empty(expected), self._sealing,
            self.names(namespace).channel,
        )  # fmt: skip
        if written:
            self._written(namespace, record.header.key)
        while more:
            more = yield self._call("trim", namespace, *most)
        return bool(written)

    def get(
        self, namespace: str, key: str, *, with_original: bool = True
    ) -> Steps[Record | Missing]:
        names = self.names(namespace)
        for wanted in (2 if with_original else 0, 1):
            due, *found = yield self._call(
                "get", namespace, as_bytes(key), wanted, keys=(names.data, names.gone)
            )
            if len(found) != 4:
                break
            # A large original comes by itself. It is named by its hash, so it is the right one; if
            # it has gone meanwhile, all is asked for at once.
            found[2] = yield Fetch(names.data, found.pop())
            if found[2] is not None:
                break
        if due:
            yield from self._sweep(namespace)
        if len(found) == 2:
            return _missing(*found)
        values = self._values
        entry, view, original = found
        record: Record = yield Work(
            lambda: values.record(
                namespace, key, entry, view, original, with_original=with_original
            ),
            len(view or b"") + len(original or b""),
        )
        return record if with_original else replace(record, original=b"")

    def find(self, namespace: str, reference: str) -> Steps[Record | None]:
        wanted = as_reference(reference)
        if wanted is None:
            return None
        found = yield self._call("find", namespace, wanted)
        if not found:
            return None
        key, entry, view, original = found
        record: Record = yield Work(
            lambda: self._values.record(namespace, as_text(key), entry, view, original),
            len(original or b""),
        )
        return record

    def delete(self, namespace: str, key: str) -> Steps[bool]:
        call = self._call("delete", namespace, as_bytes(key), secrets.token_bytes(8), frees=True)
        return bool((yield call))

    def clear(self, namespace: str) -> Steps[int]:
        call = self._call("clear", namespace, secrets.token_bytes(8), frees=True)
        count = -1
        while count < 0:
            count = yield call
        return count

    def headers(self, namespace: str) -> Steps[list[Header]]:
        # By key: what is written again between two pages comes again, and counts where it is then.
        found: dict[str, Header] = {}
        more, last = 1, b"0"
        while more:
            more, last, pairs = yield self._call("headers", namespace, last, _PAGE)
            for name, entry in zip(pairs[::2], pairs[1::2]):
                key = as_text(name)
                found.pop(key, None)
                found[key] = self._values.header(namespace, key, entry)
        return list(found.values())

    def usage(self, namespace: str) -> Steps[Usage]:
        more, *counts = yield self._call("usage", namespace)
        while more:
            yield self._call("sweep", namespace)
            more, *counts = yield self._call("usage", namespace)
        entries, size, expired, evicted = counts
        return Usage(entries, size, expired, evicted)

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> Steps[None]:
        view, origin = as_reference(view_reference), as_reference(reference)
        if view is None or origin is None:
            raise ValueError("references are SHA-256 in hex")
        yield self._call("remember_view", namespace, view, origin)

    def view_origin(self, namespace: str, view_reference: str) -> Steps[str | None]:
        wanted = as_reference(view_reference)
        if wanted is None:
            return None
        names = self.names(namespace)
        found = yield self._call("view_origin", namespace, wanted, keys=(names.data, names.seen))
        if found is None:
            return None
        if len(found) != 32:
            raise IntegrityError("what is stored of a view was changed")
        return str(found.hex())

    def rotate(self, namespace: str) -> Steps[int]:
        """Seals anew what the codec's first key did not seal; how many values that were."""
        if self._sealing:
            yield self._call("seal", namespace, 1)
        fields = yield self._call("fields", namespace)
        count = 0
        for start in range(0, len(fields), _ROTATED_AT_ONCE):
            some = fields[start : start + _ROTATED_AT_ONCE]
            views = [b"v" + field[1:] for field in some if field[:1] == b"e"]
            answers = yield self._call("values", namespace, *some, *views)
            values = dict(zip([*some, *views], answers))
            changes = yield Work(
                lambda values=values: self._changes(namespace, values),  # type: ignore[misc]
                sum(map(len, filter(None, answers))),
            )
            for field, before, after in changes:
                hashed = hashlib.sha1(before, usedforsecurity=False).hexdigest()
                count += yield self._call("swap", namespace, field, hashed, after)
        if not self._sealing:
            yield self._call("seal", namespace, 0)
        return count

    def _sweep(self, namespace: str) -> Steps[None]:
        """Clears away some of what has expired, on the way of somebody who reads."""
        try:
            yield self._call("sweep", namespace)
        except StoreError:
            # A server that takes no writes, for want of memory say, is no reason not to read.
            logger.debug("what has expired could not be cleared away")

    def _changes(
        self, namespace: str, values: dict[bytes, bytes | None]
    ) -> list[tuple[bytes, bytes, bytes]]:
        """Fields with what they hold, and what they should."""
        found: list[tuple[bytes, bytes, bytes]] = []
        for field, value in values.items():
            if value is None:
                continue
            if field[:1] == b"v":
                entry = values[b"e" + field[1:]]
                if entry is None:
                    continue
                anew = self._values.view_sealed_anew(namespace, entry, value)
            else:
                anew = self._values.sealed_anew(namespace, field, value)
            if anew is not None:
                found.append((field, value, anew))
        return found

    def _call(
        self,
        name: str,
        namespace: str,
        *arguments: Argument,
        frees: bool = False,
        keys: Sequence[bytes] | None = None,
    ) -> Call:
        now = "" if self._clock is None else math.floor(self._clock() * 1000)
        chosen = self.names(namespace).keys if keys is None else keys
        return Call(script(name), chosen, (now, *arguments), frees)


def _or_empty(number: int | None) -> Argument:
    return "" if number is None else number


def _milliseconds(ttl: float | None) -> Argument:
    """Never less than ``ttl``; empty for ever."""
    if ttl is None or ttl * 1000 >= _FOREVER_MS / 2:
        return ""
    return max(0, math.ceil(ttl * 1000))


def _missing(reason: bytes, when: bytes) -> Missing:
    if reason == b"a":
        return Missing("absent")
    if reason not in _REASONS:
        raise IntegrityError("what is stored of a key that went was changed")
    return Missing(_REASONS[reason], int(when) / 1000)
