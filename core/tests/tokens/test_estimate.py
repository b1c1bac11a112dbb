"""The estimate: near the exact count on every kind of text, and safe on any."""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
import pydoc
import string
import textwrap
import time
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.tokens import EstimateCounter, TokenCounter, get_counter

ESTIMATE = EstimateCounter()


def _names(count: int) -> list[str]:
    return [name for name in dir(string) + dir(textwrap) + dir(inspect) if name[0] != "_"][:count]


def _records() -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "name": name,
            "created_at": f"2024-0{number % 9 + 1}-1{number % 10}T08:{number % 60:02d}:00Z",
            "active": number % 3 == 0,
            "price": round(number * 7.35, 2),
            "owner": None,
        }
        for number, name in enumerate(_names(80))
    ]


def _log() -> str:
    return "\n".join(
        f"2024-03-09 11:{n // 60:02d}:{n % 60:02d},{n * 37 % 1000:03d} INFO [worker-{n % 4}] "
        f"request {name} from 10.0.{n % 7}.{n % 250} took {n * 3}ms"
        for n, name in enumerate(_names(90))
    )


def _rows() -> list[list[str]]:
    return [[str(value) for value in record.values()] for record in _records()]


PAYLOADS = {
    "code": inspect.getsource(textwrap) + inspect.getsource(json.decoder),
    "prose": "\n\n".join(
        inspect.getdoc(item) or "" for item in (textwrap.wrap, json, uuid, inspect, hashlib, pydoc)
    ),
    "manual": pydoc.plain(pydoc.render_doc(textwrap)),
    "html": pydoc.HTMLDoc().docmodule(textwrap)[:12_000],
    "json": json.dumps(_records()),
    "json, indented": json.dumps(_records(), indent=2),
    "csv": "\n".join(",".join(row) for row in _rows()),
    "markdown table": "\n".join("| " + " | ".join(row) + " |" for row in _rows()),
    "log": _log(),
    "hex": hashlib.shake_128(b"hex").hexdigest(2000),
    "base64": base64.b64encode(hashlib.shake_128(b"64").digest(3000)).decode(),
    "identifiers": "\n".join(
        str(uuid.UUID(bytes=hashlib.shake_128(bytes([n])).digest(16))) for n in range(90)
    ),
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_estimate_is_near_the_exact_count(kind: str) -> None:
    text = PAYLOADS[kind]
    exact = get_counter("o200k_base").count(text)
    assert exact > 300
    assert abs(ESTIMATE.count(text) / exact - 1) < 0.12


def test_the_estimate_is_nearer_than_four_characters_a_token() -> None:
    exact = get_counter("o200k_base").count_many(list(PAYLOADS.values()))
    errors = [
        (abs(ESTIMATE.count(text) / count - 1), abs(len(text) / 4 / count - 1))
        for text, count in zip(PAYLOADS.values(), exact)
    ]
    ours, rough = (sum(column) / len(errors) for column in zip(*errors))
    assert ours < 0.06
    assert rough > 3 * ours


@pytest.mark.parametrize(
    "sentence",
    [
        "\u4eca\u5929\u6211\u4eec\u8ba8\u8bba\u8fd9\u4e2a\u95ee\u9898\u3002",
        "\u041d\u0435\u043e\u0431\u0445\u043e\u0434\u0438\u043c\u043e "
        "\u043f\u0440\u043e\u0432\u0435\u0440\u0438\u0442\u044c. ",
        "\uc624\ub298\uc740 \ub0a0\uc528\uac00 \uc88b\ub2e4. ",
        "\u0627\u0644\u064a\u0648\u0645 \u064a\u0648\u0645 \u062c\u0645\u064a\u0644. ",
    ],
    ids=["Chinese", "Russian", "Korean", "Arabic"],
)
def test_other_scripts_are_counted_within_a_factor_of_two(sentence: str) -> None:
    text = sentence * 30
    exact = get_counter("o200k_base").count(text)
    assert exact / 2 < ESTIMATE.count(text) < exact * 2


def test_nothing_costs_nothing() -> None:
    assert ESTIMATE.count("") == 0
    assert ESTIMATE.count_many(["", "a"]) == [0, 1]
    assert ESTIMATE.count_many([]) == []


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_any_text_costs_something(text: str) -> None:
    assert 1 <= ESTIMATE.count(text) <= 4 * len(text) + 4
    assert ESTIMATE.count_many([text, text]) == [ESTIMATE.count(text)] * 2


@pytest.mark.parametrize(
    "text", ["\ud800", "\udfff" * 50, "\x00", " ", "\n" * 9, "\t", "e" * 10_000, "\U0010ffff"]
)
def test_odd_text_costs_something(text: str) -> None:
    assert ESTIMATE.count(text) >= 1


def test_it_is_a_counter_that_says_what_it_is() -> None:
    counter = EstimateCounter(reason="no tokenizer is installed")
    assert isinstance(counter, TokenCounter)
    assert (counter.name, counter.exact) == ("estimate", False)
    assert counter.reason == "no tokenizer is installed"
    assert EstimateCounter().reason == ""


def test_a_megabyte_takes_a_moment() -> None:
    text = (PAYLOADS["prose"] + PAYLOADS["json"]) * (1_000_000 // 9_000)
    started = time.process_time()
    ESTIMATE.count(text)
    assert (time.process_time() - started) / len(text) < 1e-6
