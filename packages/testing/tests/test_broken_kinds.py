"""The laws of a kind find what is wrong, and say which law it is."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import strategies as st

from headroom import Kind, Omission, Piece, Request, Source, TimeBudgetExceeded, View
from headroom.toolkit import view_of_lines
from headroom_testing import KindLaws

_LINE = re.compile(r"entry \d")


class Journal:
    """What is right: lines of a journal, of which the first and the loud ones are kept."""

    name = "journal"

    def recognise(self, source: Source) -> bool:
        return _LINE.match(source.text) is not None

    def compress(self, source: Source, request: Request) -> View | None:
        if request.fidelity == "lossless" or len(source.lines) < 4:
            return None
        kept: list[int] = []
        for number, line in enumerate(source.lines):
            request.deadline.check()
            if number == 0 or "!" in line:
                kept.append(number)
        while kept:
            view = self.view(source, kept)
            if request.fits(view.text):
                return view
            kept.pop()
        return None

    def view(self, source: Source, kept: Sequence[int]) -> View:
        return view_of_lines(source.lines, kept)

    def pieces(self, source: Source) -> Iterable[Piece]:
        return [Piece(text, "lines", n) for n, text in enumerate(source.lines, 1)]


def journal(count: int, loud: int = 7) -> str:
    return "\n".join(
        f"entry {n} of the journal, of a day in a row{'!' if n % loud == 0 else ''}"
        for n in range(count)
    )


class Laws(KindLaws):
    __test__ = False
    large = 20_000
    pause = 0.05
    broken: Callable[[], Kind] = Journal

    def kind(self) -> Kind:
        return type(self).broken()

    def payloads(self) -> st.SearchStrategy[str]:
        return st.builds(journal, st.integers(0, 80), st.integers(5, 9))


class TestJournal(Laws):
    __test__ = True


def gone_of(source: Source, kept: Iterable[int]) -> tuple[Omission, ...]:
    return view_of_lines(source.lines, list(kept)).omissions


class SaysNothing(Journal):
    """the view does not say so"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        return View(source.lines[0], False, gone_of(source, [0]))


class NamesNothing(Journal):
    """no omission says what"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        return View(f"{source.lines[0]}\n[left out]", False)


class NamesTooLittle(Journal):
    """no unmarked loss: line 2 is neither shown nor left out"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        omission = Omission("lines", ((3, len(source.lines)),))
        return View(f"{source.lines[0]}\n[{omission.where} left out]", False, (omission,))


class NamesTooMuch(Journal):
    """no unmarked loss: there are"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        omission = Omission("lines", ((2, len(source.lines) + 5),))
        return View(f"{source.lines[0]}\n[{omission.where} left out]", False, (omission,))


class MarksAtTheTopAlone(Journal):
    """and no marker stands there"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        gone = gone_of(source, kept)
        lines = [source.lines[number] for number in kept]
        return View("\n".join([f"[{gone[0].where} left out]", *lines]), False, gone)


class MarksInTheWrongPlace(Journal):
    """no unmarked loss: nothing is left out after lines 1, where a marker stands"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        half = len(source.lines) // 2
        gone = gone_of(source, range(half))
        marker = f"[{gone[0].where} left out]"
        return View("\n".join([source.lines[0], marker, *source.lines[1:half]]), False, gone)


class MarksOthers(Journal):
    """no unmarked loss: the marker in place of lines 2-"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        return View(f"{source.lines[0]}\n[line 1 left out]", False, gone_of(source, [0]))


class Paraphrases(Journal):
    """nothing invented: this is not in the original"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        return View("Many days.\n[left out]", False, gone_of(source, []))


class Shuffles(Journal):
    """nothing invented: this line is left out, or stands elsewhere"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        gone = gone_of(source, [0, 1])
        text = f"{source.lines[1]}\n{source.lines[0]}\n[{gone[0].where} left out]"
        return View(text, False, gone)


class NotLossless(Journal):
    """lossless means lossless"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        return View(source.lines[0], lossless=True)


class OmitsTwice(Journal):
    """omissions: not disjoint"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        omission = Omission("lines", ((2, 5), (5, len(source.lines))))
        return View(f"{source.lines[0]}\n[lines 2-9 left out]", False, (omission,))


