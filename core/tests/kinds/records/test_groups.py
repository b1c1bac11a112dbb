"""Rows below the heads of their groups: whose they are is always said."""

from __future__ import annotations

import random

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records.groups import find_groups

_NAMES = "Anna Boris Chloe Dmitri Elena Farid Greta Hugo Ines Jan Kira Luca".split()


def _text(head: str, row: str, groups: int, odd: int) -> tuple[str, str, str]:
    chance = random.Random(4)
    lines: list[str] = []
    for group in range(groups):
        lines.append(head.format(g=group))
        for place in range(3 + group % 4):
            value = -905 if group == odd and place == 1 else chance.randint(10, 99)
            name = _NAMES[(group * 7 + place) % 12]
            lines.append(row.format(name=name, a=chance.randint(10, 99), b=value))
    at = next(number for number, line in enumerate(lines) if "-905" in line)
    return "\n".join(lines), head.format(g=odd), lines[at]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Region{g}", "{name}, {a}, {b}"),
        ("== Depot {g} ==", "{name};{a};{b};kept"),
        ("Store {g}:", "    {name}  {a}  {b}"),
        ("Store {g}", "{name}\t{b}"),
        ("Total of {g}", "{name} | {a} | {b}"),
    ],
)
@pytest.mark.parametrize(("groups", "odd"), [(80, 51), (400, 77)])
def test_the_row_that_is_odd_stands_below_its_head(
    head: str, row: str, groups: int, odd: int
) -> None:
    text, name, line = _text(head, row, groups, odd)
    view = compress(text)
    assert view.kind == "records"
    above, found, _ = view.text.partition(line)
    assert found
    heads = {head.format(g=group) for group in range(groups)}
    assert [one for one in above.split("\n") if one in heads][-1] == name
    assert view.tokens_after < 0.8 * view.tokens_before


@pytest.mark.parametrize(
    "row",
    ["2026-03-01 10:{a}:{b}, INFO, {name}, {a}", "Dear {name}, it is late, and we go."],
)
def test_logs_and_letters_are_no_rows_of_groups(row: str) -> None:
    lines: list[str] = []
    for number, name in enumerate(_NAMES * 9):
        lines += [f"Part {number}"] * (number % 4 == 0)
        lines.append(row.format(name=name, a=12, b=10 + number % 50))
    text = "\n".join(lines)
    assert compress(text).kind != "records"


def test_numbered_lines_of_a_program_are_no_rows() -> None:
    body = [f"def f{n}(a):\n    return a + {n}\n\n\nclass C{n}:\n    pass\n\n" for n in range(40)]
    numbered = [f"{n}\t{line}" for n, line in enumerate("\n".join(body).split("\n"), 1)]
    assert compress("\n".join(numbered)).kind != "records"


@pytest.mark.parametrize("limit", [120, 2000])
def test_a_row_that_is_asked_for_comes_with_its_head(limit: int) -> None:
    text, head, line = _text("Region{g}", "{name}, {a}, {b}", 80, 51)
    ctx = SharedContext()
    ctx.put("rows", text)
    found = ctx.retrieve("rows", query="-905", max_tokens=limit).text
    assert head in found.split("\n")
    assert line in found.split("\n") or f": {line}" in found


def test_with_little_room_a_row_that_is_odd_and_its_head_come_first() -> None:
    text, head, line = _text("Region{g}", "{name}, {a}, {b}", 80, 51)
    shown = compress(text, max_tokens=150).text
    above, found, _ = shown.partition(line)
    assert found
    assert [one for one in above.split("\n") if one.startswith("Region")][-1] == head


def test_commas_at_the_ends_of_lines_make_no_cells() -> None:
    pages = [
        f'      {{\n        "page": {n},\n        "ns": 0,\n        "title": '
        f'"Item{"" if n % 7 else ","} {n}"\n      }},'
        for n in range(200)
    ]
    text = '{\n  "links": [\n' + "\n".join(pages)
    assert find_groups(text.split("\n"), lambda: None) is None
