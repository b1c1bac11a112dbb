"""The laws of a view, for any kind."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from headroom import (
    CompressResult,
    Fidelity,
    Kind,
    Omission,
    Piece,
    Pipeline,
    Request,
    SharedContext,
    Source,
    TimeBudgetExceeded,
    View,
    WrongKind,
    get_counter,
)
from headroom.toolkit import MARKER, line_pieces
from headroom_testing.elsewhere import views, views_elsewhere
from headroom_testing.measure import GROWING, Looks, check_bounded, grown, undisturbed
from headroom_testing.payloads import HOSTILE, SORTS, hostile_text
from headroom_testing.shown import is_marker, lines_shown, units_shown
from headroom_testing.way_back import read_back, read_back_in_parts

__all__ = ["KindLaws"]

_FIDELITIES: tuple[Fidelity, ...] = ("lossless", "balanced", "compact")
_UNHEALTHY = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.differing_executors,
    HealthCheck.nested_given,
]
_QUICKLY = settings(max_examples=40, deadline=None, suppress_health_check=_UNHEALTHY)

#: So many payloads are drawn for what is tested with a few, and so many of them, the largest, kept.
_DRAWN, _KEPT = 30, 5
#: What was drawn for each class of laws.
_drawn_of: dict[type, list[str]] = {}
#: Shares of the tokens of a payload, as budgets.
_SHARES = (None, 4)
#: A kind that takes more of the payloads in ``SORTS`` for its own is no kind.
_MOST_CLAIMED = len(SORTS) // 3


class KindLaws(ABC):
    r"""Inherit it, say what is tested, and pytest tests the laws.

    A subclass gives ``kind`` and ``payloads``. Where a view shows other things than whole
    lines of the original (another unit, a re-encoding), it overrides ``unit_texts``, and of
    ``check_shown``, ``check_covered``, ``check_marked``, ``check_pieces`` and ``check_found`` what
    must be asked otherwise; where a view can be lossless without being the same text, ``data`` and
    ``decoded`` say what is kept.

    In a file of tests::

        class TestSubtitles(KindLaws):
            def kind(self):
                return Subtitles()

            def payloads(self):
                return st.lists(st.text()).map("\n".join)

    """

    #: Seconds that any of the hostile payloads may take.
    patience: ClassVar[float] = 20.0
    #: Characters of the payload on which deadlines are tested.
    large: ClassVar[int] = 100_000
    #: Seconds of work on it that may pass between two looks at the deadline, or without any.
    pause: ClassVar[float] = 0.5
    #: Whether ``recognise`` tells the kind: not so for what a text is that nobody recognises.
    is_recognised: ClassVar[bool] = True
    #: Whether ``recognise`` looks at a bounded part, however large the text. One that parses all of
    #: it does so by ``source.once``, so that it is done once.
    looks_at_a_part: ClassVar[bool] = True

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
            assert line in lines or not line.strip() or is_marker(line), (
                f"nothing invented: this is not in the original: {line!r}"
            )

    def check_covered(self, content: str, result: CompressResult) -> None:
        """No unmarked loss: what no omission names stands in the view, in its order."""
        for unit, units, gone in self._omitted(content, result):
            assert not gone or 1 <= min(gone) <= max(gone) <= len(units), (
                f"no unmarked loss: there are {len(units)} {unit}, and others are left out"
            )
            if unit == "lines":
                lines_shown(units, gone, result.text)
            else:
                units_shown(units, unit, gone, result.text)

    def check_marked(self, content: str, result: CompressResult) -> None:
        """No unmarked loss: a marker stands where something is left out, and nowhere else."""
        for unit, units, gone in self._omitted(content, result):
            if unit != "lines":
                units_shown(units, unit, gone, result.text).check_markers(unit)
                continue
            try:
                lines_shown(units, gone, result.text, markers_first=True).check_markers(unit)
            except AssertionError:
                # A line of the payload may look like a marker, and stand where one would.
                lines_shown(units, gone, result.text).check_markers(unit)

    def check_pieces(self, content: str, pieces: list[Piece]) -> None:
        """What a query looks through is the text: each unit once, by its number."""
        places = {(piece.unit, piece.path) for piece in pieces}
        for unit, path in sorted(places or {("lines", "")}):
            units = self.unit_texts(content, Omission(unit, (), path))
            last = 0
            for piece in pieces:
                if (piece.unit, piece.path) != (unit, path):
                    continue
                assert last < piece.number <= len(units), (
                    f"pieces: {unit} {piece.number} of {len(units)} after {last}"
                )
                assert piece.text == units[piece.number - 1], (
                    f"pieces: {unit} {piece.number} are {units[piece.number - 1]!r},"
                    f" not {piece.text!r}"
                )
                _check_none_between(units, unit, last, piece.number)
                last = piece.number
            _check_none_between(units, unit, last, len(units) + 1)

    def check_found(self, content: str, omission: Omission, found: str) -> None:
        """A way back: what was left out stands in what was asked for by its place."""
        units = self.unit_texts(content, omission)
        begin, end = omission.chars or (1, None)
        for first, last in omission.ranges:
            for number in range(first, last + 1):
                unit = units[number - 1][begin - 1 : end].strip()
                assert unit in found, (
                    f"a way back: retrieve(place={omission.where!r}) does not give"
                    f" {omission.unit} {number}: {unit!r}"
                )

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
        self._recognises(content)

    @pytest.mark.parametrize("name", sorted(HOSTILE))
    @pytest.mark.parametrize("max_tokens", [None, 100])
    def test_hostile_payloads_are_no_problem(self, name: str, max_tokens: int | None) -> None:
        start = time.perf_counter()
        self._compress(HOSTILE[name], "balanced", max_tokens, "query")
        self._recognises(HOSTILE[name])
        assert time.perf_counter() - start < self.patience

    def test_its_own_payloads_are_recognised_and_made_smaller(self) -> None:
        self._check_own(self._drawn())

    def test_it_claims_few_sorts_of_payloads(self) -> None:
        claimed = [name for name, content in SORTS.items() if self._recognises(content)]
        assert len(claimed) <= _MOST_CLAIMED, f"recognise claims too much: {', '.join(claimed)}"

    def test_its_recogniser_looks_at_a_bounded_part(self) -> None:
        kind = self.kind()
        for name, text in {**GROWING, "its own": self._drawn()[0]}.items():
            check_bounded(
                lambda source: _recognises(kind, source), text, name, part=self.looks_at_a_part
            )

    def test_it_keeps_to_its_deadline(self) -> None:
        self._check_deadline(grown(self._drawn()[0], self.large))

    def test_it_changes_nothing_of_the_source(self) -> None:
        for content in self._drawn()[:_KEPT]:
            self._check_unchanged(content)

    def test_what_queries_look_through_is_the_text(self) -> None:
        for content in self._drawn()[:_KEPT]:
            pieces = self._pieces(self.kind(), Source(content))
            assert pieces == self._pieces(self.kind(), Source(content)), "pieces: not deterministic"
            self.check_pieces(content, pieces)

    def test_what_is_left_out_comes_back(self) -> None:
        for content in self._drawn()[:_KEPT]:
            self._check_way_back(content)

    def test_keys_that_look_like_places_lead_back(self) -> None:
        if self._recognises(HOSTILE["keys like places"]):
            self._check_way_back(HOSTILE["keys like places"])

    def test_views_are_the_same_in_every_process(self) -> None:
        payloads = self._drawn()[:_KEPT]
        assert views(self.kind(), payloads) == views_elsewhere(type(self), payloads), (
            "deterministic: another process makes other views; is something in the order of a set?"
        )

    # Inside.

    def _drawn(self) -> list[str]:
        """A few payloads, the largest first, and always the same ones."""
        laws = type(self)
        if laws not in _drawn_of:
            _drawn_of[laws] = self._draw()
        return _drawn_of[laws]

    def _draw(self) -> list[str]:
        drawn: list[str] = []

        @settings(
            max_examples=_DRAWN,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=_UNHEALTHY,
        )
        @given(content=self.payloads())
        def draw(content: str) -> None:
            drawn.append(content)

        draw()
        return sorted(dict.fromkeys(drawn), key=len, reverse=True)

    def _omitted(
        self, content: str, result: CompressResult
    ) -> Iterable[tuple[str, list[str], set[int]]]:
        """The units of each sort that something is left out of, and the numbers of that."""
        by_unit: dict[tuple[str, str], list[Omission]] = {}
        for omission in result.omissions:
            if omission.in_part:
                # The rest of each unit is shown, in some form.
                continue
            by_unit.setdefault((omission.unit, omission.path), []).append(omission)
        for (unit, _), omissions in by_unit.items():
            ranges = [pair for omission in omissions for pair in omission.ranges]
            gone = {number for first, last in ranges for number in range(first, last + 1)}
            yield unit, self.unit_texts(content, omissions[0]), gone

    def _recognises(self, content: str) -> bool:
        return _recognises(self.kind(), Source(content))

    def _pieces(self, kind: Kind, source: Source) -> list[Piece]:
        found = list(getattr(kind, "pieces", line_pieces)(source))
        assert all(isinstance(piece, Piece) for piece in found), "pieces: not all are Piece"
        return found

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
        assert result.failure is None, f"compress raises: {result.failure}"
        return result

    def _check(
        self, content: str, fidelity: Fidelity, max_tokens: int | None, query: str | None
    ) -> None:
        result = self._compress(content, fidelity, max_tokens, query)
        again = self._compress(content, fidelity, max_tokens, query)
        assert result == again, "deterministic: not the same view again"
        count = get_counter().count
        assert result.tokens_before == count(content)
        assert result.tokens_after == count(result.text)
        assert result.tokens_after <= result.tokens_before, "never worse: more than the original"
        if max_tokens is not None:
            assert result.tokens_after <= max_tokens, "within budget: more than max_tokens"
        elif fidelity == "lossless":
            assert result.lossless, (
                "lossless means lossless: it was asked for, and something is gone"
            )
        if result.lossless:
            assert not result.omissions, "lossless means lossless: something is left out"
            assert self.decoded(result.text) == self.data(content), "lossless means lossless"
            return
        assert result.omissions, "no unmarked loss: something is missing, and no omission says what"
        assert MARKER.search(result.text), "no unmarked loss: the view does not say so"
        for omission in result.omissions:
            numbers = [number for pair in omission.ranges for number in pair]
            starts = numbers[2::2]
            ends = numbers[1:-1:2]
            assert numbers == sorted(numbers), f"omissions: not ascending: {omission.where}"
            assert all(end < start for end, start in zip(ends, starts)), (
                f"omissions: not disjoint: {omission.where}"
            )
        # What the pipeline itself does to a text is not the kind's to answer for.
        if not {"excerpt", "terminal"}.intersection(result.transforms):
            self.check_shown(content, result)
            self.check_covered(content, result)
            self.check_marked(content, result)

    def _requests(self, content: str) -> Iterable[Request]:
        """What a kind is asked for: by default, and with a budget."""
        counter = get_counter()
        tokens = counter.count(content)
        for share in _SHARES:
            most = None if share is None else max(1, tokens // share)
            yield Request(self.kind().name, counter, tokens, content[:40], most)

    def _check_own(self, payloads: list[str]) -> None:
        own = [content for content in payloads if self._recognises(content)]
        assert own or not self.is_recognised, "recognise: it takes none of the payloads for its own"
        for content in own[:1]:
            found = Pipeline([self.kind()]).compress(content, counter=get_counter()).kind
            assert found == self.kind().name, f"recognise: the pipeline takes one for {found}"
        made = 0
        for content in payloads[:_KEPT]:
            for request in self._requests(content):
                view = self._view(self.kind(), Source(content), request)
                if view is not None:
                    made += 1
                    # The pipeline throws such a view away.
                    assert request.fits(view.text), "within budget: compress gives more"
        assert made, "compress makes no view of any of the payloads: are they large enough?"

    @staticmethod
    def _view(kind: Kind, source: Source, request: Request) -> View | None:
        try:
            return kind.compress(source, request)
        except WrongKind:
            return None

    def _check_unchanged(self, content: str) -> None:
        kind, source = self.kind(), Source(content)
        _recognises(kind, source)
        for request in self._requests(content):
            self._view(kind, source, request)
        self._pieces(kind, source)
        assert source.text == content, "the source is everybody's: its text was changed"
        assert source.lines == content.split("\n"), "the source is everybody's: lines were changed"

    def _check_deadline(self, content: str) -> None:
        for request in self._requests(content):
            looks = Looks()
            worked = self._works(content, request, looks)
            times = [worked[0], *looks.times, worked[1]]
            longest = max(end - start for start, end in pairwise(times))
            assert longest <= self.pause, (
                f"the deadline: {longest:.1f} s of work on {len(content)} characters without"
                " request.deadline.check()"
            )
            # Over from the beginning, and in the middle.
            for after in (0, len(looks.times) // 2):
                late = Looks(over_after=after)
                start, end = self._works(content, request, late)
                since = late.times[after] if len(late.times) > after else start
                assert end - since <= self.pause, (
                    f"the deadline: {end - since:.1f} s of work after it was over"
                )

    def _works(self, content: str, request: Request, looks: Looks) -> tuple[float, float]:
        """When the work on a view begins and ends, by the time of the processor."""
        kind = self.kind()
        deadline = looks.deadline()
        source = Source(content, deadline)
        start = time.process_time()
        try:
            with undisturbed():
                self._view(kind, source, replace(request, deadline=deadline))
        except TimeBudgetExceeded:
            assert looks.over_after is not None, (
                "the deadline: it is not over, and compress says so"
            )
        return start, time.process_time()

    def _check_way_back(self, content: str) -> None:
        kind = self.kind()
        ctx = SharedContext(pipeline=Pipeline([kind]))
        for request in self._requests(content):
            entry = ctx.put("key", content, kind=kind.name, max_tokens=request.max_tokens)
            for number, omission in enumerate(entry.omissions):
                whole = "\n".join(read_back(ctx, "key", omission))
                self.check_found(content, omission, whole)
                if number >= _KEPT:
                    continue
                parts = read_back_in_parts(ctx, "key", omission, whole)
                self.check_found(content, omission, "\n".join(parts))


def _recognises(kind: Kind, source: Source) -> bool:
    try:
        return bool(kind.recognise(source))
    except WrongKind:
        return False
    except Exception as error:
        raise AssertionError(f"recognise raises {type(error).__name__}: {error}") from error


def _check_none_between(units: list[str], unit: str, first: int, end: int) -> None:
    for number in range(first + 1, end):
        assert not units[number - 1].strip(), (
            f"pieces: {unit} {number} are in none of them: {units[number - 1]!r}"
        )
