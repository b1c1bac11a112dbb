"""What was found comes with what it stands together with, said shortly, at the places it names."""

from __future__ import annotations

import json
import random
import re

import pytest

from headroom import Excerpt, SharedContext
from headroom.retrieval import fields, ranking

_COUNTED = ("speed", "load", "delay", "errors", "drops", "resets", "queue", "mtu", "uptime")
_PLACE = re.compile(r"\[lines ([\d,-]+)(?: within (\S+?))?\]")
_NUMBERED = re.compile(r"\[lines [\d,-]+(?: within \S+?)?(?:, in part)?, each after its number\]")


@pytest.fixture
def ctx() -> SharedContext:
    return SharedContext()


def shown_lines(found: Excerpt, original: str) -> list[int]:
    """The numbers of the lines of an excerpt, each of which must be that line of the original."""
    lines, numbers, waiting = original.split("\n"), [], None
    for line in found.text.split("\n"):
        place = _PLACE.fullmatch(line)
        if place:
            ranges = [part.split("-") for part in place[1].split(",")]
            waiting = iter([n for r in ranges for n in range(int(r[0]), int(r[-1]) + 1)])
        elif _NUMBERED.fullmatch(line):
            waiting = None
        elif " more " not in line or not line.startswith("["):
            number = int(line.partition(":")[0]) if waiting is None else next(waiting)
            assert line == ("" if waiting else f"{number}: ") + lines[number - 1]
            numbers.append(number)
    return numbers


def diff_of(files: int) -> str:
    parts = []
    for file in range(files):
        parts.append(f"diff --git a/src/part{file}.py b/src/part{file}.py\n--- a/src/part{file}.py")
        parts.append(f"+++ b/src/part{file}.py")
        for hunk in range(3):
            start = 40 * hunk + 1
            parts.append(f"@@ -{start},4 +{start},5 @@ def step_{file}_{hunk}(value):")
            parts += [f"     total_{n} = value + {n * file + hunk}" for n in range(3)]
            parts.append(f"-    return old_{file * 10 + hunk}")
            parts += [f"+    again = call_{file * 10 + hunk}()", "+    return again"]
    return "\n".join(parts)


def test_a_hunk_comes_whole_below_its_file(ctx: SharedContext) -> None:
    diff = diff_of(12)
    ctx.put("diff", diff, max_tokens=200)
    found = ctx.retrieve("diff", query="What does the change do in step_7_1?", max_tokens=300)
    assert "+    again = call_71()" in found.text
    assert "-    return old_71" in found.text
    assert "+++ b/src/part7.py" in found.text
    assert shown_lines(found, diff)
    by_file = ctx.retrieve("diff", query="Show the change in src/part9.py", max_tokens=300).text
    assert all(f"+    again = call_9{hunk}()" in by_file for hunk in range(3))


def test_a_hunk_of_a_diff_within_data_comes_whole(ctx: SharedContext) -> None:
    ctx.put("call", {"stdout": diff_of(12), "code": 0}, max_tokens=200)
    found = ctx.retrieve("call", query="What does the change do in step_7_1?", max_tokens=300)
    assert "+    again = call_71()" in found.text
    assert "+++ b/src/part7.py" in found.text


def test_a_line_of_code_comes_with_its_function(ctx: SharedContext) -> None:
    code = "class Store:\n" + "\n".join(
        f"    def act_{n}(self, item):\n        first = self.look_{n}(item)\n"
        f"        # the {word} of it\n        second = first + {n}\n        return second * {n}\n"
        for n, word in enumerate(["price", "weight", "colour", "tariff", "origin", "age"] * 5)
        if n % 6 != 3 or n == 15
    )
    ctx.put("code", code, kind="code", max_tokens=100)
    found = ctx.retrieve("code", query="where is the tariff used?", max_tokens=150)
    assert "class Store:" in found.text
    assert "def act_15(self, item):" in found.text
    assert "return second * 15" in found.text
    assert shown_lines(found, code)


