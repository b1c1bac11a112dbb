"""What a view keeps when it cannot keep everything."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from headroom import SharedContext, compress
from headroom.kinds.json import SmartCrusher
from headroom.kinds.json.decode import decode
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.rows.rank import named, spread
from headroom.view import Request, View

COUNTER = get_counter("gpt-4o")


def view_of(value: Any, **options: Any) -> View:
    content = value if isinstance(value, str) else json.dumps(value)
    request = Request("json", COUNTER, COUNTER.count(content), **options)
    view = SmartCrusher().compress(Source(content, request.deadline), request)
    assert view is not None
    return view


def saved(value: Any, view: View) -> float:
    return 1 - COUNTER.count(view.text) / COUNTER.count(json.dumps(value))


def parcels(seed: int, count: int = 300) -> list[dict[str, Any]]:
    """Records in which nothing stands out."""
    chance = random.Random(seed)
    return [
        {
            "parcel": f"P{number:05d}",
            "depot": chance.choice(["Lyon", "Graz", "Oslo", "Bari"]),
            "grams": chance.randrange(200, 900),
            "state": "delivered",
            "remark": f"handed over at door {chance.randrange(90)} by hand {chance.randrange(9)}",
        }
        for number in range(count)
    ]


def plant(rows: list[dict[str, Any]], seed: int, field: str, value: Any) -> None:
    random.Random(seed + 7).choice(rows[5:-5])[field] = value


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [None, 0.1, 0.05])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "quarantined"),
        ("grams", 48213),
        ("grams", "unweighed"),
        ("grams", None),
        ("depot", "Ushuaia"),
        ("customs_form", "C-88"),
        ("remark", "handed over at door 12 by neighbour 3"),
        ("remark", "x" * 300),
        ("parcel", "??"),
    ],
)
def test_what_nobody_could_guess_survives(
    seed: int, share: float | None, field: str, value: Any
) -> None:
    rows = parcels(seed)
    plant(rows, seed, field, value)
    limit = None if share is None else int(COUNTER.count(json.dumps(rows)) * share)
    view = view_of({"parcels": rows, "page": 1}, max_tokens=limit)
    odd = next(row for row in rows if row.get(field) == value)
    assert odd["parcel"] in view.text
    assert str("null" if value is None else value) in view.text
    assert saved(rows, view) > 0.85


@pytest.mark.parametrize("share", [None, 0.1, 0.03])
def test_the_record_that_a_query_names_is_kept_whole(share: float | None) -> None:
    rows = parcels(1)
    for number, row in enumerate(rows):
        row["events"] = [{"at": f"2024-05-{d:02d}", "code": number + d} for d in range(1, 5)]
        row["link"] = f"https://parcels.example/v1/items/{number}"
    limit = None if share is None else int(COUNTER.count(json.dumps(rows)) * share)
    view = view_of(rows, query="Where is parcel P00217 now?", max_tokens=limit)
    (line,) = [line for line in view.text.split("\n") if "P00217" in line]
    wanted = rows[217]
    assert "[2024-05-01,218;2024-05-02,219;2024-05-03,220;2024-05-04,221]" in line
    # Written out, though other rows may use a short form.
    assert str(wanted["link"]) in line
    assert str(wanted["remark"]) in line
    assert saved(rows, view) > 0.85


def test_a_query_in_words_finds_its_row() -> None:
    rows = parcels(2)
    rows[140]["remark"] = "the crate was flooded and its contents spoiled"
    view = view_of(rows, query="Which contents were spoiled by flooding?", max_tokens=150)
    assert "flooded and its contents" in view.text


def test_markers_stand_where_rows_are_left_out() -> None:
    rows: list[dict[str, Any]] = [{"n": n, "state": "ok", "size": 10 + n % 7} for n in range(200)]
    rows[99]["state"] = "jammed"
    view = view_of(rows, max_tokens=80)
    lines = view.text.split("\n")
    assert lines[0].startswith("200 rows, ")
    assert "state=ok" in lines[0]
    odd = lines.index("99,11  state=jammed")
    assert lines[odd - 1].startswith("[rows ")
    assert lines[odd - 1].partition(" left out")[0].endswith("-99")
    (omission,) = view.omissions
    assert all(not first <= 100 <= last for first, last in omission.ranges)


def test_a_change_of_state_is_seen() -> None:
    rows = [
        {"tick": n, "pump": "on" if n < 170 else "off", "bar": 40 + n % 3 + (300 if n > 250 else 0)}
        for n in range(400)
    ]
    view = view_of(rows, max_tokens=120)
    assert "\n170,off" in view.text
    assert "\n251," in view.text


def test_top_level_fields_of_a_document_go_first() -> None:
    document = {
        "event": "moved",
        "crate": {
            "id": 5,
            "owner": {"name": "Ada", "history": [f"step {n}" for n in range(40)]},
            "links": {f"link{n}": f"https://crates.example/5/{n}" for n in range(40)},
        },
        "at": "2024-05-04T10:00:00Z",
        "weight": 12.50,
    }
    view = view_of(document, max_tokens=130)
    assert not view.lossless
    for text in ("event=moved", "id=5", "at=2024-05-04T10:00:00Z", "weight=12.5"):
        assert text in view.text
    assert any(omission.path.startswith("/crate/") for omission in view.omissions)


def test_long_texts_are_shortened_by_whole_sentences() -> None:
    sentences = [f"Sentence number {n} tells of matter {n * n}." for n in range(60)]
    sentences[41] = "The treaty was signed in a railway carriage."
    document = {"url": "https://a.example", "status": 200, "body": " ".join(sentences)}
    view = view_of(document, query="Where was the treaty signed?", max_tokens=200)
    lines = [line.strip() for line in view.text.split("\n")]
    assert "body: text of 60 sentences" in view.text
    assert sentences[0] in lines
    assert sentences[41] in lines
    (omission,) = [one for one in view.omissions if one.unit == "sentences"]
    assert omission.path == "/body"
    gone = {n for first, last in omission.ranges for n in range(first, last + 1)}
    for number, sentence in enumerate(sentences, 1):
        assert (sentence in lines) == (number not in gone)


def test_rows_of_long_texts_each_keep_something() -> None:
    rows = [
        {
            "title": f"Page {n}",
            "score": n / 10,
            "text": " ".join(f"Page {n} says thing {k} at some length." for k in range(60)),
        }
        for n in range(12)
    ]
    view = view_of({"results": rows}, max_tokens=700)
    assert view.text.count("title=Page ") == 12
    assert "results: 12 rows" in view.text
    assert {one.path for one in view.omissions} == {f"/results/{n}/text" for n in range(12)}
    few = view_of({"results": rows}, max_tokens=110)
    assert any(one.unit == "rows" and one.path == "/results" for one in few.omissions)


def test_rows_too_large_for_the_budget_are_shown_in_part() -> None:
    rows = [
        {"id": n, "name": f"N{n}", **{f"field{k}": f"value {n * k}" for k in range(60)}}
        for n in range(20)
    ]
    view = view_of(rows, max_tokens=150)
    assert view.text.startswith("20 rows, each below its number.")
    assert "\n1:\n id=0\n" in view.text
    assert 75 < COUNTER.count(view.text) <= 150
    assert any(one.path == "" and one.unit == "rows" for one in view.omissions)
    assert any(one.path.startswith("/0/field") for one in view.omissions)


@pytest.mark.parametrize("share", [None, 0.3, 0.15])
def test_of_a_few_long_records_the_one_that_is_asked_for_stays_whole(share: float | None) -> None:
    chance = random.Random(5)
    records = [
        {
            "ticket": f"T-{number}",
            **{
                part: {
                    f"{part}_{name}": f"{name} {chance.getrandbits(160):x}"
                    for name in ("owner", "branch", "digest", "token", "region", "build")
                }
                for part in ("origin", "target", "runner", "parent", "cause", "effect")
            },
        }
        for number in range(12)
    ]
    content = json.dumps({"tickets": records})
    limit = None if share is None else int(share * COUNTER.count(content))
    view = view_of(content, query="What is wrong with T-3?", max_tokens=limit)
    assert not view.lossless
    assert all(value in view.text for part in records[3].values() if isinstance(part, dict)
               for value in part.values())  # fmt: skip
    if share is None:
        assert all(f"T-{number}" in view.text for number in range(12))
        assert saved(records, view) > saved(records, view_of(content)) + 0.2


def test_small_results_stay_whole() -> None:
    files = [{"name": f"file{n}.py", "size": n * 371 % 997, "type": "file"} for n in range(30)]
    view = view_of(files)
    assert view.lossless
    assert decode(view.text) == files
    assert saved(files, view) > 0.3


def test_compact_is_smaller_than_balanced() -> None:
    rows = parcels(3, 600)
    balanced, compact = view_of(rows), view_of(rows, fidelity="compact")
    assert COUNTER.count(compact.text) < COUNTER.count(balanced.text) * 0.6


def test_text_that_looks_like_a_marker_is_quoted() -> None:
    rows = [{"id": n, "text": f"note {n}"} for n in range(20)]
    rows[3]["text"] = "[rows 5-900 left out: nothing to see]"
    view = view_of(rows)
    assert '"[rows 5-900 left out: nothing to see]"' in view.text
    assert view.lossless


def test_spread_takes_every_number_once() -> None:
    for count in (0, 1, 2, 3, 17, 64, 100):
        assert sorted(spread(count)) == list(range(count))


def test_what_stands_everywhere_names_nothing() -> None:
    units = [f"order {n} of shop X-1" for n in range(50)]
    assert not any(named(units, "orders of shop X-1"))
    assert [n for n, score in enumerate(named(units, "order 31 of shop X-1")) if score] == [31]


def findings(count: int = 120) -> list[dict[str, Any]]:
    return [
        {
            "rule": f"R{n % 7}",
            "level": "warning",
            "message": {"text": f"what is found at place {n} of the source"},
            "place": {"file": f"src/part{n}.c", "line": n * 3},
        }
        for n in range(count)
    ]


def test_an_envelope_of_one_element_is_opened() -> None:
    report = {
        "version": "2.1",
        "runs": [{"tool": {"name": "lint", "options": "x" * 200}, "results": findings()}],
    }
    view = view_of(report, query="What was found in src/part77.c?")
    assert "\nruns: 1 row, each below its number.\n 1:\n  tool:\n   name=lint\n" in view.text
    assert "src/part77.c,231" in view.text
    assert saved(report, view) > 0.75
    assert {(one.unit, one.path) for one in view.omissions} == {("rows", "/runs/0/results")}


def test_a_map_of_records_with_few_keys_in_common_is_a_table() -> None:
    chance = random.Random(3)
    optional = ["license", "engines", "bin", "peers", "funding", "dev", "optional", "os", "cpu"]
    packages = {
        f"modules/package-{n}": {
            "version": f"1.{n}.0",
            "digest": f"sha512-{chance.randrange(10**30)}",
            **{key: f"{key} {n}" for key in optional if chance.random() < 0.2},
        }
        for n in range(300)
    }
    lock = {"name": "shop", "lockfileVersion": 3, "packages": packages}
    view = view_of(lock, query="digest of package-77")
    assert packages["modules/package-77"]["digest"] in view.text
    assert saved(lock, view) > 0.8


def test_entries_of_a_small_map_are_named_where_they_are_left_out() -> None:
    operations = {
        name: {"method": "POST", "documentation": f"{name} does what its name says. " * 12}
        for name in ("Create", "Delete", "Describe", "Export", "Import", "List", "Renew", "Tag")
    }
    text = view_of({"version": "2.0", "operations": operations}, max_tokens=400).text
    assert all(name in text for name in operations)


def test_addresses_at_the_top_of_a_document_are_among_its_fields() -> None:
    document = {
        "name": "shop",
        "parts": {f"part{n}": {"about": f"what part {n} is there for", "n": n} for n in range(80)},
        "homepage": "https://shop.example/",
    }
    assert "homepage=https://shop.example/" in view_of(document, max_tokens=300).text


def test_a_large_unit_does_not_block_the_smaller_ones_after_it() -> None:
    document = {
        "first": {"text": "word " * 150, "n": 1},
        **{f"field{n}": f"what field {n} says" for n in range(60)},
    }
    view = view_of(document, max_tokens=250)
    assert COUNTER.count(view.text) > 200
    assert "field3=" in view.text


@pytest.mark.parametrize("max_tokens", [100, 200, 400, 800, 1600])
def test_rows_larger_than_the_budget_leave_little_of_it_unused(max_tokens: int) -> None:
    rows = [
        {"name": f"pod{n}", "address": f"10.0.3.{n}", **{f"k{k}": f"v{n * k}" for k in range(150)}}
        for n in range(12)
    ]
    view = view_of({"kind": "List", "items": rows}, max_tokens=max_tokens, query="10.0.3.7")
    assert COUNTER.count(view.text) > 0.6 * max_tokens
    assert "10.0.3.7" in view.text


@pytest.mark.parametrize("keyed", [False, True])
def test_a_table_by_columns_is_shown_by_rows(keyed: bool) -> None:
    rows = parcels(3)
    plant(rows, 3, "state", "quarantined")
    columns: dict[str, Any] = {key: [row[key] for row in rows] for key in rows[0]}
    if keyed:
        columns = {key: {f"{n}": cell for n, cell in enumerate(columns[key])} for key in columns}
    document = {"source": "depot", "parcels": columns}
    view = view_of(document, query="P00111", max_tokens=600)
    assert " by columns, " in view.text
    for row in [rows[111], *(row for row in rows if row["state"] == "quarantined")]:
        line = next(line for line in view.text.splitlines() if row["parcel"] in line)
        assert all(str(row[key]) in line for key in ("depot", "grams", "remark"))
    ctx = SharedContext()
    entry = ctx.put("parcels", document)
    assert ctx.retrieve("parcels", query="P00111", max_tokens=80).text.endswith(
        json.dumps(rows[111], separators=(",", ":"))
    )
    (omission,) = entry.omissions
    first, last = omission.ranges[0]
    found = ctx.retrieve("parcels", place=f"rows {first}-{last} of /parcels", max_tokens=10**6)
    shown = [json.loads(line) for line in found.text.split("\n")[1:]]
    assert shown == rows[first - 1 : last]
    odd = ctx.retrieve("parcels", where={"state": "quarantined"}).text
    assert json.loads(odd.split("\n")[1])["state"] == "quarantined"


def talk(seed: int) -> list[dict[str, Any]]:
    """Turns of which none stands out, but for a question; its reply is the next."""
    chance = random.Random(seed)
    words = "harbour museum railway garden opera station market bridge river tower ferry".split()
    turns = []
    for number in range(120):
        text = f"We went past the {', the '.join(chance.sample(words, 6))} before noon."
        at = f"2024-05-01T{9 + number // 60:02d}:{number % 60:02d}:00Z"
        turns.append({"at": at, "who": chance.choice(["Ada", "Bo", "Cem"]), "text": text})
    turns[70]["text"] = "Which port does the relay listen on?"
    return turns


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_question_in_a_talk_brings_its_reply(seed: int, newest_first: bool) -> None:
    turns = talk(seed)
    reply = turns[71]["text"]
    view = view_of(turns[::-1] if newest_first else turns, query="relay port", max_tokens=200)
    assert turns[70]["text"] in view.text
    assert reply in view.text


@pytest.mark.parametrize("seed", range(3))
def test_a_reply_in_a_talk_brings_its_question(seed: int) -> None:
    turns = talk(seed)
    for turn in turns[::7]:
        turn["text"] = f"{turn['at']}: {turns[1]['text']}".replace("noon.", "noon?")
    turns[71]["text"] = turns[72]["text"].replace("before noon", "and 4711")
    view = view_of(turns, query="4711", max_tokens=200)
    assert turns[71]["text"] in view.text
    assert turns[70]["text"] in view.text


def test_many_weak_answers_do_not_push_out_the_comment_that_is_unlike_the_others() -> None:
    said = "The {} was found in order after a review of the {} and of the {}."
    things = ["berth", "crane", "ferry", "store", "quay", "tariff", "pilot"]
    rows = [
        {
            "id": 1000 + n,
            "body": said.format(things[n % 7], things[n % 5], things[n % 3]),
            "hunk": f"@@ -{n * 9},6 +{n * 9},7 @@ def load(request): return fetch(request, {n})"
            * 3,
            "commit": f"{n * 7919 % 10007:05x}" * 8,
        }
        for n in range(24)
    ]
    alarm = "This commits the production password to the repository."
    rows[11]["body"] = alarm
    result = compress(json.dumps(rows), query="Address the review comments.", max_tokens=500)
    assert alarm in result.text


@pytest.mark.parametrize("rows", [[{"status": "ok"}] * 1400, [{"status": "ok", "n": 1}] * 1400])
def test_rows_that_are_the_same_are_not_shown_again_and_again(rows: list[Any]) -> None:
    text = compress(json.dumps(rows)).text
    assert text.count("ok") <= 3
    assert "[rows 2-1399 left out: 1398 rows; status ok]" in text
