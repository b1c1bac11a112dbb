from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headroom import SQLiteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "context.db"


@pytest.fixture
def open_store(path: Path) -> Iterator[Callable[..., SQLiteStore]]:
    stores: list[SQLiteStore] = []

    def open_one(**options: object) -> SQLiteStore:
        stores.append(SQLiteStore(path, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()
