from __future__ import annotations

import base64
import hashlib
import json

import pytest

from headroom import KeyNotFound, SharedContext
from headroom.retrieval.places import parse_ranges
from headroom_testing import HOSTILE

LOG = "\n".join(
    f"12:00:{n:02} worker {n} finished" if n != 31 else "12:00:31 worker 31 ran out of memory"
    for n in range(60)
)


@pytest.fixture
def ctx() -> SharedContext:
    ctx = SharedContext()
    ctx.put("log", LOG, kind="log")
    ctx.put("orders", {"orders": [{"id": n, "name": f"customer {n}"} for n in range(1, 101)]})
    ctx.put("text", "Rome was founded. Paris came later. London has fog.")
    return ctx


def test_by_query(ctx: SharedContext) -> None:
    found = ctx.retrieve("log", query="which worker ran out of memory?", max_tokens=40)
    assert "12:00:31 worker 31 ran out of memory" in found.text
    assert "32" in found.where
    assert found.tokens <= 40
    assert not found.truncated
    assert found.kind == "log"
    assert "fog" in ctx.retrieve("text", query="fog").text


@pytest.mark.parametrize("query", ['"ran out of memory"', ' "memory" ', '"worker 31"; "memory"'])
def test_words_in_quotes_are_words(ctx: SharedContext, query: str) -> None:
    assert "worker 31 ran out of memory" in ctx.retrieve("log", query=query, max_tokens=40).text
    assert ctx.retrieve("orders", query='"/orders/3"').where == "/orders/3"


def test_a_query_that_looks_like_a_path_is_looked_for_where_none_is_there(
    ctx: SharedContext,
) -> None:
    lines = [f"GET /api/item/{n} 200 in {n * 7} ms" for n in range(300)]
    files = {f"/src/{n}.py": {"lines": n * 3} for n in range(90)}
    ctx.put("log", "\n".join(lines))
    ctx.put("data", {"files": files, "rows": [{"id": n} for n in range(9)]})
    assert lines[77] in ctx.retrieve("log", query="/api/item/77").text
    assert "/src/77.py" in ctx.retrieve("data", query="/src/77.py").text
    assert ctx.retrieve("data", query="/rows/3").where == "/rows/3"
    assert not ctx.retrieve("log", query="/nowhere/at/all").text
    # What begins in the data is a path, and its mistake is told.
    with pytest.raises(ValueError, match="/rows goes from 0 to 8"):
        ctx.retrieve("data", query="/rows/77")


def test_by_query_in_json(ctx: SharedContext) -> None:
    found = ctx.retrieve("orders", query="customer 77", max_tokens=60)
    assert '{"id":77,"name":"customer 77"}' in found.text
    assert "rows 77 of /orders" in found.where


def test_what_says_little_is_not_looked_for_beside_what_says_more(ctx: SharedContext) -> None:
    assert ctx.retrieve("log", query="worker memory").text.count("worker") == 1
    assert ctx.retrieve("log", query="worker").text.count("worker") > 20


def test_what_the_view_leaves_out_comes_first(ctx: SharedContext) -> None:
    entry = ctx.put("log", LOG, kind="log", max_tokens=120)
    found = ctx.retrieve("log", query="worker finished", max_tokens=200)
    shown = {line for line in found.text.split("\n") if line.endswith("finished")}
    assert len(shown) > 3
    assert not any(line in entry.compressed for line in shown)


def test_lines_that_are_alike_take_turns(ctx: SharedContext) -> None:
    lines = [f"12:{n:02} disk {n} is fine, no error" for n in range(500)]
    lines[400] = "12:00 power unit reports an error"
    ctx.put("disks", "\n".join(lines), kind="log")
    assert "power unit" in ctx.retrieve("disks", query="error", max_tokens=100).text


def test_the_body_that_a_query_names(ctx: SharedContext) -> None:
    code = "\n\n".join(
        f"def step_{n}(value):\n    first = value + {n}\n    return first * {n}" for n in range(40)
    )
    ctx.put("code", code)
    body = "def step_7(value):\n    first = value + 7\n    return first * 7"
    assert body in ctx.retrieve("code", query="how does step_7 work?", max_tokens=60).text
    assert ctx.retrieve("code", path="step_7").text == f"[lines 29-31]\n{body}"
    with pytest.raises(ValueError, match="no function or class of this name here; there are: step"):
        ctx.retrieve("code", path="leap")
    with pytest.raises(ValueError, match=r"no rows|a path is a JSON pointer"):
        ctx.retrieve("text", path="leap")


