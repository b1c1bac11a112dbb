"""A pytest plugin: what CrewAI's tests need of their repository that its sdist does not bring.

Models answer from recordings, which the sdist does bring; whoever else asks the network is refused.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crewai.events import crewai_event_bus

# Not the body: what a model is sent may differ, and what it answers is what was recorded.
_MATCH = ["method", "scheme", "host", "port", "path"]
_connect = socket.socket.connect


class _Recordings:
    """Registered late: of two plugins with fixtures of one name, the one that came last has it."""

    @pytest.fixture(scope="module")
    def vcr_config(self) -> dict[str, Any]:
        # In their order, each once.
        return {"record_mode": "none", "match_on": _MATCH}

    @pytest.fixture(scope="module")
    def vcr_cassette_dir(self, request: pytest.FixtureRequest) -> str:
        tests = request.config.rootpath / "tests"
        return str(tests / "cassettes" / request.path.parent.relative_to(tests))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Recordings())


@pytest.fixture(autouse=True)
def _as_in_its_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CREWAI_STORAGE_DIR", str(tmp_path / "storage"))
    monkeypatch.setenv("CREWAI_TESTING", "true")
    monkeypatch.setattr(socket.socket, "connect", _near)
    with crewai_event_bus.scoped_handlers():
        yield


def _near(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise ConnectionRefusedError(f"no network in these tests: {host}")
    return _connect(self, address)
