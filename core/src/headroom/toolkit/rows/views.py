"""The best view of data under a request: without loss where that is small enough, else a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.toolkit.rows.limits import natural_limit
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.sample import Selection
from headroom.toolkit.rows.series import are_mostly_series
from headroom.toolkit.rows.tree import TableBlock, Tree
from headroom.toolkit.rows.units import Units, has_large_rows
from headroom.toolkit.rows.values import Json
from headroom.view import Omission, Request, View

__all__ = ["best_view", "smaller"]

#: With fewer tokens, parts of many rows say no more than some rows. Chosen.
_ROOM_FOR_PARTS = 200
#: A view that takes less than this share of its budget leaves room for more. Chosen.
_USED = 0.5
#: Rows are large that have more than this share of the limit on the average; characters of a token.
#: Chosen.
_LARGE_ROW, _CHARS = 1 / 8, 4
#: Of rows that each take more of the limit than this share, two fit; of more rows than so many, not
#: even parts of all do. Chosen.
_FILLING_ROW, _MOST_IN_PARTS = 1 / 3, 12
#: And so many characters at the least: parts of less are not worth a marker each. Chosen.
_LEAST_LARGE = 400
#: The share of the tokens that they have where they are what the value is about. Chosen.
_MOSTLY = 0.5
#: No text of all data has fewer tokens than its parts, each by itself, divided by this. Chosen: it
#: has hardly fewer at all.
_SURELY_TOO_LARGE = 4
#: In the smallest views: so many names, and so many characters of them.
_NAMES, _NAMES_CHARS = 20, 300


def best_view(
    value: Json | Sequence[Json],
    tree: Tree,
    speller: Speller,
    lossless: Callable[[], str],
    request: Request,
) -> View | None:
    """The lossless view where it is small enough, else one of the most important units.

    Args:
        value: The data: an object or an array.
        tree: The same as lines, sections and tables.
        speller: Spells its values.
        lossless: Makes the shortest text that all of the data can be read back from.
        request: What is asked for.

    """
    if request.fidelity == "lossless" and request.max_tokens is None:
        return smaller(lossless(), request)
    selection = Selection(Units(tree, speller, request))
    limit = request.max_tokens
    if limit is None:
        rows = selection.row_tokens / max(1, sum(selection.costs))
        # What nobody needs to be shown makes no document longer.
        telling = request.original_tokens - selection.link_tokens
        limit = natural_limit(
            telling, min(1.0, rows), request.fidelity, is_answered=selection.is_answered
        )
        asked = selection
        if request.query and selection.may_ask_apart:
            asked = Selection(Units(tree, speller, request, asked_apart=True))
        if asked.asked_tokens:
            # The others are to the row that is asked for what the rows of a large table are.
            rest = max(0, request.original_tokens - asked.asked_tokens)
            narrow = asked.asked_tokens + natural_limit(rest, 1.0, request.fidelity)
            if narrow < limit:
                selection, limit = asked, narrow
    # It is as large as the payload, so it is not written where its parts alone are much too large.
    if sum(selection.costs) <= _SURELY_TOO_LARGE * limit:
        text = lossless()
        if request.counter.count(text) <= limit:
            return smaller(text, request)
        del text
    if request.query and not (selection.asked_tokens and request.max_tokens is None):
        view = _by_row(tree, speller, request, limit)
        if view is not None:
            return view
    view = selection.view(limit)
    if view is not None and not selection.is_complete and not selection.misses_asked:
        view = _parts_of_all(tree, speller, request, limit) or view
    if selection.misses_asked and request.max_tokens is not None:
        # Some of the row that is asked for says more than all of another.
        parts = Selection(Units(tree, speller, request, longest_row=0))
        some = parts.view(limit)
        view = view if parts.misses_asked else some
    # Not one row fits: some values of some rows may. First of rows that are too long; then of all,
    # where it is the many columns that take the room, and there is some.
    for longest_row in (2 * limit, 0) if limit >= _ROOM_FOR_PARTS else (2 * limit,):
        if view is None or (not selection.is_complete and _leaves_room(view, limit, request)):
            parts = Selection(Units(tree, speller, request, longest_row=longest_row))
            view = _fuller(view, parts.view(limit), request)
    return view or _nothing_fits(value, tree, limit, request)


def _by_row(tree: Tree, speller: Speller, request: Request, limit: int) -> View | None:
    """A view of rows that are large beside the limit, where the query asks for one of them."""
    large = max(_LEAST_LARGE, int(_CHARS * limit * _LARGE_ROW))
    if limit < _ROOM_FOR_PARTS or not has_large_rows(tree, large):
        return None
    units = Units(tree, speller, request, large_rows=large)
    if sum(map(units.cost, units.outer_rows)) < _MOSTLY * sum(units.costs):
        return None
    if any(are_mostly_series(section.rows.values) for section in units.outer_rows):
        # What is odd in a series answers no query by its words.
        return None
    selection = Selection(units, by_row=True)
    return selection.view(limit) if selection.asks_rows else None


def _parts_of_all(tree: Tree, speller: Speller, request: Request, limit: int) -> View | None:
    """A view of parts of all rows, where so few of them fit that most would not be seen at all."""
    large = max(_LEAST_LARGE, int(_CHARS * limit * _FILLING_ROW))
    if limit < _ROOM_FOR_PARTS or not has_large_rows(tree, large):
        return None
    units = Units(tree, speller, request, large_rows=large)
    sections = [one for one in units.row_sections if len(one.rows.pointers) <= _MOST_IN_PARTS]
    if sum(map(units.cost, sections[:1])) < _MOSTLY * sum(units.costs):
        return None
    return Selection(units).view(limit)


def _leaves_room(view: View, limit: int, request: Request) -> bool:
    return request.counter.count(view.text) < _USED * limit


def _fuller(view: View | None, other: View | None, request: Request) -> View | None:
    """The one of two views that says more."""
    if view is None or other is None:
        return view or other
    count = request.counter.count
    return other if count(other.text) > count(view.text) else view


def smaller(text: str, request: Request) -> View | None:
    """A lossless view, if it saves anything."""
    fits = request.counter.count(text) < request.original_tokens
    return View(text, lossless=True) if fits else None


def _nothing_fits(value: Json | Sequence[Json], tree: Tree, limit: int, request: Request) -> View:
    """The smallest honest views, the most telling first."""
    assert isinstance(value, (dict, Sequence))
    size, root = len(value), tree.root
    if isinstance(root, TableBlock):
        where, omission = f"rows 1-{size}", Omission("rows", ((1, size),))
    else:
        where, omission = plural(size, "value"), Omission("values", ())
    names = ""
    if isinstance(root, TableBlock):
        names = ", ".join(root.table.names[:_NAMES])
    elif isinstance(value, dict):
        names = ", ".join(list(value)[:_NAMES])
    for text in (marker(where, names[:_NAMES_CHARS]), marker(where), "[left out]"):
        if request.counter.count(text) <= limit:
            return View(text, lossless=False, omissions=(omission,))
    return View(SMALLEST, lossless=False, omissions=(omission,))