def test_a_method_is_named_with_its_class(ctx: SharedContext) -> None:
    code = (
        "\n".join(
            f"class {name}:\n    def get(self):\n        return '{name}'\n"
            for name in ("A", "B", "C")
        )
        * 9
    )
    ctx.put("code", code, kind="code")
    found = ctx.retrieve("code", path="B.get").text
    assert "return 'B'" in found
    assert "return 'A'" not in found
    assert "return 'A'" in ctx.retrieve("code", path="get").text


def test_by_range(ctx: SharedContext) -> None:
    lines = LOG.split("\n")
    found = ctx.retrieve("log", lines="3-5,8")
    assert found.text == "[lines 3-5]\n" + "\n".join(lines[2:5]) + f"\n[lines 8]\n{lines[7]}"
    assert found.where == "lines 3-5; lines 8"
    assert not found.truncated
    assert ctx.retrieve("log", lines=8).text == f"[lines 8]\n{lines[7]}"
    assert ctx.retrieve("text", sentences="2").text == "[sentences 2]\nParis came later."


def test_rows_by_path(ctx: SharedContext) -> None:
    found = ctx.retrieve("orders", path="/orders", rows="2-3")
    rows = [json.dumps({"id": n, "name": f"customer {n}"}, separators=(",", ":")) for n in (2, 3)]
    assert found.text == "[rows 2-3 of /orders]\n" + "\n".join(rows)
    assert ctx.retrieve("orders", path="/orders/4/name").text == '[/orders/4/name]\n"customer 5"'


def test_rows_of_a_table(ctx: SharedContext) -> None:
    rows = [f"{n},customer {n},{'Oslo' if n % 3 else 'Rome'}" for n in range(1, 101)]
    entry = ctx.put("table", "\n".join(["id,name,city", *rows]))
    assert entry.kind == "table"
    assert ctx.retrieve("table", rows="7").text == (
        '[rows 7]\n{"id":"7","name":"customer 7","city":"Oslo"}'
    )
    assert '"name":"customer 42"' in ctx.retrieve("table", query="customer 42").text


def test_sentences_of_a_value(ctx: SharedContext) -> None:
    report = " ".join(f"Sentence {n} says what happened on day {n} of the year." for n in range(60))
    ctx.put("report", {"body": report, "title": "Days"})
    found = ctx.retrieve("report", path="/body", sentences="4-5")
    assert found.text == (
        "[sentences 4-5 of /body]\n"
        "Sentence 3 says what happened on day 3 of the year.\n"
        "Sentence 4 says what happened on day 4 of the year."
    )


def test_every_omission_of_a_view_can_be_asked_for_as_it_stands(ctx: SharedContext) -> None:
    rows = [{"id": n, "note": f"word{n} stands here", "x": {"y": n % 5}} for n in range(300)]
    for key, data in (
        ("rows", rows),
        ("nested", {"meta": {"page": 1}, "items": rows}),
        ("log", LOG * 3),
        ("text", " ".join(f"The town of {n} lies on river {n * 7}." for n in range(300))),
    ):
        entry = ctx.put(key, data, max_tokens=200)
        assert entry.omissions
        for omission in entry.omissions:
            first, last = omission.ranges[0]
            found = ctx.retrieve(
                key,
                max_tokens=10**6,
                path=omission.path or None,
                **{omission.unit: f"{first}-{last}"},
            )
            assert not found.truncated
            spans = found.where.removesuffix(f" of {omission.path}")
            assert spans in (f"{omission.unit} {first}-{last}", f"{omission.unit} {first}")


def test_omissions_are_taken_in_the_words_of_the_view(ctx: SharedContext) -> None:
    expected = ctx.retrieve("orders", path="/orders", rows="2-3").text
    assert ctx.retrieve("orders", query="rows 2-3 of /orders").text == expected
    assert ctx.retrieve("orders", query="[rows 2-3 of /orders]").text == expected
    assert ctx.retrieve("orders", rows="rows 2-3 of /orders").text == expected
    assert ctx.retrieve("orders", place="rows 2-3 of /orders").text == expected
    assert ctx.retrieve("orders", place="2-3", path="/orders").text == expected
    assert ctx.retrieve("log", place=3).where == "lines 3"
    assert ctx.retrieve("text", place="2").where == "sentences 2"
    assert ctx.retrieve("log", query="lines 3-5").where == "lines 3-5"


