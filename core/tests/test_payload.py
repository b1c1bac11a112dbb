from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from uuid import UUID

import pytest

from headroom import SharedContext, UnsupportedPayload, compress


class Color(Enum):
    RED = "red"


class Name(str, Enum):
    ANNA = "anna"


@dataclass
class Order:
    number: int
    tags: tuple[str, ...]
    color: Color = Color.RED


class Model:
    """Looks like a Pydantic model."""

    def model_dump(self, mode: str) -> dict[str, object]:
        assert mode == "json"
        return {"name": "x", "inner": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("as it is\r\n\ud800", "as it is\r\n\ud800"),
        ("", ""),
        (Name.ANNA, "anna"),
        (None, "null"),
        (True, "true"),
        (12345678901234567890123, "12345678901234567890123"),
        (1.5, "1.5"),
        ({"a": [1, "ü", None]}, '{"a": [1, "ü", null]}'),
        ((1, (2, 3)), "[1, [2, 3]]"),
        (OrderedDict(b=1, a=2), '{"b": 1, "a": 2}'),
        ([Name.ANNA, Color.RED], '["anna", "red"]'),
        (Order(7, ("x", "y")), '{"number": 7, "tags": ["x", "y"], "color": "red"}'),
        (Model(), '{"name": "x", "inner": [1, 2.5, null]}'),
        (datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc), '"2026-01-02T03:04:00+00:00"'),
        ([date(2026, 1, 2)], '["2026-01-02"]'),
        ([UUID(int=1)], '["00000000-0000-0000-0000-000000000001"]'),
        ([Decimal("1.10")], '["1.10"]'),
        ([PurePosixPath("/a/b")], '["/a/b"]'),
    ],
)
def test_the_original_comes_back(data: object, text: str) -> None:
    ctx = SharedContext()
    assert ctx.put("key", data).original == text
    assert ctx.get("key", full=True) == text


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (object(), "pass text, or a dict"),
        ([{"a": object()}], r"\$\[0\]\.a is of type object"),
        (b"bytes", "decode it to text first"),
        ({"a": {1, 2}}, "pass a list"),
        ({1: "a"}, r"convert the keys with str\(\) first"),
        (len, "pass text, or a dict"),
        (Order, "pass text, or a dict"),
    ],
)
def test_what_is_not_json_at_heart_is_an_error_that_says_what_to_pass(
    data: object, advice: str
) -> None:
    with pytest.raises(UnsupportedPayload, match=advice):
        SharedContext().put("key", data)
    with pytest.raises(TypeError, match=advice):
        compress(data)


def test_a_value_that_contains_itself_is_an_error() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(UnsupportedPayload, match="contains itself"):
        SharedContext().put("key", endless)


def test_nothing_of_a_refused_payload_is_stored() -> None:
    ctx = SharedContext()
    with pytest.raises(UnsupportedPayload):
        ctx.put("key", object())
    assert "key" not in ctx


def test_structured_text_is_json() -> None:
    data = {"nested": [{"deep": [1, 2, {"x": "\n\u2028"}]}]}
    assert json.loads(SharedContext().put("key", data).original) == data
