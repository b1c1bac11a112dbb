"""What several threads see of one key."""

from __future__ import annotations

import random
import threading
import time

from headroom import Record, Store
from headroom_testing.contract.base import Capability, ContractBase
from headroom_testing.contract.linearizability import Operation, is_linearizable
from headroom_testing.contract.records import make, put

__all__ = ["HistoryTests", "record_history"]


def record_history(stores: list[Store], namespace: str, seed: int, length: int) -> list[Operation]:
    """Lets a thread for each handle do random operations on one key, and tells what they saw."""
    history: list[Operation] = []
    failures: list[BaseException] = []
    ready = threading.Barrier(len(stores))

    def act(store: Store, choice: random.Random) -> None:
        version, seen = 0, 0
        for _ in range(length):
            name = choice.choice(["get", "get", "put", "put", "put", "delete", "next_version"])
            expected = choice.choice([None, seen])
            began = time.perf_counter()
            if name == "get":
                found = store.get(namespace, "key")
                seen = result = found.header.version if isinstance(found, Record) else 0
                done = Operation("get", began, time.perf_counter(), result)
            elif name == "delete":
                result = store.delete(namespace, "key")
                done = Operation("delete", began, time.perf_counter(), result)
            elif name == "next_version" or not version:
                version = store.next_version(namespace)
                done = Operation("next_version", began, time.perf_counter(), version)
            else:
                record = make("key", f"content {version}", version)
                result = put(store, record, namespace=namespace, expected=expected)
                ended = time.perf_counter()
                done = Operation("put", began, ended, result, version, expected)
                version = 0
            history.append(done)

    def work(store: Store, choice: random.Random) -> None:
        try:
            ready.wait(30)
            act(store, choice)
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(store, random.Random(f"{seed} {number}")))
        for number, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return history


class HistoryTests(ContractBase):
    """Operations at once are as operations one after the other."""

    #: How many histories, of how many threads, with how many operations each.
    histories: int = 30
    history_threads: int = 4
    history_length: int = 8

    def test_operations_at_once_have_an_order(self, store: Store) -> None:
        shared = Capability.SHARED in self.capabilities
        others = [self.open_again() if shared else store for _ in range(self.history_threads - 1)]
        try:
            for seed in range(self.histories):
                namespace = f"history {seed}"
                history = record_history([store, *others], namespace, seed, self.history_length)
                assert is_linearizable(history), f"no order explains {history}"
        finally:
            for other in others:
                if other is not store:
                    other.close()
