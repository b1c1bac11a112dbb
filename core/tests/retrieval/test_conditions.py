from __future__ import annotations

import sys

import pytest

from headroom.retrieval.conditions import conditions
from headroom.retrieval.patterns import compile_pattern

ROW = {
    "status": "Failed", "delay": 30, "price": "9.50", "at": "2026-11-03T10:00:00Z", "ok": False,
    "none": None, "order": {"lines": [{"sku": "A1"}, {"sku": "B2"}]}, "a.b": 5, "5": "five",
}  # fmt: skip


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"status": "failed"}, True),
        ({"status": "fail"}, False),
        ({"status": "~fail"}, True),
        ({"status": "!= ok"}, True),
        ({"status": ["ok", "failed"]}, True),
        ({"delay": 30}, True),
        ({"delay": "30.0"}, True),
        ({"delay": ">29.5"}, True),
        ({"delay": "<30"}, False),
        ({"delay": "<= 30", "status": "failed"}, True),
        ({"delay": "<= 30", "status": "ok"}, False),
        ({"price": ">9"}, True),
        ({"price": "<10"}, True),
        ({"at": ">= 2026-11-01"}, True),
        ({"at": "< 2026-11-01"}, False),
        ({"ok": False}, True),
        ({"ok": "false"}, True),
        ({"none": None}, True),
        ({"none": "null"}, True),
        ({"order.lines.sku": "B2"}, True),
        ({"order.lines.sku": "C3"}, False),
        ({"a.b": 5}, True),
        ({"missing": "x"}, False),
        ({"missing": "!=x"}, True),
        ("status = failed and delay > 20", True),
        ("status = failed, delay > 40", False),
        ("status == 'Failed' AND order.lines.sku = A1", True),
        ("5 = five", True),
        ("", True),
    ],
)
def test_conditions(where: object, holds: bool) -> None:
    found = conditions(where)  # type: ignore[arg-type]
    assert (found is None or found.holds(ROW)) is holds


@pytest.mark.parametrize("value", ["9" * 100_000, "nan", "-", "1e999999", "\u0663"])
def test_odd_numbers_are_no_problem(value: str) -> None:
    for where, row in (({"n": f">{value}"}, {"n": 5}), ({"n": ">5"}, {"n": value})):
        condition = conditions(where)
        assert condition is not None
        assert condition.holds(row) in (True, False)


@pytest.mark.parametrize(
    ("where", "error"),
    [("status failed", ValueError), (7, TypeError), ({5: "x"}, TypeError), ({"a": {}}, TypeError)],
)
def test_what_makes_no_sense(where: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="where"):
        conditions(where)  # type: ignore[arg-type]


def test_a_pattern_without_its_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(ValueError, match=r"pip install \"headroom-core\[patterns\]\"; query needs"):
        compile_pattern("a+")
