"""Reads JSON, and Python's notation of it, exactly: numbers as written, no duplicate key lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import accumulate

from headroom.errors import WrongKind
from headroom.kinds.json.python import as_json
from headroom.kinds.json.rows import find_rows, may_have_rows
from headroom.lines import parts
from headroom.source import Source
from headroom.toolkit.rows.values import Json, Number, members_of
from headroom.view import Deadline

__all__ = ["MAX_DEPTH", "decode_python", "nesting", "parse", "parse_with", "read"]

#: Deeper values are not taken: Python's parser, and every reader, would give up too.
MAX_DEPTH = 200
#: Where the last line is less than one in so many of a text, it is read first. Chosen.
_MANY_LINES = 10

_PAIRS = bytes.maketrans(b"[{]}", b"(())")
_NO_SIGNS = bytes(set(range(256)).difference(b'"[{]}'))
#: Characters that are looked through at a time. Chosen.
_TOGETHER = 1_000_000
_STEP = {ord("("): 1, ord(")"): -1}
#: Numbers that are remembered: most come again, and each takes a hundred bytes. Chosen.
_NUMBERS = 1024
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
    parts: list[bytes] = []
    for start in range(0, len(text), _TOGETHER):
        if deadline is not None:
            deadline.check()
        part = text[start : start + _TOGETHER].encode("ascii", "ignore")
        parts.append(part.translate(_PAIRS, _NO_SIGNS))
    # Of strings without brackets, nothing is left but their quotes.
    brackets = b"".join(parts).replace(b'""', b"")
    if b'"' in brackets:
        brackets = b"".join(brackets.split(b'"')[::2])
    # Of what is not deep, a few times all innermost pairs are taken away: much quicker than steps.
    left = brackets
    for depth in range(_SHALLOW):
        if not left:
            return depth
        left = left.replace(b"()", b"")
    steps = map(_STEP.__getitem__, brackets)
    return max(accumulate(steps if deadline is None else deadline.over(steps)), default=0)


def _decoder() -> json.JSONDecoder:
    number = lru_cache(_NUMBERS)(Number)
    return json.JSONDecoder(
        parse_float=number, parse_int=number, parse_constant=number, object_pairs_hook=members_of
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
        if "\n" not in stripped:
            raise
        last = stripped[stripped.rindex("\n") + 1 :].lstrip(" \t\r")
        if len(last) * _MANY_LINES < len(stripped):
            # What is cut ends within a value: all before it would be read for nothing.
            decode(last)
        # Some at a time: all of them would be as large as the text once more.
        lines = (line.strip(" \t\r") for part in parts(stripped) for line in part.split("\n"))
        some = filter(None, lines)
        return [decode(one) for one in (deadline.over(some, every=50) if deadline else some)], True


def parse(text: str, deadline: Deadline | None = None) -> tuple[Json, bool]:
    """The value of a JSON text or of JSON Lines, or of Python data; numbers as ``Number``.

    Raises:
        WrongKind: It is not JSON, or nested deeper than ``MAX_DEPTH``.

    >>> parse('{"a": 1.10}')
    ({'a': '1.10'}, False)
    >>> parse("{'a': (1.10, None)}")
    ({'a': ['1.10', None]}, False)

    """
    _check_depth(text, deadline)
    try:
        return parse_with(text, _decoder().decode, deadline)
    except ValueError:
        pass
    try:
        return parse_with(text, partial(decode_python, deadline=deadline), deadline)
    except ValueError:
        raise WrongKind("neither JSON nor Python data") from None


def _check_depth(text: str, deadline: Deadline | None) -> None:
    if text.count("[") + text.count("{") > MAX_DEPTH and nesting(text, deadline) > MAX_DEPTH:
        raise WrongKind("nested too deeply")


def decode_python(text: str, deadline: Deadline | None = None) -> Json:
    """The value of data that is written as Python writes it.

    Raises:
        ValueError: It is none.

    """
    value: Json = _decoder().decode(as_json(text, deadline))
    return value


def read(source: Source) -> Json:
    """The value in a source, read once: ``source.once(read)``.

    Rows of a large one are read again each time that they are asked for; see ``whole``.

    Raises:
        WrongKind: It is not JSON, or nested too deeply.

    """
    text, deadline = source.text, source.deadline
    if not may_have_rows(text):
        return parse(text, deadline)[0]
    _check_depth(text, deadline)
    rows = find_rows(text, _decoder().raw_decode, deadline)
    return parse(text, deadline)[0] if rows is None else rows