def test_parts_of_a_mixed_text(ctx: SharedContext) -> None:
    rows = json.dumps([{"id": n, "name": f"customer {n}"} for n in range(50)])
    text = f"Dear all,\n\nhere they are:\n\n```json\n{rows}\n```\n\n{LOG}\n"
    entry = ctx.put("mail", text, max_tokens=300)
    assert entry.kind == "mixed"
    found = ctx.retrieve("mail", query="customer 33", max_tokens=60)
    assert '{"id":33,"name":"customer 33"}' in found.text
    place = found.where.split("; ")[0]
    assert place == "rows 34 within lines 6-6"
    assert ctx.retrieve("mail", query=place).text == found.text.split("\n[")[0]
    assert "memory" in ctx.retrieve("mail", query="ran out of memory", max_tokens=60).text
    for omission in entry.omissions:
        assert ctx.retrieve("mail", query=omission.where, max_tokens=10**6).where


def test_an_excerpt_pages_on(ctx: SharedContext) -> None:
    seen: list[str] = []
    place = "lines 1-60"
    while place:
        found = ctx.retrieve("log", max_tokens=150, place=place)
        assert found.tokens <= 150
        seen += [line for line in found.text.split("\n") if line.startswith("12:00")]
        assert bool(found.next) == found.truncated
        place = found.next
    assert seen == LOG.split("\n")


def test_a_unit_that_is_too_large_is_read_in_parts(ctx: SharedContext) -> None:
    words = " ".join(f"word{n}" for n in range(3000))
    ctx.put("line", words, kind="log")
    found = ctx.retrieve("line", query="word2222", max_tokens=100)
    assert "word2222" in found.text
    assert found.where.startswith("lines 1:")
    text, place = "", "lines 1:1-"
    while place:
        found = ctx.retrieve("line", place=place, max_tokens=2000)
        assert found.tokens <= 2000
        text += found.text.split("\n")[1]
        place = found.next
    assert text == words


def test_values_of_a_large_document(ctx: SharedContext) -> None:
    people = {
        f"person{n}": {"name": f"Name {n}", "about": "words " * 100, "mail": f"p{n}@example.org"}
        for n in range(30)
    }
    ctx.put("people", {"people": people})
    found = ctx.retrieve("people", query="mail", max_tokens=500)
    # Not two of them whole, but all that match, below the name of what holds them all.
    assert found.text.startswith("[/people, in part]\nperson0.mail=p0@example.org\n")
    assert found.text.count("@example.org") == 30
    assert "; rows 3 of /people/person7; " in found.where


def test_a_value_that_is_shown_is_not_left_out(ctx: SharedContext) -> None:
    ctx.put("settings", [{f"k{number}": number for number in range(500)}])
    found = ctx.retrieve("settings", query="what is k478?", max_tokens=300)
    assert "k478=478" in found.text
    left = parse_ranges(found.next.partition(" of ")[0].removeprefix("rows "), "rows")
    shown = found.text.count("=")
    assert sum(one.last - one.first + 1 for one in left) == 500 - shown
    assert not any(one.first <= 479 <= one.last for one in left)


def test_with_room_for_all_that_was_found_nothing_is_left_out(ctx: SharedContext) -> None:
    steps = [{"name": f"step {n}", "log": f"it took {n} s " * 9} for n in range(100)]
    ctx.put("builds", [{"build": "nightly", "steps": steps}])
    found = ctx.retrieve("builds", query="step 7 nightly", max_tokens=20_000)
    assert not found.truncated
    assert not found.next
    assert f"[rows 8 of /0/steps]\n{json.dumps(steps[7], separators=(',', ':'))}" in found.text
    assert all(found.text.count(f'"name":"step {n}"') == 1 for n in range(100))


def test_what_is_shown_with_what_holds_it_is_not_shown_again_nor_left_out(
    ctx: SharedContext,
) -> None:
    orders = [
        {"customer": {"name": f"c{n}", "tags": ["x", f"gizmo{n}"]}, "memo": f"word{n} " * 400}
        for n in range(4)
    ]
    ctx.put("shop", {"orders": orders})
    whole = ctx.retrieve("shop", query="gizmo1", max_tokens=20_000)
    assert whole.text.count("gizmo1") == whole.text.count('"c1"') == 1
    assert not whole.next
    ctx.put("places", {"a/b": {"x": {"y": 5}}, "c": ["oslo", "rome"], "d": {"e": "oslo " * 99}})
    found = ctx.retrieve("places", query="rome", max_tokens=25)
    assert '{"c":["oslo","rome"]}' in found.text
    assert "of /c" not in found.next


