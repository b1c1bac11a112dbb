"""Records of several lines are shown whole or not at all, whatever notation they are in."""

from __future__ import annotations

import cProfile
import inspect
import json
import random
import textwrap
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from headroom import Kind, SharedContext, compress, get_counter
from headroom.kinds.records import RecordCompressor
from headroom.kinds.records.parse import Records, find_records
from headroom.kinds.records.parts import telling_lines, view_of_parts
from headroom.kinds.records.recognise import looks_like_records
from headroom.source import Source
from headroom.toolkit.rows.rank import SHOWS
from headroom.view import Request
from headroom_testing import KindLaws

Row = dict[str, Any]


def parcels(count: int = 150) -> list[Row]:
    chance = random.Random(5)
    return [
        {
            "parcel": f"P{number:05d}",
            "depot": chance.choice(["Lyon", "Graz", "Oslo", "Bari"]),
            "grams": chance.randrange(200, 900),
            "state": "delivered",
            "door": chance.randrange(90),
        }
        for number in range(count)
    ]


def yaml_list(row: Row) -> str:
    return "\n".join(
        ("- " if n == 0 else "  ") + f"{k}: {v}" for n, (k, v) in enumerate(row.items())
    )


def yaml_document(row: Row) -> str:
    return (
        f"apiVersion: v1\nkind: Parcel\nmetadata:\n  name: {row['parcel']}\nspec:\n"
        + "\n".join(f"  {k}: {v}" for k, v in row.items())
        + "\n---"
    )


def ini(row: Row) -> str:
    return f"[{row['parcel']}]\n" + "\n".join(f"{k} = {v}" for k, v in row.items()) + "\n"


def card(row: Row) -> str:
    inside = "\n".join(f"{k.upper()}:{v}" for k, v in row.items())
    return f"BEGIN:PARCEL\n{inside}\nEND:PARCEL"


def expanded(row: Row) -> str:
    inside = "\n".join(f"{k:<8} | {v}" for k, v in row.items())
    return f"-[ RECORD {int(row['parcel'][1:]) + 1} ]------\n{inside}"


def blocks(row: Row) -> str:
    return "\n".join(f"{k.title()}: {v}" for k, v in row.items()) + "\n"


NOTATIONS: list[Callable[[Row], str]] = [
    yaml_list, yaml_document, ini, card, expanded, blocks,
]  # fmt: skip


def written(rows: list[Row], notation: Callable[[Row], str]) -> str:
    return "\n".join(map(notation, rows))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_odd_records_are_kept_whole(notation: Callable[[Row], str]) -> None:
    rows = parcels()
    odd = {31: ("state", "quarantined"), 57: ("grams", 48213), 83: ("depot", "Ushuaia")}
    for number, (field, value) in [*odd.items(), (119, ("customs", "C-88"))]:
        rows[number][field] = value
    result = compress(written(rows, notation))
    assert result.kind == "records"
    assert result.transforms == ("record_compressor",)
    assert result.savings_percent > 60
    for number in (*odd, 119):
        assert notation(rows[number]).strip() in result.text


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("max_tokens", [120, 1000])
def test_the_record_that_is_asked_for_is_kept_whole(
    notation: Callable[[Row], str], max_tokens: int
) -> None:
    rows = parcels()
    result = compress(written(rows, notation), query="where is P00111?", max_tokens=max_tokens)
    assert notation(rows[111]).strip() in result.text
    assert result.tokens_after <= max_tokens


@pytest.mark.parametrize("notation", [yaml_list, ini, blocks])
@pytest.mark.parametrize("query", ["Which parcel has an odd state?", "check depot and state"])
def test_a_field_that_is_asked_for_brings_the_record_that_differs_in_it(
    notation: Callable[[Row], str], query: str
) -> None:
    # Each record has the names of the fields: as words of the query they would tell nothing.
    rows = parcels()
    rows[77]["state"] = "lost"
    result = compress(written(rows, notation), query=query, max_tokens=200)
    assert notation(rows[77]).strip() in result.text


def test_a_number_within_a_value_is_odd_among_records_of_two_sorts_as_well() -> None:
    text = "\n".join(
        f'resource "rule" "{name}_in" {{\n  type = "ingress"\n  from_port = {8000 + n}\n'
        f'  to_port = {8000 + n}\n  protocol = "tcp"\n'
        f'  cidr_blocks = ["{"0.0.0.0/0" if n == 13 else f"10.{n}.0.0/16"}"]\n}}\n'
        f'\nresource "group" "{name}" {{\n  name = "{name}-sg"\n  vpc_id = var.vpc_id\n}}\n'
        for n, name in enumerate(f"svc{n:03}" for n in range(40))
    )
    for max_tokens in (None, 400):
        result = compress(text, query="Is it safe?", max_tokens=max_tokens)
        assert result.kind == "records"
        assert '"0.0.0.0/0"' in result.text


