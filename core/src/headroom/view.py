"""The nouns of the pipeline: a request, a view, an omission, a piece, a result."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Literal, TypeAlias, TypeVar, get_args

from headroom.errors import TimeBudgetExceeded
from headroom.notebook import card
from headroom.tokens import TokenCounter

__all__ = [
    "ENDS_PLACE",
    "EVERYTHING",
    "FIDELITIES",
    "NO_LIMIT",
    "CompressResult",
    "Deadline",
    "Fidelity",
    "Omission",
    "Piece",
    "Request",
    "Unit",
    "View",
    "Within",
    "or_original",
    "spelled",
    "spelled_path",
]

T = TypeVar("T")

Fidelity = Literal["lossless", "balanced", "compact"]
FIDELITIES: tuple[Fidelity, ...] = get_args(Fidelity)

#: What parts of an original are counted in.
Unit = Literal["lines", "rows", "sentences"]


class Deadline:
    """The time that one compression may take.

    Args:
        seconds: The budget; ``None`` for no limit.
        clock: Where the time is read, in seconds.

    """

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds

    @property
    def left(self) -> float | None:
        """The seconds that are left, below zero where it is over; ``None`` without a limit.

        >>> Deadline(None).left is None, Deadline(9, clock=lambda: 100.0).left
        (True, 9.0)
        """
        return None if self._end is None else self._end - self._clock()

    def check(self) -> None:
        """Call it wherever a loop over the payload turns.

        Raises:
            TimeBudgetExceeded: The time is up.

        """
        if self._end is not None and self._clock() > self._end:
            raise TimeBudgetExceeded("the time for compressing this payload is up")

    def over(self, items: Iterable[T], every: int = 500) -> Iterator[T]:
        """The items of a loop over the payload, checked before the first and now and then.

        Args:
            items: What the loop is over.
            every: After how many of them the clock is looked at.

        Raises:
            TimeBudgetExceeded: The time is up.

        >>> list(Deadline(None).over(["one", "two", "three"], every=2))
        ['one', 'two', 'three']

        """
        # Put together in C: it takes a third of the time for each item.
        return chain.from_iterable(self._some(iter(items), every))

    def _some(self, rest: Iterator[T], every: int) -> Iterator[list[T]]:
        while some := list(islice(rest, every)):
            self.check()
            yield some


#: One that is never over.
NO_LIMIT = Deadline(None)


#: A part of an original in which units are counted: first and last line of a part of a text of
#: several kinds; or the JSON pointer of a text within a document, ``"/result/text"``, or some of
#: its lines, ``"lines 3-90 of /result/text"``.
Within: TypeAlias = "tuple[int, int] | str"

#: The place of all that there is.
EVERYTHING = "everything"
#: What a marker or a heading says after a place, as a pattern.
ENDS_PLACE = r" left out\b|, in part\b|, each after its number\b"
#: What a pointer in a place has to be put in quotes for: else it would end there, or begin.
_ENDS = re.compile(
    rf'[\[\]";]|  | /|/ | (?:within|characters|everything)\b|{ENDS_PLACE}'
    r"| (?:row|line|sentence)s?[ :]{0,2}\d",
    re.IGNORECASE,
)
#: Lines of a text within a document.
_LINES_OF = re.compile(r"lines (\d{1,12})(?:-\d{1,12})? of (.*)", re.DOTALL)


def spelled_path(path: str) -> str:
    r"""A JSON pointer in the words of a place: as it is, or in quotes as JSON writes a text.

    Quoted are those that would not be read back from a place, or would break a line or a marker.

    >>> spelled_path("/orders/Order date")
    '/orders/Order date'
    >>> print(spelled_path("/a] within /b"))
    "/a\u005d within /b"

    """
    if not path or (path.isprintable() and path[-1] not in "/ " and _ENDS.search(path) is None):
        return path
    text = json.dumps(path, ensure_ascii=not path.isprintable())
    return text.replace("[", "\\u005b").replace("]", "\\u005d")


def spelled(within: Within) -> str:
    """A part of an original in the words of a place.

    >>> spelled((3, 90)), spelled("/result/text")
    ('lines 3-90', '/result/text')
    """
    if isinstance(within, tuple):
        return "lines {}-{}".format(*within)
    match = _LINES_OF.fullmatch(within)
    if match is None:
        return spelled_path(within)
    return within[: match.start(2)] + spelled_path(match[2])


def _lines_before(within: Within | None) -> tuple[int, Within | None]:
    """How many lines stand before a part in what it is cut from, and where that is."""
    if isinstance(within, tuple):
        return within[0] - 1, None
    match = _LINES_OF.fullmatch(within) if within else None
    return (int(match[1]) - 1, match[2]) if match else (0, within)


@dataclass(frozen=True)
class Omission:
    """One part of the original that a view leaves out, and where it stood.

    >>> Omission("rows", ((3, 111),)).where
    'rows 3-111'
    >>> Omission("rows", ((3, 111), (114, 250)), path="/flights").count
    246
    >>> Omission("lines", ((7, 7),), chars=(31, 5000)).where
    'lines 7:31-5000'
    >>> Omission("values", ()).where
    'everything'
    """

    #: What is counted: ``"lines"``, ``"rows"``, ``"sentences"`` or ``"values"``.
    unit: str
    #: First and last of each part that is left out: 1-based, inclusive, ascending, disjoint.
    #: Lines are those of ``str.split("\\n")``; rows those of the array or object at ``path``, in
    #: its order; empty for ``"values"``, where ``path`` says it all.
    ranges: tuple[tuple[int, int], ...]
    #: JSON pointer (RFC 6901) of what holds the rows, or of the value; ``""`` is the whole.
    path: str = ""
    #: The part in which the units are counted; ``None`` for the whole original.
    within: Within | None = None
    #: First and last character, 1-based and inclusive, where it is a part of a single unit.
    chars: tuple[int, int] | None = None
    #: Whether some of each unit is left out, and the rest shown: the text of a page without tags.
    in_part: bool = False

    def of_part(self, within: Within, first_line: int = 1) -> Omission:
        """The same, said of a part of a text: lines are counted in what the part is cut from.

        Args:
            within: The part.
            first_line: By which number the part's first line is called here.

        >>> Omission("lines", ((1, 3),)).of_part((7, 90)).where
        'lines 7-9'
        >>> Omission("rows", ((1, 3),)).of_part((7, 90)).where
        'rows 1-3 within lines 7-90'

        """
        before, holder = _lines_before(within)
        if self.unit != "lines" or self.path:
            return replace(self, within=within)
        more = before + 1 - first_line
        ranges = tuple((first + more, last + more) for first, last in self.ranges)
        return replace(self, ranges=ranges, within=holder)

    @property
    def count(self) -> int:
        """How many units are left out."""
        return sum(last - first + 1 for first, last in self.ranges) if self.ranges else 1

    @property
    def where(self) -> str:
        """The place in words, as ``retrieve`` takes it; no key breaks it, or its line."""
        spans = ",".join(f"{a}-{b}" if a != b else f"{a}" for a, b in self.ranges)
        if self.chars is not None:
            spans += ":{}-{}".format(*self.chars)
        place = f"{self.unit} {spans}" if spans else ""
        if self.path:
            path = spelled_path(self.path)
            place = f"{place} of {path}" if place else path
        if self.within is None:
            return place or EVERYTHING
        return f"{place} within {spelled(self.within)}" if place else spelled(self.within)


@dataclass(frozen=True)
class Request:
    """What a compressor is asked for, beside the content."""

    kind: str
    counter: TokenCounter
    #: Tokens of the whole content: a view that does not stay below is thrown away.
    original_tokens: int
    #: What the reader wants to know, in words.
    query: str | None = None
    #: The most tokens that the view may have, markers included. ``None``: ``fidelity`` decides.
    #: With it, a lossless view that fits comes first; otherwise the budget is used up.
    max_tokens: int | None = None
    fidelity: Fidelity = "balanced"
    deadline: Deadline = field(default_factory=lambda: Deadline(None))

    def fits(self, text: str) -> bool:
        """Whether a text is within the budget, if there is one."""
        return self.max_tokens is None or self.counter.count(text) <= self.max_tokens


@dataclass(frozen=True)
class View:
    r"""What a compressor hands back.

    >>> from headroom.toolkit import view_of_lines
    >>> view = view_of_lines(["a", "b", "c"], {0})
    >>> view.text, view.lossless, [gone.where for gone in view.omissions]
    ('a\n[lines 2-3 left out]', False, ['lines 2-3'])

    """

    text: str
    #: Whether the original's data can be read back from the text alone.
    lossless: bool
    omissions: tuple[Omission, ...] = ()
    #: Names for ``transforms``; empty means that of the kind's compressor.
    transforms: tuple[str, ...] = ()
    #: By which number markers and omissions call the first line: ``source.first_line``, so that the
    #: lines of a part are counted in the text that it is cut from, or 1.
    first_line: int = 1

    def counted_apart(self, first_line: int) -> list[str]:
        """What markers count in the part of a text that the view is of, and not in the text.

        Args:
            first_line: The number of the part's first line in the text.

        """
        return sorted(
            {
                "rows" if gone.unit == "values" else gone.unit
                for gone in self.omissions
                if gone.unit != "lines" or gone.path or self.first_line != first_line
            }
        )


@dataclass(frozen=True)
class Piece:
    """A part of an original that a query finds, and that is shown whole where there is room."""

    text: str
    unit: Unit = "lines"
    #: 1-based, within ``path`` and ``within``; 0 where the piece is the value at ``path``.
    number: int = 0
    #: JSON pointer of what the number counts in, or of the value.
    path: str = ""
    #: The part of the original in which all else is counted; ``None`` for the whole.
    within: Within | None = None
    #: Which pieces stand together: sentences of a passage, lines of a record, of a hunk, of a
    #: function. -1 is none.
    group: int = -1
    #: Whether the pieces of the group are of use only together.
    is_inseparable: bool = False
    #: Which characters of the whole piece these are, 1-based and inclusive.
    chars: tuple[int, int] | None = None
    #: Numbers of the pieces that say what this one is part of, the nearest first: the header of
    #: its hunk, the heading of its section, the line that its function begins with.
    heads: tuple[int, ...] = ()

    def in_whole(self) -> Piece:
        """The same; a line of a part is counted in what the part is cut from."""
        if self.within is None or self.unit != "lines" or self.path or self.number == 0:
            return self
        before, holder = _lines_before(self.within)
        return replace(self, number=self.number + before, within=holder)

    def part(self, chars: tuple[int, int | None] | None) -> Piece | None:
        """Some characters of the piece; ``None`` where it is shorter."""
        if chars is None:
            return self
        first, last = chars
        end = len(self.text) if last is None else min(last, len(self.text))
        if first > end:
            return None
        return replace(self, text=self.text[first - 1 : end], chars=(first, end))


@dataclass(frozen=True)
class CompressResult:
    """A view and what is known of it.

    >>> from headroom import compress
    >>> result = compress([{"id": n, "state": "ok"} for n in range(300)])
    >>> result.kind, result.tokens_saved > 1000, result.failure
    ('json', True, None)

    """

    #: The view.
    text: str
    tokens_before: int
    tokens_after: int
    #: Names of the compressors that had a part in it; empty where the view is the original.
    transforms: tuple[str, ...]
    kind: str
    #: Whether ``decode`` reads the original's data back from the view alone, if it is not the same.
    lossless: bool
    omissions: tuple[Omission, ...] = ()
    #: Which compressor failed, and how; the original is handed back then, or the part of a payload
    #: that it was for stays as it is. ``None`` if none did.
    failure: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left out.

        Every view that is lossless is complete. One of a text with data in it, or of data with
        texts in them, may be complete and not lossless: a reader finds all of it there, but to a
        program a part in another notation looks like the text around it, and its white space is
        gone.

        """
        return not self.omissions

    @property
    def tokens_saved(self) -> int:
        """How many tokens fewer the view has."""
        return self.tokens_before - self.tokens_after

    @property
    def savings_percent(self) -> float:
        """The share of the tokens that is saved, 0 to 100, to one decimal."""
        return savings_percent(self.tokens_before, self.tokens_after)

    def _repr_html_(self) -> str:
        figures = f"{self.tokens_before:,} tokens become {self.tokens_after:,}"
        return card(self.kind, figures, [("view", self.text, True)])


def or_original(result: CompressResult, text: str, tokens: int, original: str) -> CompressResult:
    """A view with a line more, or the original where that has as few tokens.

    Args:
        result: The view.
        text: Its text, with the line.
        tokens: Of that text.
        original: What the view is of.

    """
    if tokens < result.tokens_before:
        return replace(result, text=text, tokens_after=tokens)
    return replace(
        result,
        text=original,
        tokens_after=result.tokens_before,
        transforms=(),
        lossless=True,
        omissions=(),
    )


def savings_percent(before: int, after: int) -> float:
    """The share of tokens saved, 0 to 100, to one decimal.

    >>> savings_percent(1000, 150)
    85.0
    """
    return round((1 - after / before) * 100, 1) if before else 0.0