def test_a_section_comes_below_its_heading(ctx: SharedContext) -> None:
    names = ("Installing", "Migrating databases", "Logging", "Proxies", "Retries", "Releases")
    text = "\n".join(
        f"## {title}\n\nIt is set up once, by hand.\n\nUse option {n}00 for that.\n\n"
        f"The daemon {n} has to be stopped before it.\n"
        for n, title in enumerate(names * 4)
        if n % 6 != 1 or n == 13
    )
    ctx.put("guide", text, kind="text", max_tokens=60)
    found = ctx.retrieve("guide", query="migrating databases?", max_tokens=120).text
    assert "## Migrating databases" in found
    assert "Use option 1300 for that." in found
    assert "The daemon 13 has to be stopped before it." in found


def test_an_event_of_a_log_comes_with_its_trace_and_lines_alone(ctx: SharedContext) -> None:
    lines = [f"2026-01-02 10:{n // 60:02}:{n % 60:02} INFO job {n} done" for n in range(300)]
    lines[200] += "\nTraceback (most recent call last):\n  File \"a.py\", line 7, in pay\n" \
        "    charge(card)\nRefusedError: limit of 400 is reached"  # fmt: skip
    log = "\n".join(lines)
    ctx.put("log", log, kind="log", max_tokens=120)
    found = ctx.retrieve("log", query="RefusedError", max_tokens=300)
    assert "job 200 done" in found.text
    assert "    charge(card)" in found.text
    assert "job 199" not in found.text
    assert shown_lines(found, log) == list(range(201, 206))
    alone = ctx.retrieve("log", query="job 123", max_tokens=300)
    assert shown_lines(alone, log) == [124]


def test_lines_that_answer_come_before_lines_that_stand_beside_one(ctx: SharedContext) -> None:
    log = "\n".join(
        f"Port{n} is up, line protocol is up (connected)\n"
        + "\n".join(f"  {what} of this interface is {n * 7 + k}" for k, what in enumerate(_COUNTED))
        for n in range(12)
    )
    ctx.put("ports", log, kind="log", max_tokens=60)
    found = ctx.retrieve("ports", query="line protocol connected", max_tokens=600).text
    assert all(f"Port{n} is up, line protocol" in found for n in range(12))


def test_a_long_value_that_answers_best_comes_before_short_ones(ctx: SharedContext) -> None:
    words = ("tariff", "tariff", "tariff", *("price",) * 17)
    notes = {f"note_{n}": f"The {word} is old. " * 58 for n, word in enumerate(words)}
    notes["best"] = "The tariff of the daemon changes. " + "Nobody asked about it then. " * 45
    ctx.put("notes", {"notes": notes}, max_tokens=60)
    found = ctx.retrieve("notes", query="tariff of the daemon", max_tokens=600)
    assert "The tariff of the daemon changes." in found.text


def files_of(count: int) -> list[dict[str, object]]:
    return [
        {
            "filename": f"tool-1.{n}.tar.gz",
            "comment": "",
            "digests": {"md5": f"{n:032x}", "sha256": f"{n * 7919:064x}"},
            "size": 40_000 + 31 * n,
            "uploaded": f"2026-03-{n % 28 + 1:02}T10:00:00Z",
            "url": f"https://files.example.org/packages/{n:064x}/tool-1.{n}.tar.gz",
        }
        for n in range(count)
    ]


@pytest.mark.parametrize("number", [3, 17, 38])
def test_the_values_of_the_record_that_is_named_come_first(ctx: SharedContext, number: int) -> None:
    ctx.put("files", {"tool": {"releases": files_of(40)}}, max_tokens=200)
    query = f"Which sha256 and size has tool-1.{number}.tar.gz?"
    found = ctx.retrieve("files", query=query, max_tokens=300)
    assert f"{number * 7919:064x}" in found.text
    assert str(40_000 + 31 * number) in found.text
    assert " of /tool/releases" in found.where


def test_values_of_many_rows_are_a_table_with_numbers(ctx: SharedContext) -> None:
    pages = [
        {"id": n, "note": "x " * 40, "title": f"Page, no. {n}", "title_url": n} for n in range(200)
    ]
    ctx.put("pages", {"query": {"pages": pages}}, max_tokens=200)
    found = ctx.retrieve("pages", query="title, id", max_tokens=600)
    heading, header, *rows = found.text.split("\n")
    assert heading.startswith("[rows ")
    assert heading.endswith(" of /query/pages, in part]")
    assert header == "number,id,title"
    shown = [row.split(",", 1) for row in rows if not row.startswith("[")]
    assert len(shown) > 40
    assert all(cells == f'{int(n) - 1},"Page, no. {int(n) - 1}"' for n, cells in shown)
    assert found.truncated
    assert found.tokens <= 600
    again = ctx.retrieve("pages", place=found.where, max_tokens=10**5)
    assert again.text.count('"title"') == len(shown)
    assert ctx.retrieve("pages", place=heading, max_tokens=10**5).text.startswith("[rows ")


