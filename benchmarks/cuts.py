"""Ways to make a payload smaller that know nothing of it."""

from __future__ import annotations

import random
import re

from headroom import TokenCounter

__all__ = ["head", "random_pieces", "tail"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def head(payload: str, tokens: int, counter: TokenCounter) -> str:
    """The longest start that has at most so many tokens."""
    return payload[: _longest(payload, tokens, counter, end=False)]


def tail(payload: str, tokens: int, counter: TokenCounter) -> str:
    """The longest end that has at most so many tokens."""
    return payload[len(payload) - _longest(payload, tokens, counter, end=True) :]


def random_pieces(payload: str, tokens: int, counter: TokenCounter) -> str:
    """Lines, or sentences where there are few lines, drawn until the tokens are used up."""
    lines = payload.split("\n")
    pieces = lines if len(lines) > 20 else _SENTENCE.split(payload)
    costs = counter.count_many([piece + "\n" for piece in pieces])
    order = list(range(len(pieces)))
    random.Random(len(payload)).shuffle(order)
    kept, left = [], tokens
    for number in order:
        if costs[number] <= left:
            kept.append(number)
            left -= costs[number]
    return "\n".join(pieces[number] for number in sorted(kept))


def _longest(payload: str, tokens: int, counter: TokenCounter, *, end: bool) -> int:
    low, high = 0, len(payload)
    while high - low > 8:
        middle = (low + high) // 2
        part = payload[len(payload) - middle :] if end else payload[:middle]
        low, high = (middle, high) if counter.count(part) <= tokens else (low, middle)
    return low
