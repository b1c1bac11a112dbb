"""Field filters: which rows are asked for, by what stands in their fields."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from headroom.forking import cached_property
from headroom.retrieval.columns import Column
from headroom.retrieval.comparing import PLAIN, WANTED, Comparable, Notation
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
from headroom.retrieval.meeting import Fields, Test, Values, ready

__all__ = ["LONGEST_SAID", "Filter", "conditions", "quoted"]

#: A value that may have been meant as more than one: several words, a part that stands for any.
_READ_AS_ONE = re.compile(
    r"[ *?(;]|^[%!]|^[\[{][^\]}]|^/.+/$|^\d+(?:[-\u2013+]|\.\.)\d*$|^\d+(?:,\d{1,2})+$"
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
#: Fields that are looked for in one row.
_MOST_TOGETHER = 8
#: Characters of a name or a value that are said.
LONGEST_SAID = 60


@dataclass(frozen=True)
class Filter:
    """Conditions that a row meets or does not."""

    root: Condition
    #: How the values of fields are to be read, where they say it together.
    told: tuple[tuple[str, Notation], ...] = ()
    #: Fields, each with a text that only those are equal to that are written so.
    exact: frozenset[tuple[str, str]] = frozenset()
    #: The same, before that was known.
    before: Filter | None = None

    @property
    def fields(self) -> frozenset[str]:
        """The names of all fields that it looks at."""
        return frozenset(leaf.field for leaf in _leaves(self.root))

    @cached_property
    def together(self) -> Set[frozenset[str]]:
        """Fields that are to have values in one row: those of conditions all of which are to hold.

        Few of them, as people write them.
        """
        found = {frozenset(some) for some in _together(self.root)}
        return {some for some in found if 1 < len(some) <= _MOST_TOGETHER}

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

    def fields_of(self, row: object, *, is_of_text: bool = False) -> Fields:
        """What of a row is looked at; in one of nothing but texts, an empty one is null."""
        return Fields(row, self._steps, self._known, is_of_text=is_of_text)

    def meets(self, fields: Fields) -> bool:
        """Whether a row with such fields meets them."""
        return self._ready[0](fields)

    @cached_property
    def _known(self) -> dict[str, Values]:
        before = {} if self.before is None else self.before._known
        return {
            name: Values(self.notations.get(name, PLAIN), before.get(name, {}))
            for name in self.fields
        }

    @cached_property
    def _steps(self) -> dict[str, list[str]]:
        return {name: name.split(".") for name in self.fields}

    @cached_property
    def notations(self) -> dict[str, Notation]:
        """By field, how its values are to be read."""
        found = {name: column.notation for name, column in self.columns().items()}
        return {**found, **dict(self.told)}

    def columns(self) -> dict[str, Column]:
        """The fields that are compared with values, before any of their own is seen."""
        wanted: dict[str, list[Comparable]] = {}
        for leaf in self.comparisons:
            ends = (Comparable(end, WANTED) for end in leaf.ends)
            wanted.setdefault(leaf.field, []).extend(ends)
        orders = {leaf.field for leaf in self.comparisons if leaf.is_order}
        return {
            name: Column(name, quoted(name), ends, is_order=name in orders)
            for name, ends in wanted.items()
        }

    def read(self, name: str, value: object) -> Comparable:
        """A value that a field is compared with: it has the unit that it says."""
        found = self.notations.get(name, PLAIN)._replace(lacking="", is_wanted=True)
        told = Comparable(value, found)
        if (name, told.text) in self.exact:
            return Comparable(value, found._replace(is_exact=True))
        return told

    @cached_property
    def in_quotes(self) -> frozenset[tuple[str, str]]:
        """Fields, each with a text in quotes that it may be equal to, and that is no date."""
        leaves = (leaf for leaf in self.comparisons if isinstance(leaf, Comparison))
        texts = (
            (leaf.field, Comparable(leaf.value, WANTED))
            for leaf in leaves
            if not (leaf.is_order or leaf.is_bare) and isinstance(leaf.value, str)
        )
        # Of a word, nothing else is equal to it anyhow.
        return frozenset((name, one.text) for name, one in texts if not one.day and any(one.said()))

    @cached_property
    def _ready(self) -> tuple[Test, Counter[str]]:
        tests: Counter[str] = Counter()
        return ready(self.root, tests, self.read), tests


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
        if not operator and text.casefold() == "null":
            return Any((Null(name), Comparison(name, "=", text)))
        if sign and not text:
            raise ValueError(f'where: a value is missing for {quoted(name)} after "{sign}"')
        return Comparison(name, operator or "=", text, _A_TEST.match(text) is not None)
    if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)):
        if depth >= DEEPEST:
            raise ValueError(f"where has more than {DEEPEST} lists within each other")
        if not value:
            raise ValueError(f"where: any of no values is none: {quoted(name)} has an empty list")
        return Any(tuple(_from_item(name, one, depth + 1) for one in value))
    if value is not None and not isinstance(value, (bool, int, float)):
        what = "an object" if isinstance(value, Mapping) else type(value).__name__
        raise TypeError(f"where compares with values; {quoted(name)} has {what}")
    found = Comparison(name, "=", value)
    return Any((Null(name), found)) if value is None else found


def quoted(text: str) -> str:
    """The beginning of a text, as errors say it."""
    return json.dumps(text[:LONGEST_SAID], ensure_ascii=False)


def _is_read_as_one(text: str) -> bool:
    one = Comparable(text)
    is_said = "," not in text and (one.quantity is not None or one.moment is not None)
    return not is_said and _READ_AS_ONE.search(text) is not None


def _is_pattern(leaf: Comparison, value: Comparable) -> bool:
    pattern = _PART_LIKE_PATTERN if "~" in leaf.operator else _LIKE_PATTERN
    return pattern.search(value.text) is not None


def _together(root: Condition) -> Iterator[set[str]]:
    """The fields of conditions all of which are to hold, of whichever of them there are."""
    waiting = [(root, False)]
    while waiting:
        node, is_not = waiting.pop()
        fields: set[str] = set()
        parts = [(node, is_not)]
        while parts:
            part, is_not = parts.pop()
            if isinstance(part, Not):
                parts.append((part.part, not is_not))
            elif isinstance(part, (All, Any)):
                is_all = isinstance(part, Any) == is_not
                (parts if is_all else waiting).extend((one, is_not) for one in part.parts)
            elif not isinstance(part, Null):
                fields.add(part.field)
        yield fields


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
