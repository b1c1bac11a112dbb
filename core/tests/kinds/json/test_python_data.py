"""Data that is printed as Python writes it is read as data."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pprint
import re
import uuid
from decimal import Decimal
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
        "[f(x=1, 2 3)]",
        "[f(x=1]",
        "[f(x=)]",
        "[x=1]",
        "f(1)",
        "print('a', sep='')",
        "a=1 b=2",
        "level=info msg='lost'",
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


@dataclasses.dataclass
class Passage:
    """As a search hands it over."""

    id: int
    metadata: dict[str, Any]
    text: str


def _passages() -> list[Passage]:
    return [
        Passage(
            n, {"source": f"https://kb.example/{n}"}, f"Valve {n} of plant {n * 3} is shut. " * 9
        )
        for n in range(24)
    ]


def test_objects_are_rows_each_with_what_it_is_called() -> None:
    passages = _passages()
    view = compress(repr(passages), counter=COUNTER, query="Is valve 15 shut?")
    assert view.kind == "json"
    assert "class=Passage" in view.text
    assert "https://kb.example/15" in view.text or "/15," in view.text
    for line in view.text.split("\n"):
        # No sentence stands below the source of another passage.
        said = set(re.findall(r"Valve (\d+) of", line))
        assert len(said) <= 1
        assert all(f"/{n}," in line for n in said)
    whole = compress(repr(passages), counter=COUNTER, fidelity="lossless")
    assert decode(whole.text) == [
        {"class": "Passage", **dataclasses.asdict(passage)} for passage in passages
    ]


def test_conditions_hold_over_objects() -> None:
    context = SharedContext()
    context.put("found", repr(_passages()))
    found = context.retrieve("found", where="id > 20")
    assert found is not None
    assert re.findall(r"kb\.example/(\d+)", found.text) == ["21", "22", "23"]


def test_rows_of_a_database_keep_the_odd_amount() -> None:
    rows = [
        (
            n,
            Decimal("-5012.00") if n == 88 else Decimal(f"{n % 90}.50"),
            datetime.date(2026, 3, n % 28 + 1),
        )
        for n in range(140)
    ]
    view = compress(repr(rows), counter=COUNTER, query="Which bookings are odd?")
    assert view.kind == "json"
    assert "-5012.00" in view.text
    assert "2026-03-05" in view.text


def test_what_stands_for_a_text_or_a_number_is_that() -> None:
    identifier = uuid.UUID(int=77)
    moment = datetime.datetime(2026, 3, 2, 9, 14, 10, tzinfo=datetime.timezone.utc)
    row = {
        "id": identifier,
        "paid": Decimal("3.20"),
        "on": datetime.date(2026, 3, 2),
        "at": moment,
        "until": datetime.time(9, 30),
        "lasts": datetime.timedelta(days=2),
    }
    whole = compress(repr([row] * 20), counter=COUNTER, fidelity="lossless")
    assert whole.tokens_saved > 0
    read = decode(whole.text)
    assert isinstance(read, list)
    assert read[0] == {
        "id": str(identifier),
        "paid": 3.20,
        "on": "2026-03-02",
        "at": moment.isoformat(),
        "until": "09:30:00",
        "lasts": {"class": "datetime.timedelta", "days": 2},
    }


def test_fields_without_the_name_of_their_object_are_read() -> None:
    lines = "\n".join(f"id={n} text='Valve {n} is shut' tags=['a', 'b']" for n in range(30))
    whole = compress(lines, counter=COUNTER, fidelity="lossless")
    assert whole.kind == "json"
    assert whole.tokens_saved > 0
    assert decode(whole.text) == [
        {"id": n, "text": f"Valve {n} is shut", "tags": ["a", "b"]} for n in range(30)
    ]
