"""What is left out is like what is shown, but for what the marker says."""

from __future__ import annotations

import random

import pytest

from headroom import compress
from headroom.kinds.log.differences import number_ranges


def markers(view: str) -> list[str]:
    return [line for line in view.split("\n") if " more like this left out" in line]


def test_a_word_among_numbers_is_shown() -> None:
    log = "".join(
        f"Epoch {n}/80\n1875/1875 [====] - 4s 2ms/step - loss: "
        f"{'nan' if n == 44 else f'{2 / n:.4f}'} - accuracy: 0.{n + 10}\n"
        for n in range(1, 81)
    )
    view = compress(log).text
    assert "Epoch 44/80\n1875/1875 [====] - 4s 2ms/step - loss: nan" in view
    assert any("loss 0.0253-1.0000" in marker for marker in markers(view))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("情報 注文 {a} を処理しました 所要時間 {b} ミリ秒", "所要時間 20-89"),
        ("تم تحميل الملف {a} في {b} ثانية", "في 20-89"),
        ("заказ {a} обработан за {b} мс", "за 20-89"),
    ],
)
def test_ranges_are_told_in_any_script(line: str, told: str) -> None:
    lines = [line.format(a=1000 + n, b=20 + n * 37 % 70) for n in range(210)]
    view = compress("\n".join(f"10:00:{n % 60:02} {one}" for n, one in enumerate(lines))).text
    assert any(told in marker for marker in markers(view))


def test_the_range_of_a_number_that_stands_alone_is_told() -> None:
    chance = random.Random(4)
    log = "".join(
        f"-- table {n}\n count \n-------\n {100 if n == 33 else chance.randint(101, 999)}\n\n"
        for n in range(60)
    )
    view = compress(log, kind="log").text
    assert any("numbers 100-9" in marker for marker in markers(view))


def test_words_are_said_where_lines_differ_in_several() -> None:
    chance = random.Random(4)
    verbs, things = ("draft", "send", "check", "call"), ("bank", "customs", "supplier")
    lines = [
        f"- Ana to {chance.choice(verbs)} the {chance.choice(things)} item {n}" for n in range(90)
    ]
    view = compress("\n".join(lines), kind="log").text
    (marker,) = markers(view)
    assert all(word in marker for word in (*verbs, *things))


def test_it_is_said_which_word_others_stand_for() -> None:
    names = [a + b for a in ("old", "new", "far", "near", "low") for b in ("gate", "mill", "port")]
    lines = [f"10:00:{n:02} INFO user {name} logged in" for n, name in enumerate(names * 2)]
    (marker,) = markers(compress("\n".join(lines)).text)
    assert "others in place of oldgate" in marker


def test_of_words_that_are_all_shown_nothing_is_said() -> None:
    lines = [f"10:00:{n:02} INFO session {('opened', 'closed')[n % 2]} by cron" for n in range(60)]
    view = compress("\n".join(lines)).text
    assert "session opened" in view
    assert "session closed" in view
    assert not any("opened" in marker for marker in markers(view))


def test_ranges_are_told_of_numbers_in_columns() -> None:
    texts = [f"Multiple R-squared:  0.{n + 20},\tAdjusted R-squared:\t0.{n + 10}" for n in range(9)]
    ranges = ["R-squared 0.20-0.28", "R-squared 0.10-0.18"]
    assert number_ranges(texts, range(9)) == ranges
