"""The laws of views that leave something out, for every shape, fidelity and budget."""

from __future__ import annotations

import copy
import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.errors import WrongKind
from headroom.kinds.json import SmartCrusher
from headroom.kinds.json.decode import decode
from headroom.kinds.table import TableCrusher
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.markers import MARKER, SMALLEST
from headroom.toolkit.rows.notation import DOCUMENT
from headroom.view import Omission, Request, View

COUNTER = get_counter("gpt-4o")

WORDS = [
    "paid",
    "open",
    "refund, late",
    "[rows 1-2 left out]",
    "",
    "12",
    "a=b",
    "x  y",
    "null",
    "é…",
]
words = st.sampled_from(WORDS)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**12), words)


def view_of(content: str, kind: str = "json", **options: Any) -> View | None:
    tested = TableCrusher() if kind == "table" else SmartCrusher()
    request = Request(kind, COUNTER, COUNTER.count(content), **options)
    return tested.compress(Source(content), request)


@st.composite
def rows(draw: st.DrawFn, most: int = 40) -> list[Any]:
    count = draw(st.integers(8, most))
    plain = [
        {"id": index, "name": f"user {index * 7 % 31}", "status": "ok", "tags": ["a", index % 3]}
        for index in range(count)
    ]
    for _ in range(draw(st.integers(0, 4))):
        index = draw(st.integers(0, count - 1))
        row: Any = plain[index]
        if isinstance(row, dict):
            row[draw(st.sampled_from(["status", "note", "id", "x.y"]))] = draw(scalars)
        if draw(st.integers(0, 9)) == 0:
            plain[index] = draw(st.one_of(scalars, st.just([1, [2]]), st.just({"odd": 1})))
    return plain


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"action": draw(words), "total": 3}
    for key in draw(
        st.lists(st.sampled_from(["items", "a/b", "m~n", "meta", ""]), max_size=4, unique=True)
    ):
        document[key] = draw(
            st.one_of(
                rows(most=20),
                st.dictionaries(st.sampled_from(["p", "q", "r.s", "long"]), scalars, max_size=4),
                st.just({"one": {"two": {"three": [1, 2, {"four": "x" * 80}]}, "n": 7}}),
                st.just("word " * 100),
            )
        )
    return document


def without(value: Any, omissions: tuple[Omission, ...]) -> Any:
    """The value, less what a view says that it leaves out."""
    less = copy.deepcopy(value)
    gone = object()
    for omission in omissions:
        parts = [
            part.replace("~1", "/").replace("~0", "~") for part in omission.path.split("/")[1:]
        ]
        places = [(parts[:-1], parts[-1])] if omission.unit == "values" else []
        if omission.unit == "rows":
            original = _at(value, parts)
            names = list(original) if isinstance(original, dict) else range(len(original))
            for first, last in omission.ranges:
                places += [(parts, names[number]) for number in range(first - 1, last)]
        for path, key in places:
            holder = _at(less, path)
            assert holder[key] is not gone, "left out twice"
            holder[key] = gone
    return _drop(less, gone)


def _at(value: Any, parts: list[str]) -> Any:
    for part in parts:
        value = value[int(part) if isinstance(value, list) else part]
    return value


def _drop(value: Any, gone: object) -> Any:
    if isinstance(value, list):
        return [_drop(item, gone) for item in value if item is not gone]
    if isinstance(value, dict):
        return {key: _drop(item, gone) for key, item in value.items() if item is not gone}
    return value


#: A table of which rows are shown as JSON: there a budget has no room for columns.
ROWS_AS_JSON = re.compile(
    r"^( *)(.*\d rows, \d+ of them shown\.)(?=\n\1(?:[\[{\"\d-]|null|true|false))", re.MULTILINE
)
#: A list of which rows are shown in parts, each below its number.
NUMBERED = re.compile(r"^( *)(.*: )\d+ (rows, each below its number\.)((?:\n\1 .*)*)", re.MULTILINE)


