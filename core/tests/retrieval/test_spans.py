"""Where the omissions of a view stand in its original."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headroom
from headroom import Omission, compress, left_out_spans
from headroom.retrieval.json_spans import holders, raw_offsets

KEYS = st.text(max_size=6) | st.sampled_from(["", "/", "~1", "a/b", '"', "\\", "\U0001f600", "0"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def pointers(value: object, path: str = "") -> list[tuple[str, object]]:
    found = [(path, value)]
    members = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, child in members:
        step = str(name).replace("~", "~0").replace("/", "~1")
        found += pointers(child, f"{path}/{step}")
    return found


@settings(max_examples=150)
@given(value=VALUES, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_every_value_of_a_document_is_where_its_pointer_says(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    wanted = pointers(value)
    found = holders(text, [path for path, _ in wanted])
    for path, one in wanted:
        assert json.loads(text[found[path].start : found[path].end]) == one
        if isinstance(one, list):
            assert [json.loads(text[a:b]) for a, b in found[path].rows] == one
        if isinstance(one, dict):
            assert found[path].names == list(one)
            assert json.loads("{" + ",".join(text[a:b] for a, b in found[path].rows) + "}") == one


def test_objects_as_python_prints_them_are_where_their_pointers_say() -> None:
    text = "[Row(id=1, at=(2, 'a'), of=Unit('x', n=3)), Row(id=4, at=(), of=None)]"
    found = holders(text, ["", "/0", "/0/class", "/0/at", "/0/at/1", "/0/of/1", "/0/of/n", "/1/id"])

    def said(path: str) -> str:
        return text[found[path].start : found[path].end]

    assert [text[a:b] for a, b in found[""].rows] == [
        "Row(id=1, at=(2, 'a'), of=Unit('x', n=3))",
        "Row(id=4, at=(), of=None)",
    ]
    assert said("/0/class") == "Row"
    assert said("/0/at") == "(2, 'a')"
    assert [said(path) for path in ("/0/at/1", "/0/of/1", "/0/of/n", "/1/id")] == [
        "'a'",
        "'x'",
        "3",
        "4",
    ]
    assert found["/0"].names == ["class", "id", "at", "of"]
    assert [text[a:b] for a, b in found["/0"].rows][1] == "id=1"


@settings(max_examples=150)
@given(text=st.text(max_size=30), ascii_only=st.booleans(), data=st.data())
def test_characters_of_a_string_are_found_in_how_it_is_written(
    text: str, ascii_only: bool, data: st.DataObject
) -> None:
    raw = json.dumps(text, ensure_ascii=ascii_only)
    ends = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    start, end = raw_offsets(raw, ends)
    assert json.loads(f'"{raw[start:end]}"') == text[slice(*ends)]


def spans_of(original: str, **options: object) -> list[str]:
    result = compress(original, **options)  # type: ignore[arg-type]
    assert result.omissions
    found = left_out_spans(original, result.omissions, kind=result.kind)
    assert not found.unplaced
    ends = [end for span in found.spans for end in (span.start, span.end)]
    assert ends == sorted(ends)
    return [original[span.start : span.end] for span in found.spans]


def test_rows_that_a_view_leaves_out_are_shaded_and_the_others_are_not() -> None:
    rows = [{"id": n, "name": f"user {n}", "state": "ok"} for n in range(400)]
    rows[200]["state"] = "refund_failed"
    original = json.dumps(rows)
    gone = spans_of(original, max_tokens=300)
    left_out = [row for span in gone for row in json.loads(f"[{span}]")]
    view = compress(original, max_tokens=300).text
    assert len(left_out) + view.count("user ") == len(rows)
    assert rows[200] not in left_out


@pytest.mark.parametrize("separator", [",", "\t"])
def test_rows_of_a_table_in_lines_are_found(separator: str) -> None:
    lines = [separator.join(("id", "name", "city"))]
    lines += [separator.join((str(n), f"user {n % 71}", "Oslo")) for n in range(300)]
    gone = spans_of("\n".join(lines), max_tokens=200)
    shaded = "\n".join(gone).split("\n")
    assert set(shaded) < set(lines[1:])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_of_several_lines_are_found(end: str) -> None:
    rows = [f'{n},"two ""lines""{end}of {n}",{n % 37}' for n in range(300)]
    gone = spans_of(end.join(["id,note,total", *rows]), max_tokens=300)
    assert all(span.removesuffix("\r").count('"') % 6 == 0 for span in gone)
    shaded = sum(span.count("two") for span in gone)
    assert shaded == 300 - compress(end.join(["id,note,total", *rows]), max_tokens=300).text.count(
        "two"
    )


def test_lines_of_a_log_are_found_by_number() -> None:
    lines = [f"2026-01-01 10:00:{n % 60:02} INFO request {n} took {n % 7} ms" for n in range(400)]
    lines[123] = "2026-01-01 10:02:03 ERROR disk full on /dev/sdb1"
    gone = spans_of("\n".join(lines))
    assert gone
    assert not any("disk full" in span for span in gone)


def test_a_log_in_a_string_of_a_document_is_shaded_there() -> None:
    log = "\n".join(f"10:00:{n % 60:02} INFO request {n} took {n % 7} ms" for n in range(400))
    original = json.dumps({"status": "ok", "log": log})
    gone = spans_of(original, max_tokens=300)
    assert all(json.loads(f'"{span}"') in log for span in gone)


def test_rows_that_are_stored_by_columns_are_shaded_in_each_column() -> None:
    original = json.dumps({"a": list(range(20)), "b": list(range(100, 120))})
    found = left_out_spans(original, [Omission("rows", ((3, 4),))], kind="json")
    assert [original[one.start : one.end] for one in found.spans] == ["2, 3", "102, 103"]


@pytest.mark.parametrize("note", ["", "<!-- <order> --><?now <order>?>", "<![CDATA[<order>]]>"])
def test_rows_of_data_in_tags_are_found(note: str) -> None:
    rows = [
        f'<order id="{n}" why="a > b">{"" if n % 9 else note}<total>{n % 40}</total><paid/></order>'
        for n in range(300)
    ]
    original = "<?xml version='1.0'?>\n<orders>\n" + "\n".join(rows) + "\n</orders>"
    gone = spans_of(original, max_tokens=400)
    shaded = [row for span in gone for row in span.split("\n")]
    assert set(shaded) < set(rows)
    view = compress(original, max_tokens=400)
    assert len(shaded) == sum(one.count for one in view.omissions)


def test_tags_by_number_and_by_name() -> None:
    original = "<a><b><c>1</c><c>2</c></b><b><c>3</c><c>4</c><c>5</c></b><d e='6'>7</d></a>"
    for path, ranges, shaded in (
        ("/a/b", ((2, 2),), "<b><c>3</c><c>4</c><c>5</c></b>"),
        ("/a/b/1/c", ((2, 3),), "<c>4</c><c>5</c>"),
        ("/a/d", (), "<d e='6'>7</d>"),
    ):
        omission = Omission("rows" if ranges else "values", ranges, path)
        found = left_out_spans(original, [omission], kind="xml")
        assert [original[one.start : one.end] for one in found.spans] == [shaded], path
    for path in ("/a/d/e", "/a/b/2/c", "/a/x", "/a/b/c"):
        omission = Omission("values", (), path)
        assert left_out_spans(original, [omission], kind="xml").unplaced == (omission,), path


def test_a_document_that_is_cut_off_takes_linear_time() -> None:
    omission = Omission("rows", ((1, 2),), "/a/b")
    start = time.process_time()
    for rest in ("<!-- ", "<? ", "<![CDATA[ ", '<b c="'):
        original = "<a><b>1</b><b>2</b>" + rest * 40_000
        left_out_spans(original, [omission], kind="xml")
    # Quadratic, it is minutes.
    assert time.process_time() - start < 15


def test_cells_that_are_parts_of_names_are_not_found_in_the_header() -> None:
    original = "id1,s\n" + "1,s\n" * 300
    result = compress(original, max_tokens=60)
    (omission,) = result.omissions
    found = left_out_spans(original, result.omissions, kind=result.kind)
    assert not found.unplaced
    for (first, last), span in zip(omission.ranges, found.spans, strict=False):
        # Each row is four characters, behind the six of the header.
        assert (span.start, span.end) == (6 + 4 * (first - 1), 6 + 4 * last - 1)


NOTE = 'It rained. The "river" rose.\nThe bridge held. Nobody knows why.'


@pytest.mark.parametrize(
    ("original", "kind", "omission", "shaded"),
    [
        ("one\ntwo\nthree", "text", Omission("lines", ((2, 3),)), ["two\nthree"]),
        ("one\ntwo\nthree", "text", Omission("lines", ((3, 3),), chars=(2, 4)), ["hre"]),
        (NOTE, "text", Omission("sentences", ((2, 2),)), ['The "river" rose.\n']),
        ('{"a": [1, {"b": 2}]}', "json", Omission("values", (), "/a/1"), ['{"b": 2}']),
        (
            json.dumps({"note": f"{NOTE} " * 20}),
            "json",
            Omission("sentences", ((6, 6), (80, 80)), "/note"),
            [r"The \"river\" rose.", "Nobody knows why."],
        ),
        (
            json.dumps({"note": NOTE}),
            "json",
            Omission("lines", ((2, 2),), within="/note"),
            ["The bridge held. Nobody knows why."],
        ),
        (
            json.dumps({"note": f"Before.\n{NOTE}"}),
            "json",
            Omission("lines", ((2, 2),), within="lines 2-3 of /note"),
            ["The bridge held. Nobody knows why."],
        ),
        (
            'See below:\n[{"id": 1}, {"id": 2},\n{"id": 3}]\nThat is all.',
            "mixed",
            Omission("rows", ((2, 3),), within=(2, 3)),
            ['{"id": 2},\n{"id": 3}'],
        ),
    ],
)
def test_each_sort_of_place_is_found(
    original: str, kind: str, omission: Omission, shaded: list[str]
) -> None:
    found = left_out_spans(original, [omission], kind=kind)
    assert not found.unplaced
    assert [original[one.start : one.end] for one in found.spans] == shaded


@pytest.mark.parametrize(
    ("original", "kind", "omission"),
    [
        ('{"a": 1}', "json", Omission("lines", ((1, 1),), within="/a")),
        ('{"a": 1}', "json", Omission("lines", ((1, 1),), within="/b")),
        ('{"a": 1}', "json", Omission("lines", ((1, 1),), within="no pointer")),
        ('{"a": 1}', "json", Omission("sentences", ((1, 1),), "/b")),
        ("no tags", "xml", Omission("rows", ((1, 1),), "/a")),
        ("no table", "table", Omission("rows", ((1, 1),))),
        ("a log", "log", Omission("rows", ((1, 1),), "/a")),
    ],
)
def test_places_that_are_not_there_are_not_guessed(
    original: str, kind: str, omission: Omission
) -> None:
    assert left_out_spans(original, [omission], kind=kind) == headroom.LeftOutSpans((), (omission,))


def test_what_cannot_be_placed_is_said() -> None:
    omission = Omission("values", (), "/nothing/here")
    assert left_out_spans('{"a": 1}', [omission], kind="json") == headroom.LeftOutSpans(
        (), (omission,)
    )
