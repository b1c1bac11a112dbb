"""Field filters: which rows are asked for, by what stands in their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Condition", "conditions"]

_OPERATORS = ("!=", "<=", ">=", "==", "=", "<", ">", "~")
# "status = failed and delay > 30": the name ends before the first operator.
_TEXT = re.compile(r"\s*([^=<>!~]+?)\s*(!=|<=|>=|==|=|<|>|~)\s*(.*?)\s*")
#: Longer texts, in signs, are no numbers that anyone compares, and int() takes its time over them.
_LONGEST_NUMBER = 40
_AND = re.compile(r"\s+and\s+|\s*[,;&]+\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One comparison. It holds where any value of the field compares so with any of ``values``."""

    field: str
    operator: str
    values: tuple[object, ...]

    def holds(self, row: object) -> bool:
        """Whether a row meets the condition. A row without the field meets ``!=`` alone."""
        found = list(_values(row, self.field.split(".")))
        if not found:
            # The name of a field may have dots in it.
            found = list(_values(row, [self.field]))
        if self.operator == "!=":
            return not any(_equal(value, wanted) for value in found for wanted in self.values)
        return any(
            _compare(value, self.operator, wanted) for value in found for wanted in self.values
        )


def conditions(where: Mapping[str, object] | str | None) -> tuple[Condition, ...]:
    """Reads a filter; all of its conditions must hold.

    Args:
        where: A mapping from a field (dots lead into objects) to what it must be: a value, a list
            of which any will do, or text that begins with ``=``, ``!=``, ``<``, ``<=``, ``>``,
            ``>=`` or ``~`` (contains). Or a text: ``"status = failed and delay > 30"``.

    Raises:
        TypeError: It is neither.
        ValueError: It is misspelt.

    >>> [failed] = conditions({"status": "failed"})
    >>> failed.holds({"status": "Failed"}), failed.holds({"status": "ok"})
    (True, False)
    >>> late, big = conditions("delay >= 30 and order.total > 9.5")
    >>> late.holds({"delay": "45"}), big.holds({"order": {"total": 10}})
    (True, True)

    """
    if where is None:
        return ()
    if isinstance(where, str):
        return tuple(_from_text(part) for part in _AND.split(where.strip()) if part)
    if not isinstance(where, Mapping):
        raise TypeError(f'where must look like {{"status": "failed"}}, not {type(where).__name__}')
    return tuple(_from_item(field, value) for field, value in where.items())


def _from_text(text: str) -> Condition:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError('where must look like "status = failed and delay > 30"')
    field, operator, value = match.groups()
    return Condition(field.strip("\"'"), _plain(operator), (value.strip("\"'"),))


def _from_item(field: object, value: object) -> Condition:
    if not isinstance(field, str):
        raise TypeError(f"where names fields by text, not by {type(field).__name__}")
    if isinstance(value, str):
        operator = next((sign for sign in _OPERATORS if value.startswith(sign)), None)
        if operator is not None:
            return Condition(field, _plain(operator), (value[len(operator) :].strip(),))
        return Condition(field, "=", (value,))
    if isinstance(value, Sequence):
        return Condition(field, "=", tuple(value))
    if isinstance(value, Mapping):
        raise TypeError(f"where compares with values; {field!r} has an object")
    return Condition(field, "=", (value,))


def _plain(operator: str) -> str:
    return "=" if operator == "==" else operator


def _values(value: object, names: list[str]) -> Iterator[object]:
    """What stands under a path of names; lists on the way stand for each of their elements."""
    if isinstance(value, list):
        for element in value:
            yield from _values(element, names)
    elif not names:
        yield value
    elif isinstance(value, dict) and names[0] in value:
        yield from _values(value[names[0]], names[1:])


def _compare(value: object, operator: str, wanted: object) -> bool:
    if operator == "=":
        return _equal(value, wanted)
    if operator == "~":
        return str(wanted).casefold() in _text(value).casefold()
    left, right = _number(value), _number(wanted)
    if left is None or right is None:
        # Dates in ISO form compare as texts do.
        pair = _text(value), _text(wanted)
        less, equal = pair[0] < pair[1], pair[0] == pair[1]
    else:
        less, equal = left < right, left == right
    if operator in ("<=", ">=") and equal:
        return True
    return less if operator in ("<", "<=") else not less and not equal


def _equal(value: object, wanted: object) -> bool:
    left, right = _number(value), _number(wanted)
    if left is not None and right is not None:
        return left == right
    return _text(value).casefold() == _text(wanted).casefold()


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def _number(value: object) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if not isinstance(value, str):
        return value
    if len(value) > _LONGEST_NUMBER:
        return None
    try:
        return float(value) if any(sign in value for sign in ".eEnN") else int(value)
    except ValueError:
        return None