@pytest.mark.parametrize("notation", NOTATIONS)
def test_no_line_stands_under_the_head_of_another_record(notation: Callable[[Row], str]) -> None:
    rows = parcels()
    text = compress(written(rows, notation)).text
    shown = [row for row in rows if notation(row).strip() in text]
    assert 3 < len(shown) < len(rows)
    # Each identifier that is shown is that of a record that is shown whole.
    assert {row["parcel"] for row in rows if row["parcel"] in text} == {
        row["parcel"] for row in shown
    }


def test_markers_say_how_many_records_and_what_they_hold() -> None:
    text = compress(written(parcels(), ini), max_tokens=300).text
    assert "[lines " in text
    assert " of 150 records left out: " in text
    assert "grams 2" in text.rsplit("\n", 1)[1]
    one = compress(written(parcels(), ini), query="P00000", max_tokens=65).text
    assert one.startswith("[P00000]\nparcel = P00000\n")


def test_what_stands_around_the_records_is_kept() -> None:
    text = "name: depot\nversion: 3\nparcels:\n" + written(parcels(), yaml_list)
    assert compress(text).text.startswith("name: depot\nversion: 3\nparcels:\n- parcel: P00000\n")


@pytest.mark.parametrize(
    "text",
    [
        inspect.getsource(textwrap),
        "\n".join(f"2026-03-02T09:00:{n % 60:02} INFO job={n} state=done" for n in range(200)),
        "\n\n".join(f"Day {n}: it rained on the harbour.\nNobody came: why?" for n in range(60)),
        "\n".join(json.dumps(row) for row in parcels()),
        written(parcels(5), ini),
        "",
        "\n" * 5000,
    ],
)
def test_what_is_no_text_of_records(text: str) -> None:
    assert not looks_like_records(Source(text))


def test_retrieval_finds_whole_records() -> None:
    ctx = SharedContext()
    rows = parcels()
    entry = ctx.put("parcels", written(rows, blocks))
    assert entry.kind == "records"
    found = ctx.retrieve("parcels", query="P00111", max_tokens=100)
    assert found.text.split("\n", 1)[1] == blocks(rows[111]).strip()
    for omission in entry.omissions:
        for first, last in omission.ranges:
            place = f"lines {first}-{last}"
            excerpt = ctx.retrieve("parcels", place=place, max_tokens=10**6)
            assert excerpt.text.split("\n", 1)[1] == "\n".join(
                entry.original.split("\n")[first - 1 : last]
            )


