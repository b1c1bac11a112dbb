"""Which symbols a query names."""

from __future__ import annotations

import pytest

from headroom.kinds.code.named import named_symbols
from headroom.kinds.code.outline import Symbol

SYMBOLS = [
    Symbol("Store", 1, 50, True, True, -1),
    Symbol("put", 2, 10, False, True, 0),
    Symbol("get", 11, 20, False, True, 0),
    Symbol("MemoryStore", 60, 90, True, True, -1),
    Symbol("put", 61, 70, False, True, 3),
    Symbol("open_store", 100, 110, False, True, -1),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, []),
        ("", []),
        ("what is this", []),
        ("how does put work", [1, 4]),
        ("how does Store.put work", [1]),
        ("how does put of MemoryStore work", [4]),
        ("how does get work", [2]),
        ("show me `get`", [2]),
        ("where do I get what open_store gives", [5]),
        ("how do I use get()", [2]),
        ("what is in MemoryStore", [3]),
        ("MemoryStore and open_store", [3, 5]),
    ],
)
def test_named_symbols(query, expected):
    assert sorted(named_symbols(SYMBOLS, query)) == expected


def test_what_a_name_belongs_to_tells_symbols_apart():
    methods = [Symbol("Prune", n, n, False, True, -1, scope=of) for n, of in enumerate("AB")]
    assert named_symbols(methods, "what does B::Prune do") == {1}
    assert named_symbols(methods, "show the logic of prune") == {0, 1}
