"""The compressor for JSON and tables."""

from __future__ import annotations

from headroom.errors import WrongKind
from headroom.kinds.json.parse import parse
from headroom.kinds.table.parse import parse_table
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.toolkit.rows.aliases import find_aliases
from headroom.toolkit.rows.blocks import Block, TableBlock, build, lossless_lines
from headroom.toolkit.rows.limits import natural_limit
from headroom.toolkit.rows.notation import Speller, flow
from headroom.toolkit.rows.rank import write_in_full
from headroom.toolkit.rows.sample import Selection
from headroom.toolkit.rows.table import build_table
from headroom.toolkit.rows.values import Duplicates, Json
from headroom.view import Omission, Request, View

__all__ = ["SmartCrusher"]

#: Below this many tokens, rows are worth more than words about the rows left out.
_TERSE = 200
#: The share of the characters of minified JSON below which a form has fewer tokens in any case.
_SURELY_SHORTER = 0.6


class SmartCrusher:
    """Re-encodes JSON and tables without loss; past that, shows the rows that matter most.

    Lossless views are tables with one header, documents of ``key=value`` lines, or minified
    JSON, whichever has the fewest tokens; ``headroom.decode`` reads all of them back.

    >>> import json
    >>> from headroom.view import Request
    >>> from headroom.tokens import get_counter
    >>> counter = get_counter()
    >>> orders = [{"id": n, "status": "open" if n == 3 else "paid"} for n in range(1, 10)]
    >>> content = json.dumps(orders)
    >>> view = SmartCrusher().compress(content, Request("json", counter, counter.count(content)))
    >>> heading, header, *rows = view.text.splitlines()
    >>> heading
    '9 rows. In every row that does not say otherwise: status=paid'
    >>> header, rows[:3]
    ('id', ['1', '2', '3  status=open'])

    """

    name = "smart_crusher"
    kinds = ("json", "table")

    def compress(self, content: str, request: Request) -> View | None:
        """The best view of a JSON text, JSON Lines, or a table.

        Raises:
            WrongKind: The content is none, or nested too deeply.
            TimeBudgetExceeded: It took too long.

        """
        if request.kind == "table":
            return _compress_table(parse_table(content), request)
        value, _ = parse(content)
        if isinstance(value, Duplicates):
            # Which of two equal keys counts is not ours to say: it stays as it is, or as it was.
            text = flow(value)
            return _small(text, request) if request.fits(text) else None
        if not isinstance(value, (dict, list)):
            raise WrongKind("a single value is no structure")
        return _compress(content, value, request)


def _compress_table(rows: list[Json], request: Request) -> View | None:
    speller = Speller()
    table = build_table(rows, speller, request, of_text=True)
    root = TableBlock("", table, rows, "", 0)
    text = "\n".join(lossless_lines(root, speller))
    return _choose(rows, root, speller, text, request)


def _compress(content: str, value: Json, request: Request) -> View | None:
    speller = Speller(find_aliases(value, request))
    root = build(value, speller, request)
    if root is None:
        return _small(flow(value), request)
    write_in_full(root, speller, request)
    lossless = "\n".join(lossless_lines(root, speller))
    # Writing minified JSON takes time: only where it may have the fewer tokens. It is no shorter
    # than what the text has beside white space, and a token of it holds more than one of a table.
    if len(lossless) > _SURELY_SHORTER * sum(map(len, content.split())):
        lossless = min(lossless, flow(value), key=request.counter.count)
    return _choose(value, root, speller, lossless, request)


def _choose(
    value: Json, root: Block, speller: Speller, lossless: str, request: Request
) -> View | None:
    """The lossless view where it is small enough, else one of the most important units."""
    if request.fidelity == "lossless" and request.max_tokens is None:
        return _small(lossless, request)
    selection = Selection(root, speller, request)
    limit = request.max_tokens
    if limit is None:
        rows = selection.row_tokens / max(1, sum(selection.costs))
        limit = natural_limit(request.original_tokens, min(1.0, rows), request.fidelity)
        asked = Selection(root, speller, request, asked_apart=True) if request.query else selection
        if asked.asked_tokens:
            # The others are to the row that is asked for what the rows of a large table are.
            rest = max(0, request.original_tokens - asked.asked_tokens)
            narrow = asked.asked_tokens + natural_limit(rest, 1.0, request.fidelity)
            if narrow < limit:
                selection, limit = asked, narrow
    if request.counter.count(lossless) <= limit:
        return _small(lossless, request)
    view = _sampled(selection, limit, request)
    # Not one row fits: some values of some rows may. First of rows that are too long; then of all,
    # where it is the many columns that take the room, and there is some.
    for longest_row in (2 * limit, 0) if limit >= _TERSE else (2 * limit,):
        if view is None or (request.max_tokens and _leaves_room(view, limit, request)):
            parts = Selection(root, speller, request, longest_row=longest_row)
            view = _fuller(view, _sampled(parts, limit, request), request)
    return view or _nothing_fits(value, root, limit, request)


def _leaves_room(view: View, limit: int, request: Request) -> bool:
    return request.counter.count(view.text) * 2 < limit


def _fuller(view: View | None, other: View | None, request: Request) -> View | None:
    """The one of two views that says more."""
    if view is None or other is None:
        return view or other
    count = request.counter.count
    return other if count(other.text) > count(view.text) else view


def _small(text: str, request: Request) -> View | None:
    """A lossless view, if it saves anything."""
    fits = request.counter.count(text) < request.original_tokens
    return View(text, lossless=True) if fits else None


def _sampled(selection: Selection, limit: int, request: Request) -> View | None:
    order = selection.order(limit)
    selection.terse = limit < _TERSE
    if request.max_tokens is None:
        # One unit must be seen whatever it costs, if it is not most of the payload.
        first = selection.costs[order[0]]
        limit = max(limit, min(first + 200, request.original_tokens * 6 // 10))
    kept = largest_fitting(order, selection.costs, selection.render, request, limit)
    if not kept:
        return None
    omissions: list[Omission] = []
    text = selection.render(kept, omissions)
    return View(text, lossless=False, omissions=tuple(omissions))


def _nothing_fits(value: Json, root: Block, limit: int, request: Request) -> View:
    """The smallest honest views, the most telling first."""
    assert isinstance(value, (dict, list))
    size = len(value)
    if isinstance(root, TableBlock):
        where, omission = f"rows 1-{size}", Omission("rows", ((1, size),))
    else:
        where, omission = plural(size, "value"), Omission("values", ())
    names = ""
    if isinstance(root, TableBlock):
        names = ", ".join(root.table.names[:20])
    elif isinstance(value, dict):
        names = ", ".join(list(value)[:20])
    for text in (marker(where, names[:300]), marker(where), "[left out]"):
        if request.counter.count(text) <= limit:
            return View(text, lossless=False, omissions=(omission,))
    return View(SMALLEST, lossless=False, omissions=(omission,))
