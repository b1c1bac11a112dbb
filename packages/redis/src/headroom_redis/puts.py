"""A put, as steps: how often it is sent, and with which version and times."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable
from typing import Literal

from headroom import Limits, Record
from headroom.steps import work
from headroom_redis.calls import Calls, ServerSteps
from headroom_redis.commands import Argument
from headroom_redis.keys import as_bytes, names_of
from headroom_redis.server_clock import ServerClock
from headroom_redis.values import Values

__all__ = ["MUCH", "Puts", "milliseconds", "or_empty"]

#: From this many bytes on, packing and unpacking would hold up an event loop.
MUCH = 32 * 1024
# Times beyond this are no longer exact as one of Lua's numbers; it is 285,000 years.
_FOREVER_MS = 2**53
# So much later an entry may be sealed to expire: the time that it may take to the server. And at
# the most, however often it took longer.
_MARGIN_MS, _MOST_MARGIN_MS = 250, 30_000
# What came of a put, as the script says it; else it was refused.
_WRITTEN, _AGAIN, _IS_VIEW = 1, 2, 3


class Puts:
    """The puts of a store.

    Args:
        calls: Of the server.
        values: What they are packed by.
        clock: What is known of the server's.
        written: Called with the namespace and the key of each write.

    """

    def __init__(
        self,
        calls: Calls,
        values: Values,
        clock: ServerClock,
        written: Callable[[str, str], None],
    ) -> None:
        self._calls = calls
        self._values = values
        self._clock = clock
        self._written = written

    def put(
        self,
        namespace: str,
        record: Record,
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> ServerSteps[bool]:
        """See ``Store.put``."""
        what, _ = yield from self._put(namespace, record, None, ttl, limits, expected)
        return what == _WRITTEN

    def put_now(
        self,
        namespace: str,
        record: Record,
        began: float,
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> ServerSteps[int | Literal["view"]]:
        """See ``Store``."""
        what, version = yield from self._put(namespace, record, began, ttl, limits, expected)
        return "view" if what == _IS_VIEW else version if what == _WRITTEN else 0

    def _put(
        self,
        namespace: str,
        record: Record,
        began: float | None,
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> ServerSteps[tuple[int, int]]:
        """What came of it, and the version that it was written with."""
        key, channel = as_bytes(record.header.key), names_of(self._calls.prefix, namespace).channel
        is_long = len(record.original) + len(record.view) >= MUCH
        most = (or_empty(limits.max_entries), or_empty(limits.max_bytes))
        lasts, clock = milliseconds(ttl), self._clock
        # What is sealed is bound to when it expires, by the time of the server.
        is_bound = self._values.codec.sealing and lasts is not None
        if (is_bound or began is not None) and clock.at(namespace, 0.0) is None:
            yield from self._ask_the_time(namespace)
        version, least, margin = record.header.version, 0, 0 if clock.is_given else _MARGIN_MS
        while True:
            if began is not None:
                version = max(least, clock.at(namespace, began) or 0)
            expires = None
            if is_bound and lasts is not None:
                at = clock.at(namespace, time.monotonic()) or 0
                expires = at // 1000 + lasts + margin
            packed = yield from work(
                functools.partial(self._values.pack, namespace, record, version, expires),
                is_long=is_long,
            )
            arguments = (
                key, packed.entry, packed.original, packed.view, or_empty(lasts), *most,
                or_empty(expected), channel, packed.origin, or_empty(expires),
            )  # fmt: skip
            asked = time.monotonic()
            stamp = ("", "") if began is None else (clock.age_of(began), "lost")
            what, number, now = yield from self._calls.ask(
                "put", namespace, *arguments, stamp[0], after_loss=(*arguments, stamp[1])
            )
            clock.said(namespace, asked, now, did_not_fit=what == _AGAIN)
            if what != _AGAIN:
                break
            least = max(least, number)
            if not number:
                # It took longer than the margin to get there, or a clock was set.
                margin = min(2 * margin + _MARGIN_MS, _MOST_MARGIN_MS)
        if what == _WRITTEN:
            self._written(namespace, record.header.key)
        while what == _WRITTEN and number:
            number = yield from self._calls.ask("trim", namespace, *most, key)
        return what, version

    def _ask_the_time(self, namespace: str) -> ServerSteps[None]:
        # Twice: the first answer may have had to wait for a connection, and is too old then.
        for _ in range(2):
            asked = time.monotonic()
            self._clock.said(namespace, asked, (yield from self._calls.ask("time", namespace)))


def or_empty(number: int | None) -> Argument:
    return "" if number is None else number


def milliseconds(ttl: float | None) -> int | None:
    """Never less than ``ttl``; ``None`` for ever."""
    if ttl is None or ttl * 1000 >= _FOREVER_MS / 2:
        return None
    return max(0, math.ceil(ttl * 1000))
