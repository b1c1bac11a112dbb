"""The one line among many like it that has another value is shown."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from headroom import compress

_NAMES = "Pump Valve Rotor Cable Hinge Filter".split()


def _lines(count: int, odd: int) -> dict[str, list[str]]:
    chance = random.Random(4)

    def one(index: int, usual: object, other: object) -> object:
        return other if index == odd else usual

    every = range(count)
    return {
        "in JSON": [
            f"10:{n // 60:02}:{n % 60:02} INFO probe "
            + json.dumps({"of": _NAMES[n % 6], "state": one(n, "up", "down")})
            for n in every
        ],
        "in quotes": [f"server 's{n}' is '{one(n, 'running', 'stopped')}'" for n in every],
        "several words in quotes": [
            f'job={n} said="{one(n, "all is well", "nobody at home today")}" by=x' for n in every
        ],
        "nothing in quotes": [
            f'user=u{n} mail="{one(n, "a@x.org", "")}" active=yes' for n in every
        ],
        "a path": [f"user u{n} has {one(n, '/usr/sbin/nologin', '/bin/sh')}" for n in every],
        "a version": [f"host h{n}: agent {one(n, '2.4.1', '2.3.9')} runs" for n in every],
        "a protocol": [
            f"conn {n} 10.1.{n % 9}.{n % 200}:443 {one(n, 'TLSv1.3', 'TLSv1.0')}" for n in every
        ],
        "a name among others": [f"lot {n} is in {one(n, _NAMES[n % 6], 'Oslo')}" for n in every],
        "a directory": [
            f"wrote {one(n, '/srv/data', '/tmp')}/{_NAMES[n % 6]}_{n}.csv" for n in every
        ],
        "a network": [f"lease of {one(n, '10.0.7', '203.0.113')}.{n % 250} given" for n in every],
        "a domain": [f"sent to u{n}@{one(n, 'corp', 'evil')}.example in 3 ms" for n in every],
        "below zero": [
            f"balance of account {4000 + 7 * n} is {one(n, 100 + n * 53 % 1700, -912)} EUR"
            for n in every
        ],
        "below zero with a currency": [
            f"invoice {n}: {one(n, '', '-')}€{chance.randint(1000, 99999) / 100} paid"
            for n in every
        ],
        "below zero in brackets": [
            f"income of branch {n}: {one(n, chance.randint(300, 800), '(322)')} EUR" for n in every
        ],
        "below zero with thousands": [
            f"income of branch {n}: {one(n, '', '-')}{1 + n % 7},{100 + n * 13 % 800} EUR"
            for n in every
        ],
        "zero": [f"bucket {n} holds {one(n, chance.randint(1000, 5000), 0)} bytes" for n in every],
        "no number": [
            f"step {n} loss={one(n, f'{chance.random():.4f}', 'NaN')} rate=0.1" for n in every
        ],
        "tenfold": [f"order {n}: {one(n, chance.randint(30, 60), 540)} kg" for n in every],
        "another unit": [
            f"request {n} took {chance.randint(2, 9)}{one(n, 'ms', 's')}" for n in every
        ],
        "a degree": [
            f"[{n}] rack {n % 12} inlet {one(n, f'{20 + chance.random() * 3:.1f}', 84.5)}°C"
            for n in every
        ],
    }


@pytest.mark.parametrize("form", list(_lines(0, 0)))
@pytest.mark.parametrize(("count", "odd"), [(60, 7), (300, 203)])
def test_the_one_that_differs_is_shown(form: str, count: int, odd: int) -> None:
    lines = _lines(count, odd)[form]
    view = compress("\n".join(lines), kind="log")
    assert lines[odd] in view.text
    assert view.tokens_after < 0.25 * view.tokens_before


def test_what_differs_in_a_group_is_shown_below_its_head() -> None:
    log = "\n".join(
        f"account {4000 + n * 7}\nopening {200 + n * 37 % 900}.00\n"
        f"closing {-912 if n == 33 else 100 + n * 53 % 1700}.00\n"
        for n in range(60)
    )
    assert "account 4231\nopening 521.00\nclosing -912.00" in compress(log).text


@pytest.mark.parametrize(
    "line",
    [
        # The parts of a time, and a date, go on; names come once, many of them.
        lambda n: f"2026-01-{1 + (n > 150):02} {(22 + n // 75) % 24:02}:{n % 60:02}:01 INFO done",
        lambda n: f"login of u{300 // (n + 1)}x from 10.0.0.1",
        lambda n: f"load {n % 50 - 25} of cell {n % 7}",
    ],
)
def test_what_is_usual_is_not_shown(line: Callable[[int], str]) -> None:
    log = [line(n) for n in range(300)]
    view = compress("\n".join(log), kind="log").text
    assert sum(one in log for one in view.split("\n")) <= 4


@pytest.mark.parametrize(
    "line",
    [
        'ok: [host-{n}] => {{"changed": {odd}, "rc": 0, "user": "deploy"}}',
        "host {n}: valid, of version 1.{n}, renewed {odd}",
        "step {n}: of={n}, rate=0.1, frozen={odd}",
    ],
)
def test_a_line_that_others_say_again_is_no_header(line: str) -> None:
    lines = [line.format(n=n, odd="true" if n == 37 else "false") for n in range(100)]
    view = compress("\n".join(lines))
    assert view.kind == "log"
    assert lines[37] in view.text
    assert view.tokens_after < 0.1 * view.tokens_before


def test_what_is_odd_among_lines_that_differ_in_names_is_shown() -> None:
    chance = random.Random(5)
    names = "Pump Valve Rotor Cable Hinge Filter Motor Gasket Bearing Piston Sleeve".split()
    lines = [
        f"{names[n % 11]} {n}: {chance.randint(20, 99)} kg at {chance.randint(20, 99) / 10} EUR"
        for n in range(80)
    ]
    lines[44] = "Pump 44: -21 kg at 4.1 EUR"
    assert lines[44] in compress("\n".join(lines), kind="log").text


@pytest.mark.parametrize(
    "block",
    [
        "{name} {n}\n{m} Harbour Road\nMember since 20{y}\nDues {odd}paid\n",
        "{name} {n}\n--------\nweight {y} kg\norigin {odd}known",
    ],
)
def test_cards_most_lines_of_which_come_again_are_output(block: str) -> None:
    cards = [
        block.format(
            name=_NAMES[n * 5 % 6], n=n, m=n * 37 % 99, y=10 + n % 9, odd="un" if n == 97 else ""
        )
        for n in range(150)
    ]
    view = compress("\n".join(cards))
    assert view.kind == "log"
    assert cards[97] in view.text
    assert view.tokens_after < 0.25 * view.tokens_before


def test_short_reports_of_a_few_forms_are_output_however_few() -> None:
    judges = "Anna Boris Chloe Dmitri Elena Farid Greta Hugo Ines Jan Kira Luca".split()
    things = "Motor Gasket Bearing Piston Sleeve Flange".split() + _NAMES
    reports = [
        f"{n + 1}. {judges[n % 12]} v. {things[n % 12]} Ltd\nHeard on {1 + n} March before Judge "
        f"{judges[n * 5 % 12]}\nAppeal {'allowed' if n == 20 else 'dismissed'}\n"
        for n in range(24)
    ]
    view = compress("\n".join(reports))
    assert view.kind == "log"
    assert "Appeal allowed" in view.text


def test_a_few_lines_of_one_form_are_output() -> None:
    lines = [f"заказ {n}: {_NAMES[n % 6]} доставлен за {1 + n % 9} дней" for n in range(15)]
    lines[9] = "заказ 9: Cable отменён за 1 дней"
    assert lines[9] in compress("\n".join(lines)).text


@pytest.mark.parametrize("form", ["in JSON", "below zero", "a path"])
def test_a_compact_view_has_room_for_the_one_that_differs(form: str) -> None:
    lines = _lines(300, 203)[form]
    assert lines[203] in compress("\n".join(lines), kind="log", fidelity="compact").text


def test_what_is_odd_comes_before_what_is_common_where_there_is_little_room() -> None:
    chance = random.Random(4)
    log = [
        f"{said} {n} of {chance.randint(1, 9)} parts"
        for n in range(60)
        for said in ("cutting board", "drilling plate", "washing pipe", "painting frame")
    ]
    log[130] = "washing pipe 32 of 9100 parts"
    assert log[130] in compress("\n".join(log), kind="log", max_tokens=110).text


def test_letters_of_the_whole_alphabet_are_no_levels() -> None:
    chance = random.Random(4)
    lines = [
        f"lot {n} {'ABCDEFG'[n % 7]} of {chance.randint(20, 60)} kg, share {95 if n == 97 else 5} %"
        for n in range(150)
    ]
    view = compress("\n".join(lines), kind="log", max_tokens=90).text
    assert lines[97] in view
