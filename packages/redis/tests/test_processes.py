from __future__ import annotations

import subprocess
import sys

from redis_server import Server

from headroom import Codec, Limits, Record, new_encryption_key
from headroom_redis import RedisStore
from headroom_testing.store import original, write

WRITER = """
import hashlib, random, sys
from headroom import Header, Limits, Record
from headroom_redis import RedisStore

url, number = sys.argv[1], int(sys.argv[2])
store = RedisStore(url)
chance = random.Random(number)
limits = Limits(max_entries=20, max_bytes=6000)

def digest(data):
    return hashlib.sha256(data).hexdigest()

for turn in range(150):
    key = f"key {chance.randrange(30)}"
    # Some contents are of several keys.
    content = f"{chance.choice(['shared', key])} ".encode() * chance.randrange(1, 60)
    version = store.next_version("space")
    header = Header(key, digest(content), digest(b"view"), version, 0.0, {"by": number})
    store.put("space", Record(header, content, b"view"), ttl=chance.choice([None, 60, 0.02]),
              limits=limits)
    found = store.get("space", f"key {chance.randrange(30)}")
    if isinstance(found, Record):
        assert digest(found.original) == found.header.reference, "wrong content"
    usage = store.usage("space")
    assert usage.entries <= 20 and usage.bytes <= 6000, usage
    if turn % 10 == 0:
        store.delete("space", key)
store.close()
"""

READER = """
import os, sys, time
from headroom import Codec, Missing
from headroom_redis import RedisStore

store = RedisStore(sys.argv[1], codec=Codec.from_environment("KEYS"))
reads = 0
print("ready", flush=True)
while not isinstance(store.get("space", "end"), Missing):
    for number in range(10):
        assert store.get("space", f"key {number}").original == b"original " * 500
        reads += 1
    assert len(store.headers("space")) in (10, 11)
    print(reads, flush=True)
store.close()
"""


def test_budgets_hold_with_many_processes(server: Server) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, server.url, str(number)])
        for number in range(4)
    ]
    assert [writer.wait(60) for writer in writers] == [0] * 4
    store = RedisStore(server.url)
    store.usage("space")
    headers = store.headers("space")
    sizes = {
        header.reference: len(original(store, header.key))
        for header in headers
        if isinstance(store.get("space", header.key), Record)
    }
    usage = store.usage("space")
    assert usage.entries == len(headers) == len(sizes) + len(headers) - len(set(sizes))
    assert usage.bytes == sum(sizes.values())
    # What counts and what is there agree to the last field.
    with server.client() as client:
        fields = [name[:1] for name in client.hkeys("{headroom:space}:data")]
    assert fields.count(b"e") == fields.count(b"v") == usage.entries
    assert fields.count(b"o") == len(sizes)
    store.delete("space", "none")
    for header in headers:
        store.delete("space", header.key)
    assert store.usage("space").bytes == store.usage("space").entries == 0
    store.close()


def test_keys_change_while_another_process_reads(server: Server) -> None:
    old, new = new_encryption_key(), new_encryption_key()
    first = RedisStore(server.url, codec=Codec(keys=[old]))
    for number in range(10):
        write(first, f"key {number}", "original " * 500, view=f"view {number}")
    write(first, "end", "not yet")
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, server.url], env={"KEYS": f"{old},{new}"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    both = RedisStore(server.url, codec=Codec(keys=[new, old]))
    rotated = both.rotate("space")
    # A rotation may be over before the other has read anything: it goes on until it has.
    assert int(reader.stdout.readline()) == 10
    both.delete("space", "end")
    reader.communicate(timeout=30)
    assert reader.returncode == 0
    assert rotated >= 11 + 10 + 2
    for store in (first, both):
        store.close()


def test_the_newest_of_many_writers_stays(server: Server) -> None:
    stores = [RedisStore(server.url) for _ in range(3)]
    versions = [store.next_version("space") for store in stores for _ in range(5)]
    assert versions == sorted(set(versions))
    write(stores[0], "key", "1", limits=Limits(max_entries=1))
    write(stores[1], "key", "2", limits=Limits(max_entries=1))
    assert original(stores[2], "key") == "2"
    for store in stores:
        store.close()
