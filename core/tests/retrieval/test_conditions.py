from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import SharedContext
from headroom.handoff import RetrievalTool
from headroom.retrieval.conditions import conditions
from headroom.retrieval.patterns import compile_pattern

ROW = {
    "status": "Failed", "delay": 30, "price": "9.50", "at": "2026-11-03T10:00:00Z", "ok": False,
    "none": None, "order": {"lines": [{"sku": "A1"}, {"sku": "B2"}]}, "a.b": 5, "5": "five",
    "total": "$5,000", "city": "New York", "took": "10 ms", "share": "10%", "version": "1.10.0",
    "clock": "9:05", "ratio": "NaN", "sha": "5e401", "part": "12_05", "tags": [],
    "deep": {"x": "y"}, "name": "\u00c9mile",
    "disk": "1.5G", "up": "3m", "spaced": "New\u00a0York \uff15",
    "paid": "1.234,50 \u20ac", "blank": "1\u00a0200", "small": "0,123", "flags": "0x5F",
    "letters": "0xFF", "worth": "$1.2B",
    "iso": "P1DT2H", "ran": "1h30m", "files": "3 files", "laps": "1:30:00",
    "low": "\u221212345678901234567890123456789012345678901234567890",
}  # fmt: skip


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"status": "failed"}, True),
        ({"status": "fail"}, False),
        ({"status": "~fail"}, True),
        ({"status": "!= ok"}, True),
        ({"status": ["ok", "failed"]}, True),
        ({"delay": 30}, True),
        ({"delay": "30.0"}, True),
        ({"delay": ">29.5"}, True),
        ({"delay": "<30"}, False),
        ({"delay": "<= 30", "status": "failed"}, True),
        ({"delay": "<= 30", "status": "ok"}, False),
        ({"price": ">9"}, True),
        ({"price": "<10"}, True),
        ({"at": ">= 2026-11-01"}, True),
        ({"at": "< 2026-11-01"}, False),
        ({"ok": False}, True),
        ({"ok": "false"}, True),
        ({"none": None}, True),
        ({"none": "null"}, True),
        ({"order.lines.sku": "B2"}, True),
        ({"order.lines.sku": "C3"}, False),
        ({"a.b": 5}, True),
        ({"missing": "x"}, False),
        ({"missing": "!=x"}, True),
        ("status = failed and delay > 20", True),
        ("status = failed, delay > 40", False),
        ("status == 'Failed' AND order.lines.sku = A1", True),
        ("5 = five", True),
        ("", True),
        ("status = failed or status = ok", True),
        ("status = ok or delay < 3 and ok = false", False),
        ("(status = ok or delay > 3) and ok = false", True),
        ("not status = ok", True),
        ("not (status = ok or delay > 3)", False),
        ("NOT NOT status = failed", True),
        ("status in (ok, 'Failed')", True),
        ("status not in [ok, failed]", False),
        ("delay between 30 and 40 and ok = false", True),
        ("delay not between 3 and 10", True),
        ("delay => 30", True),
        ("delay =< 29", False),
        ("delay <> 30", False),
        ("status !== ok && delay \u2265 30 || ok = true", True),
        ("delay >= 30, and status = failed;", True),
        ("none is null", True),
        ("none = null and none = None and none is none and none in (x, NULL)", True),
        ("none != null or none is not none", False),
        ("missing = null and missing is None", True),
        ("missing != null or status = null or status is null", False),
        ("none = 'null'", False),
        ("missing = 'null'", False),
        ("status is exists and status is not null and not missing is exists", True),
        ("status is not exists or status not exists", False),
        ("missing is not exists and missing not exists", True),
        ("status = \u00abfailed\u00bb", True),
        ("disk > 900M and disk < 3G and disk < 2000 M and disk > 1 K", True),
        ("up > 179 s and up = 3 min and up < 1 h and up = 180 s and up = 3m", True),
        ("share = 10% and share < 50% and status != '*'", True),
        ("took < 5 seconds and took > 0.001 minutes", False),
        ("took < 5 seconds and took < 0.001 minutes", True),
        ("missing is null", True),
        ("status is not null", True),
        ("missing exists", False),
        ("status is failed", True),
        ("status is not in (ok)", True),
        ("status !~ fail", False),
        ("status contains ail", True),
        ("`status` = \u201cfailed\u201d", True),
        ("total = $5000", True),
        ("total > 4,999", True),
        ("total > 4,999, status = failed", True),
        ("total < 5,000.5 and total > 4999", True),
        ("city = New York and delay = 30", True),
        ("city = 'O''Hare' or city = \"New \\\"York\\\"\"", False),
        ("at >= 2026-11-01 and at < 2026-12-01", True),
        ("status < 30 or status > 30", False),
        ("f(x) = g(y) or delay = 30", True),
        ("took > 9", True),
        ("took > 9 ms and took <= 10ms", True),
        ("took < 1 s and took > 0.001 s", True),
        ("took = 10", True),
        ("took = 0.01 s and took in (10, 11) and not took != 10000 us", True),
        ("took between 10 and 10 and took in (9, 0.01 s)", True),
        ("took = 11 or took = 10 kB or took in (9 ms, 10 s)", False),
        ("took < 11 kB or took > 9 kB", False),
        ("share = 10 and share in (9, 10) and not share != 10", True),
        ("at = 2026-11-03 and at in (2026-11-03) and not at != 2026-11-03", True),
        ("at between 2026-11-03 and 2026-11-03", True),
        ("at > 2026-11-03 or at < 2026-11-03", False),
        ("at = 2026-11 and at = 2026 and at <= 2026 and at = 2026/11/3", True),
        ("at = 2026-11-03T10:00:00+00:00 and at = '2026-11-03 12:00:00.0+0200'", True),
        ("at > 2026-11-03T11:59:59+02:00 and at < 2026-11-03T10:00:01", True),
        ("at = 2026-11-03T12:00:00", False),
        ("at > 17000000000 or at < 170000000", False),
        ("at > 1793699999 and at = 1793700000 and at < 1793700000001", True),
        ("version > 1.9.2 and version > 1 and version < 1.11.1", True),
        ("at = 2026-13 or at = 2026-11-31", False),
        ("low < -5 and low = -12345678901234567890123456789012345678901234567890", True),
        ("low < \u22125 and low > \u22121e60", True),
        ("spaced = 'new york 5'", True),
        ("low < \u20135", True),
        ("name = E\u0301mile and name ~ \u00e9m", True),
        ("share > 9 and share < 15 %", True),
        ("version > 1.9.2 and version < 1.11", True),
        ("clock < 10:00", True),
        ("ratio > 0 or ratio < 0", False),
        ("ratio = nan", True),
        ("sha = 5e402", False),
        ("sha = 5e401", True),
        ("part = 1205", False),
        ("paid = 1234.5 and paid > 1,234 and paid < 1.235,00 and paid = \u20ac1.234,50", True),
        ("blank = 1200 and blank > 1 199.5 and blank in (1'200, 7) and blank < 1,201", True),
        ("small < 1 and small = 0.123", True),
        ("flags > 94 and flags = 0x5f and flags < 0x60", True),
        ("letters = 255 and letters > 0xfe and letters < 0x100 and letters != 0", True),
        ("worth > $900M and worth < $1,201,000K and worth = $1,200,000,000", True),
        ("worth = 1.2", False),
        ("iso > 25 h and iso = 26 hours and iso < P2D and iso > PT25H59M", True),
        ("ran > 45m and ran = 5400 s and ran < PT2H and ran > 1h29m59s", True),
        ("files > 1 file and files = 3 files and files < 10", True),
        ("paid > $5 or paid < $5,000 or total = 5,000 \u20ac or total = 5000 EUR", False),
        ("paid = 1234.5 EUR and total > 4999 USD and total = 5000", True),
        ("laps > 5 min or laps < 5 min or laps > 5,000", False),
        ("total in ($5,000, $6,000)", True),
        ("total in (4,000,5,000)", True),
        ("total in (5,000,4,000)", True),
        ('total in ("ok", "-5,000")', False),
        ('total in ("ok", "\u22125,000")', False),
        ('total in ("5,000,000")', False),
        ("total in (\u22125,000, 4)", False),
        ("total in (15,000)", False),
        ("total in (1, 5.000,00, 7) and took in (1 ms, 10,000 us)", True),
        ("total in (5,000,000)", False),
        ("total = \u22125,000", False),
        ("total > \u22125,000", True),
        ("tags = [] and tags is not null", True),
        ('deep contains \'"x":"y"\'', True),
        ({"delay": {30, 31}}, True),
        ({"delay": ["> 40", "<= 30"]}, True),
        ({"status": ["~ail"]}, True),
    ],
)
def test_conditions(where: object, holds: bool) -> None:
    found = conditions(where)  # type: ignore[arg-type]
    assert (found is None or found.holds(ROW)) is holds


