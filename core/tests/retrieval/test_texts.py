"""Fields of words, and of texts with numbers in them: in their own order, or in none."""

from __future__ import annotations

from itertools import product

import pytest

from headroom import SharedContext
from headroom.retrieval.texts import LADDERS, order_of_texts

_SAYS_NOTHING = "nobody can say"


def _check(values: str, where: str, answer: str) -> None:
    ctx = SharedContext()
    field = where.split()[0].strip("`")
    ctx.put("rows", [{"n": n, field: value} for n, value in enumerate(values.split("|"))])
    try:
        found = ctx.retrieve("rows", where=where).where.replace("; rows ", ",")
    except ValueError as error:
        found = str(error)
    assert found == answer if answer.startswith("rows") or not answer else answer in found


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ("Jan|Feb|Mar|Apr|Dec", "month > Mar", "rows 4-5"),
        ("January|February|May|April", "u between February and Apr", "rows 2,4"),
        ("Mon|Tue|Sat|Sun", "day >= Sat", "rows 3-4"),
        ("INFO|WARN|ERROR|DEBUG|-", "level >= warning", "rows 2-3"),
        ("high|medium|low|critical", "severity > medium", "rows 1,4"),
        ("S|M|L|XL", "u < L", "rows 1-2"),
        ("high|medium|low|critical", "severity > severe", "can be compared with"),
        ("one|two|ten", "u > two", "rows 3"),
        ("May|Zoe|Ann|Tom", "name > Rob", "rows 2,4"),
        ("INFO|WARN|ERROR|DEBUG", "level = warn", "rows 2"),
        ("very_low|low|moderate|high|very_high", "u > very_low", "rows 2-5"),
        ("low risk|High Risk|medium risk", "u >= medium", "rows 2-3"),
        ("dec.|Jan|MAR|Sept", "u > Feb", "rows 1,3-4"),
        ("small|medium|large|x-large", "u > small", "rows 2-4"),
        ("medium|medium|n/a", "u > small", "rows 1-2"),
        ("mild|severe|moderate|unknown", "u > mild", "rows 2-3"),
        ("poor|good|excellent|fair", "u >= good", "rows 2-3"),
        ("strongly disagree|agree|neutral", "u > disagree", "rows 2-3"),
        ("OK|WARNING|CRITICAL|UNKNOWN", "u >= warning", "rows 2-3"),
        ("low|normal|high|urgent", "u < high", "rows 1-2"),
        ("I|W|E|D|F", "u >= W", "rows 2-3,5"),
        ("A|B|C|D|F", "u > C", "rows 4-5"),
        ("Mon 10:00|Tue 09:00|Sun 12:00", "u > 'Tue 09:00'", _SAYS_NOTHING),
        ("Fall 2023|Spring 2024", "u > 'Fall 2023'", _SAYS_NOTHING),
        ("todo|done|doing|todo|done|doing|todo|done|doing", "u > done", _SAYS_NOTHING),
        ("todo|done|doing|todo|done|doing|todo|done|doing", "u > dolphin", "rows 1-2,4-5,7-8"),
        ("A|B|C|A|B|C|A|B|C", "u > B", "rows 3,6,9"),
        ("todo|done|doing", "u > done", "rows 1"),
    ],
)
def test_words_with_an_order_of_their_own(values: str, where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ("'open'|\"shut\"|open", "u = open", "rows 1,3"),
        ("'open'|\"shut\"|open", "u = shut", "rows 2"),
        ("'open'|open", "u = \"'open'\"", "rows 1"),
        ("'5'|\"12\"|7", "u > 6", "rows 2-3"),
        ("it's|'90s|'a' or 'b'", 'u = "\'90s"', "rows 2"),
        ("it's|'90s|'a' or 'b'", "u ~ 'or'", "rows 3"),
        ("A &amp; B|A&nbsp;C|&lt;5", "u = 'A & B'", "rows 1"),
        ("A &amp; B|A&nbsp;C|&lt;5", "u = 'a c'", "rows 2"),
        ("A &amp; B|A&nbsp;C|&lt;5", "u = 'A &amp; B'", "rows 1"),
    ],
)
def test_what_stands_around_a_text_is_read_through(values: str, where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    "where",
    [" or ".join(f"x{n} = 1" for n in range(600)), " or ".join(f"u = a b{n}" for n in range(600))],
)
def test_errors_do_not_say_all_that_was_asked(where: str) -> None:
    ctx = SharedContext()
    ctx.put("rows", [{"u": "a"}, {"u": "b"}])
    with pytest.raises(ValueError, match="where: no row") as error:
        ctx.retrieve("rows", where=where)
    assert len(str(error.value)) < 120


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ("120/80|135/85|90/60", "u > 120/80", _SAYS_NOTHING),
        ("1/2|3/4|1/4", "u > 1/4", _SAYS_NOTHING),
        ("0/2|1/2|2/2", "u < 2/2", "rows 1-2"),
        ("10x20|5x8|100x2", "u > 5x8", _SAYS_NOTHING),
        ("2023/24|2022/23|2024/25", "u > 2022/23", "rows 1,3"),
        ("5. Januar 2024|31. Dezember 2023", "u > '5. Januar 2024'", _SAYS_NOTHING),
        ("5 de enero de 2024|31 de mayo de 2023", "u > '5 de enero de 2024'", _SAYS_NOTHING),
        ("1. Intro|2. Methods|10. End", "u > '2. Methods'", "rows 3"),
        ("up 3 days|up 5 hours", "u > 'up 3 days'", _SAYS_NOTHING),
        ("up 1 day|up 12 days", "u > 'up 1 day'", "rows 2"),
        ("~5|about 12|ca. 7", "u > 'ca. 7'", _SAYS_NOTHING),
        ("~5|~12|~7", "u > '~5'", "rows 2-3"),
        ("9:05|closed|14:00", "u > 8:00", "rows 1,3"),
        ("03:45|12:10|1:02:03", "u > 03:45", "whether 03:45 of"),
        ("9:05:10|12:10:00|14:00:59", "u > 12:00", "rows 2-3"),
        ("UTC+2|UTC-5|UTC+10", "u > UTC+2", _SAYS_NOTHING),
        ("-05:00|-10:00|-03:30", "u > '-05:00'", _SAYS_NOTHING),
        ("web-1|web-10|web-2", "u > web-2", "rows 2"),
        ("9:05|noon|14:00", "u > 8:00", _SAYS_NOTHING),
        ("1:00 p.m.|11:00 a.m.|12:30 a.m.", "u > '11:00 a.m.'", "rows 1"),
        ("10.0.0.9|10.0.0.12|localhost", "u > 10.0.0.9", "rows 2"),
        ("7-Eleven|Zed|Ann", "name > M", "rows 2"),
        ("0001_init|0002_add users|0010_drop", "u > 0001_init", "rows 2-3"),
        ("12A|2B|14C", "seat = 12A", "rows 1"),
        ("1 in 5|1 in 10|1 in 2", "u > '1 in 5'", _SAYS_NOTHING),
        ("5 of 10|7 of 10", "u > '5 of 10'", "rows 2"),
        ("10K+|1M+|500+|5,000+", "u > '5,000+'", "rows 1-2"),
        ("10 kg+|1M+", "u > 1M+", _SAYS_NOTHING),
    ],
)
def test_texts_with_numbers(values: str, where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ("1.2\u00d710^5|3*10^2|9 x 10\u2074", "u > 500", "rows 1,3"),
        ("P1Y|P6M|P2Y3M|P3Y", "u > P1Y", "rows 3-4"),
        ("P1Y|P1D", "u > P6M", "how many days"),
        ("40.7\u00b0 N|33.9\u00b0 S", "u > 35", "can be compared with"),
        ("12 kt|20 km/h|100 kt", "u > '20 km/h'", "rows 1,3"),
        ("12 kt|20 km/h|100 kt", "u > 15", "have several units"),
        ("2 cups|1 cup|3 tbsp", "u >= 1 cup", "rows 1-2"),
        ("44 BC|14 AD|476 AD", "u > 20", "have several units, ad, bc: ask by query"),
        ("1 person|3 people", "u > 2", "rows 2"),
        ("500 CR|20 DR", "u > 25", _SAYS_NOTHING),
        ("1.2bn|900m|15bn", "u > 1bn", "rows 1,3"),
        ("$9/mo|$99/yr|$0", "u > $8.50/mo", "rows 1"),
        ("1.200 kr|99 kr|15.000 kr", "u > 100", "whether the point in 1.200 kr"),
        ("91.2%|88 %|0.90", "u > 90%", "whether 0.90 of"),
        ("91.2%|88 %|0", "u > 90", "rows 1"),
        ("1.375|2|0.125", "u > 1", "rows 1-2"),
        ("1.200|99|15.5", "u > 50", "rows 2"),
    ],
)
def test_numbers_as_some_write_them(values: str, where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ("3.9|3.10|3.11|3.8", "python > 3.9", "whether 3.10 of"),
        ("3.9|3.10|3.11|3.8", "python > v3.9", "rows 2-3"),
        ("3.9|3.10|2.7", "python >= 3", "rows 1-2"),
        ("3.9|3.10|2.7", "python = 3.10", "rows 2"),
        ("4.5|4.50|6.25", "u > 4.6", "whether 4.50 of"),
        ("1.10|12.5|0.98", "u > 1.05", "rows 1-2"),
        ("1.10|1.25|3.50", "u > 1.2", "rows 2-3"),
    ],
)
def test_numbers_that_may_be_versions(values: str, where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ("Jan-2024|Dec-2023|Feb-2024", "u > Jan-2024", "rows 3"),
        ("2024 Jan|2023/Dec|FEB2024", "u >= 2024-01", "rows 1,3"),
        ("2024-Jan-05|2023-Dec-31", "u > 2024", ""),
        ("Jan-24|Dec-23", "u > Jan-24", _SAYS_NOTHING),
        ("Q1/24|Q4/23", "u > Q4/23", _SAYS_NOTHING),
        ("05-JAN-24 10.00.00.000000 AM|31-DEC-23 1.00.00 PM", "u > 2024-01-01", _SAYS_NOTHING),
        ("1999-00|2009-10|2010-11", "u > 2009", _SAYS_NOTHING),
        ("2024-01-00|2024-02-05", "u < 2024-02", _SAYS_NOTHING),
    ],
)
def test_dates_as_some_write_them(values: str, where: str, answer: str) -> None:
    _check(values, where, answer)


_TEXTS = (
    "3 days|5 hours|1/2|3/4|2/4|10:05|noon|l9|l10|~5|about 9|3-1|a|zed|5. mai 2024|8. up|".split(
        "|"
    )
)


def test_what_is_less_is_not_more() -> None:
    for one, other in product(_TEXTS, repeat=2):
        there, back = order_of_texts(one, other), order_of_texts(other, one)
        assert there is back is None or there == -(back or 0), (one, other)


def test_steps_have_one_place_in_their_order() -> None:
    assert all(steps and min(steps.values()) >= 0 for steps in LADDERS.values())
