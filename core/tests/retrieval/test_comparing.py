from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headroom.retrieval.comparing import PLAIN, Comparable, order
from headroom.retrieval.conditions import conditions
from headroom.retrieval.rows import Rows

_NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "-", "+", "\u2212", "$"]),
    st.sampled_from(["0", "1", "01", "1.0", "1.10", "1.1", "1e3", "1,000", "1000", "2024", "60"])
    | st.sampled_from(
        [
            "1 200",
            "1\u00a0200",
            "1\u2009200,5",
            "1'200",
            "1\u2019200.50",
            "1.200,50",
            "1200,5",
            "12,00,000",
            "0,200",
            "0x4b0",
            "1,20",
            "1 20",
        ]
    )
    | st.integers(0, 10**60).map(str),
    st.sampled_from(
        [
            "",
            "",
            " ",
            "%",
            " %",
            "ms",
            " ms",
            "s",
            "min",
            "kB",
            "KiB",
            "m",
            "K",
            "G",
            " apples",
            " apple",
            "x",
            "\u20ac",
            "/s",
            " MB/min",
            " km/h",
            "\u00b0",
            " (5h ago)",
            " ms (05h ago)",
            " \u00b0C",
        ]
    ),
)
_DATES = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["2024", "2024-02", "2024-02-05", "2024/2/5", "2024-2-5", "2024-02-06", "2024-13", "2025"]
    )
    | st.sampled_from(
        [
            "02/05/2024",
            "2.5.2024",
            "13.02.2024",
            "02/05/24",
            "5 Feb 2024",
            "Feb 5, 2024",
            "Mon, 05-Feb-2024",
            "February 2024",
            "Feb 5",
            "5 feb",
            "1.2.24",
            "1707127200",
            "1707127200000",
            "20240205",
            "20240205T100000Z",
            "2024-Q1",
            "W06/2024",
            "2024-H1",
            "02/2024",
            "2024.02.05",
        ]
    ),
    st.sampled_from(
        ["", "", "T10:00", " 10:00:00", "T10:00:00.50", "T23:30", "T08:00:00", ", 08:00 PM"]
    ),
    st.sampled_from(["", "", "Z", "+00:00", "+02:00", "-0200", " UTC", "x", " EST", " CET"]),
)
_DURATIONS = st.sampled_from(
    (
        "PT5M,PT300S,P1DT2H,P1D,PT,P1M,1h30m,90 min,1 day 2 hours,2m 1h,2 months,1 year,2y45d,"
        "3 days ago,72 h ago,1 t,404 Not Found,($5),5k,1.2M views"
    ).split(",")
)
_TEXTS = st.text("01.,: '\u00a0aA-/s\u00e9e\u0301", max_size=8) | st.sampled_from(
    [
        "ok",
        "v1.9",
        "a10",
        "a9",
        "1 day, 2:00:00",
        "1.10.2",
        "1.9",
        "1.09",
        "9:05",
        "09:05",
        "9:05 PM",
        "21:05",
        "9 pm",
        "null",
        "nan",
        "5e401",
        "9" * 450,
        "1,00",
    ]
)
_SCALARS = _NUMBERS | _DATES | _DURATIONS | _TEXTS
_CELLS = _SCALARS | st.none() | st.booleans() | st.just([]) | st.lists(_SCALARS, max_size=2)


def _holds(test: str, cell: object) -> bool:
    found = conditions(f"a {test}")
    assert found is not None
    return found.holds({"a": cell})


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(_SCALARS, _SCALARS)
def test_all_comparisons_agree(cell: str, wanted: str) -> None:
    said = f'"{wanted}"'
    test = conditions(f"a = {said}")
    assert test is not None
    notation = test.notations.get("a", PLAIN)
    found = order(Comparable(cell, notation), test.read("a", wanted))
    assert _holds(f"= {said}", cell) is (found == 0), found
    assert _holds(f"in (\u201cof others\u201d, {said})", cell) is (found == 0)
    assert _holds(f"= 'of others' or a = {said}", cell) is (found == 0)
    assert _holds(f"!= {said}", cell) is not (found == 0)
    assert _holds(f"< {said}", cell) is (found == -1)
    assert _holds(f"> {said}", cell) is (found == 1)
    assert _holds(f"<= {said}", cell) is (found in (-1, 0))
    assert _holds(f">= {said}", cell) is (found in (0, 1))
    assert _holds(f"between {said} and {said}", cell) is (found == 0)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(_SCALARS, _SCALARS)
