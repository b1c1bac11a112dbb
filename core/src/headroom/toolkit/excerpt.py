"""The last resort under a budget: whole lines of any text, chosen by query and position."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from headroom.source import Source
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.gaps import view_of_lines
from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.toolkit.relevance import bm25
from headroom.view import Omission, Request, View

__all__ = ["EXCERPT", "excerpt", "nothing_fits"]


#: As it stands in ``transforms``.
EXCERPT = "excerpt"


def excerpt(source: Source, request: Request) -> View | None:
    r"""The lines that a query asks for, then those nearest the two ends.

    ``None`` where there is no budget.

    >>> from headroom.tokens import as_counter
    >>> words = as_counter(lambda text: len(text.split()))
    >>> request = Request("text", words, 12, query="3", max_tokens=10)
    >>> excerpt(Source("\n".join(f"line {n}" for n in range(1, 7))), request).text.split("\n")
    ['[lines 1-2 left out]', 'line 3', '[lines 4-6 left out]']

    """
    if request.max_tokens is None:
        return None
    lines = source.lines
    # Empty lines go with the line above them: by themselves they say nothing, and below a note
    # they stand for what it replaced.
    starts = [index for index, line in enumerate(lines) if index == 0 or line.strip()]
    ends = [*starts[1:], len(lines)]
    units = ["\n".join(lines[start:end]) for start, end in zip(starts, ends)]
    count = len(units)
    scores = bm25(units, request.query, request.deadline)
    # From both ends inwards: beginnings say what a text is, endings how it came out.
    distance = [min(index, count - 1 - index) for index in range(count)]
    order = sorted(range(count), key=lambda index: (-scores[index], distance[index], index))

    def shown(kept: Collection[int]) -> View:
        spans = (range(starts[one], ends[one]) for one in kept)
        there = {line for span in spans for line in span}
        return view_of_lines(lines, there, first_line=source.first_line)

    kept = largest_fitting(
        order,
        request.counter.count_many(units),
        lambda kept: shown(kept).text,
        request,
        request.max_tokens,
    )
    if not kept:
        return nothing_fits(source, request)
    return replace(shown(kept), lossless=False)


def nothing_fits(source: Source, request: Request) -> View:
    r"""The view for a budget that is too small to show anything: the marker alone.

    >>> from headroom.tokens import as_counter
    >>> words = as_counter(lambda text: len(text.split()))
    >>> request = Request("text", words, 9, max_tokens=6)
    >>> nothing_fits(Source("one\ntwo\nthree"), request).text
    '[left out: 3 lines, 9 tokens]'

    """
    lines = source.text.count("\n") + (not source.text.endswith("\n"))
    first = source.first_line
    omission = Omission("lines", ((first, first + max(1, lines) - 1),))
    what = f"{plural(lines, 'line')}, {plural(request.original_tokens, 'token')}"
    for text in (marker(omission.where, what), f"[left out: {what}]", "[left out]"):
        if request.fits(text):
            return View(text, False, (omission,), first_line=first)
    return View(SMALLEST, False, (omission,), first_line=first)
