"""What is encoded without loss decodes to the same data, whatever it is."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import compress
from headroom.errors import WrongKind
from headroom.kinds.json import SmartCrusher
from headroom.kinds.json.decode import decode
from headroom.kinds.json.parse import parse
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.rows.aliases import find_aliases
from headroom.toolkit.rows.blocks import build, lossless_lines
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.rank import write_in_full
from headroom.view import Request, View

COUNTER = get_counter("gpt-4o")

NASTY = [
    "", " ", "a,b", 'say "x"', "line\nbreak", "é", "日本", "0", "-0", "1.0", "1e5", "NaN", "true",
    "null", "Infinity", "-Infinity", "a.b", "a=b", "=x", "$", "$1", "$1/x", "$1 stands for x",
    "(key)", "(value)", "[rows 1-2 left out]", "{", "}", "[", "]", ";", "  ", "a  b=c", " a", "a ",
    "a:text",
    "3 rows.", "2 entries.", "JSON object, one key=value per line", " same as /a", ": same as /a",
    "a: same as /b", "\u2028", "\x00", "\x7f", "\ud800", "\ufeff", "http://e.example/a",
    "https://e.example/a/b/c", "https://e.example/a/b/d{/x}", "https://e.example/a/b/d,e", "…",
    "In every row that does not say otherwise: a=b", "x, y=z", "/", "~", "a/b", "a~b",
    "#1", "-", "+",    "١", "_", "1a", "01", "key", "id", "1", "2 rows, each below its number.",
    ": 1 row, each below its number.", "2 rows of 2 values.",
    "2 rows by columns.",
]  # fmt: skip

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=8))
keys = st.one_of(st.sampled_from(["id", "name", "url", "status", "a", "b"]), texts)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(2**63, 2**70),
    st.floats(allow_nan=True), texts,
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=25,
)


@st.composite
def tables(draw: st.DrawFn) -> Any:
    """Rows that share most of their keys, with rows and values that break the pattern."""
    columns = draw(st.lists(keys, min_size=1, max_size=5, unique=True))
    small = st.one_of(scalars, st.sampled_from(["paid", "open", "https://e.example/a/b/1"]))
    record = st.fixed_dictionaries(
        {},
        optional={
            column: draw(
                st.sampled_from(
                    [
                        small,
                        st.just(draw(scalars)),
                        st.sampled_from(["1", "2", "03", "x", 5]),
                        st.dictionaries(st.sampled_from(["x", "y", "z.z"]), small, max_size=3),
                        st.lists(
                            st.dictionaries(st.sampled_from(["p", "q"]), small, max_size=2),
                            max_size=3,
                        ),
                        st.dictionaries(
                            texts, st.fixed_dictionaries({"m": small, "n": small}), max_size=3
                        ),
                        st.just([{"type": "a", "on": True}, {"type": "b", "on": draw(small)}]),
                        st.sampled_from([{"k": {"m": 1, "n": 2}}, {"j": {"m": 1, "n": 3}}]),
                        values,
                    ]
                )
            )
            for column in columns
        },
    )
    rows = draw(st.lists(st.one_of(record, record, record, record, values), max_size=14))
    if draw(st.booleans()):
        return {str(index) + draw(texts): row for index, row in enumerate(rows)}
    return rows


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Rows that are arrays, most of them of one length."""
    small = st.one_of(scalars, st.sampled_from(["paid", "https://e.example/a/b/1"]), values)
    columns = draw(st.lists(st.sampled_from([small, st.just(draw(small))]), min_size=2, max_size=4))
    rows = draw(st.lists(st.tuples(*columns).map(list), min_size=4, max_size=30))
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), draw(values))
    return rows


@st.composite
def columns(draw: st.DrawFn) -> Any:
    """Tables by columns, some of them with keys, some not quite of one length."""
    count = draw(st.integers(11, 14))
    names = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
    cells = st.one_of(scalars, st.sampled_from(["paid", "https://e.example/a/b/1"]), values)
    lengths = st.sampled_from([count] * 9 + [count - 1])
    by = {name: [draw(cells) for _ in range(draw(lengths))] for name in names}
    if draw(st.booleans()):
        return {name: {str(n): cell for n, cell in enumerate(cells)} for name, cells in by.items()}
    return by