def test_what_is_less_than_another_is_less_whichever_is_asked_first(one: str, other: str) -> None:
    found, mirrored = (
        order(Comparable(one), Comparable(other)),
        order(*map(Comparable, (other, one))),
    )
    assert mirrored == (None if found is None else -found)


@settings(max_examples=300, deadline=None)
@given(_CELLS, st.lists(_SCALARS, min_size=1, max_size=5))
def test_any_of_some_is_as_if_each_was_asked_for(cell: object, wanted: list[str]) -> None:
    said = [f'"{one}"' for one in wanted]
    every = conditions(f"a in ({', '.join(said)})")
    assert every is not None
    # What is asked for with others is read as these are.
    alone = (conditions(f"a = {one}") for one in said)
    assume(all(one is not None and one.notations == every.notations for one in alone))
    each = [_holds(f"= {one}", cell) for one in said]
    assert _holds(f"in ({', '.join(said)})", cell) is any(each)
    assert _holds(f"not in ({', '.join(said)})", cell) is not any(each)
    assert _holds("= " + " or a = ".join(said), cell) is any(each)
    assert _holds("!= " + " and a != ".join(said), cell) is not any(each)


_POOLS = (
    ["5 ms", "900 us", "1 s", "3", "0", "12", "2 min", "1m", "1h30m", "5m", "90 s", "2d", "1 day"],
    ["5 kB", "3 MB", "1 MiB", "12", "4K", "1.5M", "2G", "900 b", "1M", "3 B", "0"],
    ["1.2B", "3.4M", "900K", "12", "5,000", "7k", "2M", "1 million", "3B", "0"],
    ["$5", "12 USD", "20", "\u20ac11", "CHF 9", "($4.00)", "$1.2K", "5 EUR", "$7/month", "0"],
    ["v1.9", "1.10", "1.10.0", "1.10.0-rc1", "1.9.2", "2", "1.10.0+b1", "latest", "1.10.0.post1"],
    ["5 kg", "900 g", "1 t", "3 lb", "12", "20 \u00b0C", "70 \u00b0F", "0"],
    ["3 days ago", "2h ago", "an hour ago", "yesterday", "5", "2 days"],
    ["2 months", "1 year", "30 days", "2y45d", "5", "800 d"],
    ["5.000,50", "1,200", "1.234.567", "12,5", "7.5", "<5", "5+", "1200"],
    ["2024-02-05", "05/02/2024", "13.02.2024", "2024-02-06T10:00Z", "1707127200", "2024-13-13"],
    ["L10", "L9", "l09", "x", "10 x", "9:05", "10:00", "9 pm", "1 day, 2:00:00"],
)
_COLUMNS = st.sampled_from(_POOLS).flatmap(
    lambda pool: st.tuples(
        st.lists(st.sampled_from(pool), min_size=1, max_size=5),
        st.sampled_from(pool),
        st.sampled_from(pool),
    )
)


def _rows(values: list[str], where: str) -> set[int] | None:
    """The numbers of the rows that are found; ``None`` where an error says why none are."""
    wanted = conditions(where)
    while wanted is not None:
        rows = Rows(wanted)
        found = {n for n, value in enumerate(values) if rows.holds({"u": value})}
        wanted = rows.read_otherwise()
    try:
        rows.check()
    except ValueError:
        return None
    return found


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(_COLUMNS)
def test_what_is_more_than_more_is_more(told: tuple[list[str], str, str]) -> None:
    values, low, high = told
    # A word is compared as a text, and nothing is nothing in any unit.
    assume(not {"latest", "0"} & {low, high})
    less, same, more = (_rows(values, f'u {sign} "{low}"') for sign in "<=>")
    if less is not None and more is not None:
        assert not less & more
        assert same is None or not same & (less | more)
    above = _rows(values, f'u > "{high}"')
    # Whatever else the column has, both are read as it has them.
    between = _rows([*values, high], f'u > "{low}"')
    if more is None or above is None or between is None or len(values) not in between:
        return
    assert above <= more, (more, above)