@pytest.mark.parametrize("held", ["as it is", "in data", "in a part"])
def test_what_a_terminal_writes_over_is_found_and_not_left_out_unmarked(
    ctx: SharedContext, held: str
) -> None:
    lines = [f"12:00:{n:02} all is well" for n in range(40)]
    over = "fetching alpha 10%\rfetching beta 50%\rfetching gamma 100%"
    log = "\n".join([*lines, over, "all is \x1b[31mred\x1b[0m"])
    payload: dict[str, object] = {
        "as it is": log,
        "in data": {"log": log},
        "in a part": f"# What we saw\n\nIt was a long day.\n\n```\n{log}\n```\n\nThen it ended.\n",
    }
    ctx.put("run", payload[held])
    for asked in ({"query": "beta"}, {"pattern": "beta 50%"}):
        found = ctx.retrieve("run", **asked, max_tokens=200).text  # type: ignore[arg-type]
        assert "alpha 10%" in found
        assert "beta 50%" in found
    for asked in ({"query": "gamma"}, {"pattern": "gamma"}):
        found = ctx.retrieve("run", **asked, max_tokens=40)  # type: ignore[arg-type]
        assert "]\n…fetching gamma 100%" in found.text
        assert over in ctx.retrieve("run", place=found.where).text
    assert "]\nall is red" in ctx.retrieve("run", query="red", max_tokens=40).text
    assert ctx.retrieve("run", query="beta", pattern="gamma").text == ""
    assert ctx.retrieve("run", query="delta").text == ""


@pytest.mark.parametrize("is_part", [False, True])
@pytest.mark.parametrize("unit", ["sentences", "rows"])
def test_what_a_terminal_writes_over_is_marked_in_sentences_and_rows(
    ctx: SharedContext, unit: str, is_part: bool
) -> None:
    text = "\n\n".join(f"The {n}th day was long. Nothing else was seen on it." for n in range(9))
    text += "\n\nNobody came.\rWe waited for gamma. Then we went\nto see delta. It ended there."
    shown = "…We waited for gamma."
    fence = "```csv" if unit == "rows" else ""
    if unit == "rows":
        text = "id,name,note\n" + "".join(f"{n},name {n},well {n}\n" for n in range(40))
        text += '40,"one,\r41,some,gamma\n42,\x1b[1mdelta\x1b[0m,well 42\n'
        shown = '…{"id":"41","name":"some","note":"gamma"}'
    if is_part:
        rows = json.dumps([{"n": n} for n in range(40)])
        text = f"What we saw:\n\n{fence}\n{text}\n{fence[:3]}\n\nAnd:\n\n```json\n{rows}\n```\n"
    ctx.put("text", text)
    for asked in ({"query": "gamma"}, {"pattern": "gamma"}):
        found = ctx.retrieve("text", **asked, max_tokens=200)  # type: ignore[arg-type]
        assert shown in found.text
        assert found.text.count("…") == 1
        assert found.where.startswith(unit)
        assert shown in ctx.retrieve("text", place=found.where).text
    found = ctx.retrieve("text", pattern="delta")
    assert "delta" in found.text
    assert "…" not in found.text


MANY, RED = "so it went on " * 300, "\x1b[31mx\x1b[0m " * 900


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"{MANY}\x1b[31mERR\x1b[0mOR {MANY}", "\x1b[31mERR\x1b[0mOR"),
        (f"10 % ERR\r{RED}ERROR {MANY}", "ERROR"),
        (f"{RED}\x1b[2K{RED}ERROR {MANY}", "ERROR"),
        (f"{MANY}ERROR {MANY}\rdone", "ERROR"),
    ],
)
def test_a_match_in_a_line_with_codes_is_shown_with_what_is_around_it(
    ctx: SharedContext, line: str, shown: str
) -> None:
    ctx.put("run", "\n".join([*LOG.split("\n"), line]))
    for asked in ({"pattern": "ERROR"}, {"query": "error"}):
        found = ctx.retrieve("run", **asked, max_tokens=60).text  # type: ignore[arg-type]
        assert shown in found


