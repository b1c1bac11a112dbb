"""A field's values say together what they are; what they do not say is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom import SharedContext


def _found(payload: object, where: str) -> str:
    """Where the rows stand, or the error that says why nobody knows."""
    ctx = SharedContext()
    ctx.put("rows", payload)
    try:
        return ctx.retrieve("rows", where=where).where.replace("; rows ", ",")
    except ValueError as error:
        return str(error)


def _check(values: list[Any], where: str, answer: str) -> None:
    field = where.split()[0].strip("`")
    found = _found([{"n": n, field: value} for n, value in enumerate(values)], where)
    assert found == answer if answer.startswith("rows") or not answer else answer in found


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        (["v1.9", "v1.10", "v2"], "u > v1.9", "rows 2-3"),
        (["v1.9", "v1.10", "v2"], "u between 1.9 and 1.10", "rows 1-2"),
        (["v1.9", "v1.10", "v2"], "u between v1.10 and v1.9", "the lower value first"),
        (["3.9", "3.10", "3.12.1"], "u > 3.9", "rows 2-3"),
        (["3.9", "3.10", "3.8"], "python_version > 3.9", "rows 2"),
        ([3.9, 4], "appVersion >= 3.10", "rows 2"),
        (["3.9", "3.10", "3.8"], "u > 3.85", "as a version, or"),
        (["1.0.0-rc1", "1.0.0", "1.0.0-alpha.2", "1.0"], "u < 1.0.0", "rows 1,3"),
        (["1.0.0rc10", "1.0.0rc2", "1.0.0"], "u > 1.0.0rc2", "rows 1,3"),
        (["1.0.0.post1", "1.0.0.dev1", "1.0.0"], "u = 1.0", "rows 3"),
        (["1.0.0.post1", "1.0.0.dev1", "1.0.0"], "u > 1.0", "rows 1"),
        (["v1.27.3+k3s1", "v1.27.3", "latest"], "u >= v1.27.3", "rows 1-2"),
        (["1.2.3-4ubuntu1", "1:0.1-1", "1.2.3"], "ver > 1.2.3", "rows 1-2"),
        (["1.x", "1.2", "0.9"], "version > 0.95", "whether 1.x in"),
        (["go1.21", "go1.9", "node-18.1"], "go_version > go1.10", "rows 1"),
        (["2024-01-05", "2024-02-01"], "release > 2024-01-10", "rows 2"),
        (["05.01.2024", "13.02.2023"], "release > 2024", ""),
        (["1.5", "3.10", "10.0.0.1"], "u > 3.05", "whether 10.0.0.1 in"),
        (["1.2.3", "5 kg", "$9"], "u > 4", "have several units"),
        (["1.2.3", "$9", "$10"], "u > 9", "whether 1.2.3 in"),
        (["1.0b", "1.0", "1.0.1"], "u > 1.0", "rows 1,3"),
        (["10.0.0.9", "10.0.0.12", "9.1.1.1"], "u > 10.0.0.2", "rows 1-2"),
    ],
)
def test_versions(values: list[Any], where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        (["USD 100", "USD 20", "USD 1,500"], "u > 50", "rows 1,3"),
        (["USD 100", "20 USD", "$1,500"], "u > USD 50", "rows 1,3"),
        (["CHF 100", "CHF 20"], "u > 50", "rows 1"),
        (["\u20b91,00,000", "\u20b950,000"], "u > \u20b960,000", "rows 1"),
        (["R$ 100", "R$ 20,50"], "u > R$ 50", "rows 1"),
        (["\u20ac1.234,56", "\u20ac999,00"], "u > 1000", "rows 1"),
        (["($500.00)", "$20.00", "-$5"], "u < 0", "rows 1,3"),
        (["(500)", "20"], "u = -500", "rows 1"),
        (["1.234.567", "2.000.000", "999"], "u > 1500000", "rows 2"),
        (["1_234_567", "999"], "u > 1000", "rows 1"),
        (["$1.2M", "$900K", "1 million USD"], "u >= $1M", "rows 1,3"),
        (["\u20ac1.2 Mio.", "900 Tsd. \u20ac"], "u > 1000000", "rows 1"),
        (["$5K/month", "$900/month"], "u > $1,000/month", "rows 1"),
        (["\u20ac10", "$20"], "u > 5", "have several units, $, \u20ac: write one"),
        (["100 CAD", "$20"], "u > 5", "have several units, $, cad: write one"),
        ([5, 100], "price_usd > \u20ac50", 'no value of "price_usd" has a unit "\u20ac"'),
        ([5, 100], "price_usd > $50", "rows 2"),
        (["<5", "50"], "u < 10", 'whether <5 in "u" is more or less, nobody can say'),
        (["5+", "3"], "u > 4", 'whether 5+ in "u" is more or less'),
        (["$40,000 - $50,000", "$30,000"], "u > 0", "is more or less, nobody can say"),
        (["5.00-", "3.00"], "u < 0", "is more or less, nobody can say"),
        (["<5", "50"], "u = 50", "rows 2"),
        (["eth0", "eth1"], "u = eth00", ""),
    ],
)
def test_money_and_how_numbers_are_written(values: list[Any], where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        (["2024.01.05", "2024.02.01"], "u > 2024-01-10", "rows 2"),
        (["2024.01.05", "2024.13.1"], "u > 2024.2.1", "rows 2"),
        (["2024-Q1", "2024-Q3"], "u > 2024-Q1", "rows 2"),
        (["Q1 2024", "Q4 2023"], "u >= 2024", "rows 1"),
        (["2024-02-05", "2024-04-01"], "u = 2024-Q1", "rows 1"),
        (["2024-02-05", "2024-07-01"], "u > 'H1 2024'", "rows 2"),
        (["2024-01-28", "2024-01-29", "2024-02-05"], "u = 2024-W05", "rows 2"),
        (["2024-W05", "2024-W10"], "u > 2024-02", "rows 2"),
        (["12/2024", "01/2025", "Feb 2025"], "u > 12/2024", "rows 2-3"),
        (["2024-01-05", "Q2 2024"], "u > 2024-03", "rows 2"),
        (["2024-01-05", "2024-02-30"], "u > 2024-01-01", "when 2024-02-30 is, nobody can say"),
        (["2024-01-05", "2024-02-30"], "u = 2024-01", "rows 1"),
        ([20240105, 20240210], "u > 2024-01-31", "rows 2"),
        ([1704448800, 1704448800000, 1704535200], "u = 2024-01-05", "rows 1-2"),
        (["20240105T100000Z", "20240106T100000Z"], "u > 2024-01-05", "rows 2"),
        (["2024-01-05 10:00:00 +0100 UTC", "2024-01-05T11:00+01:00[Europe/Paris]"],
         "u = 2024-01-05T10:00Z", "rows 2"),
        (["3 days ago", "2h ago", "about an hour ago"], "u > '1 day ago'", "rows 2-3"),
        (["3 days ago", "2h ago"], "u > 2", "say how long ago it was: write one, as in 3 days ago"),
        (["3 days ago", "2h ago"], "u > 2 days", "say how long ago it was"),
        (["18 months", "2 yrs", "5 years"], "u > 2 years", "rows 3"),
        (["30 days", "2 months"], "u > 40 days", "how many days a month or a year"),
        (["2y45d", "120d", "3h"], "u > 200d", "rows 1"),
        (["1 day 02:00:00", "05:00:00"], "u > 06:00:00", "rows 1"),
        (["L10", "L9", "l09"], "u > L9", "rows 1"),
        (["L10", "L9", "L09"], "u = L9", "rows 2"),
    ],
)  # fmt: skip
def test_dates_and_times(values: list[Any], where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        (["1.2B", "3.4M", "900K"], "u > 1M", "rows 1-2"),
        (["1.2B", "3.4M", "12"], "u > 1000", "rows 1-2"),
        (["1.2M views", "900 views"], "u > 1000", "rows 1"),
        (["12k req/s", "900 req/s"], "u > 1000", "rows 1"),
        (["1000K", "1M"], "u < 1M", ""),
        (["1000K", "1M"], "size < 1M", "rows 1"),
        (["1000K", "1M", "1G"], "u < 1M", "rows 1"),
        (["1000K", "1M", "5 MB"], "u < 1M", "rows 1"),
        (["1M", "60S", "1024K"], "u = 61s", "whether m is a minute among units of"),
        (["1M", "60S", "1024K"], "u = 60s", "rows 2"),
        (["1M", "60S", "1024K"], "u > 1M", "whether m is a minute among units of"),
        (["512B", "4K"], "u > 1K", "5 B may be bytes or billions"),
        (["512B", "300B"], "u > 400", "5 B may be bytes or billions"),
        (["512B", "300B"], "u > 400B", "rows 1"),
        (["12", "2G"], "u > 5G", "5 G so many bytes or grams"),
        (["12", "2G", "1M"], "u > 1M", "rows 2"),
        (["12", "2G"], "size > 1G", "rows 2"),
        (["5 m", "10 m"], "u > 400 s", "rows 2"),
        (["5 m", "10 km", "3 cm"], "u > 1 m", "rows 1-2"),
        (["5 kg", "900 g", "1 t"], "u > 1 kg", "rows 1,3"),
        (["5 kg", "900 g"], "u > 1", "have several units, gram, kg: write one"),
        (["5 kg", "900 g", "12"], "u > 1 kg", "which of these they are in, nobody can say"),
        (["10 Mbps", "900 Kbps"], "u > 1 Mbps", "rows 1"),
        (["10 mV", "1 V"], "u > 0.5 V", "rows 2"),
        (["10 mW", "1 MW"], "u > 0.5 W", "rows 2"),
        (["1013 hPa", "90 kPa"], "u > 1000 hPa", "rows 1"),
        (["3.2 GHz", "800 MHZ"], "u < 1 GHz", "rows 2"),
        (["20 \u00b0C", "72 \u00b0F"], "u > 21 \u00b0C", "rows 2"),
        (["20 \u00b0C", "72 \u00b0F"], "u > 0", "have several units"),
        (["12.5 ms \u00b1 0.3 ms", "900 \u00b5s \u00b1 5 \u00b5s"], "u > 1 ms", "rows 1"),
        (["404 Not Found", "200 OK", "500 Internal Server Error"], "u >= 400", "rows 1,3"),
        (["HTTP 404", "HTTP/1.1 200 OK"], "u = 404", "rows 1"),
        (["3 days left", "5 hours left"], "u > 1 day", "rows 1"),
    ],
)
def test_units(values: list[Any], where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("items_per_s > 1 s", 'no value of "items_per_s" has a unit "s"'),
        ("bytes_per_s > 3 kB/min", "rows 2"),
        ("duration_min > 1 h", "rows 2"),
        ("price_min > 1 h", 'no value of "price_min" has a unit "h"'),
        ("ttl_h > 1 day", "rows 2"),
        ("timeoutMillis > 0.05 s", "rows 2"),
        ("p99_us > 0.05 ms", "rows 2"),
        ("weight_kg > 6000 g", "rows 2"),
        ("min > 1 s", 'no value of "min" has a unit "s"'),
    ],
)
def test_units_in_names(where: str, answer: str) -> None:
    _check([5, 100], where, answer)


def test_beside_the_most_a_min_is_the_least() -> None:
    rows = [{"duration_min": 5, "duration_max": 9}, {"duration_min": 100, "duration_max": 200}]
    assert 'no value of "duration_min" has a unit "h"' in _found(rows, "duration_min > 1 h")


def test_beside_others_with_a_unit_a_name_says_that_of_those_without() -> None:
    _check([300, "0.7 s"], "latency_ms > 500", "have several units, ms, s: write one")
    _check([300, "0.7 s"], "latency_ms > 500 ms", "rows 2")


@pytest.mark.parametrize(
    "value",
    (
        "~12;12*;12\u2020;12[1];#12;12/20;12 of 30;US $12;12\u00bd;10\u00b2;12 sq ft;12h30;12,;"
        "<5;5+;10-20;10..20;10 to 20;10 - 20;10\u201320;10-20 ms;5-10%;10k-20k;$10-$20;1850-1860"
        ";10:05"
    ).split(";"),
)
def test_what_has_a_digit_and_cannot_be_compared_is_an_error(value: str) -> None:
    _check([30, 5, value], "u > 6", f'whether {value} in "u" is more or less, nobody can say')
    _check([30, 5, value], "u between 6 and 7", "is more or less, nobody can say")
    _check([30, 5, value], "u = 5", "rows 2")


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        ([30, 5, "n/a", "unknown", "latest", "-", None], "u > 6", "rows 1"),
        ([float("inf"), 5, float("-inf")], "u > 1", "rows 1-2"),
        ([float("nan"), 5], "u > 1", "whether NaN in"),
        (["inf", "5", "-Infinity"], "u < 1", "rows 3"),
        (["10\u00b2", "5"], "u = 10", ""),
        (["10\u00b2", "5"], "u = 102", ""),
        (["1st", "2nd", "10th", "3rd"], "u > 2nd", "rows 3-4"),
        (["1st", "2nd", "10th"], "u > 2", "rows 3"),
        (["5", "10"], "u > five", 'no value of "u" can be compared with "five"'),
        (["5", "abc", "zoo"], "u > five", "whether 5 in"),
        (["2024-01-05", "10:05"], "u > 2024-01-01", "whether 10:05 in"),
        (["$4", "\u20ac5", "$9"], "u > $4", "rows 3"),
        (["200", "404", "5xx"], "u >= 400", "whether 5xx in"),
        (["Jan 2024", "Mar 2024"], "release > Feb 2024", "rows 2"),
        (["$4", "5 kg", "$9"], "u > $4", "whether 5 kg in"),
        (["10 days, 3:04", "45 min"], "u > 4 days", "whether 10 days, 3:04 in"),
        (["2 hours and 5 minutes", "125 minutes", "1 h"], "u > 2 hours", "rows 1-2"),
        (["3.9", "3.10", "3.8 beta"], "version > 3.8", "rows 1-2"),
        (["3.9", "3.10", "3.8 beta"], "version > 3.8 alpha", "rows 1-3"),
        (["3.9 LTS", "3.10 LTS", "3.10.1"], "version > 3.9", "rows 2-3"),
        (["1.2.3 (abc123)", "1.10.0 (def)", "1.9.0"], "u > 1.9.0", "rows 2"),
        (["nginx-1.2.3", "nginx-1.10.0", "redis-7.0.1"], "u > nginx-1.2.3", "rows 2"),
        (["latest", "1.2.3", "1.10.0", "1.2.x"], "u > 1.2.3", "whether 1.2.x in"),
        (["latest", "1.2.3", "1.10.0"], "u < latest", "whether 1.2.3 in"),
        (["latest", "1.2.3", "1.10.0"], "u = latest", "rows 1"),
        (["1.2.3", "1.10.0"], "u > x", 'no value of "u" can be compared with "x"'),
        (["yesterday", "today", "2 days ago"], "u > 3 days ago", "whether yesterday in"),
        (["just now", "2 days ago"], "u > 3 days ago", "whether just now in"),
        (["05.01.24", "15.03.24", "31.12.23"], "u > 01.02.24", "no year of four digits"),
        (["05.01.24", "15.03.24"], "u = 05.01.24", "rows 1"),
        (["20.9.0", "20.11.10", "20.10.1"], "u > 20.10.0", "rows 2-3"),
        (["1Q24", "4Q23"], "u > 1Q24", "no year of four digits"),
        (["Q1'24", "Q4'23"], 'u > "Q1\'24"', "no year of four digits"),
        (["FY24", "FY2023"], "u > FY23", "no year of four digits"),
        (["FY24", "FY2023"], "u = FY24", "rows 1"),
        (["Feb 5, 2024", "Feb 7, 2024"], "u > 'Feb 6, 2024'", "rows 2"),
        (["2024-01-01", "2024-05-01"], "u > 2024-02-30", "there is no day 2024-02-30"),
        ([1707127200, 1704067200, 1672531200], "u > 2024", "may be seconds since 1970"),
        ([1707127200, 1704067200, 1672531200], "u >= 2024-01", "rows 1-2"),
        ([1707127200, 5000, 1000], "u > 2024", "rows 1-2"),
        (["1707127200", "1707127200.5", "1704067200"], "u > 2024-02-01", "rows 1-2"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_no_hole(values: list[Any], where: str, answer: str) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        (["12A", "2B", "14C"], "u = 12A", "rows 1"),
        (["12A", "2B", "14C"], "u in (12A, 2B)", "rows 1-2"),
        (["7B", "13B", "70M"], "u = 70M", "rows 3"),
        (["250m", "1"], "u = 250m", "rows 1"),
        (["512", "4K", "1M"], "u = 512", "rows 1"),
        (["02134", "2134"], 'u = "02134"', "rows 1"),
        (["02134", "2134"], 'u = "2134"', "rows 2"),
        (["02134", "2134"], "u = 02134", "rows 1"),
        (["0012", "012", "12"], "u = 0012", "rows 1"),
        (["0013", "12"], "u = 0012", ""),
        (["0012", "012", "12"], "u != 0012", "rows 2-3"),
        (["08", "09", "10"], "u = 8", "rows 1"),
        (["+15550100", "15550100", "0015550100"], "u = +15550100", "rows 1"),
        (["1e5", "100000"], 'u = "1e5"', "rows 1"),
        (["00e1", "0e2"], 'u = "00e1"', "rows 1"),
        (["12300", "123e2"], 'u in ("12300", 7)', "rows 1"),
        (["2024-02-05", "2024-02-05T10:00Z"], 'u = "2024-02-05"', "rows 1-2"),
        (["null", None], "u = 'null'", "rows 1"),
        (["open ", "open"], "u = open", "rows 1-2"),
    ],
)
def test_what_stands_there_is_found_as_it_stands(
    values: list[Any], where: str, answer: str
) -> None:
    _check(values, where, answer)


@pytest.mark.parametrize(
    ("values", "where", "answer"),
    [
        (["13.5 g/dL", "9 g/dL", "11.2 g/dL"], "u > 10", "rows 1,3"),
        (["13.5 g/dL", "9 g/dL", "11.2 g/dL"], "u > 10 g/dL", "rows 1,3"),
        (["13.5 g/dL", "9 g/dL"], 'u = "9 g/dL"', "rows 2"),
        (["500 mg/dL", "9 g/L"], "u > 1 g/dL", ""),
        (["5 t/h", "20 t/h"], "u > 10", "rows 2"),
        (["5 B/op", "20 B/op"], "u > 10", "rows 2"),
        (["5 k/s", "20 k/s"], "u > 10", "rows 2"),
        (["5 widgets/bundle", "20 widgets/bundle"], "u > 10", "rows 2"),
        (["100 Mb/s", "100 MB/s"], "u > 50 MB/s", "whether 100 Mb/s in"),
        (["100 Mbps", "100 MBps"], "u > 50 Mbps", "whether 100 MBps in"),
        (["100 Mbps", "10 Mb/s"], "u > 50 Mb/s", "rows 1"),
        (["5 GB", "5 Gb"], "u > 4 GB", "whether 5 Gb in"),
        (["1 bar", "14.7 psi", "2 bar"], "u > 1 bar", "rows 2-3"),
        (["1 bar", "14.7 psi"], "u > 1", "have several units, bar, psi"),
        (["32 \u00b0F", "0 \u00b0C", "300 K"], "u > 20 \u00b0C", "rows 3"),
        (["32 \u00b0F", "0 \u00b0C", "300 K"], "u = 0 \u00b0C", "rows 1-2"),
        (["32 \u00b0F", "0 \u00b0C", "300 K"], "u > 20", "have several units"),
        (["50 m\u00b2", "120 m\u00b2", "1 ha"], "u > 100", "have several units"),
        (["50 m\u00b2", "120 m\u00b2", "1 ha"], "u > 100 m\u00b2", "rows 2-3"),
        (["5 cm", "2 in"], "u > 5 cm", "rows 2"),
        (["60 mph", "100 km/h"], "u > 98 km/h", "rows 2"),
        (["$5/month", "$60/year", "$10/month"], "u > $60/year", "rows 3"),
        (["$5/mo", "$60/yr"], "u = $60/yr", "rows 1-2"),
        (["900 \u00b5mol/L", "5.2 mmol/L"], "u > 1 mmol/L", "rows 2"),
        (["500 mcg", "5 mg", "1 g"], "u < 1 mg", "rows 1"),
        (["100 nF", "1 \u03bcF"], "u > 0.5 \u00b5F", "rows 2"),
        (["100 \u03a9", "4.7 k\u03a9"], "u > 1 k\u03a9", "rows 2"),
        (["5 km", "3 mi", "1 mi"], "u > 4 km", "rows 1-2"),
        (["100 MiB", "3 Mi", "12 Mi"], "u > 4 MiB", "rows 1,3"),
    ],
)
def test_compound_and_other_units(values: list[Any], where: str, answer: str) -> None:
    _check(values, where, answer)


def test_what_stands_around_cells_is_read_through() -> None:
    rows = "| **GPT** | **91.2** |\n| `llama` | 88.1 |\n| [x](u) | <u>90.0</u> |\n| y | *89.9* |\n"
    table = f"| Model | Score |\n|---|---|\n{rows}"
    assert _found(table, "Score > 89") == "rows 1,3-4"
    for name, row in (("GPT", 1), ("llama", 2), ("x", 3), ("'**GPT**'", 1), ("'`llama`'", 2)):
        assert _found(table, f"Model = {name}") == f"rows {row}"
    assert _found(table, "Model ~ '**'") == "rows 1"
    assert _found(table, "Model ~ PT") == "rows 1"


def test_names_of_csv_may_have_a_blank_before_them() -> None:
    table = "id, name, score\n" + "".join(f"{n}, n{n}, {n * 3}\n" for n in range(12))
    assert _found(table, "name = n5 or score > 30") == "rows 6,12"


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("s = (open, closed)", "any of several: in (a, b)"),
        ("s like '%x%'", "~ finds parts"),
        ({"s": ">"}, 'a value is missing for "s" after ">"'),
        ("t > 5", 'there are: s, "temp [\u00b0C]"'),
    ],
)
def test_errors_say_what_helps(where: Any, answer: str) -> None:
    assert answer in _found([{"s": "open", "temp [\u00b0C]": 5}] * 3, where)


_ROWS = [{"status": "ok" if n % 4 else "failed", "delay": n} for n in range(1, 41)]
_JSON = json.dumps(_ROWS)
_CSV = "status,delay\n" + "\n".join(f"{row['status']},{row['delay']}" for row in _ROWS)
_CELLS = [f" {row['status']:<6} | {row['delay']:>5} " for row in _ROWS]
_LINE = "+--------+-------+\n"


def _psql(count: int) -> str:
    rows = "\n".join(_CELLS[:count])
    return f" status | delay \n--------+-------\n{rows}\n({count} rows)\n"


def _mysql(count: int) -> str:
    rows = "".join(f"|{cells}|\n" for cells in _CELLS[:count])
    return f"{_LINE}| status | delay |\n{_LINE}{rows}{_LINE}{count} rows in set (0.00 sec)\n"


@pytest.mark.parametrize(
    "payload",
    [
        *(json.dumps({key: _JSON}) for key in ("data", "my data", 'my "data"', "d\u00e4ta", "a/b")),
        f"The rows are: {_JSON}",
        f"Some words first.\nThe rows are: {_JSON}\nThat is all.",
        f"Some words.\n\n**Result:** {json.dumps({'page': 1, 'jobs': _ROWS}, indent=1)}\n\nEnd.",
        f"$ cat a.csv\n{_CSV}\n$ echo done\ndone",
        f"# exported at night\n{_CSV}",
        *(form(count) for form in (_psql, _mysql) for count in (8, 12, 40)),
        *(f"It says:\n\n```\n{form(n)}```\n" for form in (_psql, _mysql) for n in (8, 12, 40)),
    ],
)
def test_rows_are_found_in_texts(payload: str) -> None:
    ctx = SharedContext()
    ctx.put("rows", payload)
    found = ctx.retrieve("rows", where="status = failed and delay between 4 and 8")
    assert found.text.count("failed") == 2, found.where
    assert ctx.retrieve("rows", place=found.where).text == found.text


def test_texts_under_any_key_are_read_beside_each_other() -> None:
    text = json.dumps({"data": _JSON, "my data": _JSON.replace('"delay": 8}', '"delay": 9}')})
    assert _found(text, "delay = 8") == "rows 8 within /data"
    assert _found(text, "delay = 9") == "rows 9 within /data,8-9 within /my data"


def test_names_may_have_dots_below_an_object() -> None:
    rows = [{"x": {"a.b": n, "c": [{"d.e.f": n}]}} for n in range(9)]
    assert _found(rows, "x.a.b > 6") == "rows 8-9"
    assert _found(rows, "x.c.d.e.f = 3") == "rows 4"
    assert 'no row has a field "x.a.c"; there are: x.a.b' in _found(rows, "x.a.c = 3")
