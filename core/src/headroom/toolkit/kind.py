"""What a kind of content is: the seam by which the built-in ones and those of packages come in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar, Protocol, runtime_checkable

from headroom.errors import WrongKind
from headroom.source import Source
from headroom.view import Omission, Piece, Request, Unit, View

__all__ = ["BaseKind", "Condensed", "Kind", "LeftOut", "Symbols", "line_pieces"]

#: Whether a piece stands in what the view leaves out.
LeftOut = Callable[[Piece], bool]


@runtime_checkable
class Kind(Protocol):
    """A kind of content, with all that is known about it.

    These three are enough. ``BaseKind`` has more that a kind may know.
    """

    #: What it is called: ``"json"``. Views are of this kind, and ``kind="json"`` asks for it.
    name: str

    def recognise(self, source: Source) -> bool:
        """Whether a text is of this kind; a look at a bounded part of it.

        It may be wrong: ``compress`` says so then.
        """

    def compress(self, source: Source, request: Request) -> View | None:
        """A view of a text, or ``None`` where none is worth it.

        It must keep the laws of a view, which ``headroom_testing.KindLaws`` tests. The pipeline
        enforces what it can: a view that is no smaller, or over the budget, is not used, and an
        exception gives the original back.

        Raises:
            WrongKind: The text is not of this kind; the next likely one is asked.
            TimeBudgetExceeded: ``request.deadline`` is over; its ``check`` raises that.

        """


class Symbols(Protocol):
    """The names in a text that stand for some of its lines: functions and classes of code."""

    def lines_of(self, name: str) -> list[int]:
        """The lines, from 1, of everything of a name.

        Raises:
            ValueError: There is none; says which names there are.

        """


#: A note, and line breaks after it as a text or a JSON string has them.
_NOTE_AND_BREAKS = re.compile(r"(\[[^\[\]\n]*left out[^\[\]\n]*\])(\"?)(?:\n{2,}|(?:\\n){2,})")


@dataclass(frozen=True)
class Condensed:
    """A text with notes in place of parts of it that nobody reads."""

    #: The text with notes. It has the lines of the original, or the places of its data, so that
    #: whoever counts them counts right.
    source: Source
    #: What the notes stand for.
    omissions: tuple[Omission, ...]
    #: The notes that stand for several lines, and have empty ones below them.
    long: frozenset[str] = frozenset()

    def finished(self, view: str) -> str:
        """A view of the text, without the empty lines below notes."""
        if not self.long:
            return view
        return _NOTE_AND_BREAKS.sub(self._without_breaks, view)

    def with_notes(self, others: Sequence[Omission]) -> tuple[Omission, ...]:
        """What a view of the text leaves out of the original: ``others``, and what notes stand for.

        A note in lines that are left out as a whole is left out with them, and is not said twice.
        """
        gone = sorted(
            span
            for one in others
            if one.unit == "lines" and not one.path and one.within is None
            if one.chars is None and not one.in_part
            for span in one.ranges
        )
        starts = [start for start, _ in gone]
        ends = list(accumulate((end for _, end in gone), max))

        def is_shown(note: Omission) -> bool:
            if note.unit != "lines" or note.path or note.within is not None:
                return True
            before = bisect_right(starts, note.ranges[0][0])
            return before == 0 or ends[before - 1] < note.ranges[-1][1]

        return (*filter(is_shown, self.omissions), *others)

    def _without_breaks(self, match: re.Match[str]) -> str:
        note, quote = match.groups()
        if note not in self.long:
            return match[0]
        return f"{note}{quote}" + ("\n" if match[0].endswith("\n") else "\\n")


class BaseKind:
    """A kind that leaves everything at its default but what a subclass says.

    A subclass has ``name``, ``recognise`` and ``compress``, and of the rest what it needs. What
    it may say of itself: ``compressor``, its name in ``transforms``; ``unit``, what the bare
    numbers of a place count; ``may_be_mixed``, its texts may have parts of other kinds;
    ``is_alike``, other notations look like it;
    ``is_sure``, nothing sets parts of its texts apart; ``takes_in_lines``, a few lines of
    anything may stand among its own; ``is_example``, short pieces of it belong to the text around
    them; ``has_headings``, its headings stand over parts of other kinds; ``stands_in_text``, it is
    looked for between paragraphs of other text; ``begins_with_sign``, no text of it begins with a
    letter or a digit.
    """

    name: str
    #: As views name it in ``transforms``; empty is the name of the kind.
    compressor: ClassVar[str] = ""
    #: What the bare numbers of a place count in texts of this kind.
    unit: ClassVar[Unit] = "lines"
    #: Whether a text that is of this kind as a whole may yet have parts of several kinds.
    may_be_mixed: ClassVar[bool] = False
    #: Whether other notations look like it: what it takes as a whole is one of several kinds where
    #: a part of it is of one that is asked earlier.
    is_alike: ClassVar[bool] = False
    #: Whether a parser or sure signs speak for all of a text of this kind: nothing sets parts of it
    #: apart, whatever stands in it.
    is_sure: ClassVar[bool] = False
    #: Whether a few lines of anything else may stand among its own.
    takes_in_lines: ClassVar[bool] = False
    #: Whether short pieces of it within a text are examples, which belong to that text.
    is_example: ClassVar[bool] = False
    #: Whether a piece of it that is among its own ``heads`` is a heading, which stands over parts
    #: of other kinds, too, that come below it in a text of several.
    has_headings: ClassVar[bool] = False
    #: Whether it is looked for between paragraphs of other text: by ``span`` where the kind has
    #: one, else by showing paragraphs to ``recognise``. A kind that is told from the text around it
    #: by fences and dividers alone does without the latter.
    stands_in_text: ClassVar[bool] = True
    #: Whether no text of it begins with a letter or a digit; ``span`` is asked at fewer lines then.
    begins_with_sign: ClassVar[bool] = False

    def recognise(self, source: Source) -> bool:
        """See ``Kind``."""
        raise NotImplementedError

    def compress(self, source: Source, request: Request) -> View | None:
        """See ``Kind``."""
        raise NotImplementedError

    def may_be(self, source: Source) -> bool:
        """Whether a text that no kind recognises is yet more likely of this one than plain text.

        Like ``recognise`` a bounded look, by weaker signs.
        """
        return False

    def _proves(self, source: Source) -> bool:
        # One of the core's own may be surely told by a parser, before others go by what lines look
        # like.
        return False

    @property
    def has_span(self) -> bool:
        """Whether it says by ``span`` where it begins and ends within other text."""
        return type(self).span is not BaseKind.span

    def may_stand_in(self, source: Source) -> bool:
        """Whether ``span`` may find something at any line of a text.

        It is asked once, and where it says no, ``span`` is asked at no line: best by a look that
        goes over the whole text at once. Where it says yes, there may be nothing yet.
        """
        return True

    def span(self, source: Source, line: int) -> tuple[int, int] | None:
        """Lines of this kind within a text of several: index of the first, and after the last.

        A kind needs it only where its texts cannot be told by paragraphs: where they begin in the
        middle of one, or have paragraphs that ``recognise`` does not take by themselves.

        Args:
            source: The whole text.
            line: The index of a line: what begins there is asked for. The answer may begin one
                line earlier. Every line that is not blank may be asked: look at its first
                characters first.

        """
        return None

    def condense(self, source: Source) -> Condensed | None:
        """A text of any kind with notes in place of parts of it that nobody reads.

        It is asked before the text is told to be of a kind, and of every text: a look that takes
        a small part of the time of a compression. ``None`` where there is nothing of that.
        """
        return None

    def pieces(self, source: Source) -> Iterable[Piece]:
        """What a query looks through: lines, unless the kind knows better."""
        return line_pieces(source)

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """The pieces that answer a query in the order in which they should be shown.

        Args:
            source: The text.
            query: What is asked.
            order: The numbers of the pieces that share a word with the query, the best first.
            pieces: What ``pieces`` gave.
            left_out: Whether the reader lacks a piece.

        """
        return order

    def data(self, source: Source) -> object:
        """The value in a text: what has rows, and places that JSON pointers lead to.

        Rows of a large one may be a sequence that makes each when it is asked for.

        Raises:
            WrongKind: There is none.

        """
        raise WrongKind("texts of this kind have no rows and no paths")

    def leaves(self, source: Source) -> Iterable[Piece]:
        """Every scalar of the data by itself, for queries that name one."""
        return ()

    def symbols(self, source: Source) -> Symbols | None:
        """The names that stand for some of the lines; ``None`` where a kind has no such names."""
        return None

    def texts(self, source: Source) -> Iterable[tuple[str, str, bool]]:
        """The long texts within data, each of which may be a payload of its own.

        Yields:
            JSON pointer, text, and whether it stands in one of several like records.

        """
        return ()

    def without(self, source: Source, paths: set[str]) -> str:
        """The data without the texts at some pointers."""
        raise NotImplementedError

    def decode(self, view: str, **options: Any) -> object:
        """The data that a lossless view stands for.

        Raises:
            ValueError: The text is no lossless view of this kind.

        """
        raise ValueError("views of this kind hold no data: one without loss is the original itself")

    def gist(self, view: str) -> str:
        """What a text is about, by its view, in a few words; empty for its beginning."""
        return ""


def line_pieces(source: Source) -> Iterable[Piece]:
    r"""Each line as a piece.

    >>> [piece.number for piece in line_pieces(Source("one\ntwo"))]
    [1, 2]
    """
    return (Piece(text, "lines", number) for number, text in enumerate(source.lines, 1))
