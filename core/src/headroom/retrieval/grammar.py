"""The grammar of conditions, read by recursive descent in one pass.

::

    any      = all { ("or" | "|") all }
    all      = one { ("and" | "," | ";" | "&") one }
    one      = "not" one | "(" any ")" | field test
    test     = sign value | ["not"] "in" "(" value { "," value } ")"
             | ["not"] "between" value "and" value | "is" ["not"] ("null" | value) | "exists"
    sign     = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~", and what others write for these
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from headroom.retrieval.comparing import Comparable, order
from headroom.retrieval.units import SYMBOLS

__all__ = [
    "DEEPEST",
    "All",
    "Any",
    "Between",
    "Comparison",
    "Condition",
    "Not",
    "Null",
    "operator_of",
    "parse",
]

#: Conditions in parentheses or after "not" nest no deeper. More characters than these are no
#: condition that anyone wrote.
DEEPEST, _LONGEST = 50, 10_000
#: Characters of a condition that are said again where it cannot be read.
_SHOWN = 40
#: What people write for each operator; the longest first.
_SIGNS = {
    "===": "=", "!==": "!=", "==": "=", "!=": "!=", "<>": "!=", "<=": "<=", "=<": "<=", ">=": ">=",
    "=>": ">=", "!~": "!~", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "=": "=", "<": "<",
    ">": ">", "~": "~",
}  # fmt: skip
_TESTS = ("is", "in", "not", "between", "contains", "exists")
_QUOTES = {
    '"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb",
}  # fmt: skip
#: What others quote with: which of these end a value, nobody can say.
_OTHER_QUOTES = "\u00bb\u201a\u201d\u201e\u2019\u2039\u203a\u300c\u300e\uff02\uff07"
# What follows the conditions in SQL.
_SQL = re.compile(r"\s(?:limit\s+\d|(?:order|group)\s+by\s)", re.IGNORECASE)
# What nobody sees, and no blank.
_INVISIBLE = re.compile(r"[\0-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u2060\ufeff]")
_KNOWN = "=, !=, <, <=, >, >=, ~ (contains), in (a, b), between a and b, is null"
# What others have for parts of texts.
_LIKE = re.compile(
    r"\s(?:i?like|(?:starts|ends)_?with|matche?s?|has|includes|regexp?|rlike)\b", re.IGNORECASE
)
_BLANK = re.compile(r"\s*")
_SIGN_OF_ANY = re.compile(r"[=<>~\u2264\u2265\u2260]")
# "5,000 ms" and "5.000,50 ms": the comma is part of the number. In a list, the next number may
# follow at once.
_AMOUNT = (
    rf"[-+\u2212\u2013]?(?:[A-Za-z]{{0,2}}[{SYMBOLS}]|[A-Z]{{3}}\s)?"
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d\d?(?:,\d\d)+,\d{3}"
    r"|\d{1,3}(?:(?:\.\d{3})+|(?:\s\d{3})+|(?:['\u2019]\d{3})+),\d+)[^\W\d_]{0,12}(?![\w.]%s)"
)
_THOUSANDS, _THOUSANDS_IN_LIST = re.compile(_AMOUNT % r"|,\d"), re.compile(_AMOUNT % "")
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Comparison:
    """A field against a value. It holds where any value of the field compares so."""

    field: str
    operator: str
    value: object
    #: Whether the value stood without quotes.
    is_bare: bool = False

    @property
    def ends(self) -> tuple[object, ...]:
        """What the values of the field are compared with."""
        return (self.value,)

    @property
    def is_order(self) -> bool:
        """Whether more or less is asked for."""
        return self.operator[0] in "<>"


@dataclass(frozen=True)
class Between:
    """A field within two values, both of them included."""

    field: str
    low: str
    high: str

    @property
    def ends(self) -> tuple[object, ...]:
        """What the values of the field are compared with."""
        return self.low, self.high

    @property
    def is_order(self) -> bool:
        """Whether more or less is asked for."""
        return True


@dataclass(frozen=True)
class Null:
    """A field that is null, or not there."""

    field: str


@dataclass(frozen=True)
class Not:
    """The contrary."""

    part: Condition


@dataclass(frozen=True)
class All:
    """All of some conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    """At least one of some conditions."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = "Comparison | Between | Null | Not | All | Any"


def operator_of(text: str) -> tuple[str, str]:
    """The sign that a text begins with, and the operator that it stands for; empty if none.

    >>> operator_of("=> 30")
    ('=>', '>=')

    """
    for length in (3, 2, 1):
        sign = text[:length]
        if len(sign) == length and sign in _SIGNS:
            return sign, _SIGNS[sign]
    return "", ""


def parse(text: str) -> Condition | None:
    """Reads conditions; ``None`` for nothing but blanks.

    Raises:
        ValueError: They cannot be read; says where, and what is wanted there.

    >>> parse("status = failed and delay > 5,000")
    ... # doctest: +NORMALIZE_WHITESPACE
    All(parts=(Comparison(field='status', operator='=', value='failed', is_bare=True),
               Comparison(field='delay', operator='>', value='5,000', is_bare=True)))
    >>> parse("status = ok or delay")
    Traceback (most recent call last):
    ...
    ValueError: where cannot be read at character 21, the end: after "delay" one of these is \
