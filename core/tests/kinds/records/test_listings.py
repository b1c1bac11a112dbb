"""Rows in columns, with legends, headings and totals among them."""

from __future__ import annotations

import random

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records.columns import find_listing

NAMES = "adduser bash coreutils curl dash dbus findutils gawk grep gzip hostname init less".split()


def packages(count: int = 160) -> list[str]:
    chance = random.Random(3)
    return [
        f"ii  {chance.choice(NAMES) + str(n):<42}{chance.randrange(9)}.{chance.randrange(40):<24}"
        f"amd64        tools for the work with item {n}"
        for n in range(count)
    ]


LEGEND = [
    "Desired=Unknown/Install/Remove/Purge/Hold",
    "| Status=Not/Inst/Conf-files/Unpacked/halF-conf",
    "||/ Name                                      Version                  Architecture",
    "+++-=========================================-========================-============",
]


def test_the_row_that_differs_and_the_legend_stay() -> None:
    rows = packages()
    rows[97] = "iF" + rows[97][2:]
    result = compress("\n".join([*LEGEND, *rows]), query="Is any package not fully installed?")
    assert result.kind == "records"
    assert result.savings_percent > 70
    lines = result.text.split("\n")
    assert rows[97] in lines
    assert all(line in lines for line in LEGEND)
    assert all(line in [*LEGEND, *rows] for line in lines if " left out" not in line)


def test_groups_keep_their_headings() -> None:
    groups = []
    for n, name in enumerate(["INPUT", "FORWARD", "OUTPUT", "ZONE_public"]):
        groups += [
            f"Chain {name} (policy ACCEPT 0 packets, 0 bytes)",
            " pkts bytes target     prot opt in     out     source               destination",
            *(
                f"{n * 40 + m:5d}  {m:3d}K ACCEPT     all  --  *      *       10.{n}.{m}.0/24"
                f"{'':9}0.0.0.0/0"
                for m in range(30)
            ),
            "",
        ]
    result = compress("\n".join(groups))
    assert result.kind == "records"
    assert result.omissions
    for name in ("INPUT", "FORWARD", "OUTPUT", "ZONE_public"):
        assert f"Chain {name} (policy ACCEPT" in result.text


def test_rows_that_are_left_out_keep_their_names() -> None:
    # Below names of its columns it would be a table.
    lines = ["stdout:"]
    pods = [f"{NAMES[n % 13]}-{'abcdefgh'[n % 8] * 3}-service-{n}" for n in range(90)]
    lines += [
        f"{'default' if n % 3 else 'system':<14}{pod:<28}1/1    Running  {n}m{'':4}10.0.0.{n}"
        for n, pod in enumerate(pods)
    ]
    result = compress("\n".join(lines), max_tokens=2400)
    assert result.kind == "records"
    assert all(pod in result.text for pod in pods)
    with SharedContext() as ctx:
        entry = ctx.put("pods", "\n".join(lines), max_tokens=2400)
        for omission in entry.omissions:
            for first, last in omission.ranges:
                excerpt = ctx.retrieve("pods", place=f"lines {first}-{last}", max_tokens=10**6)
                assert excerpt.text.split("\n", 1)[1] == "\n".join(lines[first - 1 : last])


@pytest.mark.parametrize(
    "text",
    [
        "It rained all night.  In the morning the river was over its banks.\n" * 30,
        "def here():\n    return 1\n\n" * 30,
        "\n".join(f"key{n}:  value{n}" for n in range(40)),
        "a  b  c\n" * 4,
        # A log whose columns are aligned.
        "2026-09-28 04:30:30, Info       CBS    Loaded the stack\n" * 30,
        "",
        "\n" * 5000,
        "x" * 100_000 + "\n" + "a    b    c\n" * 30,
    ],
)
def test_what_is_no_listing(text: str) -> None:
    assert find_listing(text.split("\n"), lambda: None) is None


def test_the_largest_file_of_a_listing_stays_though_its_size_has_more_digits() -> None:
    chance = random.Random(5)
    sizes = [chance.randrange(1000, 9999 if n % 4 else 50_000) for n in range(150)]
    sizes[97] = 61234
    lines = [
        f"  {2171000 + n}{4:7} -rw-r--r--   1 root     root     {size:8} "
        f"Nov 28 18:45 share/part{n % 9}/page{n}.py"
        for n, size in enumerate(sizes)
    ]

    view = compress("\n".join(lines), query="Which file is the largest?")

    assert view.kind == "records"
    assert lines[97] in view.text.split("\n")


def test_columns_without_names_are_not_summed_up_by_their_number() -> None:
    lines = [
        f"{n:6}: {n * 64:016x}  {n % 3:4} {('FUNC', 'OBJECT')[n % 5 == 0]:7} "
        f"{('GLOBAL', 'WEAK')[n % 7 == 0]:6} DEFAULT  UND sym_{'abcdefghij'[n % 10]}{n}"
        for n in range(99)
    ]
    result = compress("\n".join(lines))
    assert result.kind == "records"
    assert result.omissions
    assert "OBJECT" not in "".join(line for line in result.text.split("\n") if " left out" in line)
