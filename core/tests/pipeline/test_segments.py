from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Callable
from pydoc_data.topics import topics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import MARKER, SharedContext, compress, get_counter
from headroom.kinds.registry import default_kinds
from headroom.pipeline.segments import split
from headroom.source import Source

ROWS = [
    {"order": 41000 + n, "status": "paid", "city": ["Oslo", "Rome"][n % 2], "total": 10 + n % 40}
    for n in range(200)
]
ROWS[141] |= {"status": "refund_failed", "total": 9120}
DATA = json.dumps(ROWS, indent=1)
LOG = "\n".join(
    f"2026-03-02T09:00:{n % 60:02}.000 INFO worker settled order {41000 + n} in {n % 90} ms"
    if n != 141
    else "2026-03-02T09:02:21.000 ERROR worker gave up on order 41141"
    for n in range(300)
)
PROSE = " ".join(
    f"On day {n} the harbour of the {n}th town was dredged, and its crane replaced."
    for n in range(60)
)
CODE = inspect.getsource(textwrap)

REPORT = "\n".join(
    [
        "# What was found",
        "",
        "The searcher asked the API for all orders of the day.",
        "",
        "```json",
        DATA,
        "```",
        "",
        "The worker wrote this:",
        "",
        LOG,
        "",
        "----------",
        "",
        PROSE,
        "",
        "```python",
        CODE,
        "```",
    ]
)


def test_each_part_goes_its_own_way() -> None:
    result = compress(REPORT)
    assert result.kind == "mixed"
    assert result.transforms == (
        "smart_crusher",
        "log_compressor",
        "kompress",
        "code_compressor",
        "router",
    )
    assert result.savings_percent > 80
    for fact in (
        "# What was found",
        "The worker wrote this:",
        "refund_failed",
        "gave up on order 41141",
        "class TextWrapper:",
        "def dedent(text):",
    ):
        assert fact in result.text


def test_an_example_of_code_in_a_text_is_shown_whole_or_not_at_all() -> None:
    source = inspect.getsource(textwrap.TextWrapper._munge_whitespace)
    other = inspect.getsource(textwrap.TextWrapper.fill)
    before, after = topics["context-managers"], topics["naming"]
    text = "\n\n".join(
        [
            before, "Tabs become spaces like this:", f"```python\n{source}```",
            "Paragraphs are filled like this:", f"```python\n{other}```", after,
        ]
    )  # fmt: skip
    result = compress(text, query="How do tabs become spaces, how is whitespace munged?")
    assert (result.kind, result.transforms) == ("text", ("kompress",))
    assert source in result.text
    assert "def fill" not in result.text


def test_what_is_left_out_comes_back_by_its_place() -> None:
    ctx = SharedContext()
    entry = ctx.put("report", REPORT, tool="headroom_retrieve")
    lines = REPORT.split("\n")
    units = {omission.unit for omission in entry.omissions}
    assert units == {"rows", "lines", "sentences"}
    for omission in entry.omissions:
        found = ctx.retrieve("report", place=omission.where, max_tokens=10**6)
        assert found.text
        if omission.unit != "lines":
            first, last = omission.within or (0, 0)
            said = f"[lines {first}-{last} follow, their {omission.unit} numbered from 1; some are"
            assert said in entry.compressed
            continue
        assert omission.within is None
        numbers = [n for first, last in omission.ranges for n in range(first, last + 1)]
        assert all(lines[number - 1] in found.text for number in numbers)
    example = entry.compressed.rsplit("\n", 1)[1].partition('place="')[2].removesuffix('")]')
    assert example
    assert ctx.retrieve("report", place=example).text


