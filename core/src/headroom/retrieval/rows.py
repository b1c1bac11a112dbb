"""The rows that a filter is asked about, and what of it they cannot answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from headroom.retrieval.comparing import PLAIN, Comparable, order, text_of
from headroom.retrieval.conditions import LONGEST_SAID, Filter, quoted
from headroom.retrieval.grammar import Between, Comparison
from headroom.retrieval.meeting import Fields, has_field, plain_name
from headroom.toolkit.rows.values import Duplicates
from headroom.view import Piece

__all__ = ["Rows"]

#: What objects and nothing can be compared with.
_OF_OBJECTS = re.compile(r"[\[{]|(?:null|none)?$")
#: A word, and no letter.
_A_WORD = re.compile(r"[^\W\d_]{2}[^\d]*")
#: What may be an id, of which each digit counts.
_DIGITS = re.compile(r"\+?\d+")
#: Names of fields that are said where one is not known, and the rows that they are taken from.
_NAMES, _ROWS = 40, 200
#: So many of the names that are not known are said.
_UNKNOWN = 5
#: Of more tables with other names, it is not said that no row has fields of several.
_MOST_KINDS = 100
#: So many rows of tables may have more cells than the header.
_MOST_ODD = 20
#: With more tests of a row than these, their number is bounded over all rows: three million take
#: about two seconds. To find a field counts as so many, and so many characters of a value as one.
_FEW_TESTS, _MOST_TESTS, _FINDING, _CHARS = 20, 3_000_000, 10, 500


@dataclass
class Rows:
    """The rows that a filter was asked about, and what fields they have.

    >>> from headroom.retrieval.conditions import conditions
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
    #: By the tables that the rows stand in: their names, whether any has a field, and what was met.
    _tables: list[tuple[frozenset[str], bool, list[Piece]]] = field(default_factory=list)
    #: By the names of these, the fields that rows have which are to stand in one.
    _fields_of: dict[frozenset[str], set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._unknown = set(self.wanted.fields)
        #: Rows of tables with too many cells.
        self._odd = 0
        self._of_table: set[str] = set()
        self._has_field = False
        #: The fields that are to stand in one row, and those that rows of the table have.
        self._together = self.wanted.together
        self._seen: set[str] = set()
        self._is_long = sum(self.wanted.tests.values()) > _FEW_TESTS
        self._done = 0
        ends = {leaf: self._read(leaf) for leaf in self.wanted.comparisons}
        #: What has met no value that it can be compared with: the values that it has, and whether
        #: the field has any.
        strange = {
            (leaf.field, leaf.is_order, *(end.sort for end in values)): (leaf, values)
            for leaf, values in reversed(ends.items())
            if leaf.is_order or (len(ends) <= _FEW_TESTS and values[0].is_amount)
        }
        self._strange = {leaf: (values, False) for leaf, values in reversed(strange.values())}
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
        #: By field, those for which more or less is asked, one of each sort.
        self._ends: dict[str, dict[object, Comparable]] = {}
        for leaf, values in ends.items():
            if leaf.is_order:
                self._ends.setdefault(leaf.field, {}).update({end.sort: end for end in values})
        #: By field, the first value that is neither more nor less than one of these, and that one.
        self._holes: dict[str, tuple[Comparable, Comparable]] = {}
        #: The texts to which a field is to be equal, and those of them that stand in it.
        self._equals: dict[str, set[str]] = {}
        for leaf, values in ends.items():
            if not leaf.is_order:
                self._equals.setdefault(leaf.field, set()).update(one.text for one in values)
        self._literal: set[tuple[str, str]] = set()
        #: The words more or less than which a field is to be, those of them that stand in it, and
        #: how many values it has.
        self._words = {
            name: texts
            for name, ends in self._ends.items()
            if (texts := {end.text for end in ends.values() if _A_WORD.fullmatch(end.text)})
        }
        self._words_there: dict[str, str] = {}
        self._many: Counter[str] = Counter()
        #: What the values of each field that is compared with some have in common.
        self._columns = self.wanted.columns()

    def _read(self, leaf: Comparison | Between) -> list[Comparable]:
        return [self.wanted.read(leaf.field, end) for end in leaf.ends]

    def holds(self, row: object, *, is_of_text: bool = False) -> bool:
        """Whether a row meets the conditions; what is no object meets none.

        A row of a table with more cells than the header has names may meet any: it is shown.

        Args:
            row: The row.
            is_of_text: Whether it has nothing but texts, as one of a table.

        Raises:
            ValueError: There are too many of them for so many rows.

        """
        if not isinstance(row, (dict, Duplicates)):
            is_odd = is_of_text and isinstance(row, list)
            self._odd += is_odd
            if self._odd > _MOST_ODD:
                raise ValueError(
                    f"where: more than {_MOST_ODD} rows have more cells than the header: which is "
                    "which, nobody can say; ask by query, or for lines"
                )
            return is_odd
        fields = self.wanted.fields_of(row, is_of_text=is_of_text)
        if self._unknown:
            self._unknown -= {name for name in self._unknown if fields[name]}
            if self.count < _ROWS and len(self._names) < _NAMES:
                self._names.update(dict.fromkeys(_names_in(row)))
        if not self._has_field:
            self._has_field = any(fields[name] for name in self.wanted.fields)
            if len(self._of_table) < _NAMES:
                self._of_table.update(row if isinstance(row, dict) else dict(row.pairs))
        if self._together:
            self._seen |= {
                name for some in self._together for name in some - self._seen if fields[name]
            }
        self.count += 1
        if self._is_long:
            self._count(fields)
        if self._strange or self._patterns:
            self._look_at(fields)
        if self._below:
            self._look_below(fields)
        self._add_to_columns(row, fields)
        holds = self.wanted.meets(fields)
        self.met += holds
        return holds

    def _add_to_columns(self, row: object, fields: Fields) -> None:
        for name, column in self._columns.items():
            if column.most and has_field(row, column.most):
                column.have_most()
            if name in self._words:
                self._many[name] += len(fields[name])
            for value in fields[name]:
                if not value.is_known:
                    column.add(value)
                    self._look_for(name, value, fields)

    def stand_in(self, rows: Iterable[object]) -> bool:
        """Whether some rows of other things than those around them have all fields between them.

        Their names are said where nothing has one.
        """
        missing = set(self.wanted.fields)
        for row in rows:
            fields = self.wanted.fields_of(row)
            missing = {name for name in missing if not fields[name]}
            if self._unknown and isinstance(row, dict) and len(self._names) < _NAMES:
                self._names.update(dict.fromkeys(_names_in(row)))
        return not missing

    def end_table(self, pieces: list[Piece]) -> list[Piece]:
        """What was met since the end of the table before: all that stands in another."""
        if self._of_table:
            names = frozenset(self._of_table)
            self._tables.append((names, self._has_field, pieces))
            self._fields_of.setdefault(names, set()).update(self._seen)
        self._seen = set()
        self._of_table, self._has_field = set(), False
        return pieces

    def of_others(self) -> frozenset[Piece]:
        """What was met in tables of other things: without any field, and without names in common.

        A row without a field meets ``!=`` where it is one of those that may have it.
        """
        names = {name for some, has_field, _ in self._tables if has_field for name in some}
        others = [
            pieces
            for some, has_field, pieces in self._tables
            if not has_field and names and names.isdisjoint(some)
        ]
        return frozenset(piece for pieces in others for piece in pieces)

    def _look_for(self, name: str, value: Comparable, fields: Fields) -> None:
        """Whether a value is what a field is to be equal to, or cannot be put in an order."""
        texts = self._equals.get(name)
        if texts is not None:
            self._literal.update((name, text) for text in (value.text, value.put) if text in texts)
        if name in self._words and value.text in self._words[name]:
            self._words_there.setdefault(name, value.written)
        if name in self._ends and name not in self._holes and value.value not in fields.nulls:
            for end in self._ends[name].values():
                if value.is_hole(end):
                    self._holes[name] = value, end
                    break

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
            if any(wanted.put in value.put for value in fields[part.field]):
                del self._patterns[part]

    def _look_below(self, fields: Fields) -> None:
        for name, names in list(self._below.items()):
            for value in fields[name]:
                if value.is_ordered:
                    del self._below[name]
                    break
                if isinstance(value.value, (dict, Duplicates)) and value.value:
                    names.update(dict.fromkeys(_names_in({name: value.value})))

    def read_otherwise(self) -> Filter | None:
        """The filter that reads fields as all values of them say; ``None`` where this one does."""
        told = {name: column.notation for name, column in self._columns.items()}
        known = self.wanted.notations
        exact = frozenset(
            (name, text)
            for name, texts in self._equals.items()
            for text in texts
            if self._is_exact(name, text)
        )
        is_known = all(known.get(name, PLAIN) == notation for name, notation in told.items())
        if is_known and exact == self.wanted.exact:
            return None
        return replace(self.wanted, told=tuple(told.items()), exact=exact, before=self.wanted)

    def _is_exact(self, name: str, text: str) -> bool:
        """Whether nothing is equal to a text but what is written so."""
        is_there = (name, text) in self._literal
        if is_there and (name, text) in self.wanted.in_quotes:
            return True
        is_id = self._columns[name].has_zeros and _DIGITS.fullmatch(text) is not None
        return is_id and (is_there or text[0] == "0")

    def check(self) -> None:
        """Says what cannot have been meant, after all rows.

        Raises:
            ValueError: There are no rows with fields, none has a field of the filter, or none has
                a value that may have been read otherwise than it was meant.

        """
        if not self.count:
            raise ValueError("where: there are no rows with fields here; ask by query or by place")
        if self._unknown:
            unknown = _some(sorted(self._unknown), _UNKNOWN)
            noun = "a field" if len(self._unknown) == 1 else "fields"
            names = list(self._names)[:_NAMES]
            there = ", ".join(_spelled(name) for name in names)
            raise ValueError(f"where: no row has {noun} {unknown}; there are: {there}")
        for name, below in self._below.items():
            if below:
                there = ", ".join(map(_spelled, [*below][:_NAMES]))
                raise ValueError(
                    f"where: the values of {quoted(name)} are objects: name what stands in them; "
                    f"there are: {there}"
                )
        self._check_together()
        self._check_orders()
        if self._patterns:
            part, value = next(iter(self._patterns.items()))
            raise ValueError(
                f"where: no value of {quoted(part.field)} has {quoted(value.text)} in it, which "
                "is compared as it stands: ~ finds parts, and the argument pattern takes regular "
                "expressions"
            )
        if not self.met and self.wanted.phrases:
            said = _some(self.wanted.phrases, 1)
            raise ValueError(f"where: no row was found; {said} was read as one value")

    def _check_together(self) -> None:
        """Whether fields that are to stand in one row have such: lists within rows have others."""
        for some in self._together if len(self._fields_of) <= _MOST_KINDS else ():
            if not any(some <= self._beside(names) for names in self._fields_of):
                raise ValueError(
                    f"where: no row has all of {', '.join(map(quoted, sorted(some)))}: they stand "
                    "in rows of different lists or tables; what is in a list within a row is named "
                    "with dots, as in orders.total"
                )

    def _beside(self, names: frozenset[str]) -> set[str]:
        """The fields that rows of a table have, or of one that has most names in common with it."""
        return {
            name
            for others, fields in self._fields_of.items()
            if others == names or 2 * len(others & names) > min(len(others), len(names))
            for name in fields
        }

    def _check_orders(self) -> None:
        for leaf in self.wanted.comparisons:
            for value in self._read(leaf):
                said = self._why_not(leaf, value)
                if said:
                    raise ValueError(f"where: {said}")
            if isinstance(leaf, Between) and order(*self._read(leaf)) == 1:
                raise ValueError('where: "between" takes the lower value first')
        for name, word in self._words_there.items():
            count = self._columns[name].count_of_words(self._many[name])
            if count:
                raise ValueError(
                    f"where: {quoted(word)} is one of the {count} words that {quoted(name)} has: "
                    "which of them is more, nobody can say; name those that are meant, as in (a, b)"
                )
        for leaf, (_, has_values) in self._strange.items():
            if has_values and not self.met and (leaf.is_order or not self.wanted.phrases):
                ends = " and ".join(quoted(text_of(end)) for end in leaf.ends)
                raise ValueError(
                    f"where: no value of {quoted(leaf.field)} can be compared with {ends}: "
                    "numbers compare with numbers, dates with dates (2024-02-05), versions with "
                    "versions, words with words"
                )
        for name, (value, end) in self._holes.items():
            raise ValueError(
                f"where: whether {_shortened(value.written)} in {quoted(name)} is more or less, "
                f"nobody can say: it does not compare with {_shortened(end.written)}, and ~ finds "
                "parts of it"
            )

    def _why_not(self, leaf: Comparison | Between, value: Comparable) -> str:
        """Why a field cannot be compared with a value; empty if it can."""
        if not leaf.is_order and (leaf.field, value.text) in self._literal:
            return ""
        said = self._columns[leaf.field].why_not(
            value,
            is_equal=isinstance(leaf, Comparison) and leaf.operator == "=",
            is_order=leaf.is_order,
        )
        if not said and leaf.is_order and value.reading is None:
            without = Comparable(value.value)
            if without.reading is not None and value.version is None:
                return f"{quoted(value.text)} is more than a number: write that alone"
        return said


def _some(texts: Sequence[str], most: int) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(map(quoted, texts[:most])) + more


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}..."


def _spelled(name: str) -> str:
    is_plain = name.replace("_", "a").replace(".", "a").replace("-", "a").isalnum()
    return name if is_plain and len(name) <= LONGEST_SAID else quoted(name)


def _names_in(row: dict[str, object] | Duplicates) -> Iterator[str]:
    for name, value in row.items() if isinstance(row, dict) else row.pairs:
        # A list stands for its elements.
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict) and one:
            yield from (f"{name}.{inner}" for inner in one)
        elif isinstance(one, Duplicates):
            yield from (f"{name}.{inner}" for inner in dict(one.pairs))
        else:
            yield plain_name(name)
