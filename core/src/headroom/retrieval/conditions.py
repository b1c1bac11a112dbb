"""Field filters: which rows are asked for, by what stands in their fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headroom.retrieval.grammar import (
    All,
    Any,
    Between,
    Comparison,
    Condition,
    Not,
    Null,
    operator_of,
    parse,
)

__all__ = ["Filter", "Rows", "conditions"]

#: Longer texts, in signs, are no numbers that anyone compares, and int() takes its time over them.
_LONGEST_NUMBER = 40
# "5,000" and "$5,000.50", as people write amounts.
_AMOUNT = re.compile(
    r"([-+]?)[$\u20ac\u00a3\u00a5]?\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
)
#: Names of fields that are said where one is not known, and the rows that they are taken from.
_NAMES, _ROWS = 40, 200
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Filter:
    """Conditions that a row meets or does not."""

    root: Condition

    @property
    def fields(self) -> frozenset[str]:
        """The names of all fields that it looks at."""
        return frozenset(leaf.field for leaf in _leaves(self.root))

    @property
    def phrases(self) -> list[str]:
        """The values of several words that stand without quotes."""
        bare = (
            leaf for leaf in _leaves(self.root) if isinstance(leaf, Comparison) and leaf.is_bare
        )
        return [text for leaf in bare if " " in (text := str(leaf.value))]

    def holds(self, row: object) -> bool:
        """Whether a row meets them. One without the field meets ``!=`` and ``is null``."""
        return _holds(self.root, row)


def conditions(where: Mapping[str, object] | str | None) -> Filter | None:
    """Reads a filter; ``None`` where there is nothing in it.

    Args:
        where: A mapping from a field (dots lead into objects) to what it must be: a value, a list
            of which any will do, or text that begins with ``=``, ``!=``, ``<``, ``<=``, ``>``,
            ``>=`` or ``~`` (contains); all of it must hold. Or a text, as ``grammar.parse`` has it.

    Raises:
        TypeError: It is neither.
        ValueError: It is misspelt.

    >>> failed = conditions({"status": "failed"})
    >>> failed.holds({"status": "Failed"}), failed.holds({"status": "ok"})
    (True, False)
    >>> late = conditions("delay >= 30 and not (order.total > 9.5 or city in (Oslo, Rome))")
    >>> late.holds({"delay": "45", "order": {"total": 9}, "city": "Bergen"})
    True

    """
    if where is None:
        return None
    if isinstance(where, str):
        root = parse(where)
        return None if root is None else Filter(root)
    if not isinstance(where, Mapping):
        raise TypeError(f'where must look like {{"status": "failed"}}, not {type(where).__name__}')
    parts = tuple(_from_item(name, value) for name, value in where.items())
    return Filter(All(parts)) if parts else None


def _from_item(name: object, value: object) -> Condition:
    if not isinstance(name, str):
        raise TypeError(f"where names fields by text, not by {type(name).__name__}")
    if isinstance(value, str):
        sign, operator = operator_of(value)
        return Comparison(name, operator or "=", value[len(sign) :].strip() if sign else value)
    if isinstance(value, Sequence):
        return Any(tuple(Comparison(name, "=", one) for one in value))
    if isinstance(value, Mapping):
        raise TypeError(f"where compares with values; {name!r} has an object")
    return Comparison(name, "=", value)


@dataclass
class Rows:
    """The rows that a filter was asked about, and what fields they have.

    >>> rows = Rows(conditions("state = failed"))
    >>> rows.holds({"status": "failed", "id": 7})
    False
    >>> rows.check()
    Traceback (most recent call last):
    ...
    ValueError: where: no row has a field "state"; there are: status, id

    """

    wanted: Filter
    count: int = 0
    met: int = 0
    _names: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._unknown = set(self.wanted.fields)

    def holds(self, row: object) -> bool:
        """Whether a row meets the conditions; what is no object meets none."""
        if not isinstance(row, dict):
            return False
        if self._unknown:
            self._unknown -= {name for name in self._unknown if name in row or _found(row, name)}
            if self.count < _ROWS and len(self._names) < _NAMES:
                self._names.update(dict.fromkeys(_names_in(row)))
        self.count += 1
        holds = self.wanted.holds(row)
        self.met += holds
        return holds

    def check(self) -> None:
        """Says what cannot have been meant, after all rows.

        Raises:
            ValueError: There are no rows with fields, none has a field of the filter, or none has
                a value that may have been read otherwise than it was meant.

        """
        if not self.count:
            raise ValueError("where: there are no rows with fields here; ask by query or by place")
        if self._unknown:
            unknown = ", ".join(_quoted(name) for name in sorted(self._unknown))
            noun = "a field" if len(self._unknown) == 1 else "fields"
            names = list(self._names)[:_NAMES]
            there = ", ".join(_spelled(name) for name in names)
            raise ValueError(f"where: no row has {noun} {unknown}; there are: {there}")
        if not self.met and self.wanted.phrases:
            said = ", ".join(map(_quoted, self.wanted.phrases[:_NAMES]))
            raise ValueError(f"where: no row was found; {said} was read as one value")


def _quoted(text: str) -> str:
    return json.dumps(text[:_LONGEST_NAME])


def _spelled(name: str) -> str:
    is_plain = name.replace("_", "a").replace(".", "a").replace("-", "a").isalnum()
    return name if is_plain and len(name) <= _LONGEST_NAME else _quoted(name)


def _names_in(row: dict[str, object]) -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, dict) and value:
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name


def _leaves(root: Condition) -> Iterator[Comparison | Between | Null]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (All, Any)):
            waiting += reversed(node.parts)
        elif isinstance(node, Not):
            waiting.append(node.part)
        else:
            yield node


def _holds(node: Condition, row: object) -> bool:
    # No deeper than the parser lets conditions be.
    if isinstance(node, All):
        return all(_holds(part, row) for part in node.parts)
    if isinstance(node, Any):
        return any(_holds(part, row) for part in node.parts)
    if isinstance(node, Not):
        return not _holds(node.part, row)
    found = _found(row, node.field)
    if isinstance(node, Null):
        return not found or any(value is None for value in found)
    if isinstance(node, Between):
        return any(
            _compare(value, ">=", node.low) and _compare(value, "<=", node.high) for value in found
        )
    if node.operator.startswith("!"):
        return not any(_compare(value, node.operator[1:], node.value) for value in found)
    return any(_compare(value, node.operator, node.value) for value in found)


def _found(row: object, name: str) -> list[object]:
    """The values of a field: dots lead into objects, unless the name itself has them."""
    if isinstance(row, dict) and "." not in name:
        value = row.get(name, _found)
        if not isinstance(value, list):
            return [] if value is _found else [value]
    return _values(row, name.split(".")) or _values(row, [name])


def _values(row: object, names: list[str]) -> list[object]:
    """What stands under a path of names; lists on the way stand for each of their elements."""
    here = [row]
    for name in names:
        here = [one[name] for one in _elements(here) if isinstance(one, dict) and name in one]
    return list(_elements(here))


def _elements(values: Sequence[object]) -> Iterator[object]:
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        else:
            yield value


def _compare(value: object, operator: str, wanted: object) -> bool:
    if operator == "~":
        return str(wanted).casefold() in _text(value).casefold()
    left, right = _number(value), _number(wanted)
    if operator == "=":
        if left is not None and right is not None:
            return left == right
        return _text(value).casefold() == _text(wanted).casefold()
    pair: tuple[object, object] = (left, right)
    if left is None or right is None:
        pair = _text(value), _text(wanted)
        if (left is None) != (right is None) and not _both_begin_with_digits(*pair):
            return False
    less, equal = pair[0] < pair[1], pair[0] == pair[1]  # type: ignore[operator]
    if equal:
        return operator in ("<=", ">=")
    return less if operator in ("<", "<=") else not less


def _both_begin_with_digits(left: object, right: object) -> bool:
    """As dates do, which compare as texts; a word is neither more nor less than a number."""
    return str(left)[:1].isdecimal() and str(right)[:1].isdecimal()


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
        match = _AMOUNT.fullmatch(value)
        if match is None:
            return None
        number = match[1] + match[2].replace(",", "")
        return float(number) if "." in number else int(number)
