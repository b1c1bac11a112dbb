from __future__ import annotations

import pytest

from headroom import MemoryStore, SharedContext, StoreError, open_store


def test_memory() -> None:
    assert isinstance(open_store("memory://"), MemoryStore)
    assert SharedContext(store="memory://").keys() == []


@pytest.mark.parametrize("url", ["", "context.db", "ftp://host/file", "://"])
def test_an_unknown_url_is_an_error_that_says_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="a store URL begins with one of memory://"):
        SharedContext(store=url)


def test_the_error_shows_no_password() -> None:
    with pytest.raises(ValueError, match="ftp") as error:
        open_store("ftp://user:secret@host")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("scheme", ["redis", "rediss", "unix"])
def test_a_store_of_a_package_that_is_missing(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: ())
    with pytest.raises(ValueError, match=f"{scheme}:// needs a package: pip install") as error:
        open_store(f"{scheme}://localhost")
    assert isinstance(error.value, StoreError)
