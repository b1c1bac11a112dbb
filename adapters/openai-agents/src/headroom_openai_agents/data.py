"""Data in Python's notation: what the SDK makes of a tool that returned a dict or a list."""

from __future__ import annotations

import ast
import json
import re

__all__ = ["as_json"]

# Beyond these, parsing costs more than it can save, or more stack than there is.
_MAX_CHARS = 2_000_000
_MAX_DEPTH = 50

# To the end where a string is not closed: giving up and looking again from the next quote would
# take quadratic time.
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)""", re.DOTALL)


def as_json(text: str) -> str:
    """The JSON of a Python literal; any other text as it is.

    Only what JSON can say is taken: dicts with string keys, lists, strings, numbers, booleans and
    ``None``. Anything else in it (a tuple, a set, bytes), and the text stays as it is.

    >>> as_json("{'id': 7, 'paid': True, 'note': None}")
    '{"id": 7, "paid": true, "note": null}'
    >>> as_json("(1, 2)")
    '(1, 2)'
    """
    stripped = text.strip()
    if not stripped.startswith(("{", "[")) or len(text) > _MAX_CHARS or _too_deep(stripped):
        return text
    try:
        json.loads(stripped)
    except ValueError:
        pass
    else:
        return text
    try:
        value = ast.literal_eval(stripped)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    return json.dumps(value, ensure_ascii=False) if _is_json(value) else text


def _too_deep(text: str) -> bool:
    depth = 0
    for sign in re.findall(r"[\[\](){}]", _STRING.sub("", text)):
        depth += 1 if sign in "[({" else -1
        if depth > _MAX_DEPTH:
            return True
    return False


def _is_json(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or type(value) in (str, int, float, bool)
