"""``python -m benchmarks.stores``: how fast the stores are, beside what people use otherwise.

An operation of ours is what a context does: ``put`` is ``next_version`` and ``put``. What is not
installed is left out, and said.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.quantiles import quantile
from headroom import Codec, Header, Limits, MemoryStore, Record, SQLiteStore, Store

SIZES = {"1 KB": 1_000, "50 KB": 50_000, "1 MB": 1_000_000}
_NO_LIMITS = Limits()
_TTL = 3600.0


@dataclass(frozen=True)
class Subject:
    """What is measured: a way to write and a way to read a value under a key."""

    put: Callable[[str, Record], object]
    get: Callable[[str], object]


@dataclass(frozen=True)
class Figures:
    """Of one operation."""

    rate: float
    p50: float
    p99: float


def ours(store: Store) -> Subject:
    """A store of ours."""

    def put(key: str, record: Record) -> None:
        old = record.header
        version = store.next_version("bench")
        header = Header(key, old.reference, old.view_reference, version, old.created, old.meta)
        fresh = Record(header, record.original, record.view)
        assert store.put("bench", fresh, ttl=_TTL, limits=_NO_LIMITS)

    return Subject(put, lambda key: store.get("bench", key))


@contextmanager
def subjects(folder: Path, redis_url: str | None) -> Iterator[dict[str, Subject]]:
    """Everything that is installed."""
    found: dict[str, Subject] = {}
    with ExitStack() as stack:
        lock, plain = threading.Lock(), dict[str, bytes]()

        def locked_put(key: str, record: Record) -> None:
            with lock:
                plain[key] = record.original

        def locked_get(key: str) -> bytes:
            with lock:
                return plain[key]

        found["dict with a lock"] = Subject(locked_put, locked_get)
        found["Headroom memory"] = ours(MemoryStore())
        for name, options in (
            ("Headroom SQLite", {}),
            ("Headroom SQLite, no compression", {"codec": Codec(compression=None)}),
            ("Headroom SQLite, power", {"durability": "power"}),
        ):
            path = folder / f"{len(found)}.db"
            store = SQLiteStore(path, **options)  # type: ignore[arg-type]
            stack.callback(store.close)
            found[name] = ours(store)
        for name, module, make in (
            ("cachetools with a lock", "cachetools", _cachetools),
            ("diskcache", "diskcache", _diskcache),
            ("langgraph InMemoryStore", "langgraph.store.memory", _langgraph_memory),
            ("langgraph SqliteStore", "langgraph.store.sqlite", _langgraph_sqlite),
        ):
            if _installed(module):
                found[name] = make(folder, stack)
            else:
                print(f"{name}: not installed", file=sys.stderr)
        if redis_url and _installed("headroom_redis"):
            found |= _redis(redis_url, stack)
        yield found


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _cachetools(_: Path, stack: ExitStack) -> Subject:
    import cachetools

    del stack
    cache: Any = cachetools.TTLCache(maxsize=10**9, ttl=_TTL)
    lock = threading.Lock()

    def put(key: str, record: Record) -> None:
        with lock:
            cache[key] = record.original

    def get(key: str) -> object:
        with lock:
            return cache[key]

    return Subject(put, get)


def _diskcache(folder: Path, stack: ExitStack) -> Subject:
    import diskcache

    cache: Any = diskcache.Cache(str(folder / "diskcache"), size_limit=2**40)
    stack.callback(cache.close)
    return Subject(lambda key, r: cache.set(key, r.original, expire=_TTL), cache.get)


def _langgraph_memory(_: Path, stack: ExitStack) -> Subject:
    from langgraph.store.memory import InMemoryStore

    del stack
    store: Any = InMemoryStore()
    return Subject(
        lambda key, r: store.put(("bench",), key, {"text": r.original.decode()}),
        lambda key: store.get(("bench",), key),
    )


def _langgraph_sqlite(folder: Path, stack: ExitStack) -> Subject:
    from langgraph.store.sqlite import SqliteStore

    store: Any = stack.enter_context(SqliteStore.from_conn_string(str(folder / "langgraph.db")))
    store.setup()
    return Subject(
        lambda key, r: store.put(("bench",), key, {"text": r.original.decode()}),
        lambda key: store.get(("bench",), key),
    )


def _redis(url: str, stack: ExitStack) -> dict[str, Subject]:
    import redis

    from headroom_redis import RedisStore

    client: Any = redis.Redis.from_url(url)
    stack.callback(client.close)
    found = {
        "plain redis-py": Subject(
            lambda key, r: client.set(f"plain:{key}", r.original, px=int(_TTL * 1000)),
            lambda key: client.get(f"plain:{key}"),
        )
    }
    for name, codec in (
        ("Headroom Redis", Codec()),
        ("Headroom Redis, no compression", Codec(compression=None)),
    ):
        store = RedisStore(url, prefix=f"bench{len(found)}", codec=codec)
        stack.callback(store.close)
        found[name] = ours(store)
    return found


def record(number: int, size: int) -> Record:
    """A log-like value, different for each number."""
    line = f"2026-03-02T10:00:00Z INFO worker {number} handled request {number * 7919} in 35 ms\n"
    data = (line * (size // len(line) + 1)).encode()[:size]
    reference = hashlib.sha256(data).hexdigest()
    return Record(Header(f"key {number}", reference, reference, 0, 0.0, {}), data, data)


def timed(operations: list[Callable[[], object]], threads: int) -> Figures:
    """Runs operations, divided among threads."""
    times: list[list[float]] = [[] for _ in range(threads)]
    start = threading.Barrier(threads + 1)

    def work(number: int) -> None:
        own = times[number]
        start.wait()
        for operation in operations[number::threads]:
            begin = time.perf_counter()
            operation()
            own.append(time.perf_counter() - begin)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    begin = time.perf_counter()
    for worker in workers:
        worker.join()
    total = time.perf_counter() - begin
    every = [seconds for own in times for seconds in own]
    return Figures(len(every) / total, quantile(every, 0.5), quantile(every, 0.99))


def measure(
    subject: Subject, size: int, threads: int, entries: int, seconds: float
) -> list[Figures]:
    """Puts into a store with so many entries, then gets what was put."""
    for number in range(entries):
        data = f"{number:0200}".encode()
        reference = hashlib.sha256(data).hexdigest()
        header = Header(f"old {number}", reference, reference, 0, 0.0, {})
        subject.put(header.key, Record(header, data, data))
    begin = time.perf_counter()
    subject.put("probe", record(1, size))
    # As many as fit into the time, within bounds.
    count = int(min(2000, max(16, seconds / max(1e-6, time.perf_counter() - begin))))
    records = [record(number, size) for number in range(count)]
    keys = [f"new {number}" for number in range(count)]

    def put(key: str, value: Record) -> Callable[[], object]:
        return lambda: subject.put(key, value)

    def get(key: str) -> Callable[[], object]:
        return lambda: subject.get(key)

    return [
        timed([put(key, value) for key, value in zip(keys, records)], threads),
        timed([get(key) for key in keys], threads),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stores", description=__doc__)
    parser.add_argument("--redis", help="URL of a server to use, as redis://localhost:6379/0")
    parser.add_argument("--sizes", default=",".join(SIZES), help="some of " + ", ".join(SIZES))
    parser.add_argument("--threads", default="1,8")
    parser.add_argument("--entries", default="100,100000", help="that are there before")
    parser.add_argument("--seconds", type=float, default=0.5, help="for each row, about")
    parser.add_argument("--only", default="", help="stores whose name begins so")
    options = parser.parse_args(arguments)
    print("| entries | size | threads | store | put/s | p50 | p99 | get/s | p50 | p99 |")
    print("|--:|---|--:|---|--:|--:|--:|--:|--:|--:|")
    for entries in map(int, options.entries.split(",")):
        for size in options.sizes.split(","):
            for threads in map(int, options.threads.split(",")):
                with (
                    tempfile.TemporaryDirectory() as folder,
                    subjects(Path(folder), options.redis) as found,
                ):
                    for name, subject in found.items():
                        if not name.startswith(options.only):
                            continue
                        put, get = measure(subject, SIZES[size], threads, entries, options.seconds)
                        cells = [f"{f.rate:.0f} | {_us(f.p50)} | {_us(f.p99)}" for f in (put, get)]
                        row = f"| {entries} | {size} | {threads} | {name} | {' | '.join(cells)} |"
                        print(row, flush=True)
    return 0


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
