"""What a model's input has beside payloads, in tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headroom import SharedContext

__all__ = ["check_tokens", "tokens_in"]

# Not read as text, or not at all.
_NOT_TEXT = frozenset(
    {"image_url", "file_data", "encrypted_content", "fingerprint", "result", "logprobs", "id"}
)


def check_tokens(option: str, tokens: int) -> None:
    """A limit is a number of tokens.

    Args:
        option: What it is called.
        tokens: The limit.

    Raises:
        TypeError: It is not a whole number.
        ValueError: It is less than 1.

    """
    if isinstance(tokens, bool) or not isinstance(tokens, int):
        raise TypeError(f"{option} must be a whole number, not {type(tokens).__name__}")
    if tokens < 1:
        raise ValueError(f"{option} must be at least 1, not {tokens}")


def tokens_in(value: Any, ctx: SharedContext) -> int:
    """The tokens of all text in items, schemas and the like.

    >>> tokens_in([{"role": "user", "content": "Which one?"}], SharedContext())
    5
    """
    return ctx.count_tokens("\n".join(_texts(value)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name not in _NOT_TEXT:
                yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
