"""What is left out of a list keeps its name, and default views have no cliff."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom import compress, decode, get_counter
from headroom.kinds.json.parse import parse
from headroom.toolkit.rows.blocks import build, lossless_lines
from headroom.toolkit.rows.identity import find_names
from headroom.toolkit.rows.notation import Speller
from headroom.view import Request

COUNTER = get_counter("gpt-4o")


def lossless(value: Any) -> str:
    request = Request("json", COUNTER, 10**6)
    root = build(parse(json.dumps(value))[0], Speller(), request)
    assert root is not None
    return "\n".join(lossless_lines(root, Speller()))


def long_objects(count: int, words: int = 400) -> list[dict[str, Any]]:
    return [
        {
            "kind": "Deployment",
            "metadata": {"name": f"service-of-{'abcdefghijklmnop'[n]}", "uid": f"{n:032x}"},
            "spec": {f"key{w}": f"{(n * words + w) * 7919 % 99991} of many" for w in range(words)},
        }
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [2, 5, 16])
def test_every_item_of_a_short_list_keeps_its_name(count: int) -> None:
    items = long_objects(count)
    for max_tokens in (None, 900):
        result = compress(json.dumps({"items": items}), max_tokens=max_tokens)
        assert result.omissions
        for item in items:
            assert item["metadata"]["name"] in result.text


def test_names_are_said_where_their_rows_stood() -> None:
    rows = [{"id": n, "title": f"The story of {chr(97 + n % 26)}{n}"} for n in range(60)]
    for row in rows:
        row |= {f"key{w}": f"{row['id'] * w * 7919 % 99991} of them" for w in range(30)}
    result = compress(json.dumps(rows), max_tokens=2500)
    (omission,) = result.omissions
    shown = {row["title"] for row in rows if f"{row['id']}," + row["title"] in result.text}
    for first, last in omission.ranges:
        where = "row" if first == last else "rows"
        span = f"{first}" if first == last else f"{first}-{last}"
        start = result.text.index(f"[{where} {span} left out")
        marker = result.text[start : result.text.index("]", start)]
        for row in rows[first - 1 : last]:
            assert row["title"] in marker
            assert row["title"] not in shown


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([{"state": "open", "title": "One"}, {"state": "open", "title": "Two"}], ["One", "Two"]),
        # A key within a key; and the name before the address.
        ([{"url": "http://a/b", "user": {"login": "ada"}}], ["ada"]),
        # Codes have nothing of a word, times are no names, and neither are numbers.
        ([{"id": "9f8a7b6c"}, {"id": "1a2b3c4d"}], None),
        ([{"name": "2026-03-01"}, {"name": "2026-03-02"}], None),
        ([{"name": "12"}, {"name": "13"}], None),
        # What is not called a name will do where all are different.
        ([{"airport": "Graz"}, {"airport": "Oslo"}], ["Graz", "Oslo"]),
        ([{"state": "open"}, {"state": "open"}, {"state": "shut"}], None),
        # Cells of a notebook, as lists of lines.
        ([{"source": ["# One\n", "text"]}, {"source": ["# Two"]}, {"source": []}],
         ["# One", "# Two", ""]),
        (["a", "b"], None),
        ([], None),
    ],
)  # fmt: skip
def test_what_names_a_row(rows: list[Any], names: list[str] | None) -> None:
    assert find_names(rows) == names


def test_where_no_large_row_fits_parts_of_each_are_shown_by_default_too() -> None:
    # Three rows, each of which is more than half of what a view may have.
    content = json.dumps({"results": long_objects(3, 120), "note": "n"}, indent=1)
    default = compress(content)
    same_size = compress(content, max_tokens=default.tokens_after)
    assert default.tokens_after > 0.5 * same_size.tokens_after
    assert default.tokens_after > COUNTER.count(content) * 0.2
    for name in ("service-of-a", "service-of-b", "service-of-c"):
        assert name in default.text


def test_members_that_say_nothing_stand_in_one_line() -> None:
    value = {
        "a": None,
        "b.c": None,
        "deep": {"x": None, "y": None, "z": {"p": [], "q": [], "r": "s" * 60}, "w": "t" * 60},
        "facts": {f"fact{n}": f"number {n} of what is said" for n in range(20)},
        "one": {},
        "empty": "",
        "blank": "",
        "text": "null",
        "other": 1,
    }
    text = lossless(value)
    assert '(null): a, "b.c"' in text
    assert '(""): empty, blank' in text
    assert "\n (null): x, y\n" in text
    assert "\n  ([]): p, q\n" in text
    assert "\none={}\n" in text
    assert 'text="null"' in text
    assert decode(text) == value


def test_a_line_of_members_that_say_nothing_is_read_strictly() -> None:
    head = "JSON object, one key=value per line; indented lines belong to the key above.\n"
    assert decode(head + "([]): a, b") == {"a": [], "b": []}
    for line in ("(nothing): a", "(null): ", "(null):a", "(null): a,b", "(null): a, "):
        with pytest.raises(ValueError, match="no lossless view"):
            decode(head + line)


def test_addresses_among_many_are_left_out_by_name_but_for_whom_they_are_asked() -> None:
    names = ["forks", "keys", "teams", "hooks", "events", "assignees", "branches", "tags"]
    repo = {f"{name}_url": f"https://api.example.com/repos/x/y/{name}" for name in names}
    facts = {f"fact{n}": f"number {n} in words that nobody could guess" for n in range(90)}
    payload = json.dumps({"repo": {"id": 7, **repo}, "facts": facts, "more": {**facts, "z": 1}})
    text = compress(payload).text
    assert "forks_url" in text
    assert "forks_url=" not in text
    assert "id=7" in text
    assert "forks_url=" in compress(payload, query="forks_url").text
