"""Views of several texts that share one budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from headroom.source import Source
from headroom.toolkit.relevance import bm25
from headroom.view import Request, View

__all__ = ["ViewOf", "apportion"]

#: Makes the view of a part of a text, or of data; ``None`` where none is worth it.
ViewOf = Callable[[Source, Request], "View | None"]

# How much of a text is looked at to see whether it answers the query.
_SCORED_CHARS = 200_000
# How often budgets are shared out anew where the texts turn out too large or too small together.
_TURNS = 5
# A view that leaves less of the budget over than this share is good enough.
_SLACK = 0.08


def apportion(
    sources: Sequence[Source],
    kinds: Sequence[str],
    request: Request,
    view_of: ViewOf,
    join: Callable[[Sequence[View | None]], View | None],
) -> View | None:
    """One view of several texts, each compressed by itself.

    Args:
        sources: The texts.
        kinds: What each is.
        request: What is asked for; its budget is shared out by what the texts would take.
        view_of: Makes the view of one text; ``None`` where it stays as it is.
        join: Makes one view of those of all; ``None`` where the whole stays as it is.

    Returns:
        ``None`` where the whole stays as it is, and where no view was found that fits.

    """
    costs = [_cost(source, request) for source in sources]
    requests = [
        replace(request, kind=kind, original_tokens=cost, max_tokens=None)
        for kind, cost in zip(kinds, costs)
    ]
    natural: list[View | None] = []
    for source, own in zip(sources, requests):
        natural.append(_smaller(view_of(source, own), own))
        if request.max_tokens is None:
            # No other view is made of it.
            source.forget()
    view = join(natural)
    most = request.max_tokens
    if most is None:
        return view
    texts = [source.text for source in sources]
    sizes = request.counter.count_many(
        [text if seen is None else seen.text for text, seen in zip(texts, natural)]
    )
    # What a text can take at the most: of one that lacks nothing there is no more to show.
    wholes = [
        size if seen is None or not seen.omissions else cost
        for size, seen, cost in zip(sizes, natural, costs)
    ]
    weights = _weights(texts, request.query)
    total = request.original_tokens if view is None else request.counter.count(view.text)
    # What stands between the texts is paid from the budget first.
    limit = most - max(0, total - sum(sizes))
    best, best_total = (view, total) if total <= most else (None, 0)
    shares = list(sizes)
    for _ in range(_TURNS):
        if total <= most and most - total < _SLACK * most:
            break
        before, shares = shares, _shares(sizes, wholes, weights, limit)
        if shares == before:
            break
        views = [
            seen if share == size else _smaller(view_of(source, _within(own, share)), own)
            for source, own, share, size, seen in zip(sources, requests, shares, sizes, natural)
        ]
        view = join(views)
        total = request.original_tokens if view is None else request.counter.count(view.text)
        if best_total < total <= most:
            best, best_total = view, total
        # What is too much is taken from the texts, and what is left over is given to them.
        limit += most - total if total <= most else min(-8, most - total)
    return best


def _cost(source: Source, request: Request) -> int:
    cost = request.counter.count(source.text)
    source.forget_text()
    return cost


def _smaller(view: View | None, request: Request) -> View | None:
    if view is None or request.counter.count(view.text) >= request.original_tokens:
        return None
    return view


def _within(request: Request, share: int) -> Request:
    if share >= request.original_tokens:
        return replace(request, fidelity="lossless")
    return replace(request, max_tokens=share)


def _weights(texts: Sequence[str], query: str | None) -> list[float]:
    """What a token of each text is worth: up to three times as much where it answers the query."""
    scores = bm25([text[:_SCORED_CHARS] for text in texts], query)
    best = max(scores) or 1.0
    return [1 + 2 * score / best for score in scores]


def _shares(
    sizes: Sequence[int], wholes: Sequence[int], weights: Sequence[float], limit: int
) -> list[int]:
    """The budget of each text: first for the view that it has by itself, then for more of it."""
    room = limit - sum(sizes)
    if room <= 0:
        return _fair(sizes, weights, limit)
    more = _fair([whole - size for whole, size in zip(wholes, sizes)], weights, room)
    return [size + some for size, some in zip(sizes, more)]


def _fair(wanted: Sequence[int], weights: Sequence[float], limit: int) -> list[int]:
    """A limit shared out: who wants little gets it all, the others equal shares of the rest.

    A text whose whole view is small says much with each token. (Max-min fairness: Bertsekas and
    Gallager, "Data Networks", 1992, section 6.5.)
    """
    shares = list(wanted)
    rest = set(range(len(wanted)))
    while rest:
        level = limit / sum(weights[index] for index in sorted(rest))
        small = {index for index in rest if wanted[index] <= level * weights[index]}
        if not small:
            for index in rest:
                shares[index] = max(1, int(level * weights[index]))
            break
        limit -= sum(wanted[index] for index in small)
        rest -= small
    return shares