def test_what_nobody_reads_is_found_by_a_pattern_and_a_place_keeps_to_itself(
    ctx: SharedContext,
) -> None:
    noise = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(400)]
    icons = [base64.b64encode("".join(noise[n::20]).encode()).decode() for n in range(20)]
    ctx.put("icons", [{"name": f"icon {n}", "image": icon} for n, icon in enumerate(icons)])
    assert not any(ctx.retrieve("icons", query=word).text for word in ("vpn", "tax", "jwt", "abc"))
    assert icons[7][900:940] in ctx.retrieve("icons", pattern=icons[7][900:940]).text
    assert not ctx.retrieve("icons", pattern=icons[7][900:940], place="rows 1-3").text
    output = {"out": "\n".join([*LOG.split("\n"), "10 %\r20 % beta"]), "err": LOG}
    ctx.put("run", output)
    assert ctx.retrieve("run", pattern="10 %").text
    assert not ctx.retrieve("run", pattern="10 %", place="/err").text
    assert not ctx.retrieve("run", query="beta", place="/err").text
    ctx.put("keys", "\n".join([*LOG.split("\n")[:6], f"key {icons[0]}", icons[1], LOG]))
    assert ctx.retrieve("keys", pattern="^$").text == "[lines 8]\n…"


def test_where(ctx: SharedContext) -> None:
    jobs = [
        {"id": n, "state": ["ok", "failed"][n % 5 == 0], "job": {"delay": n * 10}}
        for n in range(40)
    ]
    ctx.put("jobs", {"page": 1, "jobs": jobs})
    by_map = ctx.retrieve("jobs", where={"state": "failed", "job.delay": ">= 300"})
    assert by_map.where == "rows 31 of /jobs; rows 36 of /jobs"
    by_text = ctx.retrieve("jobs", where="state = failed and job.delay >= 300")
    assert by_text == by_map
    assert ctx.retrieve("jobs", where="state=failed", rows="1-10", path="/jobs").where == (
        "rows 1 of /jobs; rows 6 of /jobs"
    )
    assert ctx.retrieve("jobs", where="state=gone").text == ""
    with pytest.raises(ValueError, match="no rows and no paths"):
        ctx.retrieve("log", where="state=failed")


def test_pattern(ctx: SharedContext) -> None:
    assert ctx.retrieve("log", pattern=r"worker 3\d ran").where == "lines 32"
    assert ctx.retrieve("orders", pattern=r'"name":"customer [45]"').where == "rows 4-5 of /orders"
    found = ctx.retrieve("log", pattern="worker", query="memory")
    assert found.where == "lines 32"


def test_by_jsonpath(ctx: SharedContext) -> None:
    found = ctx.retrieve("orders", path="$.orders[3:5].name")
    assert found.text == '[/orders/3/name]\n"customer 4"\n[/orders/4/name]\n"customer 5"'
    assert ctx.retrieve("orders", path="$..id", max_tokens=10**5).text.count("\n") == 199


def test_numbers_come_back_as_they_were_written(ctx: SharedContext) -> None:
    ctx.put("numbers", '[{"a": 1.10, "b": 12345678901234567890, "c": 1e5, "d": -0}]')
    assert ctx.retrieve("numbers", rows=1).text == (
        '[rows 1]\n{"a":1.10,"b":12345678901234567890,"c":1e5,"d":-0}'
    )


def test_by_reference(ctx: SharedContext) -> None:
    entry = ctx.require("log")
    found = ctx.retrieve(entry.reference, lines=1)
    assert found.key == "log"
    assert found.reference == entry.reference


def test_nothing_found_is_an_empty_excerpt(ctx: SharedContext) -> None:
    found = ctx.retrieve("log", query="zebra")
    assert found.text == found.where == ""
    assert not found.truncated


