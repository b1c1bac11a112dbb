"""Calls of the server, tried again where the way to it was cut, as steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from redis import exceptions

from headroom import StoreError
from headroom.steps import Steps
from headroom_redis.commands import Argument
from headroom_redis.connecting import pause
from headroom_redis.explaining import LOST, explained, is_full
from headroom_redis.keys import names_of
from headroom_redis.scripts import script
from headroom_redis.server import AwaitedServer, Server

__all__ = ["Calls", "ServerSteps"]

T = TypeVar("T")

# Namespaces that are remembered: a user may have rights to some of them alone.
_NAMESPACES = 1024

#: What a store asks of its server, and does with the answers.
ServerSteps = Steps[Server | AwaitedServer, T]


@dataclass(frozen=True)
class Calls:
    """What a store asks of its server. To ask it twice does the same as once."""

    #: The address, for messages.
    where: str
    #: What the keys begin with, for messages.
    prefix: str
    #: How often a call is tried again.
    retries: int
    #: Seconds since the epoch instead of the server's, for tests.
    clock: Callable[[], float] | None = None
    #: What tells of the keys of the codec: by it the scripts know who may do something.
    key_ids: bytes = b""
    #: The namespaces of which it is known that the user may do all that writing needs.
    _permitted: set[str] = field(default_factory=set)

    def ask(
        self,
        name: str,
        namespace: str,
        *arguments: Argument,
        frees: bool = False,
        keys: tuple[bytes, ...] | None = None,
        after_loss: tuple[Argument, ...] | None = None,
    ) -> ServerSteps[Any]:
        """Runs one of our scripts for a namespace: see ``run``."""
        now = "" if self.clock is None else math.floor(self.clock() * 1000)
        chosen = names_of(self.prefix, namespace).keys if keys is None else keys
        is_first = script(name).writes and namespace not in self._permitted
        end = (self.key_ids, b"1" if is_first else b"")
        then = None if after_loss is None else (now, *after_loss, *end)
        try:
            answer = yield from self.run(
                name, chosen, (now, *arguments, *end), after_loss=then, frees=frees
            )
        except StoreError:
            # The user may have lost a right.
            self._permitted.discard(namespace)
            raise
        if is_first:
            if len(self._permitted) >= _NAMESPACES:
                self._permitted.clear()
            self._permitted.add(namespace)
        return answer

    def run(
        self,
        name: str,
        keys: tuple[bytes, ...],
        arguments: tuple[Argument, ...],
        *,
        after_loss: tuple[Argument, ...] | None = None,
        frees: bool = False,
    ) -> ServerSteps[Any]:
        """Runs one of our scripts.

        Args:
            name: Which.
            keys: The keys that it uses.
            arguments: What else it is given.
            after_loss: What it is given instead where it may have run already: an answer was lost.
            frees: Whether it makes room: then it may run where the server has no memory left.

        Raises:
            StoreError: The server cannot be reached, or refuses.

        """
        then = arguments if after_loss is None else after_loss
        return self._tried(
            lambda failed: _answer(name, keys, then if failed else arguments, frees=frees)
        )

    def fetch(self, key: bytes, field: bytes) -> ServerSteps[bytes | None]:
        """Reads a field of a hash.

        Raises:
            StoreError: The server cannot be reached, or refuses.

        """
        return self._tried(lambda _: _field(key, field))

    def _tried(self, attempt: Callable[[int], ServerSteps[T]]) -> ServerSteps[T]:
        failures = 0
        while True:
            try:
                return (yield from attempt(failures))
            except LOST as error:
                failures += 1
                if failures > self.retries or isinstance(error, exceptions.AuthenticationError):
                    raise explained(error, self.where, self.prefix) from error
            except (exceptions.RedisError, exceptions.RedisClusterException, OSError) as error:
                raise explained(error, self.where, self.prefix) from error
            yield from _rest(pause(failures))


def _rest(seconds: float) -> ServerSteps[None]:
    yield lambda server: server.rest(seconds)


def _field(key: bytes, field: bytes) -> ServerSteps[bytes | None]:
    found: bytes | None = yield lambda server: server.hget(key, field)
    return found


def _answer(
    name: str, keys: tuple[bytes, ...], arguments: tuple[Argument, ...], *, frees: bool
) -> ServerSteps[Any]:
    ours = script(name)
    try:
        try:
            return (yield lambda server: server.evalsha(ours.sha, keys, arguments))
        except exceptions.NoScriptError:
            return (yield lambda server: server.eval(ours.source, keys, arguments))
    except exceptions.ResponseError as error:
        if not frees or not is_full(error):
            raise
        try:
            return (yield lambda server: server.eval(ours.freeing, keys, arguments))
        except exceptions.ResponseError:
            # Redis 6 does not know such scripts.
            raise error from None