def test_a_field_that_a_question_names_is_said_of_as_many_rows_as_there_is_room_for(
    ctx: SharedContext,
) -> None:
    pages = [
        {"id": n, "title": f"Page, no. {n}", "title_url": f"https://example.org/{n}/" + "x" * 60}
        for n in range(200)
    ]
    ctx.put("pages", {"pages": pages}, max_tokens=60)
    found = ctx.retrieve("pages", query="title", max_tokens=600)
    heading, *lines = found.text.split("\n")
    assert re.fullmatch(
        r"\[rows [\d,-]+ of /pages, in part: title, each line after the number of its first row\]",
        heading,
    )
    shown = {}
    for first, _, values in (line.partition(": ") for line in lines if line[:1] != "["):
        cells = json.loads(f"[{values}]")
        assert len(cells) <= 10
        shown |= dict(enumerate(cells, int(first)))
    assert len(shown) > 60
    assert all(cell == f"Page, no. {number - 1}" for number, cell in shown.items())
    again = ctx.retrieve("pages", place=found.where, max_tokens=10**5)
    assert again.text.count('"title"') == len(shown)
    # What the question says beside the field comes first, as before.
    assert "no. 177" in ctx.retrieve("pages", query="title 177", max_tokens=60).text


def _shown(ctx: SharedContext, payload: object, query: str, max_tokens: int = 100) -> str:
    ctx.put("payload", payload)
    found = ctx.retrieve("payload", query=query, max_tokens=max_tokens)
    assert found.tokens <= max_tokens
    return found.text


def test_what_a_field_holds_belongs_to_it(ctx: SharedContext) -> None:
    rows: list[dict[str, object]] = [
        {"id": n, "tags": [] if n % 5 else [f"t{n}a", f"t{n}b"]} for n in range(100)
    ]
    assert all(f"{n},t{n - 1}a,t{n - 1}b" in _shown(ctx, rows, "tags") for n in range(1, 32, 5))
    rows = [{"id": n, "refund": {"by": f"Ada {n}"} if n % 50 == 49 else None} for n in range(200)]
    assert all(f"Ada {n}" in _shown(ctx, rows, "refund") for n in (49, 99, 149, 199))
    # A name that says more is another.
    rows = [{"退款政策": f"no {n}", "退款": f"yes {n}"} for n in range(90)]
    assert "no " not in _shown(ctx, rows, "退款", 90)
    # The number of an element is no name.
    rows = [{"id": n, "title": f"Page {n}", "note": "x " * 40} for n in range(60)]
    assert "Page 28" in _shown(ctx, {"rows": rows}, "title Page 28", 60)


@pytest.mark.parametrize("nothing", [None, False, "", [], {}])
def test_values_of_a_field_that_say_something_come_first(
    ctx: SharedContext, nothing: object
) -> None:
    rows = [{"id": n, "error": f"boom {n}" if n % 50 == 49 else nothing} for n in range(200)]
    said = _shown(ctx, rows, "error", 80)
    assert all(f"boom {n}" in said for n in (49, 99, 149, 199))


def test_each_value_of_a_field_comes_once_before_any_comes_again(ctx: SharedContext) -> None:
    states = {150: "failed", 170: "late"}
    rows = [{"id": n, "status": states.get(n, "ok")} for n in range(200)]
    said = _shown(ctx, rows, "status")
    assert all(f"{n + 1}: {state}" in said for n, state in states.items())
    # Else in the order of the original.
    assert said.index("\n1: ok, ok, ") < said.index("failed") < said.index("late")