def test_it_never_exceeds_its_budget(ctx: SharedContext) -> None:
    ctx.put("line", "word " * 5000)
    ctx.put("row", [{"a": "word " * 5000}])
    for key, options in (
        ("log", {"query": "worker"}),
        ("log", {"lines": "1-60"}),
        ("orders", {"path": "/orders"}),
        ("orders", {"path": "/orders", "rows": "1-100"}),
        ("line", {"query": "word"}),
        ("line", {"lines": "1"}),
        ("row", {"rows": "1"}),
    ):
        for max_tokens in (1, 5, 20, 100, 400):
            found = ctx.retrieve(key, max_tokens=max_tokens, **options)  # type: ignore[arg-type]
            assert found.tokens == ctx.count_tokens(found.text) <= max_tokens
            assert found.truncated


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_odd_originals(name: str) -> None:
    ctx = SharedContext()
    ctx.put("key", HOSTILE[name])
    assert ctx.retrieve("key", query="a b", max_tokens=100).tokens <= 100
    assert ctx.retrieve("key", lines="1-3", max_tokens=100).tokens <= 100


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        ("log", {"lines": "first"}, 'lines must look like "3-111" or "3,7-9", counted from 1'),
        ("log", {"lines": "0"}, "counted from 1"),
        ("log", {"lines": "5-3"}, "a range goes upwards"),
        ("log", {"rows": "1"}, "no rows and no paths: ask for lines"),
        ("orders", {"path": "orders"}, 'it begins with "/"'),
        ("orders", {"path": "/nothing"}, "there is nothing at this path"),
        ("orders", {"path": "/orders/0/id", "rows": "1"}, "no rows at this path"),
        ("log", {"lines": "1", "rows": "1"}, "ask for one of lines and rows, not for both"),
        ("log", {"place": "the end"}, 'place must look like "rows 3-111 of /flights"'),
        ("log", {"place": "lines 1", "lines": 1}, "ask for place or for lines, not for both"),
        ("log", {"lines": "7:5-3"}, "a range goes upwards"),
        ("log", {"pattern": "("}, "cannot be read by RE2"),
        ("log", {"pattern": "x" * 2000}, "at most 1000 characters"),
        ("orders", {"path": "$.orders["}, "this JSONPath cannot be read"),
        ("orders", {"path": "$.none"}, "there is nothing at this path"),
        ("orders", {"where": "status"}, "where cannot be read at character 7, the end"),
        ("log", {"within": "1-2,4-5"}, "within is one range of lines"),
        ("log", {"max_tokens": 0}, "max_tokens must be at least 1"),
    ],
)
def test_what_makes_no_sense(
    ctx: SharedContext, key: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ctx.retrieve(key, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options", [{"query": 5}, {"lines": 1.5}, {"where": [1]}, {"pattern": 7}, {"path": 3}]
)
def test_wrong_types(ctx: SharedContext, options: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="must"):
        ctx.retrieve("log", **options)  # type: ignore[arg-type]


def test_a_missing_key(ctx: SharedContext) -> None:
    with pytest.raises(KeyNotFound, match="nothing is stored under 'nothing' here"):
        ctx.retrieve("nothing")


def test_ranges() -> None:
    found = [(one.first, one.last, one.chars) for one in parse_ranges(" 3 , 7 - 9, 4:2-8", "rows")]
    assert found == [(3, 3, None), (7, 9, None), (4, 4, (2, 8))]


def test_a_record_that_is_larger_than_a_piece_comes_with_its_other_values(
    ctx: SharedContext,
) -> None:
    def record(number: int) -> dict[str, object]:
        parts = {f"part_{n}": {"text": "words " * 100, "size": number * n} for n in range(8)}
        return {"id": f"d{number}7717", "state": f"state {number}", "parts": parts}

    ctx.put("events", {"events": [record(number) for number in range(4)]})
    found = ctx.retrieve("events", query="what happened in d27717?", max_tokens=300)
    assert "3: id=d27717, state=state 2" in found.text
    assert "state 1" not in found.text


def test_what_else_is_defined_comes_after_the_body(ctx: SharedContext) -> None:
    code = "\n\n".join(f"def step_{n}(value):\n    return value * {n}" for n in range(20))
    ctx.put("code", code, kind="code")
    found = ctx.retrieve("code", query="what does step_7 return?", max_tokens=300).text
    assert "return value * 7" in found
    assert "def step_3(value):" in found
    assert "return value * 3" not in found


@pytest.mark.parametrize("query", ["step_7", "def step_7", "show me `step_7`"])
def test_who_asks_for_a_name_alone_is_given_what_has_it(ctx: SharedContext, query: str) -> None:
    code = "\n\n".join(f"def step_{n}(value):\n    return value * {n}" for n in range(20))
    ctx.put("code", f"{code}\n\nprint(step_7(3))", kind="code")
    found = ctx.retrieve("code", query=query, max_tokens=300).text
    assert "return value * 7" in found
    assert "print(step_7(3))" in found
    assert "step_3" not in found


@pytest.mark.parametrize("query", ["c13.tsx", "What is wrong in c13.tsx?"])
def test_a_line_that_is_named_comes_with_what_is_indented_below_it(
    ctx: SharedContext, query: str
) -> None:
    checked = "\n\n".join(
        f"/srv/web/c{n}.tsx\n  {n + 9}:5  error  unused name\n  {n + 70}:1  error  any is odd"
        for n in range(22)
    )
    ctx.put("checked", checked)
    found = ctx.retrieve("checked", query=query, max_tokens=300)
    assert "22:5  error  unused name" in found.text
    assert "83:1  error  any is odd" in found.text
    assert ("c14.tsx" in found.text) == (query != "c13.tsx")


@pytest.mark.parametrize(
    ("place", "numbers"),
    [
        ("row 3", [3]),
        ("[rows 3-4 left out: 2 rows; n 3-4]", [3, 4]),
        ("rows 3 to 5", [3, 4, 5]),
        ("rows 3\u20135", [3, 4, 5]),
        ("rows 3 - 4, rows 9", [3, 4, 9]),
        ("rows 3 and rows 9", [3, 9]),
        ("rows 3-4 of /", [3, 4]),
    ],
)
def test_places_are_taken_as_readers_write_them(place: str, numbers: list[int]) -> None:
    ctx = SharedContext()
    ctx.put("rows", [{"n": n} for n in range(1, 30)])
    lines = ctx.retrieve("rows", place=place).text.split("\n")
    assert [json.loads(line)["n"] for line in lines if line.startswith("{")] == numbers


def test_what_is_of_use_only_together_comes_together_from_within_data() -> None:
    records = "\n\n".join(f"name: host{n}\nport: {8000 + n}\nzone: z{n % 7}" for n in range(200))
    ctx = SharedContext()
    ctx.put("call", {"stdout": records, "code": 0})
    found = ctx.retrieve("call", query="port 8077", max_tokens=200).text
    assert "[lines 309-311 within /stdout]\nname: host77\nport: 8077\nzone: z0" in found


def test_numbers_that_are_too_high_are_said() -> None:
    ctx = SharedContext()
    ctx.put("call", {"stdout": "\n".join(f"INFO line {n} of it" for n in range(400)), "code": 0})
    with pytest.raises(ValueError, match="there are no lines of these numbers: this has 1"):
        ctx.retrieve("call", place="lines 401")
    named = ctx.retrieve("call", place="lines 300-310 within /stdout").text
    assert "line 300 of it" in named
    # So the marker says it: none of its own lines is meant.
    assert ctx.retrieve("call", place="lines 300-310").text == named


def test_words_that_most_of_it_has_tell_of_no_neighbours() -> None:
    data = json.dumps(
        {
            "z0": [
                {
                    "e ~6": {"speed": "host 8", "name": 460, "y": "ok"},
                    'q"7': {
                        "owner": True, "speed": "x\ny\nz", "price": "host 17", "name": True,
                        "y": "host 1",
                    },
                    "a/b8": {
                        "owner": None, "speed": None, "price": "host 4", "name": 431,
                        "y": 0.44213404355366104,
                    },
                    'q"9': {"owner": 0.0981264966937545, "speed": 263},
                }
            ],
            "user": [
                {},
                {
                    "host": [{"city": None}],
                    "name": {
                        "a/b5": {"mtu": "host 48", "eth": "x\ny\nz", "a": "host 22"},
                        "e ~6": {
                            "name": "host 17", "mtu": 704, "eth": 'q"u":o 5', "a": 'q"u":o 8',
                        },
                        'q"7': {"name": 'q"u":o 6', "mtu": "word " * 27, "a": 'q"u":o 6'},
                    },
                },
                {"host": {'q"0': {"total": 0.6822625242967331, "disk": "host 29"}}},
            ],
        }
    )  # fmt: skip
    ctx = SharedContext()
    ctx.put("hosts", data, max_tokens=400)
    assert ctx.retrieve("hosts", query="city disk speed owner host 35", max_tokens=150).text


def test_sentences_of_a_log_are_asked_for(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    ctx.put("spoken", "\n".join(f"{line}. Nobody saw it. Why? So." for line in LOG.split("\n")))
    assert ctx.require("spoken").kind == "log"
    found = ctx.retrieve("spoken", query="memory", place="sentences 1-300", max_tokens=100)
    assert found.where == "sentences 125"
    assert not caplog.records
