"""Field filters: which rows are asked for, by what stands in their fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from headroom.retrieval.comparing import equal, is_scaled, order, text_of, unit_of
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

#: A value that may have been meant as more than one: several words, a part that stands for any.
_READ_AS_ONE = re.compile(r" |\*|^[%!]")
#: The same of one beside the name of its field: only where it says what it is.
_A_TEST = re.compile(r"!|(?:not|in|between|is|contains|exists)\b|.*[ )](?:and|or)\b", re.DOTALL)
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
        """The values without quotes that may have been meant otherwise."""
        bare = (
            leaf for leaf in _leaves(self.root) if isinstance(leaf, Comparison) and leaf.is_bare
        )
        return [text for leaf in bare if _READ_AS_ONE.search(text := str(leaf.value))]

    @property
    def orders(self) -> list[Comparison | Between]:
        """Those that ask for more or less than a value."""
        leaves = [leaf for leaf in _leaves(self.root) if not isinstance(leaf, Null)]
        return [leaf for leaf in leaves if isinstance(leaf, Between) or leaf.operator[0] in "<>"]

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
        text = value[len(sign) :].strip() if sign else value
        return Comparison(name, operator or "=", text, _A_TEST.match(text) is not None)
    if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)):
        if not value:
            raise ValueError(f"where: any of no values is none: {_quoted(name)} has an empty list")
        return Any(tuple(_from_item(name, one) for one in value))
    if value is not None and not isinstance(value, (bool, int, float)):
        what = "an object" if isinstance(value, Mapping) else type(value).__name__
        raise TypeError(f"where compares with values; {name!r} has {what}")
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
        #: What asks for more or less, and has met no value that it can be compared with.
        self._strange = dict.fromkeys(self.wanted.orders, False)
        #: By field, the units of its numbers, where what they are compared with has none.
        self._units = {
            leaf.field: set[str]()
            for leaf in self.wanted.orders
            if not all(map(unit_of, _ends(leaf)))
        }

    def holds(self, row: object) -> bool:
        """Whether a row meets the conditions; what is no object meets none."""
        if not isinstance(row, dict):
            return False
        if self._unknown:
            self._unknown -= {name for name in self._unknown if name in row or _found(row, name)}
            if self.count < _ROWS and len(self._names) < _NAMES:
                self._names.update(dict.fromkeys(_names_in(row)))
        self.count += 1
        for leaf in list(self._strange):
            self._look_at(row, leaf)
        for name, units in self._units.items():
            units.update(map(unit_of, _found(row, name)))
        holds = self.wanted.holds(row)
        self.met += holds
        return holds

    def _look_at(self, row: object, leaf: Comparison | Between) -> None:
        for value in _found(row, leaf.field):
            if all(order(value, end) is not None for end in _ends(leaf)):
                del self._strange[leaf]
                return
            self._strange[leaf] = True

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
        self._check_orders()
        if not self.met and self.wanted.phrases:
            said = ", ".join(map(_quoted, self.wanted.phrases[:_NAMES]))
            raise ValueError(f"where: no row was found; {said} was read as one value")

    def _check_orders(self) -> None:
        for name, units in self._units.items():
            several = sorted(unit for unit in units if is_scaled(unit))
            if len(several) > 1:
                raise ValueError(
                    f"where: the values of {_quoted(name)} have several units, "
                    f"{', '.join(several)}: write one, as in > 5 {several[0]}"
                )
        for leaf, has_values in self._strange.items():
            if has_values and not self.met:
                ends = " and ".join(_quoted(text_of(end)) for end in _ends(leaf))
                raise ValueError(
                    f"where: no value of {_quoted(leaf.field)} is more or less than {ends}: "
                    "numbers compare with numbers, and words with words"
                )


def _ends(leaf: Comparison | Between) -> tuple[object, ...]:
    """What the values of a field are compared with."""
    return (leaf.low, leaf.high) if isinstance(leaf, Between) else (leaf.value,)


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
        if isinstance(value, list) and value:
            waiting += reversed(value)
        else:
            yield value


def _compare(value: object, operator: str, wanted: object) -> bool:
    if operator == "~":
        return text_of(wanted).casefold() in text_of(value).casefold()
    if operator == "=":
        return equal(value, wanted)
    found = order(value, wanted)
    if found is None:
        return False
    return (found == 0 and operator in ("<=", ">=")) or found == (-1 if "<" in operator else 1)
