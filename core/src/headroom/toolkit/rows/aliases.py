"""Beginnings that many addresses share, said once for the whole view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from headroom.toolkit.rows.values import Json
from headroom.view import Request

__all__ = ["find_aliases"]

_MAX_ALIASES = 9
_MAX_ADDRESSES = 20_000
_MAX_PARTS = 10
_LEAST_GAIN = 8
#: Below this many tokens of a payload, addresses stay as they are: an agent that follows one need
#: not put it together, and there is little to save.
_SMALL = 2500


def find_aliases(value: Json, request: Request) -> tuple[str, ...]:
    """The beginnings of web addresses that are worth a short form, the most useful first."""
    if request.original_tokens < _SMALL:
        return ()
    addresses = list(_addresses(value))
    request.deadline.check()
    if len(addresses) < 3:
        return ()
    chosen: list[str] = []
    counts: Counter[str] = Counter()
    for address in addresses:
        counts.update(_beginnings(address))
    candidates = {beginning: count for beginning, count in counts.most_common(400) if count >= 3}
    prices = dict(zip(candidates, request.counter.count_many(list(candidates))))
    while candidates and len(chosen) < _MAX_ALIASES:
        best = max(candidates, key=lambda text: (_gain(text, candidates, prices), text))
        if _gain(best, candidates, prices) < _LEAST_GAIN:
            break
        chosen.append(best)
        covered = candidates.pop(best)
        # What begins with the choice is written from there on; what the choice begins with
        # has lost those addresses.
        for other in list(candidates):
            if best.startswith(other):
                candidates[other] -= covered
            elif other.startswith(best):
                prices[other] -= prices[best] - 2
            if candidates[other] < 3:
                del candidates[other]
    return tuple(chosen)


def _gain(text: str, counts: Mapping[str, int], prices: Mapping[str, int]) -> int:
    """Tokens saved: "$1" costs two where it is used, its definition four beside the text."""
    return counts[text] * (prices[text] - 2) - prices[text] - 4


def _addresses(value: Json) -> Iterator[str]:
    stack: list[Json] = [value]
    found = 0
    while stack and found < _MAX_ADDRESSES:
        top = stack.pop()
        if isinstance(top, str):
            if top.startswith(("https://", "http://")) and len(top) < 500 and "\n" not in top:
                found += 1
                yield top
        elif isinstance(top, dict):
            stack.extend(reversed(top.values()))
        elif isinstance(top, list):
            stack.extend(reversed(top))


def _beginnings(address: str) -> Iterator[str]:
    """The address up to each of its slashes after the host, and the whole."""
    position = address.find("/", 8)
    for _ in range(_MAX_PARTS):
        if position < 0:
            break
        yield address[:position]
        position = address.find("/", position + 1)
    if not any(sign in address for sign in " {}\\"):
        yield address
