"""Stores that outlive a process, or that several share."""

from __future__ import annotations

import subprocess
import sys
from typing import IO

from headroom import Limits, Missing, Record, Store
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

    @needs(Capability.DURABLE)
    def test_times_orders_and_counts_outlive_a_handle(self, store: Store) -> None:
        limits = Limits(max_entries=3)
        for key, ttl in (("evicted", None), ("short", 5.0), ("long", 100.0)):
            write(store, key, key, ttl=ttl, limits=limits)
        write(store, "ever", "ever", limits=limits)
        before = store.headers("space")
        store.close()
        again = self.open_again()
        try:
            assert again.headers("space") == before
            missing = again.get("space", "evicted")
            assert isinstance(missing, Missing)
            assert missing.reason == "evicted"
            self.advance(6)
            usage = again.usage("space")
            assert (usage.entries, usage.evicted, usage.expired) == (2, 1, 1)
            write(again, "new", "new", limits=Limits(max_entries=2))
            assert [header.key for header in again.headers("space")] == ["ever", "new"]
        finally:
            again.close()

    @needs(Capability.SHARED)
    def test_a_handle_sees_at_once_what_another_wrote(self, store: Store) -> None:
        other = self.open_again()
        view = digest("view")
        try:
            for turn in range(3):
                record = write(other, "key", f"content {turn}", view="view")
                for handle in (store, other):
                    assert handle.get("space", "key") == record
                    seen = handle.get("space", "key", with_original=False)
                    assert isinstance(seen, Record)
                    assert seen.header == record.header
                    assert handle.headers("space") == [record.header]
                    assert handle.find("space", record.header.reference) == record
                    assert handle.find("space", digest(f"content {turn - 1}")) is None
                    assert handle.view_origin("space", view) == record.header.reference
                    assert handle.usage("space").entries == 1
            assert other.delete("space", "key")
            missing = store.get("space", "key")
            assert isinstance(missing, Missing)
            assert missing.reason == "deleted"
            assert (store.headers("space"), store.usage("space").entries) == ([], 0)
            write(store, "key", "content", view="view")
            assert other.clear("space") == 1
            assert isinstance(store.get("space", "key"), Missing)
            assert store.view_origin("space", view) is None
            versions = [handle.next_version("space") for handle in (store, other) * 3]
            assert versions == sorted(set(versions)), "handles give out versions of their own"
        finally:
            other.close()

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
