"""A Redis Cluster for tests: masters, and replicas behind them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.crc import key_slot
from redis_server import Server, StartServer, free_port

__all__ = ["Cluster", "wait_until"]

_SLOTS = 16_384
_MASTERS = 3
#: Milliseconds after which a node that does not answer has failed.
_NODE_TIMEOUT = "500"


def wait_until(is_so: Callable[[], object], seconds: float = 20) -> None:
    """Looks again and again until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it does not become so"
        time.sleep(0.02)


@dataclass
class Cluster:
    """Three masters, which share the slots; the first may have a replica."""

    start: StartServer
    masters: list[Server] = field(default_factory=list)
    replicas: list[Server] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.masters[-1].port}/0?cluster=yes"

    def open(self, *, replica: bool = False) -> None:
        """Starts the servers, and lets them find each other."""
        nodes = [self._node() for _ in range(_MASTERS + replica)]
        self.masters, self.replicas = nodes[:_MASTERS], nodes[_MASTERS:]
        for number, master in enumerate(self.masters):
            first, end = (_SLOTS * one // _MASTERS for one in (number, number + 1))
            _ask(master, "CLUSTER", "ADDSLOTSRANGE", first, end - 1)
            _ask(master, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in nodes[1:]:
            _ask(node, "CLUSTER", "MEET", "127.0.0.1", nodes[0].port, nodes[0].options[3])
        for node in nodes:
            wait_until(lambda node=node: _knows(node, len(nodes)))
        for node in self.replicas:
            wait_until(lambda node=node: _follows(node, self.masters[0]))
            wait_until(lambda node=node: b"connected" in _ask(node, "ROLE"))

    def holder_of(self, namespace: str) -> Server:
        """The master that has the slot of a namespace."""
        slot = self.slot_of(namespace)
        return next(one for one in self.masters if _has(one, slot))

    def slot_of(self, namespace: str) -> int:
        return int(key_slot(f"{{headroom:{namespace}}}".encode()))

    def begin_move(self, slot: int, source: Server, target: Server) -> None:
        _ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", _id(source))
        _ask(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", _id(target))

    def move_keys(self, slot: int, source: Server, target: Server, most: int = 1000) -> int:
        """Moves some keys of a slot; how many."""
        keys = _ask(source, "CLUSTER", "GETKEYSINSLOT", slot, most)
        if keys:
            _ask(source, "MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        return len(keys)

    def end_move(self, slot: int, target: Server) -> None:
        for node in (target, *self.masters):
            _ask(node, "CLUSTER", "SETSLOT", slot, "NODE", _id(target))

    def _node(self) -> Server:
        return self.start(
            "--cluster-enabled", "yes", "--cluster-port", str(free_port()),
            "--cluster-node-timeout", _NODE_TIMEOUT, "--cluster-replica-validity-factor", "0",
            "--repl-diskless-sync-delay", "0", tcp=True,
        )  # fmt: skip


def _ask(node: Server, *command: object) -> Any:
    # Named by its first word, a command's answer is not made into something else by the client.
    with node.client() as client:
        return client.execute_command(*command)


def _id(node: Server) -> str:
    return str(_ask(node, "CLUSTER", "MYID").decode())


def _knows(node: Server, count: int) -> bool:
    said = _ask(node, "CLUSTER", "INFO")
    return b"cluster_state:ok" in said and f"cluster_known_nodes:{count}".encode() in said


def _follows(node: Server, master: Server) -> bool:
    try:
        _ask(node, "CLUSTER", "REPLICATE", _id(master))
    except redis.ResponseError:
        # It does not know that master yet.
        return False
    return True


def _has(node: Server, slot: int) -> bool:
    ranges = _ask(node, "CLUSTER", "SLOTS")
    return any(
        first <= slot <= last and holder[1] == node.port for first, last, holder, *_ in ranges
    )