def test_a_field_whose_name_is_the_question_comes_before_several_that_are_together(
    ctx: SharedContext,
) -> None:
    users = {f"user{n}": {"url": f"http://h/{n}", "id": n} for n in range(30)}
    repo = {"archived": False, "name": "x " * 700, "url": "http://h/r"}
    repo |= {"archive_url": "ARCH", "tags_url": "TAGS", "draft": "DRAFT"}
    for query in ("archive url", "archive_url", "archiveUrl"):
        assert "ARCH" in _shown(ctx, {"users": users, "repo": repo}, query, 60)
    # Of several together each has room, those that are rare before what is all over.
    said = _shown(ctx, {"users": users, "repo": repo}, "draft, tags_url", 60)
    assert "TAGS" in said
    assert "DRAFT" in said
    rows = [{"id": n, "created_at": f"{n + 2000}", "at": "x " * 40} for n in range(60)]
    assert "2009" in _shown(ctx, rows, "created at", 100)
    # What has all of them comes before what has one.
    some = {"in": [{"name": f"in {n}"} for n in range(60)], "out": {"name": "OUT", "message": "M"}}
    assert "name=OUT, message=M" in _shown(ctx, some, "name message", 60)


def test_a_name_is_looked_at_once_however_many_values_have_it(
    ctx: SharedContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    for module, name in ((fields, "in_pieces"), (fields, "terms"), (ranking, "terms")):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda text, real=real: looked.append(text) or real(text))
    _shown(ctx, {"price": list(range(3000))}, "prices")
    _shown(ctx, [{"id": n, "price": n} for n in range(3000)], "prices")
    # Of values so many as there is room for, to see that they do not say it themselves.
    assert looked.count("price") == 2
    assert len(looked) < 200


def test_rows_that_do_not_fit_as_they_are_written_are_a_table(ctx: SharedContext) -> None:
    rows = [f'{n},{"FALSE" if n % 3 else "TRUE"},"Oslo, {n % 4}",00{n}' for n in range(300)]
    ctx.put("table", "id,is_open,city,code\n" + "\n".join(rows), max_tokens=60)
    found = ctx.retrieve("table", query="false", max_tokens=600)
    heading, header, *lines, note = found.text.split("\n")
    assert heading.startswith("[rows ")
    assert heading.endswith("each after its number]")
    assert header == "number,id,is_open,city,code"
    assert note.startswith("[")
    assert len(lines) > 20
    for line in lines:
        number, row = line.split(",", 1)
        assert row == rows[int(number) - 1]
    again = ctx.retrieve("table", place=found.where, max_tokens=10**5).text
    assert again.count('"code"') == len(lines)
    few = ctx.retrieve("table", query="291", max_tokens=600).text
    assert '"id":"291"' in few


def test_values_of_elements_in_a_record_are_said_below_one_name(ctx: SharedContext) -> None:
    stations = [
        {
            "filter": {"weight": [f"{n}.{k}" for k in range(40)], "about": "long " * 90},
            "menu": [{"about": "x " * 60, "label": f"label {n} {k}"} for k in range(4)],
        }
        for n in range(3)
    ]
    ctx.put("stations", {"stations": stations}, max_tokens=60)
    weights = ctx.retrieve("stations", query="weight", max_tokens=300).text
    assert "filter.weight.{0-39}=[" + ", ".join(f'"0.{k}"' for k in range(40)) + "]" in weights
    labels = ctx.retrieve("stations", query="label", max_tokens=100).text
    assert "menu.{0-3}.label=[label 0 0, label 0 1, label 0 2, label 0 3]" in labels


def test_of_a_line_that_is_too_long_the_best_part_comes_beside_others(ctx: SharedContext) -> None:
    names = [f"package{n}:amd64 ({n}.{n % 7})" for n in range(2000)]
    entries = [f"Start: {day}\nInstall: {', '.join(names)}\nEnd: {day}" for day in range(9)]
    entries[4] = entries[4].replace("package1500:", "libodd:")
    ctx.put("history", "\n\n".join(entries), max_tokens=100)
    found = ctx.retrieve("history", query="libodd", max_tokens=300)
    assert "libodd:amd64 (1500.2)" in found.text
    assert 225 < found.tokens <= 300
    assert found.truncated
    read, rest = found.text, found
    while rest.next:
        rest = ctx.retrieve("history", place=rest.next, max_tokens=10**5)
        read += rest.text
    # But for those that a cut goes through.
    assert sum(name in read for name in names) >= len(names) - 10


