"""A text that is read once, however many look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from headroom.errors import WrongKind
from headroom.lines import Lines, joined
from headroom.view import Deadline

__all__ = ["Source"]

T = TypeVar("T")

#: Lines of a text with more characters are cut out when they are asked for; up to here, where they
#: take little memory, they are a list, which is faster. Chosen.
_LARGE = 1 << 18


class Source:
    r"""A payload, or a part of one, and what has been found out about it.

    Recognisers, compressors and retrieval share one, so that nothing is split, parsed or scanned
    twice for the same reason.

    Args:
        text: The text.
        deadline: The time that whoever reads it may take; ``None`` for no limit.

    >>> source = Source("one\ntwo")
    >>> def words(source: Source) -> list[str]:
    ...     print("reads")
    ...     return source.text.split()
    >>> source.once(words) is source.once(words)
    reads
    True

    """

    __slots__ = ("_again", "_known", "_lines", "_text", "deadline", "first_line")

    def __init__(self, text: str, deadline: Deadline | None = None) -> None:
        self._text: str | None = text
        #: Makes the text, where it may be forgotten.
        self._again: Callable[[], str] | None = None
        self.deadline = Deadline(None) if deadline is None else deadline
        #: The number of its first line in the text that it is a part of, from 1.
        self.first_line = 1
        self._lines: Sequence[str] | None = None
        self._known: dict[object, Any] = {}

    @classmethod
    def made(cls, make: Callable[[], str], deadline: Deadline | None = None) -> Source:
        """One whose text is made when it is asked for, and again where it was forgotten.

        Args:
            make: Makes the text, the same one each time.
            deadline: As above.

        """
        source = cls("", deadline)
        source._text, source._again = None, make
        return source

    @property
    def text(self) -> str:
        """The whole of it."""
        # Another thread may forget it at any time.
        text = self._text
        if text is None:
            assert self._again is not None
            text = self._text = self._again()
        return text

    @property
    def lines(self) -> Sequence[str]:
        r"""The lines as views and markers count them: what stands between line feeds.

        A carriage return belongs to its line. Nobody may change them. They are a list, or, in a
        large text, cut out of it when they are asked for.

        >>> Source("a\r\nb\n").lines
        ['a\r', 'b', '']
        """
        lines = self._lines
        if lines is None:
            text = self.text
            lines = self._lines = Lines(text) if len(text) > _LARGE else text.split("\n")
        return lines

    def forget_lines(self) -> None:
        r"""Drops the lines, which may take more memory than the text; they can be asked for again.

        >>> source = Source("a\nb")
        >>> source.lines, source.forget_lines(), source.lines
        (['a', 'b'], None, ['a', 'b'])

        """
        self._lines = None

    def forget_text(self) -> None:
        """Drops a text that is made again where it is asked for: as of a part of a large one."""
        if self._again is not None:
            self._text = None

    def forget(self) -> None:
        """Drops all that has been found out; it is found out again where it is asked for."""
        self._lines = None
        self._known.clear()
        self.forget_text()

    @contextmanager
    def forgetting_if_wrong(self) -> Iterator[None]:
        """Drops what is read in it where it raises ``WrongKind``: nobody may ask for it again.

        What one kind made of a large text need not be there while another one is tried.
        """
        before = set(self._known)
        try:
            yield
        except WrongKind:
            for read in self._known.keys() - before:
                # Parts are the same ones for all that hold them.
                if not isinstance(read, tuple):
                    del self._known[read]
            raise

    def once(self, read: Callable[[Source], T]) -> T:
        """What ``read(source)`` returns; it is called the first time alone.

        Args:
            read: A function by its name, not one made for the call: it is what the answer is
                remembered by. Where it raises ``WrongKind``, that is remembered, too.

        Raises:
            TimeBudgetExceeded: The time is up before it is read.

        """
        known: Any = self._known.get(read)
        if known is None:
            self.deadline.check()
            try:
                known = (read(self), None)
            except WrongKind as error:
                # Not the error itself: by its frames it would hold this source, and whatever was
                # half read of it, until the garbage is collected.
                known = (None, error.args)
            self._known[read] = known
        value, wrong = known
        if wrong is not None:
            raise WrongKind(*wrong)
        found: T = value
        return found

    def part(self, first: int, end: int) -> Source:
        r"""Some lines as a source of their own; asked for again, it is the same one.

        Args:
            first: Index of the first line.
            end: Index after the last one.

        >>> part = Source("a\nb\nc").part(1, 3)
        >>> part.text, part.first_line
        ('b\nc', 2)

        """
        if first == 0 and end == len(self.lines):
            return self
        known = self._known.get((first, end))
        if known is None:
            known = self._known[first, end] = self.apart(first, end)
        found: Source = known
        return found

    def apart(self, first: int, end: int) -> Source:
        """The same, but nobody remembers it: there may be thousands."""
        if first == 0 and end == len(self.lines):
            return self
        lines = self.lines
        part = Source(joined(lines, first, end) if first < end else "", self.deadline)
        part.first_line = self.first_line + first
        if isinstance(lines, Lines) and first < end:
            part._again = partial(lines.text, first, end)
        return part

    def forget_part(self, first: int, end: int) -> None:
        """Drops a part, and all that was found out about it."""
        self._known.pop((first, end), None)

    def size(self, first: int, end: int) -> int:
        r"""Characters of ``part(first, end)``.

        >>> Source("a\nb\nc").size(1, 3)
        3

        """
        if first >= end:
            return 0
        lines = self.lines
        if isinstance(lines, Lines):
            return lines.size(first, end)
        return sum(map(len, lines[first:end])) + end - first - 1
