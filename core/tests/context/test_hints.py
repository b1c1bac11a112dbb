"""The place that a view's last line names is an example worth asking for."""

from __future__ import annotations

import json
import re

import pytest

from headroom import Omission, SharedContext
from headroom.context.hints import most_telling

LONG = "It rained all night, and in the morning the river was over its banks."


def where(content: str, *omissions: Omission) -> str | None:
    found = most_telling(omissions, content)
    return None if found is None else found.where


def test_the_largest_part_is_named_and_no_other() -> None:
    text = "\n\n".join(["short", LONG, "shown", f"{LONG}\n{LONG}", LONG])
    gone = Omission("lines", ((1, 4), (6, 8), (10, 10)))
    assert where(text, gone) == "lines 6-8"


def test_what_says_nothing_is_no_example() -> None:
    assert where("\n \nshown", Omission("lines", ((1, 1), (2, 2)))) is None
    data = json.dumps({"follow_up": None, "none": [], "blob": "QUJD" * 900, "text": LONG})
    values = [Omission("values", (), f"/{key}") for key in json.loads(data)]
    assert where(data, *values) == "/text"
    assert where(data, *values[:2]) is None


def test_rows_count_by_what_they_hold() -> None:
    rows = [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4, "note": LONG}, {"n": 5}]
    gone = Omission("rows", ((1, 3), (4, 4)), "/a~1b/rows")
    text = json.dumps({"a/b": {"rows": rows}})
    assert where(text, gone) == "rows 4 of /a~1b/rows"
    gone = Omission("rows", ((1, 3), (4, 4)))
    assert where(json.dumps(rows), gone) == "rows 4"
    # No data, or none that is read for this: by their number.
    assert where("n\n1\n2\n3\n4\n5", gone) == "rows 1-3"


@pytest.mark.parametrize("within", [(2, 4), "/body", "lines 1-9 of /body", "/other", "odd"])
def test_parts_of_parts_are_found_or_do_no_harm(within: tuple[int, int] | str) -> None:
    text = json.dumps({"body": f"\n{LONG}\n\nshown\n"}, indent=1)
    gone = Omission("lines", ((1, 1), (2, 2)), within=within)
    assert most_telling([gone], text) is not None
    if "body" in str(within):
        found = where(text, gone)
        assert found is not None
        assert found.startswith("lines 2 ")


def test_the_last_line_leads_to_something() -> None:
    pages = [
        {
            "title": f"Page {n}",
            "url": f"https://a.example/{n}",
            "content": " ".join(f"Gauge {m} read {m * n % 17} at noon." for m in range(40)),
        }
        for n in range(30)
    ]
    found = {"query": "safe", "follow_up_questions": None, "images": [], "results": pages}
    with SharedContext() as ctx:
        ctx.put("found", found)
        told = ctx.explain(json.dumps(found), query="Is it safe?", reader="writer")
        match = re.search(r'place="([^"]*)"\)\]$', told.text)
        assert match is not None
        assert "at noon" in ctx.retrieve("found", place=match[1]).text
