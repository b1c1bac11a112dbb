"""What a token counter is, and how any function becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol, cast, runtime_checkable

__all__ = ["TokenCounter", "as_counter", "count_each", "count_lines", "encodable"]

#: Texts that are counted at a time. Chosen.
_BATCH = 2000


@runtime_checkable
class TokenCounter(Protocol):
    """Counts the tokens that a text costs. Safe to use from several threads at once.

    >>> from headroom import get_counter
    >>> get_counter("gpt-4o").count_many(["Fly on Monday.", ""])
    [4, 0]

    """

    @property
    def name(self) -> str:
        """What counts, as ``stats()`` and the log show it: ``"toktok/o200k_base"``."""

    @property
    def exact(self) -> bool:
        """Whether this is the model's own vocabulary, and no stand-in or estimate."""

    def count(self, text: str) -> int:
        """The number of tokens in ``text``."""

    def count_many(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens in each text by itself, in order."""


def encodable(text: str) -> str:
    """``text`` with lone surrogates replaced: no tokenizer takes them, and payloads have them."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


class _FunctionCounter:
    """A plain function as a counter."""

    exact = True

    def __init__(self, function: Callable[[str], int]) -> None:
        self._function = function
        self.name = getattr(function, "__qualname__", type(function).__name__)

    def count(self, text: str) -> int:
        return self._function(text)

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return [self._function(text) for text in texts]


def as_counter(counter: TokenCounter | Callable[[str], int]) -> TokenCounter:
    """Takes a counter as it is, and makes one of a function from text to a number.

    >>> as_counter(lambda text: len(text.split())).count("three short words")
    3
    """
    # What ``isinstance`` asks of a protocol, which takes ten times as long.
    if all(hasattr(counter, name) for name in ("name", "exact", "count", "count_many")):
        return cast("TokenCounter", counter)
    if callable(counter):
        return _FunctionCounter(counter)
    raise TypeError(
        f"counter must be a TokenCounter or a function from text to a number, "
        f"not {type(counter).__name__}"
    )


def count_each(counter: TokenCounter, texts: Iterable[str]) -> list[int]:
    """The tokens of each text by itself, in order; only some of them are there at a time.

    >>> count_each(as_counter(len), (word + "!" for word in ["a", "few"]))
    [2, 4]
    """
    rest = iter(texts)
    costs: list[int] = []
    while some := list(islice(rest, _BATCH)):
        costs += counter.count_many(some)
    return costs


def count_lines(counter: TokenCounter, lines: Iterable[str]) -> int:
    r"""The tokens of some lines, joined; where the counter can, only some are there at a time.

    >>> count_lines(as_counter(len), iter(["a", "few"]))
    5
    """
    # A name of ours, and of the class: whoever wraps a counter may count otherwise.
    own: Callable[..., int] | None = getattr(type(counter), "_count_lines", None)
    return counter.count("\n".join(lines)) if own is None else own(counter, lines)