class Raises(Journal):
    """compress raises: journal failed on this journal: ZeroDivisionError"""

    def view(self, source: Source, kept: Sequence[int]) -> View:
        raise ZeroDivisionError


class Changes(Journal):
    """deterministic: not the same view again"""

    turn = 0

    def view(self, source: Source, kept: Sequence[int]) -> View:
        Changes.turn += 1
        return view_of_lines(source.lines, kept[: 1 + Changes.turn % 2])


@pytest.mark.parametrize(
    "kind",
    [
        SaysNothing, NamesNothing, NamesTooLittle, NamesTooMuch, MarksAtTheTopAlone,
        MarksInTheWrongPlace, MarksOthers, Paraphrases, Shuffles, NotLossless, OmitsTwice, Raises,
        Changes,
    ],
)  # fmt: skip
def test_broken_views_are_found(kind: type[Journal]) -> None:
    assert kind.__doc__ is not None
    laws = type("Found", (Laws,), {"broken": kind})()
    with pytest.raises(AssertionError, match=re.escape(kind.__doc__)):
        laws._check(journal(100), "balanced", None, None)


def test_equal_lines_of_which_one_is_shown_are_found() -> None:
    class Unique(Journal):
        def view(self, source: Source, kept: Sequence[int]) -> View:
            text = "\n".join(dict.fromkeys(source.lines[:-1]))
            return View(f"{text}\n[line 40 left out]", False, (Omission("lines", ((40, 40),)),))

    laws = type("Found", (Laws,), {"broken": Unique})()
    with pytest.raises(AssertionError, match="no unmarked loss: line 2 is neither shown nor left"):
        laws._check("\n".join(["entry 1 of the journal!"] * 40), "balanced", None, None)


class ClaimsEverything(Journal):
    def recognise(self, source: Source) -> bool:
        return True


class ClaimsNothing(Journal):
    def recognise(self, source: Source) -> bool:
        return False


class RaisesAtOnce(Journal):
    def recognise(self, source: Source) -> bool:
        raise KeyError("entry")


class RaisesOnSome(Journal):
    def recognise(self, source: Source) -> bool:
        return int(source.text.split()[1]) >= 0


class LooksAtEachLine(Journal):
    def recognise(self, source: Source) -> bool:
        return min(len(line.split()) for line in source.lines) > 1


class LooksAtEachEnd(Journal):
    def recognise(self, source: Source) -> bool:
        return any(source.text[n:].count("!") > 10**9 for n in range(len(source.text)))


class MakesNoView(Journal):
    def compress(self, source: Source, request: Request) -> View | None:
        return None


class KeepsToNoBudget(Journal):
    def compress(self, source: Source, request: Request) -> View | None:
        return view_of_lines(source.lines, [0, 1, *range(3, len(source.lines))])


class IgnoresTheDeadline(Journal):
    def compress(self, source: Source, request: Request) -> View | None:
        sum(len(one) + len(other) for one in source.lines * 20 for other in source.lines)
        return super().compress(source, request)


class LooksAtTheDeadlineOnce(IgnoresTheDeadline):
    def compress(self, source: Source, request: Request) -> View | None:
        request.deadline.check()
        return super().compress(source, request)


class SwallowsTheDeadline(Journal):
    def compress(self, source: Source, request: Request) -> View | None:
        for _ in source.lines * 20:
            with contextlib.suppress(TimeBudgetExceeded):
                request.deadline.check()
            sum(len(line) for line in source.lines)
        return None


class SaysThatItIsLate(Journal):
    def compress(self, source: Source, request: Request) -> View | None:
        raise TimeBudgetExceeded


class StripsLines(Journal):
    def compress(self, source: Source, request: Request) -> View | None:
        source.lines[:] = [line.strip("!") for line in source.lines]
        return super().compress(source, request)


class PopsALine(Journal):
    def recognise(self, source: Source) -> bool:
        return bool(source.lines) and source.lines.pop().startswith("entry")


class LosesPieces(Journal):
    def pieces(self, source: Source) -> Iterable[Piece]:
        return [piece for piece in super().pieces(source) if "!" in piece.text]


