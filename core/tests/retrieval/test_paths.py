from __future__ import annotations

import contextlib
import time

import pytest

from headroom.retrieval.paths import locate

DOCUMENT = {
    "store": {"book": [{"title": "A", "price": 8}, {"title": "B"}, {"title": "C", "price": 22}]},
    "a/b": {"m~n": 1}, "": 2, "it's": 3, "x y": [[1, 2], [3]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("", [""]),
        ("$", [""]),
        ("/store/book/1/title", ["/store/book/1/title"]),
        ("/a~1b/m~0n", ["/a~1b/m~0n"]),
        ("/", ["/"]),
        ("$.store.book[0].title", ["/store/book/0/title"]),
        ("$['store']['book'][-1].title", ["/store/book/2/title"]),
        ('$["it\'s"]', ["/it's"]),
        ("$.store.book[*].price", ["/store/book/0/price", "/store/book/2/price"]),
        ("$.store.book[1:].title", ["/store/book/1/title", "/store/book/2/title"]),
        ("$..price", ["/store/book/0/price", "/store/book/2/price"]),
        ("$..book[0].*", ["/store/book/0/title", "/store/book/0/price"]),
        ("$..['title']", [f"/store/book/{n}/title" for n in range(3)]),
        ("$['x y'][*][0]", ["/x y/0/0", "/x y/1/0"]),
        ("$['a/b']['m~n']", ["/a~1b/m~0n"]),
    ],
)
def test_places(path: str, places: list[str]) -> None:
    assert [pointer for pointer, _ in locate(DOCUMENT, path)] == places


@pytest.mark.parametrize(
    "path", ["/nothing", "/store/book/7", "/store/book/x", "$.nothing", "$[5]"]
)
def test_nothing_there(path: str) -> None:
    with pytest.raises(ValueError, match="nothing at this path"):
        locate(DOCUMENT, path)


@pytest.mark.parametrize("path", ["$store", "$.", "$[", "$[x]", "$[?(@.a)]", "$.a b"])
def test_misspelt(path: str) -> None:
    with pytest.raises(ValueError, match="this JSONPath cannot be read"):
        locate(DOCUMENT, path)


def test_too_many_places() -> None:
    with pytest.raises(ValueError, match="more than 10000 places match"):
        locate([[n] * 300 for n in range(100)], "$..*")


def test_hostile_paths_take_no_time() -> None:
    deep: object = 1
    for _ in range(150):
        deep = {"a": [deep]}
    start = time.process_time()
    for path in ("$" + "..a" * 4, "$" + ".a[0]" * 300, "$" + "[" * 50_000, "$" + "..*" * 3):
        with contextlib.suppress(ValueError):
            locate(deep, path)
    assert time.process_time() - start < 5
