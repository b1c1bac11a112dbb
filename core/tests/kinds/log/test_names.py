"""Output of a few shapes: what each line names is said of those that are left out."""

from __future__ import annotations

from itertools import product

import pytest

from headroom import compress
from headroom.kinds.log.names import _names

STEMS = ["amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "juniper"]
NAMES = [f"lib{one}-{other}" for one, other in product(STEMS, STEMS)]
PACKAGES = "".join(
    f"{name}/stable now 1.{number}.4-2 amd64 [installed, automatic]\n"
    for number, name in enumerate(NAMES)
)
SYMBOLS = "".join(
    f"{number:016x} g DF .text {number * 7:016x} Base {name}\n"
    for number, name in enumerate(NAMES, 4096)
)


@pytest.mark.parametrize("text", [PACKAGES, SYMBOLS], ids=["first word", "last word"])
def test_every_name_stays(text: str) -> None:
    result = compress(text)
    assert result.kind == "log"
    assert result.tokens_after < 0.7 * result.tokens_before
    assert all(name in result.text for name in NAMES)


def test_of_a_log_no_names_are_said() -> None:
    text = "".join(
        f"2026-03-02T09:{number % 60:02}:00 INFO started {name}\n"
        for number, name in enumerate(NAMES)
    )
    result = compress(text)
    assert result.kind == "log"
    assert NAMES[50] not in result.text


def test_names_in_brackets_are_not_said_otherwise_than_they_are() -> None:
    text = PACKAGES.replace("lib", "[lib").replace("/stable", "]/stable")
    result = compress(text, kind="log")
    assert NAMES[50] not in result.text
    assert "more like this left out" in result.text


def test_a_name_is_not_cut_within_itself() -> None:
    lines = [f"{n * 64:016x} V __{one}_hook@GLIBC_2.2.5" for n, one in enumerate(STEMS, 9)]
    found = _names(lines)
    assert found == [f"__{one}_hook" for one in STEMS]