@pytest.mark.parametrize("value", ["9" * 100_000, "nan", "-", "1e999999", "\u0663"])
def test_odd_numbers_are_no_problem(value: str) -> None:
    for where, row in (({"n": f">{value}"}, {"n": 5}), ({"n": ">5"}, {"n": value})):
        condition = conditions(where)
        assert condition is not None
        assert condition.holds(row) in (True, False)


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("status failed", ValueError),
        (7, TypeError),
        ({5: "x"}, TypeError),
        ({"a": {}}, TypeError),
        ({"a": []}, ValueError),
        ({"a": b"x"}, TypeError),
        ({"a": object()}, TypeError),
    ],
)
def test_what_makes_no_sense(where: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="where"):
        conditions(where)  # type: ignore[arg-type]


def test_a_pattern_without_its_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(ValueError, match=r"pip install \"headroom-core\[patterns\]\"; query needs"):
        compile_pattern("a+")


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("status", 'character 7, the end: after "status" one of these is missing: =, !='),
        ("= 5", 'character 1, here: "= 5": the name of a field is missing'),
        ("status =", "character 9, the end: a value is missing"),
        ("status = ok or", "character 15, the end: the name of a field is missing"),
        ("status = ok delay = 3", 'character 13, here: "delay = 3": "and" or "or" is missing'),
        ("status = ok delay is null", 'here: "is null": "and" or "or" is missing'),
        ("1 < delay < 5", 'character 11, here: "< 5"'),
        ("delay >>= 5", "a value is missing; one that begins with a sign stands in quotes"),
        ("(status = ok", 'character 13, the end: a ")" is missing'),
        ("status = ok)", 'here: ")": a ")" has no "("'),
        ("status = 'ok", 'character 10, here: "\'ok": this quote is never closed'),
        ("status in ok", '"in" takes values in parentheses'),
        ("status in ()", '"in" takes at least one value'),
        ("delay between 3", '"between" takes two values'),
        ("delay between 5 and 3", 'here: "5 and 3": "between" takes the lower value first'),
        ("name = Trinidad and Tobago", 'after "Tobago" one of these is missing'),
        ("name = Foo (bar)", "a value of several words is not in quotes"),
        ("name != ok limit 3", 'here: "ok limit 3": nothing but conditions is read here'),
        ("name != ok order by name", "nothing but conditions is read here"),
        ("name = \u201ex\u201c", 'quotes are "...", or stand in these'),
        ("name = \u00bbx\u00ab", 'quotes are "...", or stand in these'),
        ("name = ok\u200b", "a value with a character that nobody sees stands in quotes"),
        ("not " * 60 + "a = 1", "conditions nest no deeper than 50"),
        ("(" * 5000, "conditions nest no deeper than 50"),
        ("a = 1 and " * 2000, "where has at most 10000 characters"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(where: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        conditions(where)


@pytest.fixture(scope="module")
def ctx() -> SharedContext:
    ctx = SharedContext()
    rows = [
        {
            "status": "ok" if n % 4 else "failed",
            "delay": n,
            "total": f"${n},500",
            "job": {"n": n},
            "size": f"{n} kB" if n % 2 else f"{n} MB",
            "disk": f"{n}K" if n % 2 else f"{n}M",
        }
        for n in range(20)
    ]
    ctx.put("jobs", {"page": 1, "jobs": rows})
    ctx.put("object", {"a": 1, "b": "text"})
    nested = [{"n": n, "u": [{"count": n, "v": {"w": n}}], "o": {"x": n}} for n in range(9)]
    nested[0].update(u=None, o={})
    ctx.put("nested", [*nested, {"n": 9, "o": {"x": 1}}])
    ctx.put("twice", '[{"n": 1, "o": {"a": 1, "a": 2, "b": 3}}, {"n": 2, "o": {"a": 1, "a": 4}}]')
    return ctx


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("status = failed or delay > 17", 7),
        ("not status = ok", 5),
        ("(status = failed)", 5),
        ("delay between 3 and 5", 3),
        ("delay in (3, 5)", 2),
        ("delay => 15", 5),
        ("total > $9,000", 11),
        ("total >= 9,500 and job.n < 12", 3),
        ("total in ($9,500, $11,500)", 2),
        ("size > 5 kB", 16),
        ("disk > 5M", 7),
        ("disk = 5K or disk = 6M", 2),
        ("status = gone", 0),
        ("job is not null and job ~ '5}' and job != null", 2),
        ("job = '{\"n\":5}'", 1),
    ],
)
def test_rows_that_are_there_are_found(ctx: SharedContext, where: str, count: int) -> None:
    found = ctx.retrieve("jobs", where=where, max_tokens=10**6)
    assert found.text.count('"status"') == count
    assert RetrievalTool(ctx)("jobs", where=where).startswith("[" if count else "Nothing was found")


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        ("jobs", {"where": "state = failed"}, 'no row has a field "state"; there are: status, del'),
        ("jobs", {"where": "job.m = 3"}, "there are: status, delay, total, job.n"),
        ("jobs", {"where": "delay > five"}, '"five": numbers compare with numbers'),
        ("jobs", {"where": "status > 5"}, 'no value of "status" can be compared with "5"'),
        ("jobs", {"where": "size > 5"}, '"size" have several units, kb, mb: write one'),
        ("jobs", {"where": {"status": "f*"}}, '"status" has "f*" in it, which is compared as it'),
        ("jobs", {"where": "status != f*"}, '"status" has "f*" in it, which is compared as it'),
        ("jobs", {"where": "delay < 5 or status in (ok, '%ed')"}, '"status" has "%ed" in it'),
        ("jobs", {"where": "status is not like f%"}, '"status" has "like f%" in it'),
        ("jobs", {"where": "status ~ 'fail.*'"}, '"status" has "fail.*" in it, which is compare'),
        ("jobs", {"where": "status !~ '^fail'"}, '"status" has "^fail" in it, which is compared'),
        ("jobs", {"where": "status is empty"}, '"empty" was read as one value'),
        ("jobs", {"where": "delay = 3-5"}, '"3-5" was read as one value'),
        ("jobs", {"where": {"delay": "3-5"}}, '"3-5" was read as one value'),
        ("jobs", {"where": "delay = any(3,5)"}, '"any(3,5)" was read as one value'),
        ("jobs", {"where": "status = {ok}"}, '"{ok}" was read as one value'),
        ("jobs", {"where": {"delay": "3,5"}}, '"3,5" was read as one value'),
        ("jobs", {"where": "delay > 5 s"}, 'no value of "delay" has a unit "s": write the number'),
        ("jobs", {"where": "delay = 12,50"}, 'after "50" one of these is missing'),
        ("jobs", {"where": "delay > 5k"}, 'no value of "delay" has a unit "k": write the number'),
        ("jobs", {"where": "status = 2026-11-03"}, 'no value of "status" can be compared with'),
        ("jobs", {"where": "delay = 5 then"}, 'no value of "delay" has a unit "then": write the'),
        ("jobs", {"where": "delay > 5 USD"}, 'no value of "delay" has a unit "usd": write the nu'),
        ("jobs", {"where": "size = 5"}, '"size" have several units, kb, mb: write one, as in 5 kb'),
        ("jobs", {"where": "size in (5 kB, 7)"}, '"size" have several units, kb, mb: write one'),
        ("jobs", {"where": "size > 5 min"}, 'no value of "size" can be compared with "5 min"'),
        ("jobs", {"where": {"delay": "> 1,<3"}}, '"1,<3": numbers compare with numbers'),
        ("jobs", {"where": "delay in (1 2 3)"}, '"1 2 3" was read as one value'),
        ("jobs", {"where": {"delay": "between 3 and 5"}}, '"between 3 and 5" was read as one'),
        ("jobs", {"where": {"delay": "> 5 and < 9"}}, '"5 and < 9": numbers compare'),
        ("jobs", {"where": "a = 3 or b = 4"}, 'no row has fields "a", "b"; there are'),
        ("jobs", {"where": {"state": "failed"}}, 'no row has a field "state"'),
        ("jobs", {"where": "status = failed order by delay"}, "failed order by delay"),
        ("jobs", {"where": "delay = 3", "lines": "1-3"}, "it asks for rows, and not for lines"),
        ("nested", {"where": "u >= 3"}, '"u" are objects: name what stands in them; there are'),
        ("nested", {"where": "u = 3"}, "there are: u.count, u.v"),
        ("nested", {"where": "u.v in (3, 4)"}, "name what stands in them; there are: u.v.w"),
        ("nested", {"where": {"o": "!= 3"}}, "there are: o.x"),
        ("nested", {"where": "n = 3 or o between 2 and 5"}, "there are: o.x"),
        ("twice", {"where": "o > 3"}, "there are: o.a, o.b"),
        ("twice", {"where": "b = 3"}, "there are: n, o.a, o.b"),
        ("object", {"where": "a = 1"}, "there are no rows with fields here"),
    ],
)
def test_what_no_row_can_answer_is_said(
    ctx: SharedContext, key: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        ctx.retrieve(key, **options)
    if isinstance(options["where"], str) and len(options) == 1:
        answer = RetrievalTool(ctx)(key, where=options["where"])
        assert message in answer


ROWS = [{"status": "ok" if n % 4 else "failed", "delay": n} for n in range(1, 41)]
_TABLE = "\n".join(
    ["status,delay,note", *(f"{row['status']},{row['delay']},some words" for row in ROWS)]
)
_OTHER = _TABLE.replace("delay", "wait")
_PROSE = "\n".join(
    f"The sentence {n} of a longer text says nothing, and that, again and again." for n in range(40)
)


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps({f"job {row['delay']}": row for row in ROWS}),
        json.dumps({"page": 1, "jobs": {f"job {row['delay']}": row for row in ROWS}}),
        f"They are:\n\n```json\n{json.dumps(ROWS)}\n```\n\nThat is all that there is to be said.\n",
        f"They are:\n\n```csv\n{_TABLE}\n```\n\nThat is all that there is to be said.\n",
        f"They are:\n\n{_TABLE}\n\n{_PROSE}",
        f"{_PROSE}\n\nThey are:\n{_TABLE}\n\n\n{_PROSE}",
        f"{_TABLE}\n\n\n{_PROSE}",
        f"{_TABLE}\n\n{_OTHER}",
        f"{_PROSE}\n\n```json\n{json.dumps(ROWS[:1] * 9)}\n```\n{_PROSE}\n\n{_TABLE}\n\n{_PROSE}",
        json.dumps({"ok": True, "text": f"They are:\n\n```json\n{json.dumps(ROWS)}\n```\n"}),
    ],
    ids=[
        "a map",
        "a map in an object",
        "JSON in a text",
        "CSV in a text",
        "CSV between paragraphs",
        "CSV below a line",
        "CSV first",
        "CSV before other CSV",
        "CSV beside JSON",
        "JSON in a text in JSON",
    ],
)
def test_rows_are_found_wherever_they_stand(payload: str) -> None:
    ctx = SharedContext()
    ctx.put("jobs", payload)
    found = ctx.retrieve("jobs", where="status = failed and delay > 8", max_tokens=10**6)
    assert [int(n) for n in re.findall(r'"delay":"?(\d+)', found.text)] == [*range(12, 41, 4)]
    place = found.where.split("; ")[-1]
    assert "40" in ctx.retrieve("jobs", place=place).text


