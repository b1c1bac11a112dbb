from __future__ import annotations

from pathlib import Path

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


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("o#1.db", "write %23 for #"),
        ("o.db?timeout=3#1", "write %23 for #"),
        ("o\t1.db", "%09 for a tab"),
        ("o\n1.db", "%0A and %0D for line breaks"),
        ("o.db?timeout=3&timeout=4", "an option twice"),
    ],
)
def test_nothing_of_a_url_is_ignored(tmp_path: Path, end: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        open_store(f"sqlite:///{tmp_path}/{end}")
    assert list(tmp_path.iterdir()) == []


def test_what_is_escaped_in_a_url_is_a_part_of_the_path(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/o%231%0A%3F.db").close()
    assert (tmp_path / "o#1\n?.db").exists()


@pytest.mark.parametrize(
    "url", ["memory://shared", "memory:///x", "memory://?ttl=3", "memory://#1"]
)
def test_memory_takes_nothing_more(url: str) -> None:
    with pytest.raises(ValueError, match="memory:// takes nothing more"):
        open_store(url)
