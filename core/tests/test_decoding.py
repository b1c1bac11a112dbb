"""Where a view is lossless, ``decode`` gives the original back, or says that it is the view."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from headroom import compress, decode
from headroom_testing import SORTS

ROWS = [{"id": n, "state": "lost" if n == 7 else "sent", "currency": "$"} for n in range(40)]
TEXT_ROWS = [{name: str(value) for name, value in row.items()} for row in ROWS]
TABLE = "\n".join(["id,state,currency", *(",".join(row.values()) for row in TEXT_ROWS)])
FEW = TABLE.split("\n")[0] + "\n7,lost,$\n8,sent,$\n9,sent,$\n"
FOUND = "\n".join(f"src/tool/run.py:{n}:    run(step_{n})" for n in range(40))
DOCUMENT = "<?xml version='1.0'?>\n<orders>{}</orders>".format(
    "\n".join(f"<order id='{n}'><state>sent</state></order>" for n in range(40))
)


@pytest.mark.parametrize(
    ("payload", "data"),
    [
        (json.dumps(ROWS), ROWS),
        ('{"id": 7}', {"id": 7}),
        (repr(ROWS), ROWS),
        ("{'id': 7, 'note': None}", {"id": 7, "note": None}),
        (TABLE, TEXT_ROWS),
        (FEW, [row for row in TEXT_ROWS if row["id"] in ("7", "8", "9")]),
        (DOCUMENT, {"orders": {"order": [{"id": str(n), "state": "sent"} for n in range(40)]}}),
        (FOUND, FOUND),
    ],
    ids=["JSON", "small JSON", "Python", "small Python", "CSV", "small CSV", "XML", "search"],
)
def test_a_lossless_view_gives_the_original_back(payload: str, data: Any) -> None:
    result = compress(payload, fidelity="lossless", kind="table" if payload is FEW else None)
    assert result.lossless
    assert decode(result.text, kind=result.kind) == data


@pytest.mark.parametrize("name", sorted(SORTS))
def test_no_lossless_view_is_left_unread(name: str) -> None:
    result = compress(SORTS[name], fidelity="lossless")
    if not result.lossless:
        assert result.complete
        return
    with contextlib.suppress(ValueError):
        decode(result.text, kind=result.kind)
        return
    with pytest.raises(ValueError, match="one without loss is the original itself"):
        decode(result.text, kind=result.kind)
    assert result.text == SORTS[name]


@pytest.mark.parametrize("view", ["no view", "{'a': ", "[1, 2", "{'a' 1}", "2 rows.\nid\n1", ""])
def test_what_is_no_view_is_refused_in_our_words(view: str) -> None:
    with pytest.raises(ValueError, match="this text is no lossless view of JSON") as raised:
        decode(view)
    assert not isinstance(raised.value, json.JSONDecodeError)


def test_a_kind_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match=r"kind must be one of code, diff, .*, not 'tabel'"):
        decode("7", kind="tabel")
