"""Being woken by writes."""

from __future__ import annotations

import threading
from functools import partial

from headroom import Record, Store
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.records import write

__all__ = ["WatchTests"]


class WatchTests(ContractBase):
    """``watch``."""

    #: Seconds until a waking call must have come.
    patience: float = 10.0

    def test_a_write_of_another_thread_wakes_every_watcher(self, store: Store) -> None:
        woken = [threading.Event(), threading.Event()]
        ends = [store.watch("space", "key", event.set) for event in woken]
        writer = threading.Thread(target=write, args=(store, "key", "content"))
        writer.start()
        try:
            for event in woken:
                assert event.wait(self.patience), "nothing was said of a write"
        finally:
            writer.join()
            for end in ends:
                end()

    def test_a_watch_ends_and_others_go_on(self, store: Store) -> None:
        ended, goes_on = threading.Event(), threading.Event()
        end = store.watch("space", "key", ended.set)
        end_other = store.watch("space", "key", goes_on.set)
        end()
        ended.clear()
        goes_on.clear()
        write(store, "key", "content")
        assert goes_on.wait(self.patience)
        assert not ended.is_set(), "woken after the watch had ended"
        end_other()
        end()

    def test_each_write_wakes(self, store: Store) -> None:
        woken = threading.Event()
        end = store.watch("space", "key", woken.set)
        for turn in range(3):
            woken.clear()
            write(store, "key", f"content {turn}")
            assert woken.wait(self.patience), f"write {turn + 1} wakes nobody"
        end()

    def test_who_watches_is_woken_after_its_key_went(self, store: Store) -> None:
        woken = threading.Event()
        end = store.watch("space", "key", woken.set)
        write(store, "key", "content")
        for ends in (partial(store.delete, key="key"), store.clear):
            ends("space")
            assert woken.wait(self.patience)
            woken.clear()
            write(store, "key", "content")
            assert woken.wait(self.patience), "nobody is woken after the key went"
        end()

    def test_whoever_is_woken_finds_what_was_written(self, store: Store) -> None:
        for turn in range(3):
            woken, read = threading.Event(), threading.Event()

            def wake(woken: threading.Event = woken, read: threading.Event = read) -> None:
                woken.set()
                # Whoever wakes before it writes does not come to that meanwhile.
                read.wait(min(self.patience, 1))

            # A key of its own: a second notice of the write before may come late.
            key = f"key {turn}"
            end = store.watch("space", key, wake)
            writer = threading.Thread(target=write, args=(store, key, f"content {turn}"))
            writer.start()
            assert woken.wait(self.patience)
            found = store.get("space", key)
            read.set()
            writer.join()
            end()
            assert isinstance(found, Record), "woken before the write"
            assert found.original == f"content {turn}".encode(), "woken before the write"

    def test_no_write_of_another_key_wakes(self, store: Store) -> None:
        others = [
            ("space", "other"), ("other", "key"), ("space", "KEY"), ("space", "key and more"),
            ("space", "ke"), ("space", "a key"), ("space", ""),
        ]  # fmt: skip
        woken, woken_too = threading.Event(), threading.Event()
        end = store.watch("space", "key", woken.set)
        last = others[-1]
        end_too = store.watch(*last, woken_too.set)
        for namespace, key in others:
            write(store, key, "content", namespace=namespace)
        # What the others woke would have been woken by now.
        assert woken_too.wait(self.patience)
        assert not woken.is_set(), "woken by the write of another key"
        write(store, "key", "content")
        assert woken.wait(self.patience)
        end()
        end_too()

    def test_who_watches_twice_ends_one_watch(self, store: Store) -> None:
        woken = threading.Event()
        ends = [store.watch("space", "key", woken.set) for _ in range(2)]
        ends[0]()
        ends[0]()
        write(store, "key", "content")
        assert woken.wait(self.patience), "the end of one watch ended another"
        ends[1]()

    @needs(Capability.NOTIFIES)
    def test_a_write_of_another_handle_wakes(self, store: Store) -> None:
        other = self.open_again()
        woken = threading.Event()
        end = store.watch("space", "key", woken.set)
        try:
            # The store may need a moment until it listens, and may miss what comes before.
            for _ in range(20):
                write(other, "key", "content")
                if woken.wait(self.patience / 20):
                    break
            assert woken.is_set(), "nothing was said of the writes of another handle"
        finally:
            end()
            other.close()
