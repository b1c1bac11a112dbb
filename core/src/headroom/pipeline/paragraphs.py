"""Paragraphs of one kind among others."""

from __future__ import annotations

from headroom.kinds.guard import Guarded
from headroom.pipeline.boundaries import leads_over
from headroom.source import Source

__all__ = ["ParagraphFinder"]

#: So many paragraphs together are shown to a recogniser: one may be too few for it to tell.
_WINDOWS = (1, 3, 9)
#: Several together have at most so many characters: paragraphs that tell nothing alone are small.
_WINDOW_CHARS = 20_000
#: After so many places of one text at which nothing was found, no more are tried.
_MOST_MISSES = 10_000
#: The share of the time for a text that one recogniser may take for its paragraphs.
_SHARE_OF_TIME = 0.1


class ParagraphFinder:
    r"""Finds the paragraphs that a kind takes for its own, in one text.

    A recogniser may be anybody's code. It is shown each part of the text a fixed number of times
    at the most, and not asked again where it takes too long; a warning says so.

    Args:
        kind: Whose recogniser is asked.
        source: The whole text.

    >>> from headroom.toolkit.kind import BaseKind
    >>> class Lists(BaseKind):
    ...     name = "list"
    ...     def recognise(self, source: Source) -> bool:
    ...         return source.text.startswith("- ")
    >>> text = Source("They said:\n\n- one\n\n- two\n\nThat is all.")
    >>> ParagraphFinder(Guarded(Lists()), text).find(text, 2)
    (2, 5)

    """

    def __init__(self, kind: Guarded, source: Source) -> None:
        self._kind = kind
        self._source = source
        self._paragraphs = source.once(_Paragraphs)
        self._misses = 0
        left = source.deadline.left
        self._seconds = None if left is None else left * _SHARE_OF_TIME

    def find(self, source: Source, line: int) -> tuple[int, int] | None:
        """The run of paragraphs of the kind that begins at a line, without blank lines after it.

        Args:
            source: The whole text.
            line: The index of a line.

        Returns:
            Index of the first line, and after the last; ``None`` where no paragraph begins at the
            line, or none that is recognised.

        """
        assert source is self._source
        first = self._paragraphs.number_at.get(line)
        if first is None or self._misses >= _MOST_MISSES:
            return None
        size = next((size for size in _WINDOWS if self._is_it(line, first, size)), None)
        if size is None:
            self._misses += 1
            return None
        # On, as long as it would be recognised from here on, too: what follows must not come along
        # because of what stands before it.
        begins = self._paragraphs.begins
        last = first
        while last + 1 < len(begins) and self._is_it(begins[last + 1], last + 1, size):
            last += 1
        begin = line if last == first else begins[last]
        fewest = next((n for n in range(1, size) if self._is_it(begin, last, n)), size)
        return line, self._paragraphs.end(last, fewest)

    def _is_it(self, line: int, number: int, size: int) -> bool:
        """Whether some paragraphs are recognised: from a line of one on, so many."""
        lines = self._source.lines[line : self._paragraphs.end(number, size)]
        if size > 1 and sum(map(len, lines)) > _WINDOW_CHARS:
            return False
        deadline = self._source.deadline
        deadline.check()
        if self._seconds is not None and self._seconds < 0:
            return False
        before = deadline.left
        # A source for this look alone: it would be remembered for as long as the text is.
        found = self._kind.recognise(Source("\n".join(lines), deadline))
        after = deadline.left
        if self._seconds is not None and before is not None and after is not None:
            self._seconds -= before - after
            if self._seconds < 0:
                self._kind.say("recognise takes too long: it must look at a bounded part")
        return found


class _Paragraphs:
    """Where the paragraphs of a text begin and end."""

    def __init__(self, source: Source) -> None:
        lines = source.lines
        blank = [not line.strip() for line in source.deadline.over(lines)]
        edges = [*blank, True]
        #: By the numbers of the paragraphs.
        self.begins = [
            number
            for number in range(len(lines))
            if not blank[number] and (number == 0 or blank[number - 1])
        ]
        self.ends = [number for number in range(1, len(edges)) if edges[number] > edges[number - 1]]
        self.number_at = {line: number for number, line in enumerate(self.begins)}
        for number, (first, end) in enumerate(zip(self.begins, self.ends)):
            if first + 1 < end and leads_over(lines[first]):
                self.number_at[first + 1] = number

    def end(self, number: int, size: int) -> int:
        """The index after the last line of so many paragraphs, or of all that there are."""
        return self.ends[min(number + size, len(self.ends)) - 1]
