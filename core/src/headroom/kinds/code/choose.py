"""The view of a source file: how it is read, and which of its units are kept."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.errors import WrongKind
from headroom.kinds.code.outline import Outline
from headroom.kinds.code.parse import readings
from headroom.kinds.code.rank import rank
from headroom.kinds.code.recognise import without_numbers
from headroom.kinds.code.render import Renderer
from headroom.source import Source
from headroom.toolkit.fitting import nearly_largest
from headroom.toolkit.numbering import unnumbered
from headroom.view import Request, View

__all__ = ["view_of"]

#: The share of the tokens that a view without a budget has, if what it must keep allows it;
#: measured with ``python -m benchmarks``.
_SHARE = {"balanced": 0.4, "compact": 0.25}

#: The share that it may have so that fields, constants and imports are in it, too; measured.
_MOST = 0.5

#: Where more of a budget is left over than this share, smaller things than the next are put in;
#: chosen.
_SPARE = 0.04

#: A text that defines nothing must have so many parts for a view to leave one out.
_FEWEST_UNITS = 2


def view_of(source: Source, request: Request) -> View | None:
    """See ``CodeCompressor.compress``."""
    if request.fidelity == "lossless" and request.max_tokens is None:
        return None
    bare = source.once(without_numbers)
    found = False
    for outline, is_sound in readings(bare):
        found = True
        if not outline.symbols and len(outline.units) < _FEWEST_UNITS:
            continue
        renderer, size = _choice(outline, request, source, is_numbered=bare is not source)
        view = renderer.view(size)
        if view.lossless:
            continue
        if bare is source and outline.is_exact and renderer.is_whole(size):
            return view
        text = view.text if bare is source else unnumbered(view.text, gaps=True)
        if is_sound(text or ""):
            return view
    if not found:
        raise WrongKind("this is no source code that can be parsed")
    return None


def _choice(
    outline: Outline, request: Request, source: Source, *, is_numbered: bool
) -> tuple[Renderer, int]:
    """What renders the view, and of how many units."""
    if is_numbered:
        outline.lines = source.lines[: len(outline.lines)]
    renderer = Renderer(outline, request.counter, source.first_line)
    order = rank(outline, renderer.costs, request)
    request.deadline.check()
    renderer.arrange(order.units)
    # Without a budget, a view has no more than what is wanted.
    size = order.wanted if request.max_tokens is None else len(order.units)
    estimates = renderer.estimates(size)

    def count(size: int) -> int:
        request.deadline.check()
        return renderer.count(size)

    if request.max_tokens is not None:
        found = nearly_largest(estimates, count, request.max_tokens)
        if found is None or found < order.named:
            # What is asked for goes before the names of what is not.
            renderer.name_none()
            found = nearly_largest(estimates, count, request.max_tokens)
        size = found or 0
        left = request.max_tokens - count(size)
        more = _smaller(outline, order.units, size, renderer.costs, left)
        if more and left > _SPARE * request.max_tokens:
            chosen = set(more)
            rest = [index for index in order.units[size:] if index not in chosen]
            renderer.arrange([*order.units[:size], *more, *rest])
            estimates = renderer.estimates(size + len(more))
            size = nearly_largest(estimates, count, request.max_tokens) or 0
        return renderer, size
    share = _SHARE["compact" if order.settled else request.fidelity]
    limits = ((share, order.wanted), (_MOST, order.basic))
    kept = order.required
    for share, size in limits:
        limit = int(request.original_tokens * share)
        found = nearly_largest(estimates[: size + 1], count, limit)
        kept = max(kept, found or 0)
        if kept >= order.basic:
            break
    return renderer, kept


def _smaller(
    outline: Outline, order: Sequence[int], size: int, costs: Sequence[int], left: int
) -> list[int]:
    """The units after the first ones of an order that fit into what they leave of a budget."""
    kept = set(order[:size])
    found: list[int] = []
    for index in order[size:]:
        needs = outline.units.needs[index]
        if costs[index] <= left and (needs < 0 or needs in kept):
            left -= costs[index]
            kept.add(index)
            found.append(index)
    return found
