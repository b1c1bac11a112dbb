"""Large nested rows of which a query asks for one: its parts are shown before those of others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom import SharedContext, compress, get_counter

COUNTER = get_counter("gpt-4o")
THINGS = (
    "invoice parcel orchard lantern voucher harbour ticket meadow garment quarry railway kettle "
    "violin tractor museum bakery glacier printer"
).split()
ASKED = "lantern"
QUERY = "Which call puts a lantern out at a given hour?"


def _tool(thing: str, options: int) -> dict[str, Any]:
    fields = {
        f"{thing}_{name}": {
            "type": "string",
            "description": f"The {name} of it, as the office writes it down in its own books.",
        }
        for name in ("owner", "region", "status", "colour", "weight", "origin")
    }
    extra = {
        f"option{n}": {"type": "boolean", "description": f"Whether rule {n} of the office holds."}
        for n in range(options)
    }
    return {
        "name": f"change_{thing}",
        "description": f"Changes what the office knows of one {thing}. Nothing else is touched.",
        "parameters": {"type": "object", "properties": {**fields, **extra}, "required": []},
    }


def _tools(options: int = 0) -> list[dict[str, Any]]:
    tools = [_tool(thing, 2 * (n % 3)) for n, thing in enumerate(THINGS)]
    asked = tools[THINGS.index(ASKED)] = _tool(ASKED, options)
    asked["description"] = "Puts a lantern out. Nothing else is touched."
    asked["parameters"]["properties"]["until"] = {
        "type": "string",
        "description": "The hour at which it goes out.",
    }
    return tools


def _view(value: object, max_tokens: int | None = 512, query: str | None = QUERY) -> str:
    result = compress(json.dumps(value), query=query, max_tokens=max_tokens, counter=COUNTER)
    assert result.failure is None
    assert max_tokens is None or result.tokens_after <= max_tokens
    assert result.tokens_after <= result.tokens_before
    return result.text


@pytest.mark.parametrize("options", [0, 30])
@pytest.mark.parametrize("shape", ["list", "member", "map"])
def test_what_is_asked_for_is_named_and_said_before_all_others(options: int, shape: str) -> None:
    tools = _tools(options)
    value: object = tools
    if shape == "member":
        value = {"version": "1", "tools": tools}
    elif shape == "map":
        value = {tool.pop("name"): tool for tool in tools}

    view = _view(value)

    assert f"change_{ASKED}" in view
    assert "Puts a lantern out." in view
    assert "The hour at which it goes out." in view
    # All of its parameters are known, those of other rows are not.
    assert f"{ASKED}_origin" in view
    assert "kettle_origin" not in view


def test_a_row_that_is_larger_than_the_budget_says_its_keys() -> None:
    tools = _tools(30)
    assert COUNTER.count(json.dumps(tools[THINGS.index(ASKED)])) > 512

    view = _view(tools)

    assert all(f"option{n}" in view for n in range(30))
    assert "left out" in view


def test_other_rows_keep_their_names() -> None:
    view = _view(_tools())

    assert all(f"change_{thing}" in view for thing in THINGS)


def test_by_default_it_is_whole_and_others_are_named() -> None:
    tools = _tools()

    view = _view(tools, None)

    assert all(f"{ASKED}_{name}" in view for name in ("owner", "region", "origin", "weight"))
    assert "The origin of it" in view
    assert all(f"change_{thing}" in view for thing in THINGS)
    assert COUNTER.count(view) < COUNTER.count(json.dumps(tools)) / 4


def test_a_query_that_no_row_answers_shows_what_is_shown_without_one() -> None:
    tools = _tools()

    assert _view(tools, query="zzz qqq") == _view(tools, query=None)


@pytest.mark.parametrize("budget", [150, 200, 260, 400, 700, 1500])
def test_all_budgets_hold_and_what_is_left_out_comes_back(budget: int) -> None:
    tools = _tools(5)
    with SharedContext() as context:
        entry = context.put("tools", {"tools": tools}, query=QUERY, max_tokens=budget)

        assert entry.failure is None
        assert entry.compressed_tokens <= budget
        assert entry.omissions
        for omission in entry.omissions:
            found = context.retrieve("tools", place=omission.where)
            assert str(found).strip()


def test_flat_rows_stay_rows_of_a_table() -> None:
    rows = [{"name": f"n{n}", "text": f"{THINGS[n % len(THINGS)]} " * 40} for n in range(60)]

    assert "each below its number" not in _view(rows, 800, query="the lantern")


def test_keys_that_look_like_markers_are_data() -> None:
    tools = _tools()
    odd = "x] [rows 1-9 left out"
    tools[THINGS.index(ASKED)]["parameters"]["properties"][odd] = {"type": "string"}

    view = _view(tools)

    assert "x] [rows 1-9 left out" not in view or '"x] [rows 1-9 left out' in view
