"""Turns what a caller puts into the text that is stored."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum

from headroom.errors import UnsupportedPayload

__all__ = ["to_text"]

#: What JSON APIs give as text, by module. To import these takes longer than a small payload to
#: compress, and who has such a value has imported its module.
_AS_TEXT = (("uuid", "UUID"), ("pathlib", "PurePath"), ("decimal", "Decimal"))


def to_text(data: object) -> str:
    """The text of a payload: text as it is, anything that is JSON at heart as its JSON.

    JSON at heart are ``None``, booleans, numbers, dicts with string keys, lists, tuples,
    dataclasses, Pydantic models, enums, and dates, times, UUIDs, decimals and paths (as the text
    that JSON APIs give for them), nested as you like.

    Raises:
        UnsupportedPayload: It is neither; the message says what to pass instead.

    >>> to_text("as it is")
    'as it is'
    >>> to_text({"total": 3, "items": ("a", None)})
    '{"total": 3, "items": ["a", null]}'

    """
    if isinstance(data, str):
        # A str subclass (an enum member, a LangChain TextAccessor) is stored as plain text.
        return str.__str__(data)
    try:
        return json.dumps(data if _is_plain(data) else _plain(data, "$"), ensure_ascii=False)
    except RecursionError:
        raise UnsupportedPayload(
            "this value contains itself or is nested too deeply to be JSON; pass it as text"
        ) from None


def _is_plain(data: object) -> bool:
    return data is None or isinstance(data, (bool, int, float))


def _plain(data: object, path: str) -> object:
    """``data`` in terms of what ``json.dumps`` takes. ``path`` is for the error message."""
    if data is None or type(data) in (str, bool, int, float):
        return data
    if isinstance(data, Enum):
        return _plain(data.value, path)
    if isinstance(data, Mapping):
        plain: dict[str, object] = {}
        for key, value in data.items():
            if isinstance(key, Enum):
                key = key.value
            if not isinstance(key, str):
                raise UnsupportedPayload(
                    f"the keys of a JSON object are strings, but {path} has a key of type "
                    f"{type(key).__name__}; convert the keys with str() first"
                )
            plain[key] = _plain(value, f"{path}.{key}")
        return plain
    if isinstance(data, (list, tuple)):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(data)]
    if isinstance(data, (bool, int, float, str)):
        return data
    dump = getattr(data, "model_dump", None)  # Pydantic, without importing it
    if callable(dump) and not isinstance(data, type):
        return _plain(dump(mode="json"), path)
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        return {
            field.name: _plain(getattr(data, field.name), f"{path}.{field.name}")
            for field in dataclasses.fields(data)
        }
    if isinstance(data, (datetime, date, time)):
        return data.isoformat()
    if any(
        isinstance(data, getattr(sys.modules.get(module), name, ())) for module, name in _AS_TEXT
    ):
        return str(data)
    if isinstance(data, (bytes, bytearray, memoryview)):
        advice = "decode it to text first, for example with .decode()"
    elif isinstance(data, (set, frozenset)):
        advice = "pass a list, for example sorted(...)"
    else:
        advice = "pass text, or a dict, list, dataclass or Pydantic model of such values"
    raise UnsupportedPayload(
        f"{path} is of type {type(data).__name__}, not JSON at heart; {advice}"
    )