@pytest.mark.parametrize(
    "line", ["a: b\n", "- \n", "<a>\n", "[a]\n", "a:" * 400 + "\n", " " * 2000 + "a: 1\n", "</a>\n"]
)
def test_hostile_lines_take_no_time(line: str) -> None:
    start = time.process_time()
    find_records(line * (400_000 // len(line)), lambda: None)
    assert time.process_time() - start < 4


class TestRecordCompressor(KindLaws):
    def kind(self) -> Kind:
        return RecordCompressor()

    def payloads(self) -> st.SearchStrategy[str]:
        words = st.sampled_from("rain river harbour crane boat market".split())
        value = words | st.integers(0, 10**6).map(str) | st.text(max_size=8)
        row = st.fixed_dictionaries({"id": value, "state": words}, optional={"note": value})
        record = st.sampled_from([yaml_list, blocks])
        return st.builds(
            lambda rows, notation, head: head + "\n".join(map(notation, rows)),
            st.lists(row, min_size=30, max_size=60), record, st.sampled_from(["", "all:\n"]),
        )  # fmt: skip


def test_a_record_stays_below_its_own_heading() -> None:
    maps = [f"{n * 4096:012x}-{n * 4096 + 4095:012x} r--p /usr/lib/part{n}.so" for n in range(60)]
    text = "\n".join(
        f"{head}\nSize: {n * 7 % 90} kB\nRss: {n} kB\nDirty: 0 kB\nFlags: rd wr ex"
        for n, head in enumerate(maps)
    )
    result = compress(text, query="part37.so")
    assert result.kind == "records"
    assert result.omissions
    lines = result.text.split("\n")
    assert maps[37] in lines
    for number, line in enumerate(lines):
        if line in maps:
            assert lines[number + 1] == f"Size: {maps.index(line) * 7 % 90} kB"
    assert sum(line.startswith("Size") for line in lines) == sum(line in maps for line in lines)


def test_blocks_with_nothing_in_them_are_no_records() -> None:
    assert find_records("{\n}\n" * 200, lambda: None) is None
    assert find_records("a {\n}\nb {\n}\n" * 200, lambda: None) is None
    assert find_records("a {\n  x = 1\n}\n" * 200, lambda: None) is not None


def test_records_of_one_shape_are_looked_at_once() -> None:
    profiler = cProfile.Profile()
    text = "[one]\nkind = x\n" * 3000
    profiler.enable()
    assert find_records(text, lambda: None) is not None
    profiler.disable()
    assert sum(entry.callcount for entry in profiler.getstats()) <= 72 * 6000


def test_records_of_many_shapes_are_records_all_the_same() -> None:
    chance = random.Random(3)
    names = [f"name{number}" for number in range(12)]
    records = []
    for number in range(3000):
        fields = [name for name in names if chance.random() < 0.8]
        records.append("\n".join([f"- id: {number}", *(f"  {name}: 1" for name in fields)]))
    found = find_records("\n".join(records), lambda: None)
    assert found is not None
    assert len(found.spans) == 3000


@pytest.mark.parametrize("form", ["above", "below", "apart"])
@pytest.mark.parametrize("between", ["", "\n"])
def test_a_comment_stays_with_its_section(form: str, between: str) -> None:
    def section(n: int) -> str:
        comment, head = f"# moved {n * n % 29} times, by team {n % 7}", f"[pool.site{n}]"
        top = {
            "above": (comment, head),
            "below": (head, comment),
            "apart": (head, "", comment),
        }[form]
        return "\n".join((*top, f'host = "10.3.{n}.{n * 7 % 250}"', f"port = {1024 + n * 77}", ""))

    sections = [section(n) for n in range(40)]
    text = '# service\ntitle = "edge"\n\n' + between.join(sections)
    records = find_records(text, lambda: None)
    assert records is not None
    lines = text.split("\n")
    found = ["\n".join(lines[first:end]) for first, end in records.spans]
    assert found == [one.strip() for one in sections]


def test_a_setting_that_is_switched_off_stays_in_its_section() -> None:
    sections = [f"[site{n}]\nport = {n}\nhost = h{n}\n# retries = 3" for n in range(20)]
    records = find_records("\n".join(sections), lambda: None)
    assert records is not None
    assert list(records.spans) == [(n * 4, n * 4 + 4) for n in range(20)]


def pods(count: int = 14) -> str:
    """Records that are larger than a small budget, of which two are odd in a few lines."""
    found = []
    for n in range(count):
        state, last = "Running", f"  Normal  Pulled  {n + 3}m  Image is present"
        if n == 4:
            last = "  Warning  BackOff  1m  Back-off, last exit 137"
        if n == 9:
            state, last = "Waiting", "  Warning  Failed  4m  Image manifest unknown"
        mounts = "\n".join(f"      part{k}: volume-{n * 7919 + k:05}" for k in range(20))
        probe = "    Probe:   every 10s, 3 failures at most\n" * (n % 2)
        found.append(
            f"Name:      feed-{n * 104729 % 65536:04x}\nNode:      10.0.{n}.{n * 37 % 250}\n"
            f"Containers:\n  app:\n    Image:   registry.local/feed:2.{n}\n    State:   {state}\n"
            f"{probe}    Mounts:\n{mounts}\nEvents:\n{last}\n"
        )
    return "\n\n".join(found)


@pytest.mark.parametrize("budget", [250, 400, 600, 1000, 1600])
def test_a_budget_shows_what_is_odd_of_all_records_before_all_of_one(budget: int) -> None:
    text = f"all of the cluster in the north\n{pods()}"
    result = compress(text, query="Which ones have problems?", max_tokens=budget)
    assert result.kind == "records"
    assert result.tokens_after <= budget
    lines = result.text.split("\n")
    for row, told in ((4, "Back-off, last exit 137"), (9, "Image manifest unknown")):
        place = next(n for n, line in enumerate(lines) if told in line)
        name = next(line for line in reversed(lines[:place]) if line.startswith("Name:"))
        assert name == f"Name:      feed-{row * 104729 % 65536:04x}"
        assert "Events:" in lines[:place]
    assert "    State:   Waiting" in lines
    assert lines[0] == "all of the cluster in the north" or budget == 250


@pytest.mark.parametrize("budget", [350, 700])
def test_of_a_record_that_is_asked_for_the_line_is_shown_beside_what_is_odd(budget: int) -> None:
    name = f"feed-{7 * 104729 % 65536:04x}"
    result = compress(pods(), query=f"Which node is {name} on?", max_tokens=budget)
    lines = result.text.split("\n")
    assert lines.index(f"Name:      {name}") + 1 == lines.index(f"Node:      10.0.7.{7 * 37 % 250}")
    assert "Back-off, last exit 137" in result.text
    assert "Image manifest unknown" in result.text


def test_of_two_documents_that_are_one_record_each_line_is_below_its_own_name() -> None:
    def two(n: int) -> str:
        ports = "\n".join(f"  port{k}: {n * 37 % 900 + k}" for k in range(12))
        return (
            f"kind: Service\nname: service-{n * 7919 % 997}\nspec:\n{ports}\n"
            f"kind: Deployment\nname: deploy-{n}\nspec:\n{ports}\n  replicas: {2 * (n != 13)}"
        )

    source = Source("\n".join(map(two, range(20))))
    spans = [(n * 31, n * 31 + 31) for n in range(20)]
    records = Records(source.lines, spans, [{"name": f"service-{n}"} for n in range(20)])
    telling = telling_lines(records, source.deadline)
    assert telling == {13: [13 * 31 + 30]}
    request = Request("records", get_counter(), 9999, max_tokens=120)
    ranks = [(SHOWS, float(n != 13)) for n in range(20)]
    view = view_of_parts(source, records, ranks, telling, request, 120)
    assert view is not None
    lines = view.text.split("\n")
    place = lines.index("  replicas: 0")
    assert next(one for one in reversed(lines[:place]) if "name:" in one) == "name: deploy-13"