_FIELDS = ("a", "b", "c d", "and")
_CELLS = (0, 1, 5, -3, 2.5, "5", "5,000", "$5000", "New York", "or", None, True, "", "it's", "nan")
_OPERATORS = {
    "=": ("=", "=="), "!=": ("!=", "<>"), "<": ("<",), "<=": ("<=", "=<"), ">": (">",),
    ">=": (">=", "=>"),
}  # fmt: skip


def _number(value: object) -> float | None:
    if value is None or isinstance(value, bool) or value in ("nan", ""):
        return None
    text = str(value).replace(",", "").replace("$", "")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _text(value: object) -> str:
    return value.lower() if isinstance(value, str) else json.dumps(value)


def _compares(operator: str, cell: object, wanted: object) -> bool:
    left, right = _number(cell), _number(wanted)
    if operator == "=":
        same = _text(cell) == _text(wanted)
        return same or (left is not None and left == right)
    if cell is None or (left is None) != (right is None):
        return False
    pair: Any = (_text(cell), _text(wanted)) if left is None else (left, right)
    return bool(getattr(pair[0], _METHODS[operator])(pair[1]))


_METHODS = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
_Told = tuple[str, Any]


@st.composite
def _comparison(draw: st.DrawFn) -> _Told:
    """A condition as it is written, and whether a row meets it."""
    field, wanted = draw(st.sampled_from(_FIELDS)), draw(st.sampled_from(_CELLS))
    operator = draw(st.sampled_from(list(_OPERATORS)))
    sign = draw(st.sampled_from(_OPERATORS[operator]))
    said = f"`{field}` {sign} {json.dumps(wanted if isinstance(wanted, str) else _text(wanted))}"
    if operator == "!=":
        return said, lambda row: field not in row or not _compares("=", row[field], wanted)
    return said, lambda row: field in row and _compares(operator, row[field], wanted)