@st.composite
def few_objects(draw: st.DrawFn) -> Any:
    """Lists of a few large objects with little in common, in documents and in each other."""
    inner = st.one_of(
        tables(), arrays(), columns(), values, st.just("https://e.example/a/b/" + "c" * 99)
    )
    one = st.dictionaries(keys, inner, min_size=1, max_size=4)
    items: list[Any] = draw(st.lists(one, min_size=1, max_size=3))
    if draw(st.booleans()):
        items[0]["more"] = [{"long": "x" * 220, "again": items[-1].copy()}]
    return {"items": items, "n": 1}


def exact(text: str) -> Any:
    """The value with every number as it was written."""
    return json.loads(text, parse_int=lambda n: ("int", n), parse_float=lambda n: ("float", n))


def encode(content: str) -> str | None:
    """The structured form, also where minified JSON would be shorter."""
    value, _ = parse(content)
    # As if it were a large one: small ones get no aliases.
    request = Request("json", COUNTER, 100_000, query="7 x")
    speller = Speller(find_aliases(value, request))
    root = build(value, speller, request)
    if root is not None:
        write_in_full(root, speller, request)
    return None if root is None else "\n".join(lossless_lines(root, speller))


def assert_same(content: str) -> None:
    view = encode(content)
    if view is None:
        return
    with pytest.raises(json.JSONDecodeError):
        json.loads(view)
    back = decode(view, parse_int=lambda n: ("int", n), parse_float=lambda n: ("float", n))
    assert repr(_sorted(back)) == repr(_sorted(exact(content)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=80, deadline=None)
@given(st.one_of(tables(), arrays(), columns(), few_objects(), values))
def test_decode_gives_the_value_back(value: Any) -> None:
    assert_same(json.dumps(value))


@pytest.mark.parametrize("width", [399, 401, 900])
def test_rows_may_be_wide(width: int) -> None:
    assert_same(json.dumps([{f"c{k}": k * row % 7 for k in range(width)} for row in range(9)]))


@pytest.mark.parametrize("odd", [{}, {"1": "a"}, None, [], ["x"], "text"])
def test_what_is_no_row_among_arrays_stays_what_it_is(odd: Any) -> None:
    assert_same(json.dumps([odd, *[[None, None]] * 9]))


@settings(max_examples=40, deadline=None)
@given(tables(), st.one_of(tables(), values), keys)
def test_documents_with_tables_decode(first: Any, second: Any, key: str) -> None:
    document = {"first": first, key: second, "again": {"deep": second, "n": 1}, "last": "x"}
    assert_same(json.dumps(document, ensure_ascii=False))


@settings(max_examples=50, deadline=None)
@given(st.one_of(tables(), arrays(), columns(), few_objects(), values))
def test_a_lossless_view_is_smaller_and_decodes(value: Any) -> None:
    content = json.dumps(value, indent=2)
    tokens = COUNTER.count(content)
    request = Request("json", COUNTER, tokens, fidelity="lossless")
    try:
        view = SmartCrusher().compress(Source(content, request.deadline), request)
    except WrongKind:
        assert not isinstance(value, (dict, list))
        return
    if view is not None:
        assert view.lossless
        assert not view.omissions
        assert COUNTER.count(view.text) < tokens
        assert repr(_sorted(decode(view.text))) == repr(_sorted(json.loads(content)))


def lossless(content: str) -> View | None:
    request = Request("json", COUNTER, COUNTER.count(content), fidelity="lossless")
    return SmartCrusher().compress(Source(content, request.deadline), request)


@pytest.mark.parametrize("number", ["1.10", "1e5", "-0", "-0.0", "9223372036854775808", "1E+2"])
def test_numbers_stay_as_written(number: str) -> None:
    rows = ", ".join(f'{{"id": {index}, "amount": {number}}}' for index in range(5))
    view = lossless(f"[{rows}]")
    assert view is not None
    got = decode(view.text, parse_int=str, parse_float=str)
    assert got == [{"id": str(index), "amount": number} for index in range(5)]


@pytest.mark.parametrize("sign", ["$", "$x", '$x"y"', "$,"])
def test_a_dollar_before_a_quoted_cell_is_no_alias(sign: str) -> None:
    rows: list[Any] = [
        {"currency": sign if n % 2 else "EUR", "note": f"a, {n}", "id": n} for n in range(9)
    ]
    for value in (rows, {"rows": rows, "currency": sign}):
        view = lossless(json.dumps(value))
        assert view is not None
        assert decode(view.text) == value


def test_an_integer_of_5000_digits() -> None:
    digits = "7" * 5000
    rows = ", ".join(f'{{"id": {index}, "big": {digits}{index}}}' for index in range(4))
    view = lossless(f"[{rows}]")
    assert view is not None
    assert decode(view.text, parse_int=str)[3] == {"id": "3", "big": digits + "3"}  # type: ignore[index]


def test_null_empty_and_missing_are_told_apart() -> None:
    rows: list[Any] = [{"id": n, "name": f"n{n}", "note": f"x{n}"} for n in range(6)]
    rows[1]["note"] = None
    rows[2]["note"] = ""
    del rows[3]["note"]
    rows[4]["note"] = "null"
    view = lossless(json.dumps(rows))
    assert view is not None
    assert view.text.startswith("6 rows.")
    assert decode(view.text) == rows


def test_an_object_with_a_key_twice_stays_verbatim() -> None:
    content = '[{"id": 1, "a": {"x": 1, "x": 2}}, {"id": 2, "a": {"x": 3, "x": 4}}]'
    view = lossless(content)
    assert view is not None
    assert '{"x":1,"x":2}' in view.text
    assert decode(view.text) == json.loads(content)


def test_a_document_with_a_key_twice_is_only_minified() -> None:
    content = json.dumps({"a": [1, 2, 3], "b": {"c": "text"}}, indent=4)
    content = content.replace('"b"', '"a"')
    view = lossless(content)
    assert view is not None
    assert view.text == '{"a":[1,2,3],"a":{"c":"text"}}'
    assert (
        SmartCrusher().compress(Source(content), Request("json", COUNTER, 50, max_tokens=5)) is None
    )


def test_nested_tables_that_are_the_same_in_most_rows() -> None:
    conditions = [{"type": "Ready", "status": "True"}, {"type": "Init", "status": "True"}]
    rows: list[Any] = [{"pod": f"pod-{n}", "conditions": conditions} for n in range(12)]
    rows[5]["conditions"] = [{"type": "Ready", "status": "False"}]
    view = lossless(json.dumps(rows))
    assert view is not None
    assert "otherwise: conditions[type,status]=[Ready,True;Init,True]" in view.text
    assert "pod-5  conditions[type,status]=[Ready,False]" in view.text
    assert decode(view.text) == rows


def test_json_lines_are_rows() -> None:
    rows = [{"id": n, "level": "info", "text": f"message {n}"} for n in range(9)]
    content = "\n\n".join(json.dumps(row) for row in rows) + "\n"
    view = lossless(content)
    assert view is not None
    assert view.text.startswith("9 rows. In every row that does not say otherwise: level=info\n")
    assert decode(view.text) == rows
    assert decode(content) == rows


def test_equal_parts_of_a_document_are_said_once() -> None:
    user = {"login": "ada", "id": 77, "name": "Ada Lovelace", "url": "https://x.example/u/ada"}
    document = {"action": "opened", "issue": {"number": 3, "user": user}, "sender": user}
    view = lossless(json.dumps(document))
    assert view is not None
    assert "sender: same as /issue/user" in view.text
    assert decode(view.text) == document


def test_what_equals_another_part_says_so_only_where_that_is_shown_whole() -> None:
    user = {"login": "rain", "bio": " ".join(f"harbour {n} of the town" for n in range(60))}
    labels = [{"number": n, "text": f"x{n * n % 7}"} for n in range(60)]
    document = {"action": "opened", "issue": {"user": user, "labels": labels}, "sender": user}
    said = set()
    for max_tokens in range(50, 700, 50):
        view = compress(json.dumps(document), max_tokens=max_tokens)
        gone = {one.path for one in view.omissions}
        is_whole = not gone & {"/issue", "/issue/user", "/issue/user/login", "/issue/user/bio"}
        assert ("\nsender: same as /issue/user" in view.text) == is_whole, max_tokens
        said.add((is_whole, "[/sender left out: same as /issue/user]" in view.text))
    # Where it is not, what is left out is told of the other, too, if there is room for that.
    assert said == {(True, False), (False, True), (False, False)}


def test_objects_of_like_objects_are_cells() -> None:
    rows: list[dict[str, object]] = [
        {
            "host": f"h{n}",
            "disks": {f"d{3 * n + k}": {"size": n * k, "free": k} for k in range(n % 3 + 1)},
        }
        for n in range(40)
    ]
    for number, disks in (
        (7, {"d": {"size": 1, "free": 2}, "odd": 5}),
        (8, {"d": {"size": 1, "free": 2, "more": 3}}),
        (9, {}),
        (10, [1]),
        (11, None),
        (12, {"a, b;}": {"size": "x;y}", "free": None}, "": {"size": {}, "free": "null"}}),
    ):
        rows[number]["disks"] = disks
    view = lossless(json.dumps(rows))
    assert view is not None
    assert "\nhost,disks{(key),size,free}\n" in view.text
    assert "\nh4,{d12,0,0;d13,4,1}\n" in view.text
    assert decode(view.text) == rows


@pytest.mark.parametrize("content", ["", "{", "nonsense", "[1, 2", '"text"', "5", "[" * 300])
def test_what_is_no_json_is_of_the_wrong_kind(content: str) -> None:
    with pytest.raises(WrongKind):
        SmartCrusher().compress(Source(content), Request("json", COUNTER, 10))


def test_depth_is_limited() -> None:
    deep = "[" * 150 + "1" + "]" * 150
    assert decode(deep) == json.loads(deep)
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        too_deep = opening * 100_000 + "1" + closing * 100_000
        with pytest.raises(WrongKind):
            SmartCrusher().compress(Source(too_deep), Request("json", COUNTER, 10))
        with pytest.raises(ValueError, match="nested too deeply"):
            decode(too_deep)


@pytest.mark.parametrize(
    "text",
    [
        "", "plain text", "3 rows.\na\n1\n2", "1 row.\na\n1\n2", "2 rows.\na,b\n1\n2",
        "2 rows, 1 of them shown.\na\n1\n[row 2 left out]", "1 row.\na\n$1x", "1 entry.\na\n1",
        "JSON object, one key=value per line; indented lines belong to the key above.\nx",
        "1 row.\na[b]\n[1;", "1 row.\na\n1  b", "1 row.\n\n", "1 row. Else.\na\n1",
        "JSON object, one key=value per line; indented lines belong to the key above.\n"
        "a: same as /b",
    ],
)  # fmt: skip
def test_decode_says_what_it_cannot_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"no lossless view|Expecting|Extra"):
        decode(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([
    "2 rows.", "1 entry.", "a,b", "\n", "(key),", "(value)", "=", "  ", "x", "1", "$1", "[", "]",
    "{(key),", "}", ";", '"', ":text", " In every row that does not say otherwise: ", ", ",
    "JSON object, one key=value per line; indented lines belong to the key above.\n",
    ": same as /a", "a:", " ", "a=1\n",
]), max_size=20))  # fmt: skip
def test_decode_never_fails_otherwise(pieces: list[str]) -> None:
    with contextlib.suppress(ValueError):
        decode("".join(pieces))


def test_the_row_that_a_query_names_has_its_addresses_whole() -> None:
    rows = [
        {
            "ticket": f"T-{number}",
            "page": f"https://tracker.example.com/organisation/projects/tickets/{number}",
            "events": f"https://tracker.example.com/organisation/projects/tickets/{number}/events",
        }
        for number in range(120)
    ]
    content = json.dumps(rows)
    tokens = COUNTER.count(content)
    request = Request("json", COUNTER, tokens, query="Where is T-77?", max_tokens=tokens - 1)
    view = SmartCrusher().compress(Source(content, request.deadline), request)
    assert view is not None
    assert view.lossless
    assert "$1 stands for" in view.text
    assert rows[77]["page"] in view.text
    assert rows[77]["events"] in view.text
    assert rows[78]["page"] not in view.text
    assert decode(view.text) == rows
