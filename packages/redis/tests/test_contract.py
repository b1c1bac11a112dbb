from __future__ import annotations

from typing import ClassVar

import pytest
from redis_server import Server

from headroom import Codec, Store, new_encryption_key
from headroom_redis import RedisStore
from headroom_redis.keys import names_of
from headroom_testing import Capability, ManualClock, StoreContract


class TestRedisStore(StoreContract):
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability)

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server
        self.codec = Codec()

    def open(self) -> Store:
        self.clock = ManualClock()
        return self.open_again()

    def open_again(self) -> Store:
        return RedisStore(self.server.url, codec=self.codec, clock=self.clock)

    def locator(self) -> str:
        return self.server.url

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def damage(self, namespace: str, reference: str) -> None:
        field = b"o" + bytes.fromhex(reference)
        data = names_of("headroom", namespace).data
        with self.server.client() as client:
            stored = client.hget(data, field)
            assert stored
            middle = len(stored) // 2
            changed = bytes([stored[middle] ^ 1])
            client.hset(data, field, stored[:middle] + changed + stored[middle + 1 :])


class TestSealedRedisStore(TestRedisStore):
    # Other processes would need the keys.
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.ASYNC, Capability.LEASES, Capability.CHECKED}
    )

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server
        self.codec = Codec(keys=[new_encryption_key()])