class CountsPiecesFromZero(Journal):
    def pieces(self, source: Source) -> Iterable[Piece]:
        return [Piece(text, "lines", n) for n, text in enumerate(source.lines)]


class RewordsPieces(Journal):
    def pieces(self, source: Source) -> Iterable[Piece]:
        return [Piece(text.upper(), "lines", n) for n, text in enumerate(source.lines, 1)]


class ShufflesPieces(Journal):
    turn = 0

    def pieces(self, source: Source) -> Iterable[Piece]:
        ShufflesPieces.turn += 1
        return list(super().pieces(source))[:: 1 if ShufflesPieces.turn % 2 else -1]


class CountsInItsOwnUnit(Journal):
    def view(self, source: Source, kept: Sequence[int]) -> View:
        omission = Omission("entries", ((2, len(source.lines)),))
        return View(f"{source.lines[0]}\n[{omission.where} left out]", False, (omission,))


class InTheOrderOfASet(Journal):
    def view(self, source: Source, kept: Sequence[int]) -> View:
        return view_of_lines(source.lines, {0, source.lines.index(next(iter({*source.lines[1:]})))})


#: The law that finds each kind, and what it says.
FOUND: list[tuple[type[Journal], str, str]] = [
    (ClaimsEverything, "it_claims_few_sorts_of_payloads", "recognise claims too much: prose, JSON"),
    (ClaimsNothing, "its_own_payloads_are_recognised_and_made_smaller", "recognise: it takes none"),
    (RaisesAtOnce, "it_claims_few_sorts_of_payloads", "recognise raises KeyError"),
    (RaisesOnSome, "it_claims_few_sorts_of_payloads", "recognise raises ValueError"),
    (LooksAtEachLine, "its_recogniser_looks_at_a_bounded_part", "a bounded look: recognise takes"),
    (LooksAtEachEnd, "its_recogniser_looks_at_a_bounded_part", "a bounded look: recognise takes"),
    (MakesNoView, "its_own_payloads_are_recognised_and_made_smaller", "compress makes no view"),
    (KeepsToNoBudget, "its_own_payloads_are_recognised_and_made_smaller", "within budget"),
    (IgnoresTheDeadline, "it_keeps_to_its_deadline", "the deadline: .* without request.deadline"),
    (LooksAtTheDeadlineOnce, "it_keeps_to_its_deadline", "the deadline: .* without request.dead"),
    (SwallowsTheDeadline, "it_keeps_to_its_deadline", "the deadline: .* after it was over"),
    (SaysThatItIsLate, "it_keeps_to_its_deadline", "the deadline: it is not over"),
    (StripsLines, "it_changes_nothing_of_the_source", "the source is everybody's"),
    (PopsALine, "it_changes_nothing_of_the_source", "the source is everybody's"),
    (LosesPieces, "what_queries_look_through_is_the_text", "pieces: lines 2 are in none of them"),
    (CountsPiecesFromZero, "what_queries_look_through_is_the_text", "pieces: lines 0 of"),
    (RewordsPieces, "what_queries_look_through_is_the_text", "pieces: lines 1 are 'entry 0"),
    (ShufflesPieces, "what_queries_look_through_is_the_text", "pieces: not deterministic"),
    (CountsInItsOwnUnit, "what_is_left_out_comes_back", "a way back: retrieve"),
]


@pytest.mark.parametrize(
    ("kind", "law", "said"), FOUND, ids=lambda one: getattr(one, "__name__", "")
)
def test_broken_kinds_are_found(kind: type[Journal], law: str, said: str) -> None:
    laws = type("Found", (Laws,), {"broken": kind})()
    with pytest.raises(AssertionError, match=said):
        getattr(laws, f"test_{law}")()


class UnsortedLaws(Laws):
    broken = InTheOrderOfASet


def test_what_depends_on_the_process_is_found() -> None:
    with pytest.raises(AssertionError, match="deterministic: another process makes other views"):
        UnsortedLaws().test_views_are_the_same_in_every_process()


def test_a_recogniser_that_raises_on_odd_texts_is_found() -> None:
    laws = type("Found", (Laws,), {"broken": RaisesOnSome})()
    with pytest.raises(AssertionError, match="recognise raises IndexError"):
        laws.test_hostile_payloads_are_no_problem("nothing", None)