def test_lines_that_have_all_of_a_question_come_before_what_stands_beside_others(
    ctx: SharedContext,
) -> None:
    diff = diff_of(30)
    ctx.put("diff", diff, max_tokens=200)
    found = ctx.retrieve("diff", query="diff git", max_tokens=900).text
    assert all(f"diff --git a/src/part{file}.py b/src/part{file}.py" in found for file in range(30))


def test_values_of_one_object_share_a_line(ctx: SharedContext) -> None:
    invoice: dict[str, object] = {f"amount_of_{n}": 100_000 + n for n in range(12)}
    invoice |= {f"note_{n}": f"text {n} " * 30 for n in range(60)}
    invoice |= {"customer": "cus_7, Oslo", "status": {"open": True, "code": "42", "amount": None}}
    invoice["lines"] = {f"line_{n}": {"amount": n, "about": f"item {n} " * 40} for n in range(4)}
    ctx.put("invoice", invoice, max_tokens=60)
    found = ctx.retrieve("invoice", query="amounts, status and customer", max_tokens=200).text
    assert all(f"amount_of_{n}={100_000 + n}" in found for n in range(12))
    # Text with commas, and text that looks like a number, is told from what it is not.
    assert 'customer="cus_7, Oslo"' in found
    assert '[rows 1-3 of /status] open=true, code="42", amount=null' in found


def test_what_fits_stands_as_it_is_written(ctx: SharedContext) -> None:
    ctx.put("files", {"tool": {"releases": files_of(40)}}, max_tokens=200)
    found = ctx.retrieve("files", query="tool-1.17.tar.gz", max_tokens=10**5)
    assert f'"sha256":"{17 * 7919:064x}"' in found.text
    assert not found.truncated


def test_texts_leave_values_the_room_that_they_do_not_need(ctx: SharedContext) -> None:
    log = "\n".join(f"2026-01-02 10:00:{n % 60:02} WARN disk {n} refused" for n in range(200))
    records = {"stdout": log, "disk": [{"disk": n, "state": "refused"} for n in range(3)]}
    ctx.put("call", records, max_tokens=120)
    found = ctx.retrieve("call", query="which disk refused?", max_tokens=400)
    assert 350 < found.tokens <= 400
    assert found.truncated
    assert "rows" in found.where
    assert "lines" in found.where


@pytest.mark.parametrize("max_tokens", [1, 7, 30, 90, 300, 1200])
def test_no_excerpt_exceeds_its_budget(ctx: SharedContext, max_tokens: int) -> None:
    ctx.put("diff", diff_of(12))
    ctx.put("files", {"tool": {"releases": files_of(40)}, "stdout": diff_of(5)})
    for key, query in (
        ("diff", "what changed in part7 and step_3_2?"),
        ("files", "sha256 of tool-1.7.tar.gz in part3"),
        ("files", "tool releases url"),
    ):
        found = ctx.retrieve(key, query=query, max_tokens=max_tokens)
        assert found.tokens == ctx.count_tokens(found.text) <= max_tokens
        assert ctx.retrieve(key, query=query, max_tokens=max_tokens) == found


def test_rows_of_a_table_in_a_text_of_data_are_shown(ctx: SharedContext) -> None:
    rows = [f"Town {n},{n * 7},{'harbour' if n % 5 == 0 else 'inland'}" for n in range(900)]
    ctx.put("call", {"code": 0, "stdout": "\n".join(["city,height,site", *rows])}, max_tokens=99)
    found = ctx.retrieve("call", query="code of harbour 3605", max_tokens=150)
    assert '"height":"3605"' in found.text
    assert found.where.startswith("rows ")
    assert found.truncated


def test_a_heading_that_is_named_brings_all_of_its_section(ctx: SharedContext) -> None:
    facts = "\n\n".join(f"Fact {n} is here.\nIt is {n * 37}." for n in range(100, 108))
    others = [f"## Part {n}\n\nMoving {n} databases by hand is slow.\n" for n in range(60)]
    parts = [*others[:30], f"## Moving databases\n\n{facts}\n", *others[30:]]
    ctx.put("guide", "\n".join(parts), kind="text", max_tokens=60)
    found = ctx.retrieve("guide", query="What does it say about moving databases?", max_tokens=400)
    assert all(f"It is {n * 37}." in found.text for n in range(100, 108))
    assert "by hand is slow" in found.text


