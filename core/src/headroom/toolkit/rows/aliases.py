"""Beginnings that many addresses share, said once for the whole view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import SCALARS, Json
from headroom.view import Request

__all__ = ["aliases_in", "find_aliases"]

#: ``$1`` to ``$9``: two tokens each.
_MAX_ALIASES = 9
#: What is looked at: so many addresses of at most so many characters, so many parts of each, and
#: so many of the commonest beginnings. These bound the time.
_MAX_ADDRESSES, _MAX_ADDRESS, _MAX_PARTS, _MAX_BEGINNINGS = 20_000, 500, 10, 400
#: Tokens that an alias must save. Chosen.
_LEAST_GAIN = 8
#: Fewer addresses share nothing that is worth saying once.
_LEAST_ADDRESSES = 3
#: Tokens of an alias where it is used, and of its definition beside the text.
_USE, _DEFINITION = 2, 4
#: Below this many tokens of a payload, addresses stay as they are: an agent that follows one need
#: not put it together, and there is little to save.
_SMALL = 2500
_SCHEMES = ("https://", "http://")


def aliases_in(text: str, value: Json, request: Request) -> tuple[str, ...]:
    """Those of what a text was read as: one without any address is not walked through."""
    return find_aliases(value, request) if "http" in text else ()


def find_aliases(value: Json, request: Request) -> tuple[str, ...]:
    """The beginnings of web addresses that are worth a short form, the most useful first."""
    if request.original_tokens < _SMALL:
        return ()
    addresses = list(_addresses(value))
    request.deadline.check()
    if len(addresses) < _LEAST_ADDRESSES:
        return ()
    chosen: list[str] = []
    counts: Counter[str] = Counter()
    for address in addresses:
        counts.update(_beginnings(address))
    candidates = {
        beginning: count
        for beginning, count in counts.most_common(_MAX_BEGINNINGS)
        if count >= _LEAST_ADDRESSES
    }
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
                prices[other] -= prices[best] - _USE
            if candidates[other] < _LEAST_ADDRESSES:
                del candidates[other]
    return tuple(chosen)


def _gain(text: str, counts: Mapping[str, int], prices: Mapping[str, int]) -> int:
    """Tokens saved: "$1" costs something where it is used, and so does its definition."""
    return counts[text] * (prices[text] - _USE) - prices[text] - _DEFINITION


def _addresses(value: Json) -> Iterator[str]:
    stack: list[Json | Iterator[Json]] = [[value]]
    found = 0
    while stack and found < _MAX_ADDRESSES:
        top = stack.pop()
        if type(top) is str:
            if top.startswith(_SCHEMES) and len(top) < _MAX_ADDRESS and "\n" not in top:
                found += 1
                yield top
        elif isinstance(top, Lazy):
            # One of its members after the other, rather than all of them.
            stack.append(iter(top))
        elif isinstance(top, Iterator):
            for member in islice(top, 1):
                stack += [top, member]
        elif isinstance(top, (dict, list)):
            members = top.values() if isinstance(top, dict) else top
            stack += [
                member
                for member in reversed(members)
                if (
                    member.startswith(_SCHEMES)
                    if type(member) is str
                    else type(member) not in SCALARS
                )
            ]


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
