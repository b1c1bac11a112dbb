"""A disk that is full, which is a small file system in memory here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# In namespaces of its own: there, everybody may mount something, and it goes with the process.
_ALONE = ["unshare", "--map-root-user", "--mount"]

_PROGRAM = """
import random, subprocess, sys
from pathlib import Path
from headroom import Codec, SQLiteStore, StoreError
from headroom_testing.store import original, write

folder, noise = Path(sys.argv[1]), random.Random(0)

def fill():
    # Another program takes what is left.
    with (folder / "other").open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass

def put_until_full(store, contents, size):
    try:
        while True:
            key, content = f"key {len(contents)}", noise.randbytes(size // 2).hex()
            write(store, key, content, view="view")
            contents[key] = content
    except StoreError as error:
        assert "full; make room" in str(error), error

for size in (2_000, 100_000):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=True)
    store = SQLiteStore(folder / "context.db", codec=Codec(compression=None))
    other = SQLiteStore(folder / "context.db", codec=Codec(compression=None))
    contents = {}
    put_until_full(store, contents, size)
    fill()
    put_until_full(store, contents, 100)
    for key in list(contents)[:10]:
        # What it frees is there for others, and yet the next one works.
        assert store.delete("space", key)
        fill()
        del contents[key]
        assert original(other, list(contents)[-1]) == list(contents.values())[-1]
    assert {header.key for header in other.headers("space")} == set(contents)
    assert store.clear("space") == len(contents)
    assert other.headers("space") == []
    write(other, "after", "content")
    assert original(store, "after") == "content"
    fill()
    assert other.delete("space", "after")
    store.close()
    other.close()
    write(store := SQLiteStore(folder / "context.db"), "key", "content")
    store.close()
    # Closed, and opened again when another program has taken all that was left.
    fill()
    store = SQLiteStore(folder / "context.db")
    fill()
    assert store.delete("space", "key")
    fill()
    assert store.clear("space") == 0
    store.close()
    left = {file.name: file.stat().st_size for file in folder.iterdir() if file.name != "other"}
    assert left.keys() <= {"context.db", "context.db-spare"}, left
    assert left.get("context.db-spare", 0) <= 384 * 1024
"""


_NO_ROOM_AT_ALL = """
import subprocess, sys
from headroom import SQLiteStore, StoreError

subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", sys.argv[1]], check=True)
try:
    SQLiteStore(sys.argv[1] + "/context.db")
except StoreError as error:
    assert "full; make room" in str(error), error
else:
    raise AssertionError("a store has room on a disk without any")
"""


@pytest.mark.parametrize("program", [_PROGRAM, _NO_ROOM_AT_ALL], ids=["room is made", "no room"])
def test_a_full_disk(program: str, tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run([*_ALONE, "true"], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    subprocess.run([*_ALONE, sys.executable, "-c", program, tmp_path], check=True)


_NO_LARGER_FILES = """
import random, resource, signal, sys
from headroom import Codec, SQLiteStore, StoreError
from headroom_testing.store import write

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SQLiteStore(sys.argv[1] + "/context.db", codec=Codec(compression=None))
noise = random.Random(0)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
count = 0
try:
    while True:
        write(store, f"key {count}", noise.randbytes(10_000).hex())
        count += 1
except StoreError as error:
    assert "see whether it is full" in str(error), error
for number in range(count):
    assert store.delete("space", f"key {number}"), number
"""


def test_what_is_deleted_makes_room_where_no_file_may_grow(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _NO_LARGER_FILES, tmp_path], check=True)
