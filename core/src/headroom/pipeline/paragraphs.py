"""Paragraphs of one kind among others."""

from __future__ import annotations

from collections.abc import Callable

from headroom.source import Source

__all__ = ["find_paragraphs"]

#: So many paragraphs together are shown to a recogniser: one may be too few for it to tell.
_WINDOWS = (1, 3, 9)
#: How many places of one text are tried.
_ATTEMPTS = 1000


def find_paragraphs(
    recognise: Callable[[Source], bool], source: Source, line: int
) -> tuple[int, int] | None:
    r"""The run of paragraphs that begins at a line and that a recogniser takes for its own.

    Args:
        recognise: Looks at some paragraphs.
        source: The whole text.
        line: The index of a line.

    Returns:
        Index of the first line, and after the last; ``None`` where no paragraph begins at the line,
        or none that is recognised.

    >>> text = Source("They said:\n\n- one\n\n- two\n\nThat is all.")
    >>> find_paragraphs(lambda part: part.text.startswith("- "), text, 2)
    (2, 6)

    """
    paragraphs = source.once(_Paragraphs)
    first = paragraphs.number_at.get(line)
    if first is None or paragraphs.attempts.get(recognise, 0) == _ATTEMPTS:
        return None
    paragraphs.attempts[recognise] = paragraphs.attempts.get(recognise, 0) + 1
    ends = paragraphs.ends
    for size in _WINDOWS:
        if first + size > len(ends):
            break
        if recognise(source.part(line, ends[first + size - 1])):
            break
    else:
        return None
    if first + size > len(ends):
        return None
    last = first + size
    while last < len(ends):
        source.deadline.check()
        begin = paragraphs.begins[last]
        if not recognise(source.part(begin, ends[min(last + size, len(ends)) - 1])):
            break
        last = min(last + size, len(ends))
    return line, ends[last - 1]


class _Paragraphs:
    """Where the paragraphs of a text begin and end; the blank lines after one go with it."""

    def __init__(self, source: Source) -> None:
        lines = source.lines
        blank = [not line.strip() for line in lines]
        self.begins = [
            number
            for number in range(len(lines))
            if not blank[number] and (number == 0 or blank[number - 1])
        ]
        self.ends = [*self.begins[1:], len(lines)]
        self.number_at = {line: number for number, line in enumerate(self.begins)}
        self.attempts: dict[object, int] = {}
