"""How many tokens a view may have where no budget says so."""

from __future__ import annotations

from collections.abc import Callable

from headroom.view import Fidelity

__all__ = ["natural_limit"]

#: By fidelity: the share of a collection's tokens that a sample of it may have, the share of a
#: document's, and the tokens that a view may have in any case. Measured with ``python -m
#: benchmarks``: with less, facts begin to be lost on its tables and webhooks.
_SHARES = {"balanced": (0.12, 0.56, 1200), "compact": (0.05, 0.25, 500)}
#: The share of a document's tokens that a view may have which answers a query, and the tokens that
#: it may have in any case. Measured likewise.
_ANSWERED, _ENOUGH = 0.4, 700
#: Of everything beyond this many tokens, this much of the share: a sample need not grow for ever.
_LONG, _BEYOND = 60_000, 0.2


def natural_limit(
    original: int, rows: float, fidelity: Fidelity, *, is_answered: Callable[[], bool] = bool
) -> int:
    """The tokens that a view may have when its fidelity decides.

    Args:
        original: Tokens of the original.
        rows: The share of the payload that is rows of collections, 0 to 1.
        fidelity: How much may be left out.
        is_answered: Says whether something in it answers a query: the rest of a document matters
            less. Asked only where that makes a difference.

    >>> natural_limit(10_000, 1.0, "balanced"), natural_limit(2_000, 1.0, "balanced")
    (1200, 1200)

    """
    sampled, document, least = _SHARES[fidelity]
    enough = int(least * rows + min(least, _ENOUGH) * (1 - rows))
    counted = original - (1 - _BEYOND) * max(0, original - _LONG)

    def limit(document: float, least: int) -> int:
        share = sampled * rows + document * (1 - rows)
        return max(int(share * counted), min(original, least))

    most, answered = limit(document, least), limit(min(document, _ANSWERED), enough)
    return answered if answered != most and is_answered() else most
