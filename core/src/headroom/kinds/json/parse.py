"""Reads JSON, and Python's notation of it, exactly: numbers as written, no duplicate key lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import accumulate, islice

from headroom.errors import WrongKind
from headroom.kinds.json.python import as_json
from headroom.scanning.wordforms import cut_at
from headroom.source import Source
from headroom.toolkit.rows.values import Duplicates, Json, Number
from headroom.view import Deadline

__all__ = ["MAX_DEPTH", "decode_python", "nesting", "parse", "parse_with", "read"]

#: Deeper values are not taken: Python's parser, and every reader, would give up too.
MAX_DEPTH = 200
#: Fewer lines are no JSON Lines.
_LEAST_LINES = 2

_PAIRS = bytes.maketrans(b"[{]}", b"(())")
_NO_BRACKETS = bytes(set(range(256)).difference(b"[{]}"))
_STEP = {ord("("): 1, ord(")"): -1}
#: Levels of what is mostly read. Chosen.
_SHALLOW = 16


def nesting(text: str, deadline: Deadline | None = None) -> int:
    """How deep the brackets outside strings go; linear, and never deep in the stack.

    Args:
        text: The text.
        deadline: Checked now and then, where there is one.

    >>> nesting('[[1], {"a": "[[[["}]')
    2

    """
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    pieces = cut_at(text, '"', deadline)
    outside = "".join(islice(pieces, 0, None, 2)).encode("ascii", "ignore")
    brackets = outside.translate(_PAIRS, _NO_BRACKETS)
    # Of what is not deep, a few times all innermost pairs are taken away: much quicker than steps.
    left = brackets
    for depth in range(_SHALLOW):
        if not left:
            return depth
        left = left.replace(b"()", b"")
    steps = map(_STEP.__getitem__, brackets)
    return max(accumulate(steps if deadline is None else deadline.over(steps)), default=0)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json] | Duplicates:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Duplicates(pairs)


class _Numbers(dict[str, Number]):
    """One ``Number`` for each spelling: rows say the same few again and again."""

    def __missing__(self, spelling: str) -> Number:
        self[spelling] = number = Number(spelling)
        return number


def _decoder() -> json.JSONDecoder:
    number = _Numbers().__getitem__
    return json.JSONDecoder(
        parse_float=number, parse_int=number, parse_constant=number, object_pairs_hook=_object
    )


def parse_with(
    text: str, decode: Callable[[str], Json], deadline: Deadline | None = None
) -> tuple[Json, bool]:
    """One JSON value, or JSON Lines as a list; whether it was JSON Lines.

    Raises:
        ValueError: It is neither.

    """
    stripped = text.lstrip("\ufeff").strip(" \t\r\n")
    try:
        return decode(stripped), False
    except ValueError:
        lines = [line for line in stripped.split("\n") if line.strip(" \t\r")]
        if len(lines) < _LEAST_LINES:
            raise
        some = lines if deadline is None else deadline.over(lines, every=50)
        return [decode(line.strip(" \t\r")) for line in some], True


def parse(text: str, deadline: Deadline | None = None) -> tuple[Json, bool]:
    """The value of a JSON text or of JSON Lines, or of Python data; numbers as ``Number``.

    Raises:
        WrongKind: It is not JSON, or nested deeper than ``MAX_DEPTH``.

    >>> parse('{"a": 1.10}')
    ({'a': '1.10'}, False)
    >>> parse("{'a': (1.10, None)}")
    ({'a': ['1.10', None]}, False)

    """
    if text.count("[") + text.count("{") > MAX_DEPTH and (nesting(text, deadline) > MAX_DEPTH):
        raise WrongKind("nested too deeply")
    try:
        return parse_with(text, _decoder().decode, deadline)
    except ValueError:
        pass
    try:
        return parse_with(text, partial(decode_python, deadline=deadline), deadline)
    except ValueError:
        raise WrongKind("neither JSON nor Python data") from None


def decode_python(text: str, deadline: Deadline | None = None) -> Json:
    """The value of data that is written as Python writes it.

    Raises:
        ValueError: It is none.

    """
    value: Json = _decoder().decode(as_json(text, deadline))
    return value


def read(source: Source) -> Json:
    """The value in a source, read once: ``source.once(read)``.

    Raises:
        WrongKind: It is not JSON, or nested too deeply.

    """
    return parse(source.text, source.deadline)[0]