def test_markers_of_a_part_count_in_the_lines_of_the_whole() -> None:
    listing = "\n".join(
        f"deploy/{n}.yaml: {'applied' if n % 7 else 'unchanged'}" for n in range(90)
    )
    whole = f"<output>\n{LOG}\n</output>\n<file>\n{CODE}\n</file>\n<listing>\n{listing}\n</listing>"
    ctx = SharedContext()
    entry = ctx.put("whole", whole)
    assert entry.kind == "mixed"
    assert "numbered from 1" not in entry.compressed
    lines = whole.split("\n")
    said = re.findall(r"\[(lines? (\d+)(?:-(\d+))?) left out", entry.compressed)
    assert said
    for place, first, last in said:
        gone = lines[int(first) - 1 : int(last or first)]
        excerpt = ctx.retrieve("whole", place=place, max_tokens=10**6)
        assert excerpt.text.split("\n", 1)[1] == "\n".join(gone)
        block = "\n".join(line.strip() for line in gone if line.strip())
        assert block not in "\n".join(line.strip() for line in entry.compressed.split("\n"))
    (first, last) = re.findall(
        r"more like this left out: within lines (\d+)-(\d+)", entry.compressed
    )[0]
    assert all("INFO worker settled order" in lines[int(n) - 1] for n in (first, last))


def test_places_within_a_part_are_places_of_the_whole() -> None:
    ctx = SharedContext()
    ctx.put("report", REPORT)
    lines = REPORT.split("\n")
    found = ctx.retrieve("report", place="lines 2-3 within lines 1300-1400")
    assert found.text == "\n".join(["[lines 1301-1302]", *lines[1300:1302]])
    assert ctx.retrieve("report", place=found.where).text == found.text
    with pytest.raises(ValueError, match="this has 101"):
        ctx.retrieve("report", place="lines 102 within lines 1300-1400")


def test_a_document_between_sentences_is_found() -> None:
    payload = f"Here is what the API said:\n{json.dumps(ROWS)}\nThat was all of it."
    result = compress(payload)
    assert result.kind == "mixed"
    assert result.text.startswith("Here is what the API said:\n")
    assert result.text.endswith("\nThat was all of it.")
    assert "refund_failed" in result.text


def _xml(number: int) -> str:
    rows = "".join(f"<order><id>{number}{n}</id><paid>yes</paid></order>" for n in range(60))
    return f'<?xml version="1.0"?><orders>{rows}</orders>'


@pytest.mark.parametrize("document", [lambda n: json.dumps({"page": n, "rows": ROWS[:40]}), _xml])
def test_every_document_between_sentences_is_found(document: Callable[[int], str]) -> None:
    text = "\n".join(f"This is page {n}.\n{document(n)}" for n in range(80))
    parts = split(Source(text), default_kinds())
    assert parts is not None
    assert len([part for part in parts if part.kind.name in ("json", "xml")]) == 80


def test_a_document_below_many_lines_that_begin_like_one_is_found() -> None:
    notes = "\n".join(f"[{n}]: https://example.org/{n}\n[note {n}] It rained." for n in range(80))
    result = compress(f"{notes}\n\nThe orders:\n\n{DATA}\n")
    assert "smart_crusher" in result.transforms


@pytest.mark.parametrize("before", ["The orders are:", "$ orders list --all"])
def test_a_table_right_below_what_leads_over_to_it_is_one(before: str) -> None:
    cells = [list(ROWS[0]), *(row.values() for row in ROWS)]
    table = "\n".join(",".join(map(str, row)) for row in cells)
    bare, below = compress(table), compress(f"{before}\n{table}")
    assert (bare.kind, below.kind) == ("table", "mixed")
    assert below.text.startswith(f"{before}\n")
    assert below.tokens_after < bare.tokens_after + 40
    assert [one.unit for one in below.omissions] == [one.unit for one in bare.omissions]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("They are:\n\n```json\n", "\n```\n"),
        ("They are:\n\n", "\n\nThat is all."),
        ("The orders\n==========\n\nThey are:\n\n", "\n\nThat is all.\n\nNext\n====\n\nNone.\n"),
    ],
)
@pytest.mark.parametrize("indent", [1, 2])
def test_flat_rows_of_json_between_sentences_are_no_records(
    before: str, after: str, indent: int
) -> None:
    # A field stands on each line, as in records.
    rows = [{"id": n, "state": "open" if n % 9 else "lost", "took": n * 7 % 91} for n in range(60)]
    data = json.dumps(rows, indent=indent)
    ctx = SharedContext()
    entry = ctx.put("answer", f"{before}{data}{after}")
    assert entry.kind == "mixed"
    assert entry.compressed_tokens < compress(data).tokens_after + 60
    assert '"id":9,' in ctx.retrieve("answer", where="state = lost").text.replace(" ", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("$ ps aux\n", ""),
        ("These run:\n\n```\n", "\n```\n"),
        ("These run:\n\n", "\n\nThat is all."),
    ],
)
def test_a_listing_between_sentences_is_the_table_that_it_is_by_itself(
    before: str, after: str
) -> None:
    # Its columns stand one below the other, as those of records do.
    listing = "USER         PID %CPU %MEM COMMAND\n" + "\n".join(
        f"{'root' if n % 9 else 'www-data':<9}{1000 + n * 37:>7} {n * 7 % 40 / 10:>4} "
        f"{n % 3}.{n % 10:<2} /usr/bin/worker --queue q{n * 11 % 50}"
        for n in range(60)
    )
    bare = compress(listing)
    assert bare.kind == "table"
    ctx = SharedContext()
    entry = ctx.put("processes", f"{before}{listing}{after}")
    assert entry.kind == "mixed"
    assert entry.compressed_tokens < bare.tokens_after + 60
    assert ctx.retrieve("processes", where="PID = 1333").text.count("q49") == 1


