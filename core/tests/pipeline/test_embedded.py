"""Payloads within the strings of a document, as tools wrap what they found."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import MARKER, SharedContext, compress, get_counter
from headroom.kinds.json.embedded import BELOW
from headroom.kinds.registry import default_kinds
from headroom.pipeline.embedded import find_embedded
from headroom.source import Source

ROWS = [
    {"order": 41000 + n, "status": "paid", "city": ["Oslo", "Rome"][n % 2], "total": 10 + n % 40}
    for n in range(200)
]
ROWS[141] |= {"status": "refund_failed", "total": 9120}
LOG = "\n".join(
    f"2026-03-02T09:00:{n % 60:02}.000 INFO worker settled order {41000 + n} in {n % 90} ms"
    if n != 141
    else "2026-03-02T09:02:21.000 ERROR worker gave up on order 41141"
    for n in range(300)
)
CODE = inspect.getsource(textwrap)
PAGE = (
    "<html><head><script>" + "var a = 1;" * 300 + "</script></head><body><article>"
    + "".join(f"<p>The harbour of town {n} was dredged in {1900 + n}.</p>" for n in range(40))
    + "</article></body></html>"
)  # fmt: skip
PROSE = " ".join(
    f"On day {n} the harbour of the {n}th town was dredged, and its crane replaced."
    for n in range(120)
)


def within_protocol(text: str) -> str:
    return json.dumps({"content": [{"type": "text", "text": text}], "isError": False})


@pytest.mark.parametrize(
    ("document", "compressor", "fact"),
    [
        ({"exit_code": 1, "stdout": LOG, "stderr": ""}, "log_compressor", "gave up on order 41141"),
        ({"path": "textwrap.py", "content": CODE}, "code_compressor", "def dedent(text):"),
        ({"url": "http://a", "html": PAGE}, "html_extractor", "town 7 was dredged in 1907"),
        ({"ok": True, "result": json.dumps(ROWS)}, "smart_crusher", "refund_failed"),
        ({"title": "Harbours", "text": PROSE}, "kompress", "On day 0 the harbour"),
    ],
)
def test_a_payload_goes_its_own_way(document: dict[str, Any], compressor: str, fact: str) -> None:
    content = json.dumps(document)
    result = compress(content)
    assert result.kind == "json"
    assert result.transforms == (compressor, "router")
    assert not result.lossless
    outer, rest = result.text.split("\n", 1)
    name = next(name for name, value in document.items() if len(str(value)) > 300)
    assert json.loads(outer) == {**document, name: BELOW}
    assert rest.startswith(f"[below: /{name}, numbered from 1; some is left out]\n")
    assert fact in rest
    assert result.savings_percent > 45
    assert {omission.within for omission in result.omissions} == {f"/{name}"}


_LAYERS = "\n".join(
    f"2026-03-02T09:00:{n:02} "
    + ("cache hit for", "pulled layer", "built module")[n % 3]
    + f" m{n}"
    if n != 57
    else "2026-03-02T09:00:57 ##[error] no space left on /var/lib"
    for n in range(60)
)
_TESTS = (
    "\n".join(f"tests/test_{n}.py::test_{n * 7919 % 1000} PASSED" for n in range(60))
    + "\ntests/test_z.py::test_pay FAILED\nE   assert 40 == 41\n=== 1 failed, 60 passed in 3.1s ==="
)
_PATCH = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n" + "".join(
    f"@@ -{n * 20},3 +{n * 20},3 @@ def f{n}():\n     x = {n}\n-    y = {n}\n+    y = {n + 1}\n"
    for n in range(40)
)


@pytest.mark.parametrize(
    ("text", "fact"),
    [(_LAYERS, "no space left"), (_TESTS, "assert 40 == 41"), (_PATCH, "+    y = 40")],
)
@pytest.mark.parametrize("query", [None, "What went wrong?"])
@pytest.mark.parametrize("spelled", [json.dumps, repr])
def test_short_output_in_a_string_is_read_as_what_it_is(
    text: str, fact: str, query: str | None, spelled: Callable[[object], str]
) -> None:
    assert len(text) < 4000
    alone = compress(text, query=query).tokens_after
    for document in (
        {"exit_code": 1, "stdout": text, "stderr": ""},
        [{"tool": f"t{n}", "output": text if n == 3 else text.replace(fact, "")} for n in range(6)],
    ):
        result = compress(spelled(document), query=query)
        assert fact in result.text
        assert result.tokens_after < len(document) * (alone + 60)


def test_short_prose_in_a_string_stays_among_the_data() -> None:
    text = (
        "It rained all night, and nobody slept.\n\nIn the morning the river stood over its banks.\n"
        "The mayor came by boat: she had lists with her.\n\n- who is lost\n- who has a roof\n"
        "- where the horses are\n\nAt noon two men from Lille brought bread.\n\n"
        "Nobody asked them how.\n\nWhen it was dark again, the water had gone down by a hand."
    )
    result = compress(json.dumps({"title": "Harbours", "texts": [text, text[:-9], PROSE[:3000]]}))
    assert "router" not in result.transforms


def test_json_in_a_string_is_rewritten_without_loss_where_it_is_small() -> None:
    result = compress(within_protocol(json.dumps(ROWS[:12])))
    assert not result.omissions
    assert result.savings_percent > 45
    assert result.text.startswith(
        '{"content":[{"type":"text","text":"see below"}],"isError":false}\n'
        "[below: /content/0/text; nothing is left out]\n12 rows."
    )


def test_what_stands_around_json_in_a_string_stays() -> None:
    text = f"The orders of the day:\n{json.dumps(ROWS[:40])}\nThat is all of them."
    view = compress(within_protocol(text)).text
    assert "[below: lines 1 of /content/0/text; nothing is left out]\nThe orders of the" in view
    assert "[below: lines 2 of /content/0/text; nothing is left out]\n40 rows." in view
    assert view.endswith("\nThat is all of them.")


def test_several_payloads_follow_in_their_order() -> None:
    files = [
        {"path": module.__name__, "content": inspect.getsource(module)}
        for module in (textwrap, inspect, json)
    ]
    result = compress(json.dumps({"files": files}), query="what does dedent do?")
    places = [result.text.index(f"[below: /files/{n}/content") for n in range(2)]
    assert places == sorted(places)
    assert inspect.getsource(textwrap.dedent).strip() in result.text
    assert "class BlockFinder:" in result.text


@pytest.mark.parametrize(
    "document",
    [
        {"note": "short", "rows": ROWS},
        # Records: some of them are shown whole.
        [{"id": n, "log": LOG} for n in range(20)],
        [{"id": n, "body": PROSE} for n in range(6)],
        # A small part of the whole.
        {"rows": ROWS * 10, "page": PAGE},
        # The words that would stand for it.
        {"log": LOG, "note": BELOW},
        {"a [bracket] in the key": LOG},
    ],
)
def test_documents_that_are_treated_as_a_whole(document: Any) -> None:
    kinds = default_kinds()
    data = kinds.named("json")
    assert data is not None
    assert find_embedded(Source(json.dumps(document)), data, kinds) is None
    assert "router" not in compress(json.dumps(document)).transforms


def test_lossless_takes_nothing_apart() -> None:
    content = json.dumps({"exit_code": 1, "stdout": LOG})
    assert compress(content, fidelity="lossless").lossless


def test_a_lossless_view_that_fits_comes_first() -> None:
    content = json.dumps({"exit_code": 1, "stdout": LOG}, indent=4)
    tokens = compress(content).tokens_before
    assert compress(content, max_tokens=tokens - 1).lossless


@pytest.mark.parametrize("max_tokens", [1, 10, 50, 100, 200, 500, 1000, 3000, 7000])
@pytest.mark.parametrize("query", [None, "why was order 41141 given up?"])
def test_the_budget_holds_and_is_used(max_tokens: int, query: str | None) -> None:
    document = {"exit": 1, "stdout": LOG, "orders": json.dumps(ROWS), "source": CODE}
    result = compress(json.dumps(document), max_tokens=max_tokens, query=query)
    assert result.tokens_after <= max_tokens
    if max_tokens >= 200:
        assert result.transforms[-1] == "router"
        assert result.tokens_after > 0.6 * max_tokens
    if max_tokens >= 500:
        assert "refund_failed" in result.text
        assert "gave up on order 41141" in result.text


def test_what_is_left_out_comes_back() -> None:
    document = {"exit": 1, "stdout": LOG, "orders": json.dumps(ROWS), "note": "x"}
    document["mixed"] = f"Rows:\n{json.dumps(ROWS)}\nThe end."
    ctx = SharedContext()
    entry = ctx.put("run", document, tool="headroom_retrieve")
    assert {omission.within for omission in entry.omissions} == {
        "/stdout",
        "/orders",
        "lines 2 of /mixed",
    }
    for omission in entry.omissions:
        for pair in omission.ranges:
            one = type(omission)(omission.unit, (pair,), omission.path, omission.within)
            found = ctx.retrieve("run", place=one.where, max_tokens=10**6)
            first, last = pair
            body = found.text.split("\n", 1)[1]
            if omission.unit == "lines":
                assert body == "\n".join(LOG.split("\n")[first - 1 : last])
            else:
                assert [json.loads(line) for line in body.split("\n")] == ROWS[first - 1 : last]
    hint = entry.compressed.rsplit("\n", 1)[1]
    assert 'place=\\"' not in hint
    assert " within /stdout" in hint


def test_a_row_that_is_found_brings_its_short_text() -> None:
    ctx = SharedContext()
    runs = [{"command": "make layers", "exit": 1, "stdout": _LAYERS[:2400]}]
    runs += [{"command": "run pytest", "exit": 2, "stdout": _TESTS}]
    ctx.put("runs", runs)
    found = ctx.retrieve("runs", query="run pytest").text
    assert '"command":"run pytest"' in found
    assert "[lines 1-63 within /1/stdout]" in found
    assert "pulled layer" not in found
    ctx.put("run", {"exit": 2, "stdout": _TESTS, "stderr": ""})
    assert "E   assert 40 == 41" in ctx.retrieve("run", query="stdout", max_tokens=2000).text
    assert ctx.retrieve("run", query="assert 40").text.count("\n") == 3


def test_a_question_finds_what_stands_in_a_string() -> None:
    ctx = SharedContext()
    ctx.put("run", {"exit": 1, "stdout": LOG, "orders": json.dumps(ROWS)})
    found = ctx.retrieve("run", query="gave up")
    assert found.text == f"[lines 142 within /stdout]\n{LOG.splitlines()[141]}"
    row = json.dumps(ROWS[141], separators=(",", ":"))
    for asked in (
        {"where": "status = refund_failed"},
        {"place": "rows 142 of /orders"},
        {"place": "rows 142 within /orders"},
        {"rows": "142", "within": "/orders"},
        {"path": "/orders", "query": "refund_failed"},
    ):
        assert ctx.retrieve("run", **asked).text == f"[rows 142 within /orders]\n{row}"  # type: ignore[arg-type]
    assert ctx.retrieve("run", path="/exit").text == "[/exit]\n1"
    with pytest.raises(ValueError, match="no text at /exit"):
        ctx.retrieve("run", lines="1", within="/exit")
    with pytest.raises(ValueError, match="nothing at this path"):
        ctx.retrieve("run", lines="1", within="/stdout within lines 2 of /stdout")
    ctx.put("odd", {"list of things": "a\nb"})
    assert ctx.retrieve("odd", place="lines 2 within /list of things").text.endswith("\nb")
    (hit,) = ctx.search("refund_failed")
    assert hit.where == "rows 142 within /orders"


_texts = st.sampled_from([LOG, CODE, PAGE, PROSE, json.dumps(ROWS), "[" * 400, "{}" * 300, "x"])
_documents = st.recursive(
    _texts | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(_documents, st.none() | st.integers(1, 1500), st.sampled_from([None, "order 41141"]))
def test_laws(document: Any, max_tokens: int | None, query: str | None) -> None:
    content = json.dumps(document)
    result = compress(content, max_tokens=max_tokens, query=query)
    assert result.failure is None
    assert result == compress(content, max_tokens=max_tokens, query=query)
    assert result.tokens_after == get_counter().count(result.text) <= result.tokens_before
    if max_tokens is not None:
        assert result.tokens_after <= max_tokens
    if result.omissions:
        assert MARKER.search(result.text)
        assert not result.lossless