def _with_new_numbers(match: re.Match[str]) -> str:
    indent, label, noun, rows = match.groups()
    numbers = itertools.count(1)
    number = re.compile(rf"^{indent} \d+(?=[:=])", re.MULTILINE)
    rows = number.sub(lambda _: f"{indent} {next(numbers)}", rows)
    return f"{indent}{label}{next(numbers) - 1} {noun}{rows}"


def shown(text: str) -> Any:
    """What a view shows: its lines that are no markers, as ``decode`` reads them.

    To that, rows that are JSON are values, and rows below their numbers have those from 1 on, in a
    document.
    """
    lines = [line for line in text.split("\n") if not MARKER.fullmatch(line.strip())]
    if "rows, each below" in lines[0]:
        document = [DOCUMENT, f"rows: {lines[0]}", *(f" {line}" for line in lines[1:])]
        return shown("\n".join(document))["rows"]
    kept = ROWS_AS_JSON.sub(r"\1\2\n\1(value)", "\n".join(lines))
    kept = NUMBERED.sub(_with_new_numbers, kept)
    return decode(re.sub(r"\b\d+ (rows|entries), (\d+) of them shown\.", r"\2 \1.", kept))


def check(value: Any, view: View, options: dict[str, Any]) -> None:
    if options.get("max_tokens") is not None:
        assert COUNTER.count(view.text) <= options["max_tokens"]
    if view.lossless:
        assert not view.omissions
        assert decode(view.text) == value
        return
    assert view.omissions
    lines = view.text.split("\n")
    assert any("left out" in line for line in lines) or view.text == SMALLEST
    if len(lines) > 1:
        assert shown(view.text) == without(value, view.omissions)


fidelities = st.sampled_from(["lossless", "balanced", "compact"])
budgets = st.one_of(st.none(), st.integers(1, 60), st.integers(60, 1500))
queries = st.sampled_from([None, "user 7", "which refund was late?", "id 12", "what is in a/b?"])


@settings(max_examples=50, deadline=None)
@given(st.one_of(rows(), documents()), fidelities, budgets, queries)
def test_what_is_shown_and_what_is_left_out_are_the_whole(
    value: Any, fidelity: str, budget: int | None, query: str | None
) -> None:
    options = {"fidelity": fidelity, "max_tokens": budget, "query": query}
    content = json.dumps(value)
    view = view_of(content, **options)
    assert view == view_of(content, **options)
    if view is not None:
        check(value, view, options)
    else:
        assert budget is None or budget >= COUNTER.count(json.dumps(value, separators=(",", ":")))


@settings(max_examples=30, deadline=None)
@given(rows(), st.integers(30, 800))
def test_maps_keep_the_laws(values: list[Any], budget: int) -> None:
    value = {f"user-{index}": row for index, row in enumerate(values)}
    view = view_of(json.dumps(value), max_tokens=budget)
    assert view is not None
    check(value, view, {"max_tokens": budget})


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["json", "table"]), budgets)
def test_any_text_gives_a_view_none_or_the_wrong_kind(
    content: str, kind: str, budget: int | None
) -> None:
    try:
        view = view_of(content, kind, max_tokens=budget)
    except WrongKind:
        return
    assert view is None or budget is None or COUNTER.count(view.text) <= budget


def test_more_budget_keeps_more() -> None:
    value = [{"id": n, "name": f"item {n}", "price": n * 37 % 101} for n in range(400)]
    content = json.dumps(value)
    counts = []
    for budget in (20, 50, 100, 200, 400, 800, 1600, 3200, 100_000):
        view = view_of(content, max_tokens=budget)
        assert view is not None
        gone = sum(omission.count for omission in view.omissions)
        counts.append(400 - gone)
        if budget >= 100 and not view.lossless:
            # The budget is used up.
            assert COUNTER.count(view.text) > budget * 0.8
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 400


@pytest.mark.parametrize("budget", [1, 2, 5, 10])
def test_budgets_too_small_for_a_row_say_that_something_is_left_out(budget: int) -> None:
    view = view_of(
        json.dumps([{"id": n, "text": "word " * 30} for n in range(50)]), max_tokens=budget
    )
    assert view is not None
    assert COUNTER.count(view.text) <= budget
    assert view.omissions == (Omission("rows", ((1, 50),)),)
