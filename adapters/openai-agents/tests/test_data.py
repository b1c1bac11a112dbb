from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_openai_agents.data import as_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


# On a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(), values) | st.lists(values))
def test_what_json_can_say_comes_back(value: object) -> None:
    assert json.loads(as_json(repr(value))) == value


@pytest.mark.parametrize(
    "text",
    [
        "plain text",
        "",
        '{"already": ["json", null]}',
        "{1: 'a'}",
        "[(1, 2)]",
        "{'a': b'bytes'}",
        "{'a', 'b'}",
        "[1, 2",
        "{'a': __import__('os')}",
        "[x for x in y]",
        "{'a': 1j}",
        "[nan]",
        "[lines 3-4 left out]",
    ],
)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert as_json(text) == text


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{'a':" * 50_000, "['" + "\\'" * 500_000, "[" + "-" * 100_000 + "1]"],
)
def test_hostile_text_takes_no_time_and_raises_nothing(text: str) -> None:
    start = time.perf_counter()
    assert as_json(text) == text
    assert time.perf_counter() - start < 5
