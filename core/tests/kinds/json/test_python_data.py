"""Data that is printed as Python writes it is read as data."""

from __future__ import annotations

import json
import pprint
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import SharedContext, compress, decode, get_counter

COUNTER = get_counter("gpt-4o")

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
_DATA = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def _hosts() -> list[dict[str, Any]]:
    return [
        {
            "host": f"node-{n}",
            "labels": ("rack", n % 4),
            "up": n != 17,
            "load": None if n == 17 else round(0.1 + n % 5 / 7, 3),
            "note": 'can\'t be reached: "no route"' if n == 17 else "it's fine",
        }
        for n in range(60)
    ]


@settings(deadline=None)
@given(st.lists(_DATA, min_size=6, max_size=12))
def test_a_lossless_view_gives_the_same_data(value: list[Any]) -> None:
    result = compress(repr(value), kind="json", fidelity="lossless", counter=COUNTER)

    assert result.failure is None
    if result.text != repr(value):
        assert result.lossless
        assert decode(result.text) == json.loads(json.dumps(value))


@pytest.mark.parametrize("write", [repr, pprint.pformat])
@pytest.mark.parametrize("share", [None, 0.25, 0.1])
def test_rows_are_shown_as_rows(write: Any, share: float | None) -> None:
    payload = write(_hosts())
    budget = None if share is None else int(share * COUNTER.count(payload))

    result = compress(payload, max_tokens=budget, counter=COUNTER)

    assert result.kind == "json"
    assert result.savings_percent > 60
    assert "node-17" in result.text
    assert "no route" in result.text


def test_one_value_a_line() -> None:
    payload = "\n".join(map(repr, _hosts()))

    result = compress(payload, query="node-33", counter=COUNTER)

    assert result.kind == "json"
    assert "node-33" in result.text


def test_what_a_view_leaves_out_comes_back_by_its_rows() -> None:
    context = SharedContext()
    entry = context.put("hosts", repr(_hosts()), query="node-17", max_tokens=200)
    assert entry.omissions

    found = context.retrieve("hosts", place="rows 41")

    assert "node-40" in str(found)
    assert context.get("hosts", full=True) == repr(_hosts())


@pytest.mark.parametrize(
    "payload",
    [
        "{1: 'a', 2: 'b'}",
        "{'a', 'b'}",
        "[b'abc', b'def']",
        "[datetime.date(2026, 3, 2)]",
        "['a' 'b']",
        "[('a')]",
        "['a', 'b',]",
        "[1 2]",
        "['a', 'b')",
        "['\\d']",
        "['\\U0011ffff']",
        "['\\n\x00']",
        "[see 'below']",
    ],
)
def test_what_json_has_no_value_for_is_no_such_data(
    payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = compress(payload, counter=COUNTER)
    assert result.kind != "json"
    assert result.text == payload
    assert not caplog.records


@pytest.mark.parametrize(
    "payload",
    [
        "[" * 200_000 + "]",
        "(" * 200_000,
        "['" + "\\" * 200_001 + "]",
        "['" + "\\'" * 100_000 + "]",
        "['a'," * 50_000 + "]",
    ],
)
def test_odd_input_is_passed_on(payload: str) -> None:
    result = compress(payload, counter=COUNTER)
    assert result.failure is None
    assert result.kind != "json"
