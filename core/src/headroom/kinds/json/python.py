"""Python's notation of data, as ``repr`` and ``print`` write it, as JSON.

What agents' tools return is often printed rather than encoded. Only what has the same value in JSON
is read: lists, tuples (which are arrays), dicts with strings for keys, strings, numbers, ``True``,
``False`` and ``None``. Nothing is evaluated.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval

from headroom.regexes import regex
from headroom.view import Deadline

__all__ = ["as_json"]

#: Deeper values are not taken, as in JSON.
_MAX_DEPTH = 200
_ESCAPE = r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00[01][0-9a-fA-F]{5})"""
_TOKEN = regex(
    rf"""
    [ \t\r\n]*(?:
    (?P<string>'[^'\\\n]*(?:{_ESCAPE}[^'\\\n]*)*' | "[^"\\\n]*(?:{_ESCAPE}[^"\\\n]*)*")
    | (?P<sign>[,:])
    | (?P<opening>[\[({{])
    | (?P<closing>[\])}}])
    | (?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.]))
    | (?P<word>(?:True|False|None|nan|-?inf)\b)
    )""",
    re.VERBOSE,
)
_WORDS = {
    "True": "true",
    "False": "false",
    "None": "null",
    "nan": "NaN",
    "inf": "Infinity",
    "-inf": "-Infinity",
}
#: Characters between two looks at the clock.
_CHECKED_EVERY = 2000
_PAIRS = {"[": "]", "{": "}", "(": ")"}
#: What JSON writes as it stands between double quotes.
_PLAIN = re.compile(r"[^\x00-\x1f\"\\]*")


def as_json(text: str, deadline: Deadline | None = None) -> str:
    """The JSON text of data that is written as Python writes it; it is up to a parser to check it.

    Args:
        text: The data.
        deadline: Checked now and then, where there is one.

    Raises:
        ValueError: It is none, or has values that JSON has not.

    >>> as_json("[{'up': True, 'at': (1, 2.50), 'note': None}]")
    '[{"up":true,"at":[1,2.50],"note":null}]'

    """
    text = text.strip(" \t\r\n")
    # Truncated JSON, for one, is none: that shows without a look at all of it.
    if not text or text[-1] != _PAIRS.get(text[0]):
        raise ValueError("not Python data")
    pieces: list[str] = []
    # What closes each open bracket, and where its last comma stands.
    opened: list[tuple[str, int]] = []
    position, after_value = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError("not Python data")
        if deadline and position // _CHECKED_EVERY != match.end() // _CHECKED_EVERY:
            deadline.check()
        position = match.end()
        group = match.lastgroup
        assert group is not None
        part = match[group]
        # A value stands behind a sign or a bracket, a sign behind a value.
        if group != "closing" and after_value == (group != "sign"):
            raise ValueError("not Python data")
        after_value = group not in ("sign", "opening")
        if group == "string":
            pieces.append(_string(part))
        elif group == "opening":
            if len(opened) == _MAX_DEPTH:
                raise ValueError("nested too deeply")
            pieces.append("{" if part == "{" else "[")
            opened.append((_PAIRS[part], len(pieces) - 1))
        elif group == "closing":
            _close(part, pieces, opened)
        else:
            pieces.append(_WORDS.get(part, part))
            if part == "," and opened:
                opened[-1] = (opened[-1][0], len(pieces) - 1)
    return "".join(pieces)


def _close(part: str, pieces: list[str], opened: list[tuple[str, int]]) -> None:
    closing, mark = opened.pop() if opened else ("", 0)
    if part != closing:
        raise ValueError("brackets that do not match")
    if part == ")" and mark < len(pieces) - 1 and pieces[mark] != ",":
        raise ValueError("one value in brackets is no tuple")
    if part == ")" and pieces[-1] == ",":
        pieces.pop()
    pieces.append("}" if part == "}" else "]")


def _string(part: str) -> str:
    inside = part[1:-1]
    if _PLAIN.fullmatch(inside):
        return f'"{inside}"'
    try:
        value = literal_eval(part)
    except SyntaxError as error:
        # A NUL, or a number beyond Unicode.
        raise ValueError("not Python data") from error
    return json.dumps(value, ensure_ascii=False)
