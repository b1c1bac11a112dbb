"""How much work something is, by the time of the processor: that of others does not count."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from headroom import Deadline, Source

__all__ = ["GROWING", "Looks", "check_bounded", "grown", "undisturbed"]

#: Of texts of any size, by name: what each consists of.
GROWING = {
    "letters": "x",
    "words": "word ",
    "line feeds": "\n",
    "brackets": "[",
    "fields": "name: value\n",
    "cells": "1,2,3\n",
}

#: From small to large, so that what explodes is found while it is yet quick.
_SIZES = (4_000, 16_000, 64_000, 250_000, 1_000_000, 4_000_000)
#: By this size, whoever looks at a bounded part has come to its end.
_MIDDLE, _LARGEST = 250_000, 4_000_000
#: Seconds of one look that are too many by themselves.
_LONGEST = 1.0
#: Four times the text takes more than so many times as long, and so many seconds more: it explodes.
_EXPLODES, _NOTICEABLE = 8.0, 0.05
#: A look that is bounded takes about as long at any size.
_RATIO, _NOISE = 4.0, 0.005
_ATTEMPTS = 3


def grown(text: str, size: int) -> str:
    r"""A text again and again, up to a number of characters, but once at the least.

    >>> grown("ab", 7), grown("[", 3)
    ('ab\nab', '[[[')
    """
    if text in GROWING.values():
        return text * (size // len(text))
    return "\n".join([text] * max(1, size // (len(text) + 1)))


def check_bounded(
    look: Callable[[Source], object], text: str, what: str, *, part: bool = True
) -> None:
    """A look at a text takes no longer where the text is larger, and never long.

    Args:
        look: What is measured.
        text: A text, which is grown.
        what: What it consists of.
        part: Whether it may look at a part only; else it is enough that it does not take long.

    Raises:
        AssertionError: It does; says how much longer.

    """
    times: dict[int, float] = {}
    most = _LONGEST
    for size in _SIZES:
        content = grown(text, size)
        times[size] = _seconds(look, content)
        if times[size] >= most:
            # Nobody is always as quick as he can be.
            times[size] = min(_seconds(look, content) for _ in range(_ATTEMPTS))
        assert times[size] < most, (
            f"a bounded look: recognise takes {times[size]:.1f} s for {size} characters of {what}"
        )
        most = min(_LONGEST, _EXPLODES * times[size] + _NOTICEABLE)
    for _ in range(_ATTEMPTS):
        if not part or times[_LARGEST] <= _RATIO * times[_MIDDLE] + _NOISE:
            return
        times[_MIDDLE] = max(times[_MIDDLE], _seconds(look, grown(text, _MIDDLE)))
        times[_LARGEST] = min(times[_LARGEST], _seconds(look, grown(text, _LARGEST)))
    raise AssertionError(
        f"a bounded look: recognise takes {times[_MIDDLE]:.4f} s for {_MIDDLE} characters of"
        f" {what}, and {times[_LARGEST]:.4f} s for {_LARGEST}"
    )


def _seconds(look: Callable[[Source], object], text: str) -> float:
    source = Source(text)
    # Lines are split once for all who look.
    assert source.lines
    with undisturbed():
        start = time.process_time()
        look(source)
        return time.process_time() - start


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without a garbage collection, which would count all that the tests hold."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class Looks:
    """A clock that notes when it is looked at.

    Args:
        over_after: After so many looks it is late; ``None`` for never.

    """

    over_after: int | None = None
    times: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """The time in seconds: 0, or long after any deadline."""
        self.times.append(time.process_time())
        return 0.0 if self.over_after is None or len(self.times) <= self.over_after else 1e9

    def deadline(self) -> Deadline:
        """One that is over when the clock says so."""
        deadline = Deadline(1.0, self)
        # The first look was that which sets it.
        self.times.clear()
        return deadline
