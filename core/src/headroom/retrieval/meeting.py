"""Conditions made ready for many rows: each value is read once, and each field of a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from headroom.retrieval.comparing import Comparable, Notation, order, without_around
from headroom.retrieval.grammar import All, Any, Between, Comparison, Condition, Not, Null
from headroom.toolkit.rows.values import Duplicates

__all__ = ["Fields", "Test", "Values", "has_field", "plain_name", "ready"]


#: Names of more parts are looked for with a dot at each of them, or as one.
_MOST_DOTTED = 6
#: What says in a cell of a table that nothing stands there.
_NULLS = (None, "", "NULL", "null", "<NULL>", "<null>", "NaN", "nan", "NaT")
#: Values of a field that are remembered; more distinct ones are read each time.
_MOST_REMEMBERED = 10_000


class Values(dict[object, Comparable]):
    """The values of a field, each read once.

    Args:
        notation: How they are to be read, where they do not say so themselves.
        before: The same, read otherwise.

    """

    def __init__(self, notation: Notation, before: Mapping[object, Comparable]) -> None:
        self._notation = notation
        self._before = before

    def read(self, value: object) -> Comparable:
        """One of them as it is compared."""
        # 1 is True, and 1.0 is 1: these are other texts.
        if type(value) is not str:
            return Comparable(value, self._notation)
        found = self.get(value)
        if found is None:
            known = self._before.get(value)
            found = known.again(self._notation) if known else Comparable(value, self._notation)
            if len(self) < _MOST_REMEMBERED:
                self[value] = found
        return found


class Fields(dict[str, list[Comparable]]):
    """The values of the fields of a row, by their names, each found when it is first asked for.

    Args:
        row: The row.
        steps: By the name of a field, what leads to it.
        known: By the name of a field, what reads its values.
        is_of_text: Whether the row has nothing but texts: of these, an empty one is null.

    """

    def __init__(
        self, row: object, steps: dict[str, list[str]], known: Mapping[str, Values],
        *, is_of_text: bool = False,
    ) -> None:  # fmt: skip
        #: The values that are null.
        self.nulls: tuple[object, ...] = _NULLS if is_of_text else (None,)
        self._row = row
        self._steps = steps
        self._known = known

    def __missing__(self, name: str) -> list[Comparable]:
        found = _found(self._row, name, self._steps[name])
        read = self._known[name].read
        self[name] = told = [read(value) for value in found]
        return told


#: Whether a row meets a condition.
Test: TypeAlias = Callable[[Fields], bool]
#: Reads a value that a field is compared with.
Reader: TypeAlias = Callable[[str, object], Comparable]


def ready(node: Condition, tests: Counter[str], read: Reader) -> Test:
    """How a condition is tested.

    Args:
        node: The condition, no deeper than the parser lets conditions be.
        tests: Where it is counted how often each field is looked at for a row.
        read: Reads a value that a field is compared with.

    """
    if isinstance(node, (All, Any)):
        return _several(node, tests, read)
    if isinstance(node, Not):
        part = ready(node.part, tests, read)
        return lambda fields: not part(fields)
    if isinstance(node, Comparison) and node.operator in ("=", "!="):
        wanted = [read(node.field, node.value)]
        return _among(node.field, wanted, tests, is_in=node.operator == "=")
    tests[node.field] += 1 + isinstance(node, Between)
    if isinstance(node, Null):
        return _null(node.field)
    if isinstance(node, Between):
        return _within(node.field, read(node.field, node.low), read(node.field, node.high))
    if not node.operator.endswith("~"):
        return _ordered(node.field, node.operator, read(node.field, node.value))
    found = _containing(node.field, read(node.field, node.value))
    return (lambda fields: not found(fields)) if node.operator == "!~" else found


def _several(node: All | Any, tests: Counter[str], read: Reader) -> Test:
    """Any of some conditions, or all; the values that one field may have are looked up at once."""
    is_any = isinstance(node, Any)
    operator = "=" if is_any else "!="
    values: dict[str, list[Comparable]] = {}
    others: list[Condition] = []
    for part in _flat(node):
        if isinstance(part, Comparison) and part.operator == operator:
            values.setdefault(part.field, []).append(read(part.field, part.value))
        else:
            others.append(part)
    parts = [_among(field, wanted, tests, is_in=is_any) for field, wanted in values.items()]
    parts += (ready(part, tests, read) for part in _needed(others, read, is_any=is_any))
    if len(parts) == 1:
        return parts[0]
    if is_any:
        return lambda fields: any(part(fields) for part in parts)
    return lambda fields: all(part(fields) for part in parts)


def _needed(parts: list[Condition], read: Reader, *, is_any: bool) -> list[Condition]:
    """Some conditions without those that others imply: of ``v < 5 or v < 6``, the first."""
    kept: dict[object, Condition] = {}
    for part in parts:
        key: object = part
        if isinstance(part, Comparison) and part.is_order:
            one = read(part.field, part.value)
            if one.version is not None or one.quantity is not None:
                unit = one.quantity and one.quantity.unit
                key = part.field, part.operator, one.sort, unit
                other = kept.get(key)
                if isinstance(other, Comparison):
                    is_less = order(one, read(other.field, other.value)) == -1
                    if is_less == ((part.operator[0] == "<") == is_any):
                        continue
        kept[key] = part
    return list(kept.values())


def _flat(node: All | Any) -> Iterator[Condition]:
    for part in node.parts:
        yield from _flat(part) if type(part) is type(node) else (part,)


def _among(field: str, wanted: Sequence[Comparable], tests: Counter[str], *, is_in: bool) -> Test:
    """Whether any value of a field is equal to any of some, however many these are."""
    tests[field] += 1
    texts = frozenset(one.text for one in wanted)
    keys = frozenset(key for one in wanted for key in one.said())
    sorts = frozenset(sort for sort, _ in keys)

    def test(fields: Fields) -> bool:
        for value in fields[field]:
            if value.value is None:
                # A text that says null is another thing, and is asked for what is null as well.
                continue
            is_there = value.text in texts or value.put in texts
            if is_there or (keys and not keys.isdisjoint(value.looked(sorts))):
                return is_in
        return not is_in

    return test


def _ordered(field: str, operator: str, wanted: Comparable) -> Test:
    meets = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[operator]
    return _any(field, lambda value: order(value, wanted) in meets)


def _within(field: str, low: Comparable, high: Comparable) -> Test:
    return _any(field, lambda value: order(value, low) in (0, 1) and order(value, high) in (-1, 0))


def _containing(field: str, wanted: Comparable) -> Test:
    return _any(field, lambda value: wanted.put in value.put or wanted.put in value.text)


def _any(field: str, holds: Callable[[Comparable], bool]) -> Test:
    def test(fields: Fields) -> bool:
        for value in fields[field]:  # noqa: SIM110
            if holds(value):
                return True
        return False

    return test


def _null(field: str) -> Test:
    def test(fields: Fields) -> bool:
        found = fields[field]
        return not found or any(value.value in fields.nulls for value in found)

    return test


def _found(row: object, name: str, steps: list[str]) -> list[object]:
    """The values of a field: dots lead into objects, unless the name itself has them."""
    if isinstance(row, dict) and len(steps) == 1:
        value = row.get(name, _found)
        if value is _found:
            key = next((key for key in row if plain_name(key) == name), None)
            value = _found if key is None else row[key]
        if not isinstance(value, list):
            return [] if value is _found else [value]
    return _values(row, steps) or (
        _dotted(row, steps) if len(steps) <= _MOST_DOTTED else _values(row, [name])
    )


@lru_cache(maxsize=4096)
def plain_name(key: str) -> str:
    """The name of a field without blanks around it, and without signs of Markdown.

    >>> plain_name(" **total** "), plain_name("")
    ('total', '')

    """
    return without_around(key.strip()) or key


def has_field(row: object, name: str) -> bool:
    """Whether a row has a field."""
    return bool(_found(row, name, name.split(".")))


def _dotted(row: object, names: Sequence[str]) -> list[object]:
    """The same where names themselves may have dots: the shortest that is there."""
    for count in range(1, len(names) + 1):
        found = _values(row, [".".join(names[:count])])
        if found and count < len(names):
            found = [value for one in found for value in _dotted(one, names[count:])]
        if found:
            return found
    return []


def _values(row: object, names: list[str]) -> list[object]:
    """What stands under a path of names; lists on the way stand for each of their elements."""
    here = [row]
    for name in names:
        here = [value for one in _elements(here) for value in _named(one, name)]
        if not here:
            break
    return list(_elements(here))


def _named(value: object, name: str) -> list[object]:
    if isinstance(value, dict):
        return [value[name]] if name in value else []
    pairs = value.pairs if isinstance(value, Duplicates) else ()
    return [member for key, member in pairs if key == name]


def _elements(values: Sequence[object]) -> Iterator[object]:
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        if isinstance(value, list) and value:
            waiting += reversed(value)
        else:
            yield value