@pytest.mark.parametrize("is_underlined", [False, True])
def test_a_title_set_in_rules_brings_what_a_log_has_below(
    ctx: SharedContext, is_underlined: bool
) -> None:
    title = "{0}\n" + "-" * 12 if is_underlined else "____ {0} ____"
    names = [f"test_pay_{n:03}" for n in range(40)]
    told = [f"tests/test_pay.py::{name} FAILED" for name in names]
    parts = [
        f"{title.format(name)}\n\n>   assert charge(card)\nE   Refused: {n * 77} is too much\n"
        for n, name in enumerate(names)
    ]
    ctx.put("run", "\n".join([*told, "===== FAILURES =====", *parts]), kind="log", max_tokens=90)
    found = ctx.retrieve("run", query="Why did test_pay_031 fail?", max_tokens=200)
    assert f"Refused: {31 * 77} is too much" in found.text


def test_matches_in_the_file_that_a_query_names_come_before_those_of_others(
    ctx: SharedContext,
) -> None:
    files = [f"src/{name}/part{n}.py" for n in range(40) for name in ("pay", "ship")]
    told = ["limit", "total", "limit", *["total"] * 7]
    lines = [f"{file}:{n}: {what} = {n * 7}" for file in files for n, what in enumerate(told)]
    ctx.put("search", "\n".join(lines), kind="search", max_tokens=100)
    found = ctx.retrieve("search", query="How is limit used in src/ship/part27.py?", max_tokens=200)
    assert "src/ship/part27.py:0: limit = 0" in found.text
    assert "src/ship/part27.py:2: limit = 14" in found.text
    inside = ctx.retrieve("search", query="limit in pay/part8.py", max_tokens=200)
    assert "src/pay/part8.py:2: limit = 14" in inside.text


def test_values_of_the_record_take_turns_with_those_of_the_object_that_answers(
    ctx: SharedContext,
) -> None:
    posts = [
        {
            "id": n, "place": None, "likes": False, "text": f"Today I saw {n * 7} herons. " * 4,
            "user": {
                "name": f"{chr(65 + n)}nnelore",
                **{f"colour_{k}": f"{n * k:06x}" for k in range(60)},
            },
        }
        for n in range(30)
    ]  # fmt: skip
    ctx.put("posts", {"posts": posts}, max_tokens=100)
    found = ctx.retrieve("posts", query="What did Rnnelore write?", max_tokens=200)
    assert f"Today I saw {17 * 7} herons." in found.text
    assert "colour_3" in found.text


def test_a_value_that_answers_best_and_has_no_room_is_shown_in_part(ctx: SharedContext) -> None:
    log = "\n".join(f"commit {n:x} {n * 7919:012x} of herons" for n in range(40))
    ctx.put("call", {"code": 0, "out": log + " and the wader", "took": 1.5}, max_tokens=50)
    found = ctx.retrieve("call", query="the wader and 27:", max_tokens=480)
    assert "and the wader" in found.text
    assert found.tokens <= 480


def test_a_text_of_several_lines_is_shown_as_it_is_read(ctx: SharedContext) -> None:
    posts = [
        {"n": n, "text": f"思ってるけど言えない！\n第{n}回", "more": "x " * 90} for n in range(50)
    ]
    ctx.put("posts", posts, max_tokens=60)
    assert (
        r"思ってるけど言えない！\n第7回" in ctx.retrieve("posts", query="text", max_tokens=400).text
    )


_WORDS = "river harbour lamp winter engine letter garden ladder mirror kettle limits daemon".split()


def prose(seed: int) -> str:
    """Paragraphs in which nothing repeats."""
    rng = random.Random(seed)

    def sentence() -> str:
        return " ".join(rng.choices(_WORDS, k=rng.randint(6, 14))).capitalize() + "."

    return "\n\n".join("\n".join(sentence() for _ in range(rng.randint(1, 4))) for _ in range(25))


