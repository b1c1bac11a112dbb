"""An original in lines, with what its view leaves out told from the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from headroom import Span

__all__ = ["Line", "folded", "paired", "shaded_lines"]

#: Runs of more lines that are left out as a whole are folded, to the first and the last of them.
_RUN = 6
#: The same of characters within a line, and how many are shown at either end.
_STRETCH, _SHOWN = 200, 80


@dataclass(frozen=True)
class Line:
    """A line of an original."""

    #: Its parts, each with whether it is left out.
    parts: tuple[tuple[str, bool], ...]
    #: Whether some of it is left out although all of it is read: a page's text without its tags.
    in_part: bool = False

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(text for text, _ in self.parts)

    @property
    def is_gone(self) -> bool:
        """Whether all of it is left out."""
        return bool(self.parts) and all(gone for _, gone in self.parts)


def shaded_lines(original: str, spans: Sequence[Span]) -> list[Line]:
    r"""The lines of an original.

    >>> [line.parts for line in shaded_lines("one\ntwo", [Span(4, 6)])]
    [(('one', False),), (('tw', True), ('o', False))]

    """
    whole = [span for span in spans if not span.in_part]
    partly = _lines_of(original, [span for span in spans if span.in_part])
    return [Line(parts, number in partly) for number, parts in enumerate(_parted(original, whole))]


def _lines_of(original: str, spans: Sequence[Span]) -> set[int]:
    """The numbers of the lines, from 0, that spans touch."""
    found: set[int] = set()
    number, position = 0, 0
    for span in spans:
        number += original.count("\n", position, span.start)
        last = number + original.count("\n", span.start, span.end)
        found.update(range(number, last + 1))
        number, position = last, span.end
    return found


def _parted(original: str, spans: Sequence[Span]) -> Iterator[tuple[tuple[str, bool], ...]]:
    start, number = 0, 0
    for text in original.split("\n"):
        end, position = start + len(text), start
        parts: list[tuple[str, bool]] = []
        while number < len(spans) and spans[number].start < end:
            span = spans[number]
            first, last = max(span.start, start), min(span.end, end)
            if position < first:
                parts.append((original[position:first], False))
            if first < last:
                parts.append((original[first:last], True))
            position = max(position, last)
            if span.end > end:
                break
            number += 1
        if position < end:
            parts.append((original[position:end], False))
        yield tuple(parts)
        start = end + 1


def folded(lines: Iterable[Line]) -> list[Line]:
    """The same, with long runs of what is left out told by their number."""
    short: list[Line] = []
    run: list[Line] = []

    def end_run() -> None:
        if len(run) > _RUN:
            count = len(run) - 2
            short.extend((run[0], Line(((f"... {count:,} lines ...", True),)), run[-1]))
        else:
            short.extend(run)
        run.clear()

    for line in lines:
        parts = tuple((_shortened(text) if gone else text, gone) for text, gone in line.parts)
        line = replace(line, parts=parts)
        if line.is_gone:
            run.append(line)
            continue
        end_run()
        short.append(line)
    end_run()
    return short


def _shortened(text: str) -> str:
    if len(text) <= _STRETCH:
        return text
    return f"{text[:_SHOWN]} ... {len(text) - 2 * _SHOWN:,} characters ... {text[-_SHOWN:]}"


def paired(left: Sequence[Line], right: Sequence[str]) -> list[tuple[Line | None, str | None]]:
    """Lines of an original beside those of its view; equal ones stand side by side."""
    at: dict[str, list[int]] = {}
    for number, line in enumerate(left):
        if not line.is_gone and line.text.strip():
            at.setdefault(line.text.strip(), []).append(number)
    for numbers in at.values():
        numbers.reverse()
    rows: list[tuple[Line | None, str | None]] = []
    position, waiting = 0, 0

    def flush(stop: int, until: int) -> None:
        nonlocal position, waiting
        while position < stop or waiting < until:
            rows.append(
                (
                    left[position] if position < stop else None,
                    right[waiting] if waiting < until else None,
                )
            )
            position, waiting = min(position + 1, stop), min(waiting + 1, until)

    for number, text in enumerate(right):
        numbers = at.get(text.strip(), [])
        while numbers and numbers[-1] < position:
            numbers.pop()
        if numbers:
            flush(numbers.pop(), number)
            rows.append((left[position], text))
            position, waiting = position + 1, number + 1
    flush(len(left), len(right))
    return rows
