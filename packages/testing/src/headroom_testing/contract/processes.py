"""Stores that outlive a process, or that several share."""

from __future__ import annotations

import subprocess
import sys
from typing import IO

from headroom import Missing, Record, Store
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.records import digest, make, original, put, write
from headroom_testing.contract.worker import crash_content, crash_key

__all__ = ["ProcessTests"]

_WORKER = (sys.executable, "-m", "headroom_testing.contract.worker")


class ProcessTests(ContractBase):
    """Durable, shared, safe from crashes."""

    #: Processes that count together, and how far each counts.
    counters: int = 3
    counts: int = 20
    #: How many writers are killed, and the seed of when.
    kills: int = 100
    kill_seed: int = 0

    @needs(Capability.DURABLE)
    def test_what_was_put_outlives_its_handle(self, store: Store) -> None:
        record = write(store, "key", "original", view="view", meta={"n": [1]})
        write(store, "gone", "1")
        slow = store.next_version("space")
        store.delete("space", "gone")
        store.close()
        again = self.open_again()
        try:
            assert again.get("space", "key") == record
            assert again.view_origin("space", digest("view")) == record.header.reference
            gone = again.get("space", "gone")
            assert isinstance(gone, Missing)
            assert gone.reason == "deleted"
            assert not put(again, make("gone", "late", slow))
            assert again.next_version("space") > slow
        finally:
            again.close()

    @needs(Capability.SHARED)
    def test_two_handles_are_one_store(self, store: Store) -> None:
        other = self.open_again()
        try:
            write(store, "key", "1")
            seen = write(other, "key", "2")
            assert original(store, "key") == "2"
            late = make("key", "3", store.next_version("space"))
            write(other, "key", "4")
            assert not put(store, late, expected=seen.header.version)
            store.delete("space", "key")
            assert isinstance(other.get("space", "key"), Missing)
        finally:
            other.close()

    @needs(Capability.SHARED)
    def test_processes_that_count_together_lose_no_step(self, store: Store) -> None:
        workers = [
            subprocess.Popen([*_WORKER, "count", self.locator(), str(self.counts)])
            for _ in range(self.counters)
        ]
        assert [worker.wait(60) for worker in workers] == [0] * self.counters
        assert original(store, "count") == str(self.counters * self.counts)
        assert store.usage("noise").entries == 8
        _check_whole(store, "noise")

    @needs(Capability.CRASH_SAFE)
    def test_a_killed_writer_loses_at_most_one_write(self, store: Store) -> None:
        command = [*_WORKER, "crash", self.locator(), str(self.kills), str(self.kill_seed)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            for kill in range(self.kills):
                self._check_after_kill(store, f"crash {kill}", worker.stdin, worker.stdout)
        assert worker.returncode == 0

    @staticmethod
    def _check_after_kill(store: Store, namespace: str, stdin: IO[str], stdout: IO[str]) -> None:
        acknowledged = int(stdout.readline())
        assert acknowledged, "the writer wrote nothing"
        for number in range(max(0, acknowledged - 5), acknowledged):
            found = store.get(namespace, crash_key(number))
            assert isinstance(found, Record), "an acknowledged write is lost"
            # The write that was under way may have happened: it took the place of the oldest.
            there = found.header.meta["number"]
            assert there == number or (there, number + 5) == (acknowledged, acknowledged)
            assert found.original == crash_content(int(str(there))).encode()
        _check_whole(store, namespace)
        write(store, "after", "the crash", namespace=namespace)
        assert original(store, "after", namespace=namespace) == "the crash"
        store.clear(namespace)
        assert store.usage(namespace).bytes == 0
        stdin.write("\n")
        stdin.flush()


def _check_whole(store: Store, namespace: str) -> None:
    """Every entry can be read, has the content of its hash, and is counted."""
    sizes = {}
    for header in store.headers(namespace):
        found = store.get(namespace, header.key)
        assert isinstance(found, Record)
        assert digest(found.original.decode()) == header.reference
        sizes[header.reference] = len(found.original)
    usage = store.usage(namespace)
    assert (usage.entries, usage.bytes) == (len(store.headers(namespace)), sum(sizes.values()))
