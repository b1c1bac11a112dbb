from __future__ import annotations

from typing import ClassVar

import pytest
from redis_server import Server

from headroom import Codec, Store, new_encryption_key
from headroom_redis import RedisStore
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


class TestSealedRedisStore(TestRedisStore):
    # Other processes would need the keys.
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.ASYNC, Capability.LEASES})

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server
        self.codec = Codec(keys=[new_encryption_key()])
