"""The last resort under a budget: whole lines of any text, chosen by query and position."""

from __future__ import annotations

from headroom.source import Source
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.toolkit.ranges import spans
from headroom.toolkit.relevance import bm25
from headroom.view import Omission, Request, View

__all__ = ["EXCERPT", "excerpt", "nothing_fits"]


#: As it stands in ``transforms``.
EXCERPT = "excerpt"


def excerpt(source: Source, request: Request) -> View | None:
    """The lines that a query asks for, then those nearest the two ends.

    ``None`` where there is no budget.
    """
    if request.max_tokens is None:
        return None
    lines = source.lines
    count = len(lines)
    scores = bm25(lines, request.query)
    # From both ends inwards: beginnings say what a text is, endings how it came out.
    distance = [min(index, count - 1 - index) for index in range(count)]
    order = sorted(range(count), key=lambda index: (-scores[index], distance[index], index))

    def render(kept: frozenset[int]) -> str:
        return "\n".join(_with_markers(lines, kept))

    kept = largest_fitting(
        order, request.counter.count_many(lines), render, request, request.max_tokens
    )
    if not kept:
        return nothing_fits(source, request)
    gone = tuple(spans(index + 1 for index in range(count) if index not in kept))
    return View(render(kept), lossless=False, omissions=(Omission("lines", gone),))


def _with_markers(lines: list[str], kept: frozenset[int]) -> list[str]:
    view: list[str] = []
    expected = 0
    for index in [*sorted(kept), len(lines)]:
        if index > expected:
            gap = Omission("lines", ((expected + 1, index),))
            view.append(marker(gap.where))
        if index < len(lines):
            view.append(lines[index])
        expected = index + 1
    return view


def nothing_fits(source: Source, request: Request) -> View:
    """The view for a budget that is too small to show anything: the marker alone."""
    lines = source.text.count("\n") + (not source.text.endswith("\n"))
    omission = Omission("lines", ((1, max(1, lines)),))
    what = f"{plural(lines, 'line')}, {plural(request.original_tokens, 'token')}"
    for text in (marker(omission.where, what), f"[left out: {what}]", "[left out]"):
        if request.fits(text):
            return View(text, lossless=False, omissions=(omission,))
    return View(SMALLEST, lossless=False, omissions=(omission,))
