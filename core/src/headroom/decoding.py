"""Reading a lossless view back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom.arguments import brief, check_text
from headroom.kinds.registry import MIXED, default_kinds
from headroom.toolkit.kind import BaseKind

__all__ = ["decode"]


def decode(
    view: str,
    *,
    kind: str = "json",
    parse_float: Callable[[str], Any] = float,
    parse_int: Callable[[str], Any] = int,
) -> Any:
    r"""What a lossless view stands for: the data in it, or the text of search results.

    A lossless view of any other kind is the original itself, and so is one without transforms.

    Args:
        view: The text of a view whose ``lossless`` is true.
        kind: The kind of the view: ``"json"``, ``"table"``, ``"xml"`` or ``"search"``, or one that
            a package brings.
        parse_float: Makes a number of a lexeme with a fraction or an exponent, as in
            ``json.loads``; ``decimal.Decimal`` keeps what a float cannot.
        parse_int: Makes a number of any other lexeme.

    Raises:
        TypeError: ``view`` or ``kind`` is no text.
        ValueError: The text is no lossless view of this kind, or of a kind that there is.

    >>> from headroom import compress
    >>> rows = [{"id": n, "status": "ok", "region": "eu-west-1"} for n in range(40)]
    >>> decode(compress(rows, fidelity="lossless").text) == rows
    True
    >>> found = "\n".join(f"src/tool/run.py:{n}:    run(step_{n})" for n in range(40))
    >>> result = compress(found, fidelity="lossless")
    >>> decode(result.text, kind=result.kind) == found
    True

    """
    check_text("view", view)
    check_text("kind", kind)
    known = default_kinds()
    one = BaseKind() if kind == MIXED else known.named(kind)
    if one is None:
        raise ValueError(f"kind must be one of {', '.join(sorted(known.names))}, not {brief(kind)}")
    return one.decode(view, parse_float=parse_float, parse_int=parse_int)