@pytest.mark.parametrize("before", ["", "The worker wrote:\n\n"])
@pytest.mark.parametrize(
    "after", ["", "\n\nThat is all of it, and this is what it means.\n\n" + PROSE]
)
def test_json_lines_are_one_part(before: str, after: str) -> None:
    result = compress(before + "\n".join(map(json.dumps, ROWS)) + after)
    assert "smart_crusher" in result.transforms
    assert "refund_failed" in result.text
    assert result.savings_percent > 70


def test_lines_in_brackets_that_are_no_json_are_handed_on() -> None:
    text = "\n".join(
        [json.dumps(ROWS[0]), *(f"{{no json {n}}} at all }}" for n in range(40)), PROSE]
    )
    assert "smart_crusher" not in compress(text).transforms


def test_outputs_joined_by_a_divider_are_told_apart() -> None:
    payload = "\n\n----------\n\n".join([json.dumps(ROWS), LOG, PROSE])
    result = compress(payload)
    assert result.kind == "mixed"
    assert {"smart_crusher", "log_compressor", "kompress"} < set(result.transforms)


@pytest.mark.parametrize("max_tokens", [1, 20, 60, 150, 400, 1000, 3000, 8000, 12000])
@pytest.mark.parametrize("query", [None, "why was order 41141 given up?"])
def test_the_budget_holds(max_tokens: int, query: str | None) -> None:
    result = compress(REPORT, max_tokens=max_tokens, query=query)
    assert result.tokens_after <= max_tokens
    if max_tokens >= 1000:
        assert "refund_failed" in result.text
    if max_tokens >= 400:
        assert result.transforms[-1] == "router"
        assert result.tokens_after > 0.7 * max_tokens


def test_nothing_is_left_out_where_all_of_it_fits() -> None:
    tokens = get_counter().count(REPORT)
    assert compress(REPORT).omissions
    for max_tokens in (tokens, 2 * tokens):
        result = compress(REPORT, max_tokens=max_tokens)
        assert not result.omissions
        # The rows are told in a notation that takes less, and nothing else is changed.
        assert result.tokens_after < 0.9 * tokens
        assert all(part in result.text for part in (LOG, PROSE, CODE))


def test_lossless_leaves_a_mixture_alone() -> None:
    assert compress(REPORT, fidelity="lossless").text == REPORT


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        LOG,
        DATA,
        CODE,
        "##########\n# Part 1\n##########\n" + CODE,
        "Title\n=====\n\n" + PROSE + "\n\nAnother\n-------\n\n" + PROSE,
        "```\nnever closed\n" + PROSE,
        f"too small: \n{json.dumps(ROWS[:3])}\n" + PROSE,
    ],
)
def test_what_is_of_one_kind_is_not_split(text: str) -> None:
    assert compress(text).kind != "mixed"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [DATA, json.dumps(ROWS), LOG, PROSE, "```", "~~~~", "-----", "", "{", "[1]"]
        )
        | st.text(max_size=30),
        max_size=8,
    ).map("\n".join)
)
def test_parts_are_the_whole_text(text: str) -> None:
    parts = split(Source(text), default_kinds())
    if parts is not None:
        assert [part.first for part in parts] == [0, *(part.end for part in parts[:-1])]
        assert parts[-1].end == text.count("\n") + 1
        assert all(part.first < part.end for part in parts)
    result = compress(text, max_tokens=200)
    assert result.tokens_after == get_counter().count(result.text) <= 200
    assert result.failure is None
    assert result == compress(text, max_tokens=200)
    if not result.lossless and result.omissions:
        assert MARKER.search(result.text)


