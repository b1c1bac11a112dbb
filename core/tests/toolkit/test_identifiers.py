"""What a query can only mean as a name."""

from __future__ import annotations

import pytest

from headroom.toolkit.identifiers import identifiers, names_one, naming


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("What does LRUCache::Prune do?", ["LRUCache::Prune"]),
        ("Is computeRetryDelay used, or file_name?", ["computeRetryDelay", "file_name"]),
        ("Who changed src/app/main.py?", ["src/app/main.py"]),
        ("Why was order-77 refused in EUR?", ["order-77", "EUR"]),
        ("Where is `try again` said?", ["try again"]),
        ('and "The End"', ["The End"]),
        ("「退款政策」はどこ？", ["退款政策"]),
        ("Tell me e.g. what the U.S. wants, don't it's fine", []),
        ("WHY IS EVERYTHING IN CAPITALS", []),
        ("plain words only", []),
        (None, []),
    ],
)
def test_identifiers_of_a_query(query: str | None, names: list[str]) -> None:
    assert list(identifiers(query)) == names


@pytest.mark.parametrize(
    ("text", "name", "is_there"),
    [
        ("void LRUCache::Prune() {", "LRUCache.prune", True),
        ("order-77", "order-77", True),
        ("order-778", "order-77", False),
        ("本店的退款政策如下", "退款政策", True),
        ("a+b", "a+b", True),
        ("aab", "a+b", False),
    ],
)
def test_a_name_is_there_as_a_whole_in_any_case(text: str, name: str, is_there: bool) -> None:
    assert names_one(text, [name]) is is_there


def test_what_stands_everywhere_names_nothing() -> None:
    units = [f"item_{n} of shop_1" for n in range(100)]
    assert list(naming(units, ["shop_1", "item_7"])) == [7]
