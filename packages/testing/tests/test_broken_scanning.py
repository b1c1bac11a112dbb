"""The contract of what scans text finds native code with one fault each."""

from __future__ import annotations

import math
import re
import threading
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from headroom.scanning import FUNCTIONS, INTERFACE, plain
from headroom_testing import ScanningContract


class Contract(ScanningContract):
    __test__ = False

    def __init__(self, function: Callable[..., Any]) -> None:
        self.broken = SimpleNamespace(INTERFACE=INTERFACE, **{function.__name__: function})

    def module(self) -> object:
        return self.broken


class TestPlain(ScanningContract):
    """What is right meets its own contract: it answers, and it answers the same again."""

    def module(self) -> object:
        return plain


def words(text: str) -> list[str]:
    """Takes digits in groups for several words."""
    return re.findall(r"[^\W_]+(?:[_.'-][^\W_]+)*", text)


def terms(text: str) -> list[str]:
    """Does not read wide letters as others."""
    return [term for word in plain.words(text) for term in plain.terms_of_word(word)]


def terms_of_word(word: str) -> tuple[str, ...]:
    """Forgets the form of a compound as a whole."""
    found = plain.terms_of_word(word)
    return found[1:] if len(found) > 2 else found


def numbered_words(texts: Sequence[str]) -> tuple[array[int], array[int], list[str]]:
    """Counts from 1."""
    starts, numbers, distinct = plain.numbered_words(texts)
    return starts, array("i", [number + 1 for number in numbers]), distinct


def masked(lines: Sequence[str]) -> list[str]:
    """Does not cut what is longer than it looks at."""
    return [f"{one}{line[2000:]}" for one, line in zip(plain.masked(lines), lines)]


def sentence_starts(text: str, start: int, end: int, check: object = None) -> list[int]:
    """Knows no abbreviations."""
    found = [match.end() for match in re.finditer(r"[.!?]\s+", text[start:end])]
    return [start + place for place in found if start + place < end]


def markup(content: str) -> Iterator[tuple[str, str, str, int]]:
    """Leaves names of tags as they are written."""
    for kind, name, source, start in plain.markup(content):
        written = content[start + 2 : start + 2 + len(name)]
        yield kind, written if kind == "close" else name, source, start


def plain_numbers(cells: Sequence[str]) -> array[float] | None:
    """Takes "08" for a number."""
    try:
        return array("d", [float(cell) if cell else math.nan for cell in cells])
    except ValueError:
        return None


def shapes_of(cells: Sequence[str]) -> list[str]:
    """Knows the letters of ASCII alone."""
    return [re.sub(r"\d+", "9", re.sub("[A-Za-z]+", "a", cell[:400])) for cell in cells]


def columns_of(objects: Sequence[dict[str, Any]]) -> dict[str, list[Any]] | None:
    """Takes keys in another order for the same."""
    if not objects or not objects[0] or any(one.keys() != objects[0].keys() for one in objects):
        return None
    return {key: [one[key] for one in objects] for key in objects[0]}


def scores(
    units: Sequence[tuple[Counter[str], int]], weights: dict[str, float], b: float = 0.75
) -> list[float]:
    """Works with fewer bits."""
    return list(array("f", plain.scores(units, weights, b)))


class _Shared:
    text = ""
    turn = threading.Event()


def unsafe(lines: Sequence[str]) -> list[str]:
    """Keeps what it works on where other threads write, too."""
    _Shared.text = "\n".join(lines)
    _Shared.turn.wait(0.002)
    return plain.masked(_Shared.text.split("\n"))


BROKEN = (
    words,
    terms,
    terms_of_word,
    numbered_words,
    masked,
    sentence_starts,
    markup,
    plain_numbers,
    shapes_of,
    columns_of,
    scores,
)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_what_answers_otherwise_is_found(broken: Callable[..., Any]) -> None:
    contract = Contract(broken)
    contract.test_the_interface_is_this_one()
    with pytest.raises(AssertionError, match=f"{broken.__name__} of"):
        contract.test_the_answer_to_any_text_is_that_of_plain_python(broken.__name__)


def test_each_function_has_one_that_is_broken() -> None:
    broken = [function.__name__ for function in BROKEN]
    assert sorted(broken) == sorted(FUNCTIONS)


def test_what_threads_share_is_found() -> None:
    unsafe.__name__ = "masked"
    with pytest.raises(AssertionError, match="masked"):
        Contract(unsafe).test_threads_do_not_disturb_each_other("masked")


def test_what_changes_its_arguments_is_found() -> None:
    def masked(lines: list[str]) -> list[str]:
        found = plain.masked(lines)
        lines.sort()
        return found

    with pytest.raises(AssertionError, match="changed what it was given"):
        Contract(masked).test_the_answer_to_any_text_is_that_of_plain_python("masked")


def test_a_module_for_another_interface_is_found() -> None:
    contract = Contract(plain.words)
    contract.broken.INTERFACE = INTERFACE + 1
    with pytest.raises(AssertionError):
        contract.test_the_interface_is_this_one()


def test_what_is_not_native_is_skipped_and_said() -> None:
    with pytest.raises(pytest.skip.Exception, match="terms is not native"):
        Contract(plain.words).test_threads_do_not_disturb_each_other("terms")