def test_a_heading_stands_over_a_table_and_a_list_below_it(ctx: SharedContext) -> None:
    rows = "\n".join(f"| key_{n} | {n * 7} | a word on it |" for n in range(12))
    table = f"## Limits of the daemon\n\n| name | value | note |\n|---|---|---|\n{rows}"
    listed = "\n".join(f"- **part_{n}** - [part {n}](https://example.org/{n})" for n in range(20))
    steps = "### How to contribute\n\n- Report what broke\n- Write a case\n- Send it on"
    guide = "\n\n".join([f"# Guide\n\n{prose(1)}", table, prose(2), listed, steps])
    entry = ctx.put("guide", guide, max_tokens=100)
    assert entry.kind == "mixed"
    found = ctx.retrieve("guide", query="Limits of the daemon?", max_tokens=400).text
    assert all(f"key_{n}" in found for n in range(12))
    found = ctx.retrieve("guide", query="How to contribute?", max_tokens=200).text
    assert "- Write a case" in found


def test_of_a_record_that_has_no_room_the_lines_that_answer_come_first(ctx: SharedContext) -> None:
    def record(name: str) -> str:
        ports = "\n".join(f"      port{n}: {n * 77}" for n in range(40))
        return f"- host:\n    name: {name}\n    ports:\n{ports}\n    kind: of {name}"

    text = "\n".join(record(f"host{chr(65 + n)}") for n in range(8))
    ctx.put("hosts", text, kind="records", max_tokens=60)
    found = ctx.retrieve("hosts", query="port33 of hostF", max_tokens=150).text
    assert "    name: hostF" in found
    assert f"      port33: {33 * 77}" in found
    assert f"      port34: {34 * 77}" in found


def test_values_come_with_those_beside_them_where_a_query_names_a_place(ctx: SharedContext) -> None:
    makers = ["Amber", "Birch", "Cedar", "Delta", "Ember"]
    parts = {f"part{n}": {"code": f"c{n}c", "maker": makers[n % 5]} for n in range(300)}
    ctx.put("machine", json.dumps({"machine": parts}), max_tokens=60)
    query = "What stands between c141c and c143c: is it from Amber, or from Birch?"
    found = ctx.retrieve("machine", query=query, max_tokens=200)
    assert found.truncated
    assert "c142c" in found.text
    # What stands all over is no place: each value is as good as another.
    everywhere = ctx.retrieve("machine", query="Amber, Birch", max_tokens=200).text
    assert not re.search(r"c\d+c", everywhere)


def test_values_of_an_object_are_said_below_its_name(ctx: SharedContext) -> None:
    rows = [
        {"id": n, "owner": {"name": f"owner {n}", "phone": f"555 {n}"}, "notes": ["long " * 60] * 3}
        for n in range(40)
    ]
    ctx.put("rows", rows, max_tokens=60)
    found = ctx.retrieve("rows", query="phone of owner 17", max_tokens=150)
    assert 'owner={"name":"owner 17","phone":"555 17"}' in found.text
    assert "in part" in found.text


def test_rows_are_found_by_the_name_that_leads_to_them(ctx: SharedContext) -> None:
    entries = "".join(f'<entry id="e{n}"><de>{"Ein Wort " * 9}</de></entry>' for n in range(60))
    ctx.put("words", f"<words><title>Birds</title>{entries}</words>", max_tokens=60)
    found = ctx.retrieve("words", query="entry", max_tokens=400).text
    assert all(f"e{n}" in found for n in range(60))


def test_values_that_a_query_names_come_before_those_that_have_its_words(
    ctx: SharedContext,
) -> None:
    parts = [
        {"summary": f"Heron {n * 7919}", "text": f"{n * 37} in a summary description " * 4}
        for n in range(30)
    ]
    ctx.put("parts", {"description": parts}, max_tokens=60)
    found = ctx.retrieve("parts", query="description summary", max_tokens=500).text
    assert all(f"Heron {n * 7919}" in found for n in range(30))


def test_values_that_a_query_tells_bring_the_others_of_their_objects(ctx: SharedContext) -> None:
    items = [
        {
            "text": "A long text on herons. " * 9,
            "sync": {"when": n * 997, "deleted": n % 9 == 4, "conflict": n % 9 == 4},
        }
        for n in range(90)
    ]
    ctx.put("items", {"item": items}, max_tokens=60)
    found = ctx.retrieve("items", query="deleted true conflict true", max_tokens=400).text
    assert all(f"{n * 997}" in found for n in range(4, 90, 9))


