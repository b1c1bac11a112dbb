"""Field filters: which rows are asked for, by what stands in their fields."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from headroom.forking import cached_property
from headroom.retrieval.comparing import Comparable, order, text_of
from headroom.retrieval.grammar import (
    DEEPEST,
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
from headroom.retrieval.meeting import Fields, Test, ready
from headroom.retrieval.numbers import Numbers, is_size
from headroom.toolkit.rows.values import Duplicates

__all__ = ["Filter", "Rows", "conditions"]

#: A value that may have been meant as more than one: several words, a part that stands for any.
_READ_AS_ONE = re.compile(
    r"[ *?(]|^[%!]|^[\[{][^\]}]|^/.+/$|^\d+(?:[-\u2013+]|\.\.)\d*$|^\d+(?:,\d{1,2})+$"
    r"|^(?:none|nil|undefined|empty)$",
    re.IGNORECASE,
)
#: The same of one beside the name of its field: only where it says what it is.
_A_TEST = re.compile(
    r"!|.*\*$|\d+(?:-|\.\.)\d+$|\d+(?:,\d{1,2})+$"
    r"|(?:not|in|between|is|contains|exists)\b|.*[ )](?:and|or)\b",
    re.DOTALL,
)
#: A value and a part of one that may have been meant as patterns.
_LIKE_PATTERN = re.compile(r"^[*%].|\w\*|[.)\]][*+?]|[^\W\d]%")
_PART_LIKE_PATTERN = re.compile(_LIKE_PATTERN.pattern + r"|^\^|\$$|\\[dws][+*?{]|\w\|\w")
#: What objects and nothing can be compared with.
_OF_OBJECTS = re.compile(r"[\[{]|(?:null|none)?$")
#: Names of fields that are said where one is not known, and the rows that they are taken from.
_NAMES, _ROWS = 40, 200
_LONGEST_NAME = 60
#: With more tests of a row than these, their number is bounded over all rows: three million take
#: about two seconds. To find a field counts as so many, and so many characters of a value as one.
_FEW_TESTS, _MOST_TESTS, _FINDING, _CHARS = 20, 3_000_000, 10, 500


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
        return [text for leaf in bare if _is_read_as_one(text := str(leaf.value))]

    @property
    def patterns(self) -> dict[Comparison, Comparable]:
        """Those whose values may have been meant as patterns, and these."""
        parts = (leaf for leaf in _leaves(self.root) if isinstance(leaf, Comparison))
        found = ((leaf, Comparable(leaf.value)) for leaf in parts)
        return {leaf: value for leaf, value in found if _is_pattern(leaf, value)}

    @property
    def comparisons(self) -> list[Comparison | Between]:
        """Those that ask for more, less or as much as a value."""
        leaves = (leaf for leaf in _leaves(self.root) if not isinstance(leaf, Null))
        return [leaf for leaf in leaves if isinstance(leaf, Between) or "~" not in leaf.operator]

    @cached_property
    def tests(self) -> Mapping[str, int]:
        """By field, how often its values are looked at for a row."""
        return self._ready[1]

    def holds(self, row: object) -> bool:
        """Whether a row meets them. One without the field meets ``!=`` and ``is null``."""
        return self.meets(self.fields_of(row))

    def fields_of(self, row: object) -> Fields:
        """What of a row is looked at."""
        return Fields(row, self._steps, self.lacking)

    def meets(self, fields: Fields) -> bool:
        """Whether a row with such fields meets them."""
        return self._ready[0](fields)

    @cached_property
    def _steps(self) -> dict[str, list[str]]:
        return {name: name.split(".") for name in self.fields}

    @cached_property
    def lacking(self) -> dict[str, str]:
        """By the fields that are compared with sizes, the unit of numbers without one."""
        leaves = ((leaf, end) for leaf in self.comparisons for end in _ends(leaf))
        numbers = ((leaf.field, Comparable(end).quantity) for leaf, end in leaves)
        return {name: "b" for name, number in numbers if number and is_size(number.unit)}

    @cached_property
    def _ready(self) -> tuple[Test, Counter[str]]:
        tests: Counter[str] = Counter()
        return ready(self.root, tests), tests


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


def _from_item(name: object, value: object, depth: int = 0) -> Condition:
    if not isinstance(name, str):
        raise TypeError(f"where names fields by text, not by {type(name).__name__}")
    if isinstance(value, str):
        sign, operator = operator_of(value)
        text = value[len(sign) :].strip() if sign else value
        return Comparison(name, operator or "=", text, _A_TEST.match(text) is not None)
    if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)):
        if depth >= DEEPEST:
            raise ValueError(f"where has more than {DEEPEST} lists within each other")
        if not value:
            raise ValueError(f"where: any of no values is none: {_quoted(name)} has an empty list")
        return Any(tuple(_from_item(name, one, depth + 1) for one in value))
    if value is not None and not isinstance(value, (bool, int, float)):
        what = "an object" if isinstance(value, Mapping) else type(value).__name__
        raise TypeError(f"where compares with values; {_quoted(name)} has {what}")
    found = Comparison(name, "=", value)
    return Any((Null(name), found)) if value is None else found


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
        self._is_long = sum(self.wanted.tests.values()) > _FEW_TESTS
        self._done = 0
        ends = {leaf: [*map(Comparable, _ends(leaf))] for leaf in self.wanted.comparisons}
        #: What has met no value that it can be compared with: the values that it has, and whether
        #: the field has any.
        self._strange = {
            leaf: (values, False)
            for leaf, values in ends.items()
            if _is_order(leaf) or (len(ends) <= _FEW_TESTS and values[0].is_amount)
        }
        patterns = self.wanted.patterns
        #: What may have been meant as a pattern, and stands in no value.
        self._patterns = patterns if len(patterns) <= _FEW_TESTS else {}
        #: By each field that is compared with a value, and had none but objects so far, the names
        #: of what stands in these.
        self._below = {
            leaf.field: dict[str, None]()
            for leaf, values in ends.items()
            if not all(_OF_OBJECTS.match(value.text) for value in values)
        }
        #: Those of each field that is compared with one.
        self._numbers = {
            leaf.field: Numbers(_quoted(leaf.field))
            for leaf, values in ends.items()
            if any(value.quantity is not None and value.quantity.number for value in values)
        }

    def holds(self, row: object) -> bool:
        """Whether a row meets the conditions; what is no object meets none.

        Raises:
            ValueError: There are too many of them for so many rows.

        """
        if not isinstance(row, (dict, Duplicates)):
            return False
        fields = self.wanted.fields_of(row)
        if self._unknown:
            self._unknown -= {name for name in self._unknown if fields[name]}
            if self.count < _ROWS and len(self._names) < _NAMES:
                self._names.update(dict.fromkeys(_names_in(row)))
        self.count += 1
        if self._is_long:
            self._count(fields)
        if self._strange or self._patterns:
            self._look_at(fields)
        if self._below:
            self._look_below(fields)
        for name, numbers in self._numbers.items():
            for value in fields[name]:
                numbers.add(value)
        holds = self.wanted.meets(fields)
        self.met += holds
        return holds

    def _count(self, fields: Fields) -> None:
        for name, tests in self.wanted.tests.items():
            sizes = (1 + len(one.text) // _CHARS for one in fields[name])
            self._done += _FINDING + tests * sum(sizes)
        if self._done > _MOST_TESTS:
            raise ValueError(
                f"where: {sum(self.wanted.tests.values())} comparisons are too many for so many "
                f"rows; up to {_FEW_TESTS} always do, and values of one field count as one where "
                "they stand as in (a, b); or ask in several calls"
            )

    def _look_at(self, fields: Fields) -> None:
        for leaf, (ends, has_values) in list(self._strange.items()):
            values = fields[leaf.field]
            if any(all(order(value, end) is not None for end in ends) for value in values):
                del self._strange[leaf]
            else:
                has_values = has_values or any(value.is_ordered for value in values)
                self._strange[leaf] = ends, has_values
        for part, wanted in list(self._patterns.items()):
            if any(wanted.text in value.text for value in fields[part.field]):
                del self._patterns[part]

    def _look_below(self, fields: Fields) -> None:
        for name, names in list(self._below.items()):
            for value in fields[name]:
                if value.is_ordered:
                    del self._below[name]
                    break
                if isinstance(value.value, (dict, Duplicates)) and value.value:
                    names.update(dict.fromkeys(_names_in({name: value.value})))

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
        for name, below in self._below.items():
            if below:
                there = ", ".join(map(_spelled, [*below][:_NAMES]))
                raise ValueError(
                    f"where: the values of {_quoted(name)} are objects: name what stands in them; "
                    f"there are: {there}"
                )
        self._check_orders()
        if self._patterns:
            part, value = next(iter(self._patterns.items()))
            raise ValueError(
                f"where: no value of {_quoted(part.field)} has {_quoted(value.text)} in it, which "
                "is compared as it stands: ~ finds parts, and the argument pattern takes regular "
                "expressions"
            )
        if not self.met and self.wanted.phrases:
            said = ", ".join(map(_quoted, self.wanted.phrases[:_NAMES]))
            raise ValueError(f"where: no row was found; {said} was read as one value")

    def _check_orders(self) -> None:
        for leaf in self.wanted.comparisons:
            for number, unit in filter(None, (Comparable(end).quantity for end in _ends(leaf))):
                numbers = self._numbers.get(leaf.field) if number else None
                is_equal = isinstance(leaf, Comparison) and leaf.operator == "="
                said = numbers.why_not(unit, is_equal=is_equal) if numbers else ""
                if said:
                    raise ValueError(f"where: {said}")
        for leaf, (_, has_values) in self._strange.items():
            if has_values and not self.met and (_is_order(leaf) or not self.wanted.phrases):
                ends = " and ".join(_quoted(text_of(end)) for end in _ends(leaf))
                raise ValueError(
                    f"where: no value of {_quoted(leaf.field)} can be compared with {ends}: "
                    "numbers compare with numbers, dates with dates (2024-02-05), words with words"
                )


def _is_read_as_one(text: str) -> bool:
    one = Comparable(text)
    is_said = "," not in text and (one.quantity is not None or one.moment is not None)
    return not is_said and _READ_AS_ONE.search(text) is not None


def _is_pattern(leaf: Comparison, value: Comparable) -> bool:
    pattern = _PART_LIKE_PATTERN if "~" in leaf.operator else _LIKE_PATTERN
    return pattern.search(value.text) is not None


def _is_order(leaf: Comparison | Between) -> bool:
    return isinstance(leaf, Between) or leaf.operator[0] in "<>"


def _ends(leaf: Comparison | Between) -> tuple[object, ...]:
    """What the values of a field are compared with."""
    return (leaf.low, leaf.high) if isinstance(leaf, Between) else (leaf.value,)


def _quoted(text: str) -> str:
    return json.dumps(text[:_LONGEST_NAME])


def _spelled(name: str) -> str:
    is_plain = name.replace("_", "a").replace(".", "a").replace("-", "a").isalnum()
    return name if is_plain and len(name) <= _LONGEST_NAME else _quoted(name)


def _names_in(row: dict[str, object] | Duplicates) -> Iterator[str]:
    for name, value in row.items() if isinstance(row, dict) else row.pairs:
        # A list stands for its elements.
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict) and one:
            yield from (f"{name}.{inner}" for inner in one)
        elif isinstance(one, Duplicates):
            yield from (f"{name}.{inner}" for inner in dict(one.pairs))
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
