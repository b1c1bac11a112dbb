"""Several threads that read and write."""

from __future__ import annotations

import threading
from collections.abc import Callable

from headroom import Record, Store
from headroom_testing.contract.base import ContractBase
from headroom_testing.contract.records import make, original, put, write

__all__ = ["TogetherTests", "at_once"]


def at_once(*works: Callable[[], object]) -> None:
    """Does each in a thread of its own, and raises what one of them raised."""
    failures: list[BaseException] = []

    def work(what: Callable[[], object]) -> None:
        try:
            what()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(what,)) for what in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class TogetherTests(ContractBase):
    """No write is lost, and none is seen by halves."""

    #: Threads that write beside each other, and how many entries each writes.
    writers: int = 6
    writes: int = 12
    #: How often each of two threads reads a key while it is written over and over.
    reads: int = 25

    def test_writers_of_different_keys_lose_nothing(self, store: Store) -> None:
        def work(number: int) -> None:
            for turn in range(self.writes):
                write(store, f"{number} {turn}", f"content {number} {turn}")

        at_once(*(lambda number=number: work(number) for number in range(self.writers)))
        written = {f"{one} {turn}" for one in range(self.writers) for turn in range(self.writes)}
        assert {header.key for header in store.headers("space")} == written
        assert store.usage("space").entries == len(written)
        for key in written:
            assert original(store, key) == f"content {key}"

    def test_readers_see_whole_records(self, store: Store) -> None:
        records: dict[int, Record] = {}
        left = [self.reads, self.reads]
        failed = threading.Event()

        def write_next() -> None:
            version, number = store.next_version("space"), len(records)
            content, view = (f"{what} {number} " * 50 for what in ("content", "view"))
            records[version] = make("key", content, version, view, {"number": number})
            put(store, records[version])

        def write_all() -> None:
            while any(left) and not failed.is_set():
                write_next()

        def read(reader: int) -> None:
            try:
                for turn in range(self.reads):
                    look()
                    left[reader] = self.reads - turn - 1
            except BaseException:
                failed.set()
                raise

        def look() -> None:
            found = store.get("space", "key")
            assert isinstance(found, Record), "what is overwritten is not there for a moment"
            assert found == records[found.header.version], "a record of two halves"
            seen = store.get("space", "key", with_original=False)
            assert isinstance(seen, Record), "what is overwritten is not there for a moment"
            whole = records[seen.header.version]
            assert (seen.header, seen.view) == (whole.header, whole.view), "two halves"
            assert store.find("space", found.header.reference) in (None, found)
            assert [header.key for header in store.headers("space")] == ["key"]

        write_next()
        at_once(write_all, lambda: read(0), lambda: read(1))