def test_what_has_no_room_leaves_it_to_what_comes_after(ctx: SharedContext) -> None:
    packages = ", ".join(f"lib{n * 7919:x}:amd64 (1.{n}-{n})" for n in range(60))
    text = "\n\n".join(
        f"Start-Date: day {n * 131}\nInstall: {packages}\nEnd-Date: day {n * 131 + 1}"
        for n in range(9)
    )
    ctx.put("history", text, kind="records", max_tokens=60)
    found = ctx.retrieve("history", query="Start-Date", max_tokens=300)
    assert all(f"Start-Date: day {n * 131}\n" in found.text for n in range(9))
    assert found.tokens <= 300
    assert found.truncated
    rest = ctx.retrieve("history", place=found.next, max_tokens=10**5).text
    assert rest.count("Install: ") == 9


@pytest.mark.parametrize("spelled", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_stand_in_a_table_of_an_excerpt(
    ctx: SharedContext, spelled: str
) -> None:
    ctx.put("k", [{"measured": float(spelled), "fruit": f"apple {n}"} for n in range(40)])
    found = ctx.retrieve("k", query="apple", place="rows 1-40", max_tokens=120)
    assert found.text.count(f",{spelled},apple ") > 1


def test_texts_at_several_places_are_told_from_numbers(ctx: SharedContext) -> None:
    values = ["5", 5, None, "null", True, "true"]
    rows = [{"v": values[n % 6], "n": "apple"} for n in range(60)]
    ctx.put("k", {"a": rows, "b": {"n": "apple"}})
    found = ctx.retrieve("k", query="apple", place="/a; /b", max_tokens=120)
    said = '1,"5",apple\n2,5,apple\n3,null,apple\n4,"null",apple\n5,true,apple\n6,"true",apple\n'
    assert said in found.text


def test_a_key_that_stands_twice_in_a_row_is_said_twice(ctx: SharedContext) -> None:
    text = ",".join(f'{{"id":{n},"tag":"red {n}","tag":"blue {n} apple"}}' for n in range(200))
    ctx.put("k", f"[{text}]")
    found = ctx.retrieve("k", query="apple", place="rows 1-200", max_tokens=120)
    assert found.text.count("blue ") == found.text.count("red ") > 1


def test_what_is_too_long_for_no_room_is_not_said_to_be_cut(ctx: SharedContext) -> None:
    ctx.put("k", [{"n": f"apple {n}"} for n in range(90)])
    for room in range(20, 60):
        assert "[0 more" not in ctx.retrieve("k", query="apple", max_tokens=room).text


def _invoices(count: int = 30) -> list[str]:
    goods = ("rope", "fender", "shackle", "filter", "paint")
    return [
        f"| INVOICE No. {2210 + n}-{n * 7919 % 4096:03X}X\n"
        f"Bill to: {('Ada', 'Bo', 'Cy')[n % 3]} of {('Oslo', 'Bergen')[n % 2]}\n"
        + "".join(
            f"{goods[(n + k) % 5]} .....  {k + 2} x {n * 13 % 90 + k}.50   {n * 37 % 900 + k}.25\n"
            for k in range(6)
        )
        + f"TOTAL  EUR  {n * 101 % 5000}.95\n"
        for n in range(count)
    ]


@pytest.mark.parametrize("query", ["2223-223X", "INVOICE No. 2223-223X"])
def test_what_names_a_group_of_lines_brings_all_of_it(ctx: SharedContext, query: str) -> None:
    invoices = _invoices()
    ctx.put("scan", "\n".join(invoices), kind="log", max_tokens=90)
    found = ctx.retrieve("scan", query=query, max_tokens=400)
    assert "2223-223X" in invoices[13]
    assert all(line in found.text for line in invoices[13].split("\n"))


def test_a_line_that_is_found_comes_below_what_names_its_group(ctx: SharedContext) -> None:
    text = "\n".join(_invoices())
    ctx.put("scan", text, kind="log", max_tokens=90)
    found = ctx.retrieve("scan", query="total of 2299-000X", max_tokens=400)
    lines = text.split("\n")
    numbers = shown_lines(found, text)
    heads = {n for n in numbers if lines[n - 1].startswith("| INVOICE")}
    totals = [n for n in numbers if lines[n - 1].startswith("TOTAL")]
    assert len(totals) > 5
    assert heads.issuperset(n - 8 for n in totals)
