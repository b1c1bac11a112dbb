"""Python's notation of data, as ``repr`` and ``print`` write it, as JSON.

What agents' tools return is often printed rather than encoded. What has the same value in JSON is
read as that: lists, tuples (which are arrays), dicts with strings for keys, strings, numbers,
``True``, ``False`` and ``None``. An object, ``Name(field=value)``, is its fields and, as ``class``,
which no field can be called, its name; what is given without a name is called by its number. An
exact number, a point in time, an identifier and a path are the text or the number that they stand
for. Nothing is evaluated.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval
from datetime import date, datetime, time

from headroom.regexes import regex
from headroom.view import Deadline

__all__ = ["as_json", "may_be_python"]

#: What the name of an object is called among its fields.
_CLASS = "class"
#: Deeper values are not taken, as in JSON.
_MAX_DEPTH = 200
_ESCAPE = r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00[01][0-9a-fA-F]{5})"""
_TOKEN = regex(
    rf"""
    [ \t\r\n]*(?:
    (?P<string>'[^'\\\n]*(?:{_ESCAPE}[^'\\\n]*)*' | "[^"\\\n]*(?:{_ESCAPE}[^"\\\n]*)*")
    | (?P<sign>[,:])
    | (?P<opening>[\[({{])
    | (?P<closing>[\])}}])
    | (?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.]))
    | (?P<word>(?:True|False|None|nan|-?inf)\b)
    | (?P<call>[A-Za-z_][\w.]*\()
    | (?P<field>[A-Za-z_]\w*=)
    | (?P<other><[A-Za-z_][^<>\n]{{0,300}}> | [A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?![\w.(]))
    )""",
    re.VERBOSE,
)
_WORDS = {
    "True": "true",
    "False": "false",
    "None": "null",
    "nan": "NaN",
    "inf": "Infinity",
    "-inf": "-Infinity",
}
#: Characters between two looks at the clock.
_CHECKED_EVERY = 2000
_PAIRS = {"[": "]", "{": "}", "(": ")"}
# One object, or several fields as ``str`` writes those of an object; a list of either by its lines.
_OBJECT = regex(r"(?:[a-z_]\w*\.)*[A-Z]\w*\((?=[A-Za-z_]\w*=)")
_FIELDS = regex(r"[A-Za-z_]\w*=")
#: Characters of the first line that are looked at. Chosen.
_FIRST_LINE = 2000
# What stands for a value that JSON has.
_NUMBER = regex(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_TEXTS = frozenset(
    f"{module}{name}"
    for name in ("UUID", "Path", "PosixPath", "PurePosixPath", "WindowsPath", "ObjectId", "AnyUrl")
    for module in ("", "uuid.", "pathlib.", "bson.")
).union(("HttpUrl", "Url", "SecretStr", "ZoneInfo"))
_UTC = frozenset(
    ("datetime.timezone.utc", "timezone.utc", "datetime.UTC", "UTC", "<UTC>", "TzInfo(UTC)")
)
#: What JSON writes as it stands between double quotes.
_PLAIN = re.compile(r"[^\x00-\x1f\"\\]*")


def may_be_python(text: str) -> bool:
    """Whether a text begins as data does that is written as Python writes it, and JSON is not.

    >>> may_be_python("Row(id=1)"), may_be_python("id=1 name='Ada'"), may_be_python("print(1)")
    (True, True, False)
    """
    if text[:1] == "(":
        return True
    end = text.find("\n", 0, _FIRST_LINE)
    first = text[: end if end >= 0 else _FIRST_LINE]
    return _OBJECT.match(first) is not None or ("='" in first and _FIELDS.match(first) is not None)


def as_json(text: str, deadline: Deadline | None = None) -> str:
    """The JSON text of data that is written as Python writes it; it is up to a parser to check it.

    Args:
        text: The data.
        deadline: Checked now and then, where there is one.

    Raises:
        ValueError: It is none, or has values that JSON has not.

    >>> as_json("[{'up': True, 'at': (1, 2.50), 'note': None}]")
    '[{"up":true,"at":[1,2.50],"note":null}]'
    >>> as_json("[Row(id=1, paid=Decimal('3.20'), on=datetime.date(2026, 1, 5))]")
    '[{"class":"Row","id":1,"paid":3.20,"on":"2026-01-05"}]'

    """
    return _Writer(text.strip(" \t\r\n"), deadline).written()


class _Open:
    """A bracket that is not closed yet, or the whole where that is but fields."""

    def __init__(self, closing: str, start: int, name: str | None = None) -> None:
        #: What closes it, and where it begins among the pieces.
        self.closing, self.start = closing, start
        #: Where its last comma stands.
        self.comma = start
        #: The name of an object; ``None`` of what is none.
        self.name = name
        #: The names of its fields; how many values have none; and whether the next one has one.
        self.fields: set[str] = set()
        self.unnamed = 0
        self.is_named = False


class _Writer:
    """Writes one value as JSON."""

    def __init__(self, text: str, deadline: Deadline | None) -> None:
        self._text, self._deadline = text, deadline
        self._pieces: list[str] = []
        self._opened: list[_Open] = []

    def written(self) -> str:
        """The JSON text.

        Raises:
            ValueError: It is none, or has values that JSON has not.

        """
        text = self._text
        is_object = text[-1:] == ")" and _OBJECT.match(text) is not None
        # Truncated JSON, for one, is none: that shows without a look at all of it.
        if not (is_object or (text and text[-1] == _PAIRS.get(text[0]))):
            if not (_FIELDS.match(text) and "='" in text):
                raise ValueError("not Python data")
            return self._fields()
        self._values(after_value=False)
        return "".join(self._pieces)

    def _fields(self) -> str:
        """An object without its name: ``a=1 b='two'``."""
        self._opened.append(_Open("", 0, ""))
        self._pieces.append("{")
        self._values(after_value=False)
        if len(self._opened) != 1:
            raise ValueError("brackets that are not closed")
        return "".join(self._pieces) + "}"

    def _values(self, *, after_value: bool) -> None:
        text, deadline, pieces, opened = self._text, self._deadline, self._pieces, self._opened
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ValueError("not Python data")
            if deadline and position // _CHECKED_EVERY != match.end() // _CHECKED_EVERY:
                deadline.check()
            position = match.end()
            group = match.lastgroup
            assert group is not None
            part = match[group]
            if group == "field":
                after_value = self._field(part, after_value=after_value)
                continue
            # A value stands behind a sign or a bracket, a sign behind a value.
            if group != "closing" and after_value == (group != "sign"):
                raise ValueError("not Python data")
            after_value = group not in ("sign", "opening", "call")
            if after_value and group != "closing":
                self._unnamed()
            if group == "string":
                pieces.append(_string(part))
            elif group == "opening":
                self._unnamed()
                self._open(_PAIRS[part])
                pieces.append("{" if part == "{" else "[")
            elif group == "call":
                self._unnamed()
                self._open(")", part[:-1])
                pieces.append(f'{{"{_CLASS}":"{part[:-1]}"')
            elif group == "closing":
                self._close(part)
            elif group == "other":
                pieces.append(json.dumps(part, ensure_ascii=False))
            elif part == "," and opened and opened[-1].name is not None:
                if not opened[-1].name:
                    raise ValueError("fields have blanks between them")
                opened[-1].comma = len(pieces)
                opened[-1].is_named = False
            else:
                pieces.append(_WORDS.get(part, part))
                if part == "," and opened:
                    opened[-1].comma = len(pieces) - 1

    def _open(self, closing: str, name: str | None = None) -> None:
        if len(self._opened) == _MAX_DEPTH:
            raise ValueError("nested too deeply")
        self._opened.append(_Open(closing, len(self._pieces), name))

    def _field(self, part: str, *, after_value: bool) -> bool:
        """The name of a member of an object; always before a value."""
        holder = self._opened[-1] if self._opened else None
        # Of an object without its name, the next field stands behind a blank.
        if holder is None or holder.name is None or (holder.is_named and not after_value):
            raise ValueError("not Python data")
        if after_value and holder.name:
            raise ValueError("no comma before a field")
        if part in holder.fields:
            # The same fields again are those of another object.
            raise ValueError("a field stands twice")
        holder.fields.add(part)
        holder.is_named = True
        comma = "," if holder.name or len(self._pieces) > 1 else ""
        self._pieces.append(f'{comma}"{part[:-1]}":')
        return False

    def _unnamed(self) -> None:
        """Names a value of an object by its number where it has no name."""
        holder = self._opened[-1] if self._opened else None
        if holder is None or holder.name is None or holder.is_named:
            return
        if not holder.name:
            raise ValueError("not Python data")
        holder.unnamed += 1
        self._pieces.append(f',"{holder.unnamed}":')

    def _close(self, part: str) -> None:
        pieces = self._pieces
        holder = self._opened.pop() if self._opened else None
        if holder is None or part != holder.closing:
            raise ValueError("brackets that do not match")
        if holder.name:
            pieces.append("}")
            short = _stands_for(holder.name, pieces[holder.start + 1 : -1])
            if short is not None:
                pieces[holder.start :] = [short]
            return
        if part == ")" and holder.comma < len(pieces) - 1 and pieces[holder.comma] != ",":
            raise ValueError("one value in brackets is no tuple")
        if part == ")" and pieces[-1] == ",":
            pieces.pop()
        pieces.append("}" if part == "}" else "]")


def _stands_for(name: str, inside: list[str]) -> str | None:
    """The JSON text of an object that stands for a text or a number; ``None`` of any other.

    Args:
        name: Its name.
        inside: What it is made of: the names of its values, and these.

    >>> _stands_for("Decimal", [',"1":', '"3.20"']), _stands_for("Point", [',"1":', "2"])
    ('3.20', None)
    >>> _stands_for("datetime.date", [',"1":', "2026", ',"2":', "1", ',"3":', "5"])
    '"2026-01-05"'

    """
    keys, values = inside[::2], inside[1::2]
    if len(keys) != len(values):
        return None
    plain = [key for key in keys if key[2:-2].isdecimal()]
    if len(values) == 1 == len(plain) and values[0][:1] == '"':
        if name in ("Decimal", "decimal.Decimal"):
            number = values[0][1:-1]
            return number if _NUMBER.fullmatch(number) else None
        return values[0] if name in _TEXTS else None
    last = name.rpartition(".")[2]
    if last not in ("date", "datetime", "time") or len(plain) < (2 if last == "time" else 3):
        return None
    return _time(last, keys, values, len(plain))


def _time(kind: str, keys: list[str], values: list[str], plain: int) -> str | None:
    """A point in time as ISO 8601 writes it, in quotes."""
    zone = ""
    if keys[plain:]:
        if keys[plain:] != [',"tzinfo":'] or values[-1].strip('"') not in _UTC:
            return None
        zone = "+00:00"
    try:
        numbers = list(map(int, values[:plain]))
        if kind == "date":
            return f'"{date(*numbers).isoformat()}"' if not zone else None
        made = datetime(*numbers) if kind == "datetime" else time(*numbers)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
    return f'"{made.isoformat()}{zone}"'


def _string(part: str) -> str:
    inside = part[1:-1]
    if _PLAIN.fullmatch(inside):
        return f'"{inside}"'
    try:
        value = literal_eval(part)
    except SyntaxError as error:
        # A NUL, or a number beyond Unicode.
        raise ValueError("not Python data") from error
    return json.dumps(value, ensure_ascii=False)
