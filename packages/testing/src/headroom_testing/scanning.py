"""What native code that scans text must answer: what plain Python does, to any text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from headroom.scanning import FUNCTIONS, INTERFACE, plain
from headroom_testing.large import LARGE
from headroom_testing.payloads import HOSTILE, SORTS, hostile_text

__all__ = ["ScanningContract"]

_Arguments = Iterator[tuple[Any, ...]]
_OFTEN = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
#: What the functions have rules for, to be put together at random.
_PIECES = (
    *(
        "1,234",
        "1.50",
        "-0",
        "08",
        "1e5",
        "v1.2-3",
        "a@b.cd$1",
        "http://x/y",
        "C:\\x",
        "~/a",
        "/a/b",
    ),
    *('"q"', "'q'", "name=", ": ", "getUser_name", "O'Neil's", "fileName", "refunds", "entries"),
    *("Dr. ", "e.g. ", "U.S. ", "1. ", "b. ", "I. ", "end. ", "End? ", "...", ". . . ", "\u3002"),
    *("The ", "and ", "(see it)", "[12]", "\n", "\n\n", "\t", "\r", "\0", " ", "\u00a0", ",", "-"),
    *("<p class=a>", "</P>", "<br/>", "<!-- x -->", "<![CDATA[y]]>", "<script>", "</script >", "<"),
    *('<a href="x>y">', "<b c='", "Stra\u00dfe", "Zu\u0308rich", "\uff21\uff22", "\u9000\u6b3e"),
    *("\u0e01\u0e32\u0e23", "\ud55c\uad6d", "\u0648\u0627\u0644\u0631", "\U0001f600", "\ud800"),
    *("2024-05-01", "\u0661", "x" * 70, "9" * 30),
)
_TEXTS = st.one_of(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=25).map("".join),
    hostile_text(),
)
#: Characters of a payload of which each function is asked.
_SIZE = 20_000


def _cells(text: str) -> Iterator[list[str]]:
    yield text.split("\n")
    yield text.split()
    yield text.split(",")
    yield re.findall(r"-?[\d.]+|\s", text)


def _units(text: str) -> tuple[list[tuple[Counter[str], int]], dict[str, float]]:
    counts = [Counter(plain.terms(unit)) for unit in text.split("\n")[:200]]
    # A term that nobody looks for has no weight.
    looked_for = sorted({term for unit in counts for term in unit})[::2]
    weights = {term: 1 + number / 7 for number, term in enumerate(looked_for)}
    return [(unit, sum(unit.values())) for unit in counts], weights


def _objects(text: str) -> _Arguments:
    cells = text.split(",")[:1000]
    keys = list(dict.fromkeys(cells[:3]))
    rows = [dict(zip(keys, cells[start:])) for start in range(len(cells))]
    yield (rows,)
    yield (rows[: 1 - len(keys) or None],)
    yield ([*rows[:1], *(dict(reversed(row.items())) for row in rows[:1])],)
    yield ([{}, *rows],)


def _thirds(text: str) -> _Arguments:
    size = len(text)
    yield text, 0, size
    yield text, size // 3, 2 * size // 3


#: What each function is called with, for a text.
_ARGUMENTS: dict[str, Callable[[str], _Arguments]] = {
    "columns_of": _objects,
    "markup": lambda text: iter([(text,)]),
    "masked": lambda text: iter([(text.split("\n"),), (text.split(),)]),
    "numbered_words": lambda text: iter([(text.split("\n"),), ([text, "", text],)]),
    "plain_numbers": lambda text: ((cells,) for cells in _cells(text)),
    "scores": lambda text: iter([_units(text), (*_units(text), 0.3)]),
    "sentence_starts": _thirds,
    "shapes_of": lambda text: ((cells,) for cells in _cells(text)),
    "terms": lambda text: iter([(text,)]),
    "terms_of_word": lambda text: ((word,) for word in dict.fromkeys(plain.words(text)[:300])),
    "words": lambda text: iter([(text,)]),
}


def _said(answer: object) -> object:
    """An answer, so that equal ones are the same to the last bit."""
    if isinstance(answer, array):
        return answer.typecode, answer.tobytes()
    if isinstance(answer, float):
        return answer.hex()
    if isinstance(answer, dict):
        return [_said(part) for part in answer.items()]
    if isinstance(answer, (tuple, list)):
        return [_said(part) for part in answer]
    if isinstance(answer, Iterator):
        return [_said(part) for part in answer]
    return answer


class ScanningContract(ABC):
    """Inherit it, say what is tested, and pytest asks it of all sorts of texts.

    A function that the module lacks is skipped, and said: plain Python answers there.

    >>> class TestMine(ScanningContract):
    ...     def module(self) -> object:
    ...         return plain

    """

    @abstractmethod
    def module(self) -> object:
        """The native module."""

    def _function(self, name: str) -> Callable[..., object]:
        function: Callable[..., object] | None = getattr(self.module(), name, None)
        if function is None:
            pytest.skip(f"{name} is not native")
        return function

    def _ask(self, name: str, text: str) -> None:
        function, expected = self._function(name), getattr(plain, name)
        for given_it, given_plain in zip(_ARGUMENTS[name](text), _ARGUMENTS[name](text)):
            answer = _said(function(*given_it))
            assert answer == _said(expected(*given_plain)), f"{name} of {given_plain!r:.300}"
            assert given_it == given_plain, f"{name} changed what it was given"

    def test_the_interface_is_this_one(self) -> None:
        """A module for another one is not used."""
        module = self.module()
        assert module is plain or getattr(module, "INTERFACE", None) == INTERFACE
        assert any(hasattr(module, name) for name in FUNCTIONS), "none of the functions is there"

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_the_answer_to_any_text_is_that_of_plain_python(self, function: str) -> None:
        """Texts put together from all that the functions have rules for."""
        self._function(function)

        @_OFTEN
        @given(_TEXTS)
        @example("")
        @example("".join(_PIECES))
        @example(" ".join(_PIECES))
        @example("took 5 ms, " * 300)
        def ask(text: str) -> None:
            self._ask(function, text)

        ask()

    @pytest.mark.parametrize("function", FUNCTIONS)
    @pytest.mark.parametrize("payload", sorted({*LARGE, *HOSTILE, *SORTS}))
    def test_the_answer_to_a_payload_is_that_of_plain_python(
        self, function: str, payload: str
    ) -> None:
        """Payloads of each kind, and hostile ones."""
        text = LARGE[payload](_SIZE) if payload in LARGE else {**HOSTILE, **SORTS}[payload]
        self._ask(function, text[:_SIZE])

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_threads_do_not_disturb_each_other(self, function: str) -> None:
        """Four threads ask at once, each of texts of its own."""
        self._function(function)
        texts: Sequence[str] = [LARGE[name](2000) for name in sorted(LARGE)] * 4
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda text: self._ask(function, text), texts))