missing: =, !=, <, <=, >, >=, ~ (contains), in (a, b), between a and b, is null

    """
    if len(text) > _LONGEST:
        raise ValueError(f"where has at most {_LONGEST} characters")
    return _Reader(text).whole()


def _is_null(value: str, is_bare: bool) -> bool:
    return is_bare and (value.lower() == "null" or value == "None")


def _equal(field: str, value: str, is_bare: bool) -> Condition:
    """A field that has a value; ``null`` is what is null, and a text that says so, as in CSV.

    So is ``None``, as Python has it.
    """
    found = Comparison(field, "=", value, is_bare)
    return Any((Null(field), found)) if _is_null(value, is_bare) else found


class _Reader:
    """A text of conditions, and how far it is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Condition | None:
        self._blank()
        if self._is_over():
            return None
        found = self._any(0)
        if not self._is_over():
            self._fail('a ")" has no "("' if self._here() == ")" else '"and" or "or" is missing')
        return found

    # Conditions

    def _any(self, depth: int) -> Condition:
        parts = [self._all(depth)]
        while self._word("or") or self._sign("||") or self._sign("|"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._word("and") or self._sign("&&") or self._sign("&") or self._separator():
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _separator(self) -> bool:
        """A comma or a semicolon that a condition follows."""
        found = False
        while self._sign(",") or self._sign(";"):
            found = True
        if not found or self._is_over() or self._is_word(("or",)):
            return False
        return self._word("and") or True

    def _one(self, depth: int) -> Condition:
        if depth > DEEPEST:
            self._fail(f"conditions nest no deeper than {DEEPEST}")
        if self._word("not") or (not self._next().startswith("!=") and self._sign("!")):
            return Not(self._one(depth + 1))
        if self._sign("("):
            found = self._any(depth + 1)
            if not self._sign(")"):
                self._fail('a ")" is missing')
            return found
        return self._test(self._field())

    def _test(self, field: str) -> Condition:
        sign, operator = operator_of(self._next())
        if sign:
            self._at += len(sign)
            value, is_bare = self._value()
            if operator == "!=" and _is_null(value, is_bare):
                return Not(_equal(field, value, is_bare))
            if operator == "=":
                return _equal(field, value, is_bare)
            return Comparison(field, operator, value, is_bare)
        is_said, is_not = self._word("is"), self._word("not")
        if is_said and (self._word("null") or self._word("missing")):
            found: Condition = Null(field)
        elif is_said and self._word("none"):
            found = _equal(field, "None", is_bare=True)
        elif self._word("exists"):
            found = Not(Null(field))
        elif self._word("in"):
            found = self._in(field)
        elif self._word("between"):
            found = self._between(field)
        elif self._word("contains"):
            value, is_bare = self._value()
            found = Comparison(field, "~", value, is_bare)
        elif is_said:
            found = _equal(field, *self._value())
        else:
            advice = "; ~ finds parts" if _LIKE.search(field) else ""
            self._fail(f'after "{field[:_SHOWN]}" one of these is missing: {_KNOWN}{advice}')
        return Not(found) if is_not else found

    def _in(self, field: str) -> Condition:
        close = ")" if self._sign("(") else "]" if self._sign("[") else ""
        if not close:
            self._fail('"in" takes values in parentheses, as in (a, b)')
        values: list[tuple[str, bool]] = []
        amounts: list[tuple[str, bool]] = []
        start = end = self._at
        while not self._sign(close):
            if values and not self._sign(","):
                self._fail(f'"," or "{close}" is missing')
            amount = _THOUSANDS_IN_LIST.match(self._text, self._at) if self._at >= end else None
            if amount is not None:
                start, end = amount.span()
            values.append(self._value(ends=f",{close}", in_list=True))
            if start < end <= self._at:
                # Whether "5,500 ms" is one value or two, nobody can say: it is either.
                amounts.append((self._text[start : self._at].strip(), False))
                start = end
        if not values:
            self._fail('"in" takes at least one value')
        return Any(tuple(_equal(field, *value) for value in values + amounts))

    def _between(self, field: str) -> Condition:
        start = self._at
        low = self._value()[0]
        if not self._word("and"):
            self._fail('"between" takes two values, as in between 5 and 10')
        high = self._value()[0]
        ends = Comparable(low), Comparable(high)
        # Of others than whole numbers, the values that they are compared with may say it.
        if all(end.text.isdecimal() for end in ends) and order(*ends) == 1:
            self._at = start
            self._fail('"between" takes the lower value first')
        return Between(field, low, high)

    # Fields and values

    def _field(self) -> str:
        self._blank()
        start = self._at
        if self._here() in _QUOTES:
            name = self._quoted()
            self._blank()
            return name
        while not self._is_over() and self._here() not in ",;&|()":
            if self._begins_with_sign() or (self._at > start and self._is_word(_TESTS)):
                break
            if self._is_word(("and", "or")):
                break
            self._bare(lambda: self._here() in ",;&|)" or self._begins_with_sign())
            self._blank()
        name = self._text[start : self._at].strip()
        if not name:
            self._fail("the name of a field is missing")
        return name

    def _begins_with_sign(self) -> bool:
        return bool(operator_of(self._next())[0])

    def _value(self, ends: str = ",;&|)", *, in_list: bool = False) -> tuple[str, bool]:
        """A value, and whether it stands without quotes."""
        self._blank()
        if self._is_over() or self._here() in ends or self._is_word(("and", "or")):
            self._fail("a value is missing; one that is empty, or is and or or, stands in quotes")
        if self._here() in _QUOTES:
            return self._quoted(), False
        if self._begins_with_sign():
            self._fail("a value is missing; one that begins with a sign stands in quotes")
        start = end = self._at
        thousands = _THOUSANDS.match(self._text, self._at)
        # In a list, its commas are those of the list, unless a currency says what it is.
        if thousands and not (in_list and thousands[0].lstrip("+-\u2212\u2013")[0].isdecimal()):
            self._at = end = thousands.end()
            self._blank()
        while not self._is_over() and self._here() not in ends:
            if not in_list and self._is_word(("and", "or")):
                break
            if end > start:
                self._check_goes_on()
            self._bare(lambda: self._here() in ends)
            end = self._at
            self._blank()
        value = self._text[start:end]
        self._at, after = start, self._at
        if value[0] in _OTHER_QUOTES:
            self._fail('quotes are "...", or stand in these')
        if _INVISIBLE.search(value):
            self._fail("a value with a character that nobody sees stands in quotes")
        if _SQL.search(value):
            self._fail("nothing but conditions is read here; a value that says so stands in quotes")
        self._at = after
        return value, True

    def _check_goes_on(self) -> None:
        """Whether a further word belongs to a value, and does not begin another condition."""
        word = self._next().split(maxsplit=1)
        begins = _SIGN_OF_ANY.search(word[0]) or (len(word) > 1 and operator_of(word[1])[0])
        if begins or self._here() == "(" or self._is_word(_TESTS):
            self._fail('"and" or "or" is missing, or a value of several words is not in quotes')

    def _bare(self, is_end: Callable[[], bool]) -> None:
        """One word without quotes; parentheses in it are part of it, as in ``count(x)``."""
        start, depth = self._at, 0
        while not self._is_over():
            here = self._here()
            if here == "(":
                if self._at == start:
                    self._fail("a value in parentheses stands in quotes; any of several: in (a, b)")
                depth += 1
            elif here == ")" and depth:
                depth -= 1
            elif depth == 0 and (here.isspace() or is_end()):
                return
            self._at += 1
        if depth:
            self._at = start
            self._fail('a ")" is missing')

    def _quoted(self) -> str:
        """A text in quotes; a backslash or a second quote keeps a quote from ending it."""
        start, close = self._at, _QUOTES[self._here()]
        parts: list[str] = []
        self._at += 1
        while self._here() != close or self._text.startswith(2 * close, self._at):
            here, after = self._here(), self._text[self._at + 1 : self._at + 2]
            if not here:
                self._at = start
                self._fail("this quote is never closed")
            is_kept = here == close or (here == "\\" and after in ("\\", close))
            parts.append(after if is_kept else here)
            self._at += 2 if is_kept else 1
        self._at += 1
        return "".join(parts)

    # Characters

    def _here(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        return self._text[self._at : self._at + _SHOWN]

    def _is_over(self) -> bool:
        return self._at >= len(self._text)

    def _blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        self._at = self._at if match is None else match.end()

    def _sign(self, sign: str) -> bool:
        """Whether a sign comes next; it is read then."""
        self._blank()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        self._blank()
        return True

    def _is_word(self, words: tuple[str, ...]) -> bool:
        match = _WORD.match(self._text, self._at)
        return (
            match is not None
            and match[0].lower() in words
            and (
                self._text[match.end() : match.end() + 1] in ("", "(", ")", "[", ",", ";", "'", '"')
                or self._text[match.end()].isspace()
            )
        )

    def _word(self, word: str) -> bool:
        """Whether a word of the grammar comes next; it is read then."""
        self._blank()
        if not self._is_word((word,)):
            return False
        self._at += len(word)
        self._blank()
        return True

    def _fail(self, why: str) -> NoReturn:
        rest = self._next()
        where = f'here: "{rest}"' if rest else "the end"
        raise ValueError(f"where cannot be read at character {self._at + 1}, {where}: {why}")
