"""What the other processes of the tests do: ``python -m headroom_testing.contract.worker``.

``count URL TIMES`` adds one to a counter, so many times. ``crash URL KILLS SEED`` kills so many
writers of its own, and prints how far each one came; it waits for a line before the next.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from headroom import Limits, Record, Store, open_store
from headroom_testing.contract.records import make, put

__all__ = ["crash_content", "crash_key"]


def crash_key(number: int) -> str:
    """The key that a writer writes as its so-manieth."""
    return f"key {number % 5}"


def crash_content(number: int) -> str:
    """What stands there: each content is written twice, under two keys."""
    return f"content {number // 2} " * 200


def _count(store: Store, times: int) -> None:
    for _ in range(times):
        while True:
            version = store.next_version("space")
            found = store.get("space", "count")
            seen, value = 0, 0
            if isinstance(found, Record):
                seen, value = found.header.version, int(found.original)
            if put(store, make("count", str(value + 1), version), expected=seen):
                break
        noise = make(f"{os.getpid()} {version}", f"noise {version % 7}", version)
        put(store, noise, namespace="noise", limits=Limits(max_entries=8))


def _write_until_killed(url: str, namespace: str, acknowledge: int) -> None:
    store = open_store(url)
    number = 0
    while True:
        version = store.next_version(namespace)
        record = make(crash_key(number), crash_content(number), version, meta={"number": number})
        if put(store, record, namespace=namespace):
            os.write(acknowledge, b".")
        number += 1


def _crash(url: str, kills: int, seed: int) -> None:
    choice = random.Random(seed)
    for kill in range(kills):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _write_until_killed(url, f"crash {kill}", writer)
            finally:
                os._exit(1)
        os.close(writer)
        acknowledged = len(os.read(reader, 1))
        while acknowledged and acknowledged < choice.randrange(1, 12):
            more = len(os.read(reader, 1))
            if not more:
                break
            acknowledged += more
        time.sleep(choice.random() * 0.002)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := len(os.read(reader, 4096)):
            acknowledged += more
        os.close(reader)
        print(acknowledged, flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    _task, _url, *_numbers = sys.argv[1:]
    if _task == "count":
        _store = open_store(_url)
        _count(_store, *map(int, _numbers))
        _store.close()
    else:
        _crash(_url, *map(int, _numbers))