def _both(parts: tuple[_Told, _Told, str]) -> _Told:
    (one, first), (other, second), word = parts
    hold = all if word == "and" else any
    return f"({one}) {word} ({other})", lambda row: hold((first(row), second(row)))


_CONDITIONS = st.recursive(
    _comparison(),
    lambda inner: (
        st.tuples(inner, inner, st.sampled_from(["and", "or"])).map(_both)
        | inner.map(lambda one: (f"not ({one[0]})", lambda row: not one[1](row)))
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(_CONDITIONS, st.lists(st.dictionaries(st.sampled_from(_FIELDS), st.sampled_from(_CELLS))))
def test_rows_are_chosen_as_the_condition_says(told: _Told, rows: list[dict[str, Any]]) -> None:
    where, holds = told
    found = conditions(where)
    assert found is not None
    for row in rows:
        assert found.holds(row) is bool(holds(row)), (where, row)


@settings(max_examples=300, deadline=None)
@given(
    st.text("abc =<>!~()[],;&|'\"\\$.\n\t\u201c", max_size=60)
    | st.lists(
        st.sampled_from(
            "a b not and or in between is null exists ( ) [ , = != > 5 5,000 'x' \" ~ ;".split()
        )
    ).map(" ".join)
    | st.text(max_size=40)
)
def test_any_text_is_read_or_refused(where: str) -> None:
    try:
        found = conditions(where)
    except ValueError:
        return
    if found is None:
        assert not where.strip()
    else:
        assert found.holds({"a": 5, "b": ["x", {"c": None}]}) in (True, False)
        assert found.fields


def test_it_takes_time_in_proportion_to_its_length() -> None:
    start = time.process_time()
    for where in (
        "a=1 and " * 1249 + "a=1", "a" * 10_000, "'" * 9999, f"a = {'b ' * 4900}", "not(" * 2500,
        f"a in ({','.join(map(str, range(2000)))})", "a=1," * 2400, '"' + "\\" * 9000,
        "a = x" + "(" * 9000,
    ):  # fmt: skip
        with contextlib.suppress(ValueError):
            conditions(where)
    assert time.process_time() - start < 2


def _counted(where: object, row: object) -> int:
    """How often something was compared for one row."""
    found = conditions(where)  # type: ignore[arg-type]
    assert found is not None
    return sum(found.tests.values())


def test_values_of_one_field_are_one_look_up() -> None:
    many = list(range(1700))
    in_text = ",".join(map(str, many))
    for where in (
        f"a in ({in_text})",
        f"a not in ({in_text})",
        " or ".join(f"a={n}" for n in many[:900]),
        " and ".join(f"a!={n}" for n in many[:900]),
        "(" + " or ".join(f"a={n}" for n in many[:400]) + f") or a in ({in_text[:1000]})",
        {"a": many},
    ):
        assert _counted(where, {}) == 1
    assert _counted("a = 5 or b = 5 or a > 7 or a between 3 and 4", {}) == 5


@pytest.mark.slow
def test_more_comparisons_than_can_be_made_are_an_error() -> None:
    ctx = SharedContext()
    ctx.put("rows", [{"id": n, "note": f"the words of {n}"} for n in range(6000)])
    ctx.put("long", [{"id": n, "note": f"the words of {n} " * 3000} for n in range(60)])
    ctx.put("lists", [{"id": n, "note": list(map(str, range(3000)))} for n in range(3)])
    few = " or ".join(f"note ~ z{n}" for n in range(20))
    many = " or ".join(f"note ~ z{n}" for n in range(600))
    fields = " or ".join(f"note.{'x.' * (n % 9)}f{n} = 5" for n in range(400)) + " or note = 5"
    for key in ("rows", "long", "lists"):
        assert not ctx.retrieve(key, where=few).text
        start = time.process_time()
        with pytest.raises(ValueError, match="600 comparisons are too many for so many rows; up"):
            ctx.retrieve(key, where=many)
        assert time.process_time() - start < 5
    with pytest.raises(ValueError, match="401 comparisons are too many"):
        ctx.retrieve("rows", where=fields)


@pytest.mark.slow
def test_many_values_are_looked_up_at_once_whatever_they_are_and_the_field_has() -> None:
    ctx = SharedContext()
    rows = [{"id": n, "name": f"some words {n}", "none": None} for n in range(6000)]
    ctx.put("rows", rows)
    for values in (range(1500), [f"a*{n}" for n in range(1500)], [f"{n}-1" for n in range(1200)]):
        for field, count in (("id", 1500 * (values == range(1500))), ("name", 1), ("none", 0)):
            where = f"{field} in ({','.join(map(str, values))}, 'some words 7')"
            found = None
            start = time.process_time()
            with contextlib.suppress(ValueError):
                found = ctx.retrieve("rows", where=where, max_tokens=10**6)
            assert time.process_time() - start < 5, where[:40]
            assert (found.text.count('"id"') if found else 0) == count


def test_a_name_with_very_many_parts_costs_no_more_than_its_length() -> None:
    found = conditions("a" + ".a" * 4900 + " = 5")
    assert found is not None
    start = time.process_time()
    for n in range(20_000):
        assert not found.holds({"a": n})
    assert time.process_time() - start < 2


def test_of_a_key_that_stands_twice_both_values_count() -> None:
    ctx = SharedContext()
    ctx.put("list", '[{"a": 1, "a": 2, "b": 6}, {"a": 3, "b": 7}]')
    ctx.put("inner", '[{"id": 1, "o": {"a": 1, "a": null}}, {"id": 2, "o": {"a": 3}}]')
    ctx.put("map", '{"x": {"a": 1, "a": 2}, "y": {"a": 3}, "z": {"a": 4}}')
    for key, where, place in (
        ("list", "b = 6", "rows 1"),
        ("list", "a = 2", "rows 1"),
        ("list", "a = 1 and a = 2 and a < 2", "rows 1"),
        ("list", "a exists", "rows 1-2"),
        ("list", "a != 2", "rows 2"),
        ("list", "a is null", ""),
        ("inner", "o.a = 1", "rows 1"),
        ("inner", "o.a is null", "rows 1"),
        ("map", "a = 2", "rows 1"),
        ("map", "a > 2", "rows 2-3"),
    ):
        assert ctx.retrieve(key, where=where).where == place, (key, where)
    assert '{"a":1,"a":2,"b":6}' in ctx.retrieve("list", where="b = 6").text
    with pytest.raises(ValueError, match='no row has a field "c"; there are: a, b'):
        ctx.retrieve("list", where="c = 6", place="rows 1")


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("size = 0", "rows 1"),
        ("size > 0", "rows 2-7"),
        ("size > 0 b", "rows 2-7"),
        ("size = 12 b", "rows 7"),
        ("size = 12K", "rows 3"),
        ("size > 1 MB", "rows 4-6"),
        ("size < 1 kB", "rows 1,7"),
        ("size >= 12 KB and size < 2MB", "rows 3-4"),
        ("size between 1Mi and 4 MB", "rows 4-5"),
    ],
)
def test_sizes_as_tools_write_them(where: str, rows: str) -> None:
    ctx = SharedContext()
    sizes = ["0", "4.0K", "12K", "1.5M", "3M", "1.5G", "12"]
    ctx.put("files", [{"n": n, "size": size} for n, size in enumerate(sizes)])
    assert ctx.retrieve("files", where=where).where.replace("; rows ", ",") == rows


