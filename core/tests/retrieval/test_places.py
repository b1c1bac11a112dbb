"""A way back for each: every omission is found by its place, and ``next`` leads to all of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headroom import MARKER, ContextEntry, Excerpt, Omission, SharedContext, Source
from headroom.kinds.json import SmartCrusher
from headroom.kinds.registry import default_kinds
from headroom.retrieval.document import Document
from headroom.retrieval.paths import resolve
from headroom.retrieval.places import Place, Range, parse_places, parse_within
from headroom.toolkit.pointers import escape
from headroom.toolkit.rows.pieces import children, spell
from headroom.view import spelled, spelled_path
from headroom_testing import SORTS, hostile_text
from headroom_testing.payloads import KEYS
from headroom_testing.way_back import read_back

# What a place or a note is made of, in pieces that make other words as well.
_WORDS = (
    " left out", " Left Out", "side", ", in part", "ly", ", each after its number", "ed", " of ",
    " within ", " characters 3-5", " row: 3", " to ", ", and ", "lines 3 of ", "/", '"', "\\",
)  # fmt: skip
_KEYS = st.one_of(
    st.sampled_from(KEYS), st.text(max_size=8), st.lists(st.sampled_from(KEYS)).map("".join),
    st.lists(st.sampled_from(_WORDS), max_size=6).map("".join),
)  # fmt: skip
_VALUES = st.one_of(
    st.none(), st.integers(-9, 10**6), st.sampled_from(KEYS), st.text(max_size=60),
    st.just("It rained all night, and the river rose over its banks. " * 9),
)  # fmt: skip
_ROWS = st.lists(st.dictionaries(_KEYS, _VALUES, max_size=4), min_size=2, max_size=30)
_DATA = st.recursive(
    _VALUES | _ROWS, lambda inner: st.dictionaries(_KEYS, inner, max_size=6), max_leaves=20
)
_BUDGETS = st.sampled_from([None, 8, 22, 30, 60, 200])
_WITHIN_TEXT = re.compile(r"(?:lines (\d+)\S* of )?(/.*)", re.DOTALL)
_ROOM = st.sampled_from([40, 100, 1000])


def left_out(entry: ContextEntry, omission: Omission) -> list[str]:
    """What an omission of data or of a text stands for, by the meaning of its fields."""
    if omission.unit == "lines":
        text = entry.original
        if omission.within is not None:
            first, path = _WITHIN_TEXT.fullmatch(str(omission.within)).groups()  # type: ignore[union-attr]
            inner = resolve(SmartCrusher().data(Source(text)), path)
            text = "\n".join(str(inner).split("\n")[int(first or 1) - 1 :])
        lines = text.split("\n")
        begin, end = omission.chars or (1, None)
        return [line[begin - 1 : end] for a, b in omission.ranges for line in lines[a - 1 : b]]
    value: Any = resolve(SmartCrusher().data(Source(entry.original)), omission.path)
    if omission.unit == "values":
        return [spell(value)] if omission.path else [one.text for one in children(value, "")]
    if omission.unit == "rows":
        rows = [one.text for one in children(value, omission.path)]
        return [row for a, b in omission.ranges for row in rows[a - 1 : b]]
    return []


@settings(max_examples=60, deadline=None)
@given(data=_DATA, max_tokens=_BUDGETS)
@example(data={key: [{"id": n, key: "word " * 9} for n in range(9)] for key in KEYS}, max_tokens=60)
@example(data={"a": "word " * 99, "b": "word " * 99, "c": 1}, max_tokens=30)
def test_every_omission_of_data_is_found_by_its_place(data: object, max_tokens: int | None) -> None:
    ctx = SharedContext()
    entry = ctx.put("key", json.dumps(data), max_tokens=max_tokens)
    for omission in entry.omissions:
        (whole,) = read_back(ctx, "key", omission, 10**7)
        for one in left_out(entry, omission):
            assert one in whole, f"{omission.where!r} does not give {one!r}"


@settings(max_examples=40, deadline=None)
@given(
    text=hostile_text() | st.sampled_from(sorted(SORTS.values())),
    max_tokens=_BUDGETS,
    room=_ROOM,
)
def test_every_omission_of_a_text_is_read_to_its_end(
    text: str, max_tokens: int | None, room: int
) -> None:
    ctx = SharedContext()
    entry = ctx.put("key", text, max_tokens=max_tokens)
    for omission in entry.omissions:
        (whole,) = read_back(ctx, "key", omission, 10**7)
        if omission.unit == "lines" and omission.within is None:
            assert all(one in whole for one in left_out(entry, omission))
        read_back(ctx, "key", omission, room)


def read_on(ctx: SharedContext, key: str, room: int, **asked: object) -> list[Excerpt]:
    """The excerpts from a first one to the end of ``next``."""
    found = [ctx.retrieve(key, max_tokens=room, **asked)]  # type: ignore[arg-type]
    while found[-1].next:
        assert found[-1].truncated
        found.append(ctx.retrieve(key, max_tokens=room, place=found[-1].next))
        assert found[-1].tokens <= room
        assert len(found) < 2000
    assert not found[-1].truncated
    return found


def ids(excerpts: list[Excerpt]) -> set[str]:
    # Without the heading and the note: what was cut is whole again.
    bodies = (one.text.split("\n")[1 : -1 if one.truncated else None] for one in excerpts)
    return set(re.findall("u[0-9]+u", "".join("\n".join(body) for body in bodies)))


_ASKED = st.sampled_from(
    [
        {},
        {"place": "everything"},
        {"path": ""},
        {"path": "$..id"},
        {"lines": "1-1000"},
        {"lines": ",".join(map(str, range(1, 400, 3)))},
        {"query": "odd"},
        {"query": "rare word"},
        {"where": "sort = odd"},
        {"where": "not sort = odd or size between 3 and 5"},
        {"pattern": "odd"},
        {"query": "word", "where": "sort = odd"},
    ]
)


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.dictionaries(_KEYS, st.integers(2, 30), min_size=1, max_size=10),
    asked=_ASKED,
    room=st.sampled_from([1200, 3000]),
    indent=st.sampled_from([None, 1]),
    nested=st.booleans(),
)
def test_next_leads_to_all_that_is_asked_for(
    sizes: dict[str, int], asked: dict[str, object], room: int, indent: int | None, nested: bool
) -> None:
    number = 0
    data: dict[str, object] = {}
    for name, size in sizes.items():
        rows = []
        for _ in range(size):
            number += 1
            sort = "odd" if number % 3 else "even"
            rows.append({"id": f"u{number}u", "sort": sort, "size": number % 9, "say": "a word"})
        data[name] = {"rows": rows, "rare": "word"} if nested else rows
    ctx = SharedContext()
    ctx.put("key", json.dumps(data, indent=indent))
    whole = ctx.retrieve("key", max_tokens=10**7, **asked)  # type: ignore[arg-type]
    assert not whole.truncated
    assert ids(read_on(ctx, "key", room, **asked)) >= ids([whole])


_SAID = st.lists(st.sampled_from(["red", "oslo", "cat", "river"]), max_size=3).map(" ".join)
_FIELDS = st.sampled_from(["name", "city", "0", "a/b", "last name"])
_RECORDS = st.lists(
    st.dictionaries(
        _FIELDS, _SAID | st.lists(_SAID, min_size=1, max_size=3), min_size=1, max_size=4
    ),
    min_size=2,
    max_size=25,
)


def tags(text: str) -> set[str]:
    return set(re.findall("u[0-9]+u", text))


@settings(max_examples=40, deadline=None)
@given(
    records=st.dictionaries(_FIELDS, _RECORDS, min_size=1, max_size=3),
    query=st.sampled_from(["red", "oslo river", "name", "name of cat", "u7u river", "city, name"]),
    is_part=st.booleans(),
)
@example(
    records={"city": [{"name": "cat"}] * 9 + [{"name": "red"}, {"name": "oslo", "city": "river"}]},
    query="u9u u11u",
    is_part=False,
)
def test_what_is_found_is_the_same_with_any_room(
    records: dict[str, list[dict[str, Any]]], query: str, is_part: bool
) -> None:
    numbers = iter(range(10**6))
    text = re.sub(
        r'(: |\[|, )"(?=[^"]*"[],}])', lambda m: f"{m[0]}u{next(numbers)}u ", json.dumps(records)
    )
    if is_part:
        text = f"# What was seen\n\nIt was red.\n\n```json\n{text}\n```\n"
    ctx = SharedContext()
    ctx.put("key", text)
    whole = ctx.retrieve("key", query=query, max_tokens=10**6)
    assert not whole.truncated
    for room in (30, 80, 200, 600):
        found = ctx.retrieve("key", query=query, max_tokens=room)
        # What is cut may be cut within a tag.
        if re.search(r"\d:\d|characters", found.where + found.next) or not found.where:
            continue
        rest = ctx.retrieve("key", place=found.next, max_tokens=10**6) if found.next else found
        assert tags(found.text) | tags(rest.text) == tags(whole.text)
        for place in parse_places(found.next) or ():
            for one in place.ranges if place.unit == "rows" else ():
                for number in range(one.first, one.last + 1):
                    row = Place("rows", (Range(number, number),), place.path, place.within)
                    said = tags(ctx.retrieve("key", place=row.spelled(), max_tokens=10**6).text)
                    assert not said or not said <= tags(found.text)


_DIGITS = st.integers(0, 120).map(str) | st.sampled_from(["007", "\u0663", "1/2", *KEYS])


@settings(max_examples=40, deadline=None)
@given(
    keys=st.lists(_DIGITS, min_size=2, max_size=20, unique=True),
    query=st.sampled_from(["name", "size", "name of u3u", "kind odd"]),
    nested=st.booleans(),
    room=st.sampled_from([60, 120, 300]),
)
@example(keys=[str(n) for n in range(91, 120)], query="name", nested=False, room=120)
def test_every_place_of_an_excerpt_is_one(
    keys: list[str], query: str, nested: bool, room: int
) -> None:
    rows: dict[str, object] = {
        key: {"name": f"u{n}u is called so", "size": [n, n + 1], "note": ["a word " * 9] * 3}
        for n, key in enumerate(keys)
    }
    rows["list"] = [{"name": f"u{n}u in a row", "kind": "odd " * 20} for n in range(20)]
    inner = {"x": rows}
    data = {"text": json.dumps(inner), "name": "u99u"} if nested else inner
    ctx = SharedContext()
    ctx.put("key", json.dumps(data), max_tokens=60)
    found = ctx.retrieve("key", query=query, max_tokens=room)
    again = ctx.retrieve("key", place=found.where, max_tokens=10**6).text
    assert set(re.findall("u[0-9]+u", found.text)) <= set(re.findall("u[0-9]+u", again))
    rest = ctx.retrieve("key", place=found.next, max_tokens=10**6).text if found.next else ""
    said = set(re.findall("u[0-9]+u", found.text + rest))
    if query == "name":
        assert said >= {f"u{n}u" for n in range(len(keys))}


def test_values_of_rows_and_rows_of_one_array_have_one_place() -> None:
    lists = {f"k{n}": [f"name {n}", {"name": f"u{n}u"}, "so " * 60] for n in range(9)}
    ctx = SharedContext()
    ctx.put("key", {"x": lists}, max_tokens=40)
    found = ctx.retrieve("key", query="name", max_tokens=190)
    assert "k1.0=name 1, k1.1.name=u1u" in found.text
    assert "rows 1-2 of /x/k1; " in found.where
    again = ctx.retrieve("key", place=found.where, max_tokens=10**5).text
    assert set(re.findall("u[0-9]u", found.text)) <= set(re.findall("u[0-9]u", again))


@pytest.mark.parametrize("asked", [{"pattern": "u[0-9]+u"}, {"where": "kind = odd"}])
def test_what_is_cut_around_a_text_in_it_is_read_to_its_end(asked: dict[str, object]) -> None:
    inner = json.dumps([{"id": f"u{n}u", "about": "a word " * 9} for n in range(40)])
    rows = [
        {"kind": "odd", "text": inner, "id": f"u{900 + n}u", "rest": "so on " * 90, "end": "u99u"}
        for n in range(3)
    ]
    ctx = SharedContext()
    ctx.put("key", {"rows": rows}, max_tokens=60)
    found = read_on(ctx, "key", 120, **asked)
    assert ids(found) >= {"u900u", "u901u", "u902u", "u99u", *(f"u{n}u" for n in range(40))}
    for one in found[:5]:
        assert ids([ctx.retrieve("key", place=one.where, max_tokens=10**5)]) >= ids([one])


@pytest.mark.parametrize("room", range(20, 60, 4))
def test_texts_and_values_together_are_within_the_budget(room: int) -> None:
    data = json.dumps(
        [{"id": n, "name": f"odd {n}", "note": "so " * 9} for n in range(30)], indent=1
    )
    text = f"Before it.\n\n```json\n{data}\n```\n\n# Head\n" + "- an odd one of many\n" * 30
    ctx = SharedContext()
    ctx.put("key", text, max_tokens=60)
    for query in ("odd", "name", "odd 7", "one of many"):
        assert ctx.retrieve("key", query=query, max_tokens=room).tokens <= room


def test_fifty_lines_asked_for_are_fifty_lines_read() -> None:
    ctx = SharedContext()
    ctx.put("log", "\n".join(f"INFO u{n}u served in {n % 7} ms" for n in range(1, 500)))
    asked = range(1, 100, 2)
    found = read_on(ctx, "log", 120, lines=",".join(map(str, asked)))
    assert len(found) > 3
    assert ids(found) == {f"u{n}u" for n in asked}
    # A reader of the text alone is led there as well, past lines in between.
    said = re.findall(r"left out here: (.*)\]$", found[0].text)
    assert said[0].count(",") < 9
    assert ids(read_on(ctx, "log", 120, place=said[0])) >= ids(found[1:])


@pytest.mark.parametrize("room", [8, 12, 15, 30])
def test_an_empty_line_does_not_end_the_way_to_those_after_it(room: int) -> None:
    ctx = SharedContext()
    ctx.put("log", "\n".join("" if n % 3 else f"u{n}u" for n in range(1, 40)))
    found = read_on(ctx, "log", room, lines="1-39")
    assert ids(found) == {f"u{n}u" for n in range(3, 40, 3)}
    places = [place for one in found for place in parse_places(one.where) or ()]
    ranges = [one for place in places for one in place.ranges]
    assert {n for one in ranges for n in range(one.first, one.last + 1)} == {*range(1, 40)}


def test_more_than_a_place_can_name_is_named_with_what_is_between() -> None:
    ctx = SharedContext()
    ctx.put("log", "\n".join(f"{'ERROR' if n % 2 else 'INFO'} u{n}u" for n in range(1, 2000)))
    found = read_on(ctx, "log", 1000, query="ERROR")
    assert ids(found) >= {f"u{n}u" for n in range(1, 2000, 2)}


@pytest.mark.parametrize("hunks", [300, 2000])
def test_an_omission_of_any_number_of_ranges_is_read_by_its_place(hunks: int) -> None:
    lines = ["--- a/settings", "+++ b/settings"]
    for n in range(hunks):
        lines += [f"@@ -{9 * n + 1},3 +{9 * n + 1},3 @@", f" u{n}u", f"-set {n}", f"+set {n + 1}"]
        lines.append(" unchanged")
    ctx = SharedContext()
    (omission,) = ctx.put("diff", "\n".join(lines)).omissions
    assert len(omission.ranges) > hunks
    whole = ctx.retrieve("diff", place=omission.where, max_tokens=10**6)
    assert (whole.where, whole.truncated) == (omission.where, False)
    assert ctx.retrieve("diff", lines=omission.where[6:], max_tokens=10**6) == whole
    found = read_on(ctx, "diff", 6000, place=omission.where)
    assert all(one.tokens <= 6000 for one in found)
    assert ids(found) == {f"u{n}u" for n in range(hunks)}


def test_places_and_parts_that_are_looked_for_one_by_one_are_so_many_at_the_most() -> None:
    ctx = SharedContext()
    ctx.put("line", "word " * 9000)
    parts = [f"1:{n}-" for n in range(1, 502)]
    for options in ({"lines": ",".join(parts)}, {"place": "; ".join(f"lines {p}" for p in parts)}):
        with pytest.raises(ValueError, match="more than 500"):
            ctx.retrieve("line", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("room", [30, 60, 400])
@pytest.mark.parametrize("key", ["note", "a] within /b", "x" * 900])
def test_what_is_cut_is_whole_again(room: int, key: str) -> None:
    text = " ".join(f"word{n}" for n in range(700))
    ctx = SharedContext()
    ctx.put("data", {key: text, "other": "word9999 here"})
    ctx.put("log", f"{text}\nword9999 here", kind="log")
    for name, asked in (
        ("log", {"query": "word333"}),
        ("data", {"path": f"/{escape(key)}"}),
        ("data", {"rows": "1"}),
    ):
        pieces: dict[int, str] = {}
        for one in read_on(ctx, name, room, **asked):
            (place, *_) = parse_places(one.where) or ()
            chars = place.chars or place.ranges[0].chars
            if chars is not None:
                lines = one.text.split("\n")
                pieces[chars[0]] = next(line for line in lines if line[0] not in "[\u2026")
        assert text in "".join(pieces[start] for start in sorted(pieces))


def test_a_budget_that_holds_nothing_says_so() -> None:
    ctx = SharedContext()
    ctx.put("key", "word " * 100)
    found = ctx.retrieve("key", lines="1", max_tokens=1)
    assert (found.text, found.truncated, found.next) == ("\u2026", True, "")


_WITHIN = st.one_of(
    st.none(),
    st.tuples(st.integers(1, 9), st.integers(10, 99)),
    _KEYS.map(lambda key: f"/{escape(key)}"),
    _KEYS.map(lambda key: f"lines 3-9 of /{escape(key)}"),
    _KEYS.map(lambda key: f"lines 3 of /{escape(key)}"),
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["lines", "rows", "sentences", "values"]),
    st.lists(_KEYS, max_size=3).map(lambda keys: "".join(f"/{escape(key)}" for key in keys)),
    _WITHIN,
    st.booleans(),
)
def test_places_are_read_as_they_are_spelled(
    unit: str, path: str, within: tuple[int, int] | str | None, cut: bool
) -> None:
    if unit == "values":
        omission = Omission(unit, (), path, within)
    else:
        ranges = ((7, 7),) if cut else ((3, 5), (7, 7))
        omission = Omission(unit, ranges, path, within, (2, 9) if cut else None)
    where = omission.where
    # It is one line, and cannot end the marker that it stands in.
    assert where.isprintable()
    assert not set("[]").intersection(where)
    assert MARKER.fullmatch(f"[{where} left out]")
    for text in (where, f"[{where} left out: 3 of them; so]", f"{where}; {where}"):
        places = parse_places(text)
        assert places is not None
        for place in places:
            if unit == "values" and not path and within is not None:
                # All of a part is the part.
                continue
            assert place.within == within
            assert (place.path or "") == path
            chars = [(one.first, one.last, one.chars) for one in place.ranges]
            expected = [(3, 5, None), (7, 7, None)]
            assert chars == ([] if unit == "values" else [(7, 7, (2, 9))] if cut else expected)


@pytest.mark.parametrize(
    "key",
    ["seats left outside", "a, in partial", "b, each after its numbers"],
)
def test_a_key_that_goes_on_where_a_note_would_end_is_its_own_place(key: str) -> None:
    ctx = SharedContext()
    rows = [{"n": n, "note": f"word {n} " * 9} for n in range(90)]
    others = [{"n": n, "note": "another"} for n in range(90)]
    # What would be left of the key is a key as well.
    data = {key: rows, **{key[:end]: others for end in range(1, len(key))}}
    entry = ctx.put("key", data, max_tokens=2000)
    gone = next(one for one in entry.omissions if one.path == f"/{escape(key)}")
    assert '"note":"word' in ctx.retrieve("key", place=gone.where).text


@pytest.mark.parametrize("pointer", ['/ of "', '/ of "x', '/a of "b"'])
def test_a_pointer_with_a_quote_in_it_is_a_part(pointer: str) -> None:
    for within in (pointer, f"lines 3-9 of {pointer}"):
        said = spelled(within)
        (place,) = parse_places(f"lines 1 within {said}") or ()
        assert place.within == parse_within(said) == parse_within(within) == within
    ctx = SharedContext()
    ctx.put("key", [{"id": n} for n in range(60)])
    with pytest.raises(ValueError, match="nothing at this path"):
        ctx.retrieve("key", place=f"lines 1 within {spelled(pointer)}")


def test_several_places_are_read_in_one_go() -> None:
    ctx = SharedContext()
    ctx.put("key", {"a": [{"id": n} for n in range(9)], "b; c": [1, 2, 3], "d": "text"})
    found = ctx.retrieve("key", place='rows 2-3 of /a; rows 2 of "/b; c"; /d; rows 3 of /a')
    assert found.text == (
        '[rows 2-3 of /a]\n{"id":1}\n{"id":2}\n[rows 2 of "/b; c"]\n2\n[/d]\n"text"'
    )
    assert ctx.retrieve("key", place=found.where).text == found.text


def test_lines_of_any_text_in_data() -> None:
    ctx = SharedContext()
    ctx.put("key", {"note": "one\ntwo\nthree", "n": 3})
    assert ctx.retrieve("key", place="lines 2-3 of /note").text.endswith("]\ntwo\nthree")


def test_a_key_that_is_empty_and_the_whole_are_told_apart() -> None:
    ctx = SharedContext()
    ctx.put("key", {"": [{"id": 1}, {"id": 2}], "a": [7]})
    assert ctx.retrieve("key", place='rows 2 of "/"').text == '[rows 2 of "/"]\n{"id":2}'
    assert ctx.retrieve("key", place="rows 2 of /").text == '[rows 2]\n{"a":[7]}'


def test_a_view_of_an_object_that_shows_nothing_leads_to_all_of_it() -> None:
    ctx = SharedContext()
    entry = ctx.put("key", {f"part {n}": "some words " * 30 for n in range(9)}, max_tokens=12)
    (omission,) = entry.omissions
    assert omission.where == "everything"
    assert ctx.retrieve("key", place=omission.where, max_tokens=10**6).text.count("\n") == 9


def test_attributes_that_a_view_of_a_page_does_without_are_in_an_omission() -> None:
    story = "The river rose in the night, and the whole town was awake until the morning. " * 3
    page = "\n".join(f'<p data-price="{n}17">{story}{n}</p>' for n in range(9))
    ctx = SharedContext()
    entry = ctx.put("page", page, kind="html")
    assert "data-price" not in entry.compressed
    found = "\n".join(
        text for omission in entry.omissions for text in read_back(ctx, "page", omission)
    )
    assert all(f'data-price="{n}17"' in found for n in range(9))
    # What is shown but for its tags is not what the reader lacks first.
    assert all(omission.in_part for omission in entry.omissions)
    assert ctx.require("page").omissions == entry.omissions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"place": "lines 900-950"}, "no lines of these numbers: this has 40, counted from 1"),
        ({"lines": "41"}, "no lines of these numbers: this has 40"),
        ({"place": "lines 3:500-600"}, "no such characters: this has 13, counted from 1"),
        ({"place": "lines 3 within lines 70-80"}, "no lines of these numbers: this has 40"),
        ({"place": "sentences 900"}, "no sentences of these numbers: this has"),
        ({"place": "lines 9-3"}, "a range goes upwards"),
        ({"place": "lines three"}, 'place must look like "rows 3-111 of /flights"'),
        ({"place": "3;7"}, 'place must look like "3-111" or "3,7-9"'),
        ({"place": "lines 3 of /note"}, "this original has no rows and no paths"),
    ],
)
def test_numbers_that_are_not_there(options: dict[str, str], message: str) -> None:
    ctx = SharedContext()
    ctx.put("log", "\n".join(f"line {n} is it" for n in range(10, 50)), kind="log")
    with pytest.raises(ValueError, match=message):
        ctx.retrieve("log", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"place": "rows 41 of /a"}, "no rows of these numbers: this has 9, counted from 1"),
        ({"path": "/a/9/id"}, "nothing at this path: /a goes from 0 to 8"),
        ({"path": "/b/0"}, "nothing at this path: /b is empty"),
        ({"path": "/a/" + "9" * 5000}, "nothing at this path"),
        ({"place": "/c characters 90-"}, "no such characters: this has 6"),
        ({"place": "rows 1 of /c"}, "no rows at this path"),
        ({"place": "lines 5 of /c"}, "no lines of these numbers: this has 1"),
        ({"place": "lines 5 of /a"}, "there is no text at /a"),
        ({"pattern": "a(b"}, r"cannot be read by RE2: missing \)"),
        ({"pattern": "\ud800"}, "cannot be read by RE2: half of a character"),
    ],
)
def test_places_of_data_that_are_not_there(options: dict[str, str], message: str) -> None:
    ctx = SharedContext()
    ctx.put("key", {"a": [{"id": n} for n in range(9)], "b": [], "c": "text"})
    with pytest.raises(ValueError, match=message) as raised:
        ctx.retrieve("key", **options)  # type: ignore[arg-type]
    assert "b'" not in str(raised.value)


@pytest.mark.parametrize(
    ("path", "spelled"),
    [
        ("/orders/0/Order date", "/orders/0/Order date"),
        ("/a~1b", "/a~1b"),
        ("/", '"/"'),
        ("/a; b", '"/a; b"'),
        ("/a, in part: b", '"/a, in part: b"'),
        ("/a\nb", r'"/a\nb"'),
        ("/[x]", r'"/\u005bx\u005d"'),
    ],
)
def test_only_what_has_to_be_is_quoted(path: str, spelled: str) -> None:
    assert spelled_path(path) == spelled
    assert parse_places(f"rows 3 of {spelled}") == (Place("rows", (Range(3, 3),), path),)


def test_a_question_has_so_many_places_at_the_most(ctx: SharedContext) -> None:
    ctx.put("log", "\n".join(f"line {n}" for n in range(3000)))
    many = [str(2 * n + 1) for n in range(501)]
    found = ctx.retrieve("log", lines=",".join(many), max_tokens=10**5)
    assert found.text.count("line ") >= len(many)
    place = "; ".join(f"lines {number}" for number in many)
    assert ctx.retrieve("log", place=place, max_tokens=10**5) == found
    # Each part of a text is looked for by itself.
    with pytest.raises(ValueError, match="more than 500"):
        ctx.retrieve("log", place="; ".join(f"lines 1 within lines {n}-3000" for n in many))


def test_rows_of_any_number_of_arrays_are_read_on_one_by_one(ctx: SharedContext) -> None:
    arrays = {f"a{n}": [{"id": f"u{n}x{m}u", "ok": m != 3} for m in range(5)] for n in range(700)}
    ctx.put("data", arrays)
    whole = ctx.retrieve("data", where="ok = false", max_tokens=10**5)
    assert ctx.retrieve("data", place=whole.where, max_tokens=10**5) == whole
    found = read_on(ctx, "data", 2000, where="ok = false")
    assert len(found) > 3
    assert sum(one.text.count('"ok":false') for one in found) == 700
    assert not any('"ok":true' in one.text for one in found)


def test_rows_of_a_part_are_found_though_another_kind_is_the_first_of_it() -> None:
    rows = "\n".join(f"{n},step {n * 7 % 40},{n * n % 71}" for n in range(39))
    table = f"number,step,count\n{rows}"
    kinds = default_kinds()
    document = Document(Source(table), "code", kinds, (5, 44))
    assert not document.has_data
    assert document.with_rows().kind.name == "table"
    assert document.with_rows().has_data
    # A kind that has them stays; and so does a text that no kind finds any in.
    data = Document(Source("[1, 2, 3]"), "json", kinds)
    assert data.with_rows() is data
    prose = Document(Source("It rained. Nobody came."), "text", kinds)
    assert prose.with_rows() is prose


def test_a_key_of_many_digits_is_no_index(ctx: SharedContext) -> None:
    ctx.put("k", {"1" * 5000: {"x": ["apple"] * 60}, "b": 1})
    assert "apple" in ctx.retrieve("k", query="apple", max_tokens=100).text


@pytest.mark.parametrize("within", [0, 1, 2])
@pytest.mark.parametrize(
    "key", ["x" * 2000, f'a"{"x" * 2000}"b', "x" * 2000 + " and so on" * 60 + "x" * 2000]
)
def test_what_is_below_a_key_that_nobody_reads_is_found_by_its_place(key: str, within: int) -> None:
    rows = [{"id": f"u{n}u", "say": f"word {n * 7919 % 997} of it"} for n in range(400)]
    data = json.dumps({key: rows})
    for _ in range(within):
        data = json.dumps({"result": data})
    for text in (f"# What was seen\n\nIt rained all night.\n\n```json\n{data}\n```\n", data):
        ctx = SharedContext()
        entry = ctx.put("key", text, max_tokens=1400)
        gone = set(re.findall("u[0-9]+u", text)) - set(re.findall("u[0-9]+u", entry.compressed))
        assert gone
        found = "\n".join(one for each in entry.omissions for one in read_back(ctx, "key", each))
        assert gone <= set(re.findall("u[0-9]+u", found))