def test_many_beginnings_of_documents_take_no_time() -> None:
    assert compress("{\n" * 20_000 + PROSE).failure is None
    assert compress("[\n" * 20_000 + PROSE).failure is None
    assert compress("```\n" * 20_001 + PROSE).failure is None


def ruled(notation: str) -> str:
    names = list(ROWS[0])
    lines = [" | ".join(str(row[name]) for name in names) for row in ROWS]
    header = " | ".join(names)
    if notation == "markdown":
        bars = [f"| {line} |" for line in lines]
        return "\n".join([f"| {header} |", "|---|:--|---|--:|", *bars])
    if notation == "psql":
        return "\n".join([f" {header} ", "-------+------+------+-----", *(f" {x} " for x in lines)])
    rule = "+-------+------+------+-----+"
    bars = [f"| {line} |" for line in lines]
    if notation == "mysql":
        return "\n".join([rule, f"| {header} |", rule, *bars, rule])
    drawn = [line.replace("|", "\u2502") for line in bars]
    top, middle, end = (
        f"{a}\u2500\u2500{b}\u2500\u2500{b}\u2500\u2500{b}\u2500\u2500{c}"
        for a, b, c in ("\u250c\u252c\u2510", "\u251c\u253c\u2524", "\u2514\u2534\u2518")
    )
    return "\n".join([top, f"| {header} |".replace("|", "\u2502"), middle, *drawn, end])


@pytest.mark.parametrize("notation", ["markdown", "psql", "mysql", "box"])
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("", "\n(200 rows)"), ("The orders of the day:\n\n", "\n\n200 rows in set")],
)
def test_ruled_tables_are_told_from_what_is_around_them(
    notation: str, before: str, after: str
) -> None:
    result = compress(before + ruled(notation) + after)
    assert result.kind == ("mixed" if before or after else "table")
    assert "smart_crusher" in result.transforms
    assert result.savings_percent > 75
    assert "200 rows of text, " in result.text
    assert "41141,Rome,9120  status=refund_failed" in result.text
    assert before.strip() in result.text
    assert after.strip() in result.text


def test_the_index_of_a_data_frame_is_a_column() -> None:
    rows = [f"{n:<4}{'Ada Bo' if n % 2 else 'Cy':>9}{n * 37 % 900:>7}" for n in range(120)]
    frame = "\n".join([f"{'':<4}{'name':>9}{'total':>7}", *rows, "", "[120 rows x 2 columns]"])
    result = compress(frame, query="the row 77")
    assert '"",name,total\n' in result.text
    assert "77,Ada Bo,149\n" in result.text
    assert result.text.endswith("[120 rows x 2 columns]")


def test_a_little_text_between_other_parts_stays() -> None:
    said = "I looked at the orders of the day. One of them failed. Details follow."
    assert said in compress(f"{said}\n\n```json\n{DATA}\n```\n\n{LOG}").text


@pytest.mark.parametrize("after", ["", "\n\n3 links followed."])
def test_a_page_below_what_a_program_says_of_it(after: str) -> None:
    links = "".join(f"<li><a href='/p{n}'>Page {n}</a></li>" for n in range(90))
    told = "".join(
        f"<p>The harbour of town {n} was dredged in {1900 + n}.</p>\n" for n in range(30)
    )
    page = (
        f"<!DOCTYPE html>\n<html><head><script>{'var a = 1;' * 200}</script></head>\n<body>"
        f"<nav><ul>{links}</ul></nav>\n<article>{told}</article></body></html>"
    )
    result = compress(f"URL: http://a.example/towns\nStatus: 200\n\n{page}{after}")
    assert result.kind == "mixed"
    assert "html_extractor" in result.transforms
    assert result.text.startswith("URL: http://a.example/towns\nStatus: 200\n")
    assert "The harbour of town 29 was dredged in 1929." in result.text
    assert "var a" not in result.text
    assert "Page 7" not in result.text
    assert after.strip() in result.text