def _check(values: object, where: Any, answer: str, field: str = "u") -> None:
    """Whether those rows are found, or an error says so."""
    ctx = SharedContext()
    if isinstance(values, list):
        values = [{"n": n, field: value} for n, value in enumerate(values)]
    ctx.put("rows", values)
    try:
        found = ctx.retrieve("rows", where=where).where.replace("; rows ", ",")
    except ValueError as error:
        found = str(error)
    if answer.startswith("rows") or not answer:
        assert found == answer
    else:
        assert answer in found


@pytest.mark.parametrize(
    ("field", "where", "answer"),
    [
        ("latency_ms", "latency_ms > 0.5 s", "rows 2"),
        ("latency_ms", "latency_ms = 0.7 s", "rows 2"),
        ("latency_ms", "latency_ms > 500 and latency_ms < 1 s", "rows 2"),
        ("latency_ms", "latency_ms in (300, 0.7 s)", "rows 1-2"),
        ("durationSeconds", "durationSeconds > 10 min", "rows 2"),
        ("Size (KB)", "`Size (KB)` > 0.5 MB", "rows 2"),
        ("size_bytes", "size_bytes < 0.5 kB", "rows 1,3"),
        ("used_pct", "used_pct >= 700%", "rows 2"),
        ("latency_ms", "latency_ms > 1 kB", 'no value of "latency_ms" has a unit "kb"'),
        ("latency_min", "latency_min > 1 s", 'no value of "latency_min" has a unit "s"'),
        ("items", "items > 1 s", 'no value of "items" has a unit "s"'),
    ],
)
def test_a_unit_in_the_name_of_a_field(field: str, where: str, answer: str) -> None:
    _check([300, 700, 0], where, answer, field)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ([True, False, None], "u = yes", 'no value of "u" is yes: each is false or true'),
        ([True, False, None], "u != 'No'", 'no value of "u" is no: each is false or true'),
        ([True], "u in (true, 1)", 'no value of "u" is 1: each is true'),
        (["True", "False", ""], {"u": "= on"}, 'no value of "u" is on: each is false or true'),
        (["yes", "no"], "u = true", 'no value of "u" is true: each is no or yes'),
        ([1, 0, 1], "u = true", 'no value of "u" is true: each is 0 or 1'),
        ([True, True], "u = false", ""),
        ([True, False], "u = TRUE", "rows 1"),
        ([1, 0, 2], "u = 1", "rows 1"),
        ([True, "yes"], "u = yes", "rows 2"),
        (["yes", "perhaps"], "u != true", "rows 1-2"),
    ],
)
def test_true_is_not_yes(values: list[object], where: Any, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("table", "where", "rows"),
    [
        ("a,b\n1,\n2,5\n3,\n4,null\n", "b is null", "rows 1,3-4"),
        ("a,b\n1,\n2,5\n3,\n4,null\n", "b = null", "rows 1,3-4"),
        ("a,b\n1,\n2,5\n3,\n4,null\n", "b exists", "rows 2"),
        ("a,b\n1,\n2,5\n3,\n4,null\n", "b = ''", "rows 1,3"),
        ("a,b\n1,NULL\n2,5\n3,NaN\n4,NaT\n", "b is null", "rows 1,3-4"),
        ("| a | b |\n|---|---|\n| 1 | |\n| 2 | 5 |\n| 3 | |\n", "b is null", "rows 1,3"),
        (
            "NAME   NODE   AGE\na-1           5d\na-2    n1     3h\na-3           2h\n",
            "NODE is null",
            "rows 1,3",
        ),
        ('[{"a": 1, "b": ""}, {"a": 2, "b": null}, {"a": 3}]', "b is null", "rows 2-3"),
        ('[{"a": 1, "b": ""}, {"a": 2, "b": null}, {"a": 3}]', "b = ''", "rows 1"),
    ],
)
def test_an_empty_cell_of_a_table_is_null(table: str, where: str, rows: str) -> None:
    _check(table, where, rows)


