"""The laws of a view, for any kind."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom import (
    MARKER,
    CompressResult,
    Fidelity,
    Kind,
    Omission,
    Pipeline,
    get_counter,
)
from headroom_testing.payloads import HOSTILE, hostile_text

__all__ = ["KindLaws"]

_FIDELITIES: tuple[Fidelity, ...] = ("lossless", "balanced", "compact")
_QUICKLY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.differing_executors,
    ],
)


class KindLaws(ABC):
    r"""Inherit it, say what is tested, and pytest tests the laws.

    A subclass gives ``kind`` and ``payloads``. Where a view shows other things than whole
    lines of the original (another unit, a re-encoding), it overrides ``check_shown`` and
    ``unit_texts``; where a view can be lossless without being the same text, ``data`` and
    ``decoded`` say what is kept.

    Example:
        class TestSubtitles(KindLaws):
            def kind(self):
                return Subtitles()

            def payloads(self):
                return st.lists(st.text()).map("\n".join)

    """

    #: Seconds that any of the hostile payloads may take.
    patience: float = 20.0

    @abstractmethod
    def kind(self) -> Kind:
        """A new object of the kind."""

    @abstractmethod
    def payloads(self) -> st.SearchStrategy[str]:
        """Payloads of the kind, some of them large enough to be worth compressing."""

    def data(self, content: str) -> object:
        """What a lossless view must give back."""
        return content

    def decoded(self, view: str) -> object:
        """What a lossless view gives back."""
        return view

    def unit_texts(self, content: str, omission: Omission) -> list[str]:
        """The units that an omission counts in, in order."""
        if omission.unit == "lines":
            return content.split("\n")
        raise NotImplementedError(f"say what the {omission.unit} of this kind are")

    def check_shown(self, content: str, result: CompressResult) -> None:
        """Nothing invented: every line of the view is a line of the original, or a marker."""
        lines = set(content.split("\n"))
        for line in result.text.split("\n"):
            if line not in lines:
                assert not MARKER.sub("", line).strip(), f"not in the original: {line!r}"

    def check_covered(self, content: str, result: CompressResult) -> None:
        """No unmarked loss: what no omission names stands in the view."""
        by_unit: dict[tuple[str, str], list[Omission]] = {}
        for omission in result.omissions:
            by_unit.setdefault((omission.unit, omission.path), []).append(omission)
        for omissions in by_unit.values():
            units = self.unit_texts(content, omissions[0])
            gone = {
                number
                for omission in omissions
                for first, last in omission.ranges
                for number in range(first, last + 1)
            }
            assert not gone or (min(gone) >= 1 and max(gone) <= len(units))
            position = 0
            for number, unit in enumerate(units, 1):
                if number in gone or not unit.strip():
                    continue
                position = result.text.find(unit.strip(), position)
                assert position >= 0, f"unit {number} is neither shown nor left out: {unit!r}"

    # The tests.

    @_QUICKLY
    @given(data=st.data())
    def test_laws_hold(self, data: st.DataObject) -> None:
        content = data.draw(self.payloads())
        fidelity = data.draw(st.sampled_from(_FIDELITIES))
        max_tokens = data.draw(st.none() | st.integers(1, 2000))
        query = data.draw(st.none() | st.sampled_from([*content.split()[:200], "unheard of"]))
        self._check(content, fidelity, max_tokens, query)

    @_QUICKLY
    @given(content=hostile_text(), max_tokens=st.none() | st.integers(1, 200))
    def test_laws_hold_for_any_text(self, content: str, max_tokens: int | None) -> None:
        self._check(content, "balanced", max_tokens, None)

    @pytest.mark.parametrize("name", sorted(HOSTILE))
    @pytest.mark.parametrize("max_tokens", [None, 100])
    def test_hostile_payloads_are_no_problem(self, name: str, max_tokens: int | None) -> None:
        start = time.perf_counter()
        self._compress(HOSTILE[name], "balanced", max_tokens, "query")
        assert time.perf_counter() - start < self.patience

    # Inside.

    def _compress(
        self, content: str, fidelity: Fidelity, max_tokens: int | None, query: str | None
    ) -> CompressResult:
        kind = self.kind()
        result = Pipeline([kind]).compress(
            content,
            counter=get_counter(),
            kind=kind.name,
            fidelity=fidelity,
            max_tokens=max_tokens,
            query=query,
        )
        assert result.failure is None
        return result

    def _check(
        self, content: str, fidelity: Fidelity, max_tokens: int | None, query: str | None
    ) -> None:
        result = self._compress(content, fidelity, max_tokens, query)
        assert result == self._compress(content, fidelity, max_tokens, query), "not deterministic"
        count = get_counter().count
        assert result.tokens_before == count(content)
        assert result.tokens_after == count(result.text)
        assert result.tokens_after <= result.tokens_before, "worse than the original"
        if max_tokens is not None:
            assert result.tokens_after <= max_tokens, "over the budget"
        elif fidelity == "lossless":
            assert result.lossless
        if result.lossless:
            assert not result.omissions
            assert self.decoded(result.text) == self.data(content), "not lossless"
            return
        assert result.omissions, "something is missing, and no omission says what"
        assert MARKER.search(result.text), "something is missing, and the view does not say so"
        for omission in result.omissions:
            numbers = [number for pair in omission.ranges for number in pair]
            assert numbers == sorted(numbers)
            ends = [last for _, last in omission.ranges]
            starts = [first for first, _ in omission.ranges]
            assert all(end < start for end, start in zip(ends, starts[1:]))
        # What the pipeline itself does to a text is not the kind's to answer for.
        if not {"excerpt", "terminal"}.intersection(result.transforms):
            self.check_shown(content, result)
            self.check_covered(content, result)
