"""Reading a lossless view of JSON back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom.kinds.registry import default_kinds

__all__ = ["decode"]


def decode(
    view: str,
    *,
    parse_float: Callable[[str], Any] = float,
    parse_int: Callable[[str], Any] = int,
) -> Any:
    """The JSON value that a lossless view of JSON stands for; JSON text gives its own value.

    Args:
        view: The text of a view of kind ``"json"`` whose ``lossless`` is true.
        parse_float: Makes a number of a lexeme with a fraction or an exponent, as in
            ``json.loads``; ``decimal.Decimal`` keeps what a float cannot.
        parse_int: Makes a number of any other lexeme.

    Raises:
        ValueError: The text is no lossless view of JSON.

    >>> from headroom import compress
    >>> rows = [{"id": n, "status": "ok", "region": "eu-west-1"} for n in range(40)]
    >>> decode(compress(rows, fidelity="lossless").text) == rows
    True

    """
    data = default_kinds().named("json")
    assert data is not None
    return data.decode(view, parse_float=parse_float, parse_int=parse_int)