_MAIL = ["Mon, 15 Jan 2024 10:00:00 GMT", "Sun, 31 Dec 2023 23:30:00 -0100"]


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        # One number over 12 tells which is the month, wherever it stands.
        (["01/02/2024", "12/31/2023", "02/01/2025"], "u >= 01/02/2024", "rows 1,3"),
        (["05/01/2024", "01/02/2024", "31/12/2023"], "u > 05/01/2024", "rows 2"),
        (["05/01/2024", "01/02/2024"], "u > 31/12/2023", "rows 1-2"),
        (["05.01.2024", "1.2.2024 10:00", "31.12.2023"], "u >= 2024-02", "rows 2"),
        (["05.01.2024", "1.2.2024 10:00", "31.12.2023"], "u = 2024-02-01", "rows 2"),
        (["05/01/2024", "31/12/2023"], "u between 31/12/2023 and 06/01/2024", "rows 1-2"),
        (["05/01/2024", "31/12/2023"], "u between 01/02/2024 and 04/01/2024", "the lower value"),
        (["1/15/2024, 1:00:00 PM", "1/15/2024, 12:59:00 AM"], "u > 2024-01-15 01:00", "rows 1"),
        # Where none tells, nobody can say.
        (["01/02/2024", "02/03/2024"], "u > 2024-01-05", "which number of 01/02/2024 is the month"),
        (["01/02/2024", "02/03/2024"], "u >= 01/02/2024", "2024-02-05 is sure, and ~ finds parts"),
        (["01/02/2024", "02/03/2023"], "u = 2024-01-02", "which number of 01/02/2024 is the month"),
        (["2024-01-02"], "u = 01/02/2024", "which number of 01/02/2024 is the month"),
        (["01/02/2024", "02/03/2023"], "u > 2023", "rows 1"),
        (["01/02/2024", "2/3/2023"], "u = 02/03/2023", "rows 2"),
        (["01/13/2024", "13/01/2024"], "u > 2023", "no order of day and month fits 01/13/2024 and"),
        (["01/13/2024", "03/01/2024"], "u < 14/01/2024", "no order of day and month fits"),
        (["15.01.2024", "01/02/2024"], "u > 2023", "rows 1-2"),
        (["15.01.2024", "01/02/2024"], "u > 2024-01-20", "which number of 01/02/2024 is the month"),
        (["15.01.2024"], "u > 01/02/2024", "which number of 01/02/2024 is the month"),
        (["15.01.2024", "01/20/2024"], "u > 2023", "fits 15.01.2024 and 01/20/2024"),
        # Versions are none.
        (["1.2.2024", "1.10.2023", "1.10.3"], "u > 1.2.2024", "rows 2-3"),
        (["22.04.24", "9.10.24"], "u > 10.1", "rows 1"),
        # Names of months.
        (_MAIL, "u > 'Mon, 01 Jan 2024 00:00:00 GMT'", "rows 1-2"),
        (_MAIL, "u = 2023-12-31", "rows 2"),
        ([f"{one} (UTC)" for one in _MAIL], f"u >= '{_MAIL[0]} (UTC)'", "rows 1"),
        (["15 Jan 2024", "3 February 2023", "1-Feb-2024"], "u >= '15 Jan 2024'", "rows 1,3"),
        (["Jan 15, 2024", "Sept 3rd, 2023", "Feb 2024"], "u > 'Jan 14, 2024'", "rows 1,3"),
        (
            ["15/Jan/2024:10:00:00 +0100", "15/Jan/2024:09:30:00 Z"],
            "u > 2024-01-15T09:00",
            "rows 2",
        ),
        (
            ["Mon Jan 15 10:00:00 2024", "Mon Jan 15 08:00:00 EST 2024"],
            "u > 2024-01-15T12:00",
            "rows 2",
        ),
        (["Jan 15 10:00", "Feb  3 11:00:12"], "u > 'Jan 20 10:00'", "Jan 20 10:00 is, nobody can"),
        (["Jan 15 10:00", "Jan 20  2023"], "u between 'Jan 1' and 'Feb 1'", "is, nobody can say"),
        (["01/15/24", "01/16/24"], "u < 2024-02-05", "01/15/24 is, nobody can say"),
        (["15 Jan", "3 Feb"], "u > '1 Jan'", "is, nobody can say"),
        (["2024-01-15 10:00 CET", "2024-01-15 12:00"], "u > 2024-01-15 11:00", "nobody can say"),
        (["Jan 15 10:00", "Feb  3 11:00:12"], "u = 'jan 15 10:00'", "rows 1"),
        # Times of the day.
        (["9:05 AM", "12:30 AM", "2:05 PM", "12:10 PM"], "u > '9:30 am'", "rows 3-4"),
        (["9:05 AM", "12:30 AM", "2:05 PM", "12:10 PM"], "u = '14:05'", "rows 3"),
        (["5 pm", "10am"], "u > '10:30 am'", "rows 1"),
        (["may 5", "more"], "u > 'many'", "rows 1-2"),
    ],
)
def test_dates_are_read_or_an_error(values: list[str], where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        # Beside sizes, a number without a unit is bytes.
        (["12", "3 kB", "1 MB"], "u > 1000 b", "rows 2-3"),
        (["12", "3 kB"], "u > 5 kB", ""),
        (["950", "1.2k", "12k"], "u > 1k", "rows 2-3"),
        (["12", "3 kB"], "u > 5", "have several units, b, kb: write one, as in 5 b"),
        (["12", "3 kB"], "u = 3", "have several units, b, kb: write one, as in 5 b"),
        (["12", "3 M"], "u > 2 M", "rows 2"),
        (["12", "3 M"], "u > 5 MB", ""),
        (["250m", "2", "1"], "u > 1", "others m: write the number in min or mb if that is meant"),
        (["250m", "2", "1"], "u = 1", "rows 3"),
        (["250m", "2", "1"], "u = 3", "of a thousandth, as of processors, ask by query"),
        (["250m", "2", "1"], "u > 500m", "of a thousandth, as of processors, ask by query"),
        (["0", "250m", "700m"], "u > 500m", "rows 3"),
        (["12", "3 M"], "u > 5 min", "rows 1"),
        # Beside others, they have that of the others, if that is one.
        (["12", "3 ms"], "u > 5", "rows 1"),
        (["12", "3 ms"], "u > 5 ms", "rows 1"),
        (["12", "3 ms", "0"], "u < 5 s", "no unit, and others ms: write the number in ms"),
        (["12", "3 sec", "2 s"], "u > 5 seconds", "rows 1"),
        (["12", "3 ms", "1 s"], "u > 5 ms", "no unit, and others ms, s: which of these they are"),
        (["12", "3 ms", "1 s"], "u > 5", "have several units, ms, s: write one, as in 5 ms"),
        (["12", "5 usd", "3 eur"], "u > 4 usd", "no unit, and others eur, usd: "),
        (["12", "3 ms", "1 s"], "u = 12", "rows 1"),
        (["0", "3 ms", "1 s"], "u > 5 ms", "rows 3"),
        (["0", "3 ms", "1 s"], "u >= 0", "rows 1-3"),
        (["$12", "5 USD", "20"], "u > 10", "rows 1,3"),
        (["$12", "\u20ac11", "$8"], "u > $10", "rows 1"),
        (
            ["$12", "\u20ac11", "$8"],
            "u > 10",
            "have several units, $, \u20ac: write one, as in 5 $",
        ),
        (
            ["$12", "\u20ac11", "20"],
            "u > $10",
            "no unit, and others $, \u20ac: which of these they",
        ),
        (["12", "5"], "u > $10", "rows 1"),
        # Where none has a unit, nobody can say which is meant.
        ([123456, 7], "u > 1 MB", 'no value of "u" has a unit "mb": write the number alone'),
        ([0.5, 7], "u > 10%", 'no value of "u" has a unit "%": write the number alone'),
        (["0"], "u < 10 MB", "rows 1"),
        # What a single sign before three digits means, the others may say.
        (["5.000,50", "12,50", "99"], "u > 12", "rows 1-3"),
        (["1,200", "5.000,50"], "u > 12", "as 5.000,50, and whether 1,200 has, nobody can say"),
        (
            ["5.000", "12,5 \u20ac"],
            "u > 12",
            "as 12,5 \u20ac, and whether 5.000 has, nobody can say",
        ),
        (["5.000", "12,5"], "u = 12.5", "rows 2"),
        (["1,200", "0.5", "1,234,567"], "u > 12", "rows 1,3"),
        ([5.125, "12,5"], "u > 12", "rows 2"),
        (["1,234,567", "1,200.50", "12,5"], "u > 13", "rows 1-2"),
        # One that says several counts as all of them.
        (["1h30m", "2h5m"], "u > 100 min", "rows 2"),
        (["1h30m", "2h5m"], "u > 100", "have several units, h, min: write one"),
        (["5d12h", "2m30s", "3h5m", "45m"], "u > 1h", "rows 1,3"),
        (["5d12h", "2m30s", "3h5m", "45m"], "u < 5m", "rows 2"),
        (["1 day, 2 hours", "1.125 h"], "u > 2 h", "rows 1"),
        (["PT5M", "PT90M"], "u > 10", "rows 2"),
        (["1 file", "3 files", "12"], "u >= 3 files", "rows 2-3"),
        # Signs in units.
        (["-5 \u00b0C", "3 \u00b0C", "10 \u2103"], "u < 0", "rows 1"),
        (["-5 \u00b0C", "3 \u00b0C", "10 \u2103"], "u >= 3 \u00b0c", "rows 2-3"),
        (["85\u00b0", "-12\u00b0"], "u > 80\u00b0", "rows 1"),
        (["12 km/h", "50 km/h"], "u > 20", "rows 2"),
        (["$5/month", "$9/month"], "u > $6/month", "rows 2"),
        (["120 req/s", "99 requests/second", "6,000 req/min"], "u > 99.5 req/s", "rows 1,3"),
        (["120 req/s", "9 req/min"], "u > 100", "have several units, req/min, req/s: write one"),
        (["10 MB/s", "900 kB/s", "1 GB/min"], "u > 1000 kB/s", "rows 1,3"),
        # What stands in parentheses after it is no part of a number.
        (["0", "3 (5h ago)", "3 (2d ago)", "12 (1m ago)"], "u = 3", "rows 2-3"),
        (["0", "3 (5h ago)", "3 (2d ago)", "12 (1m ago)"], "u > 3", "rows 4"),
        (["0", "3 (5h ago)", "3 (2d ago)", "12 (1m ago)"], "u = '3 (5h ago)'", "rows 2"),
        (["0", "3 (5h ago)"], "u > '3 (5h ago)'", "is more than a number: write that alone"),
        (["1.5 GB (1,610,612,736 bytes)", "2 MB"], "u > 1 GB", "rows 1"),
        (["5 m/s", "5 min"], "u > 1 s", "whether 5 m/s in"),
    ],
)
def test_numbers_without_a_unit_are_never_taken_for_another(
    values: list[object], where: str, answer: str
) -> None:
    _check(values, where, answer)
