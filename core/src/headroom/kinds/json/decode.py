"""Reads a lossless view back into the value that it was made from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial, reduce
from typing import Any

from headroom.kinds.json.parse import MAX_DEPTH, nesting, parse_with
from headroom.kinds.json.python import as_json
from headroom.toolkit.pointers import member
from headroom.toolkit.rows.cells import (
    CellReader,
    Column,
    JsonValue,
    empty,
    is_aliased,
    nest,
    no_view,
)
from headroom.toolkit.rows.notation import DOCUMENT, NOTHING, OTHERWISE, XML_DOCUMENT

__all__ = ["JsonValue", "decode"]

_HEADING = re.compile(
    r"(\d+) (rows?|entries|entry)(?:( of text)| of (\d+) values)?( by columns)?\."
)
_ROWS = re.compile(r"(\d+) rows?, each below its number\.")
_ALIAS = re.compile(r"\$([1-9]) stands for (.*)", re.DOTALL)

Path = tuple[str, ...]


def decode(
    view: str,
    *,
    parse_float: Callable[[str], Any] = float,
    parse_int: Callable[[str], Any] = int,
) -> JsonValue:
    r"""The value that a lossless view stands for; JSON text gives its own value.

    Args:
        view: The text of a view whose ``lossless`` is true.
        parse_float: Makes a number of a lexeme with a fraction or an exponent; ``Decimal`` keeps
            what a float cannot.
        parse_int: Makes a number of any other lexeme.

    Raises:
        ValueError: The text is no lossless view of JSON; a view that leaves something out is none.

    >>> decode("2 rows. In every row that does not say otherwise: ok=true\nid\n7\n8  ok=null")
    [{'ok': True, 'id': 7}, {'ok': None, 'id': 8}]

    """
    start = view[:100].lstrip("\ufeff \t\r\n")[:1]
    if start in ("[", "{") and nesting(view) > MAX_DEPTH:
        raise ValueError("nested too deeply to be a view")
    decoder = json.JSONDecoder(parse_float=parse_float, parse_int=parse_int)
    try:
        if _HEADING.match(view) or view.startswith((DOCUMENT, XML_DOCUMENT)):
            return _Reader(view, decoder, parse_float, parse_int).read()
        try:
            return parse_with(view, decoder.decode)[0]  # type: ignore[return-value]
        except json.JSONDecodeError:
            # Data as Python writes it may have stayed as it was put.
            return parse_with(view, partial(_python, decoder))[0]  # type: ignore[return-value]
    except RecursionError:
        raise ValueError("nested too deeply to be a view") from None


def _python(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        as_written = as_json(text)
    except ValueError:
        raise no_view() from None
    try:
        return decoder.decode(as_written)
    except json.JSONDecodeError:
        raise no_view() from None


class _Reader:
    """Reads one view, line by line."""

    def __init__(
        self,
        view: str,
        decoder: json.JSONDecoder,
        parse_float: Callable[[str], Any],
        parse_int: Callable[[str], Any],
    ) -> None:
        self._lines = view.split("\n")
        self._next = 0
        self._cells = CellReader(decoder, parse_float, parse_int)
        self._same: list[tuple[dict[str, Any], str, str]] = []

    def read(self) -> JsonValue:
        first = self._line()
        value: JsonValue
        if first in (DOCUMENT, XML_DOCUMENT):
            self._read_aliases()
            value = self._members(0)
            for holder, key, pointer in self._same:
                holder[key] = _resolve(value, pointer)
        elif _HEADING.match(first):
            self._read_aliases()
            value = self._table(first, "")
        else:
            raise no_view()
        if self._next != len(self._lines):
            raise no_view()
        return value

    # Lines

    def _line(self) -> str:
        if self._next >= len(self._lines):
            raise no_view()
        self._next += 1
        return self._lines[self._next - 1]

    def _indented(self, indent: str) -> str:
        line = self._line()
        if not line.startswith(indent):
            raise no_view()
        return line[len(indent) :]

    def _read_aliases(self) -> None:
        while self._next < len(self._lines):
            match = _ALIAS.fullmatch(self._lines[self._next])
            if match is None:
                return
            self._cells.aliases["$" + match[1]] = match[2]
            self._next += 1

    # Documents

    def _members(self, depth: int) -> dict[str, JsonValue]:
        members: dict[str, JsonValue] = {}
        indent = " " * depth
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if not line.startswith(indent) or line[depth : depth + 1] == " ":
                break
            self._next += 1
            if line.startswith("(", depth):
                members.update(self._shared(line, depth))
                continue
            key, end = self._cells.segment(line, depth)
            sign, rest = line[end : end + 1], line[end + 1 :]
            if sign == "=":
                members[key] = self._rest(rest)
            elif sign != ":":
                raise no_view()
            elif not rest:
                members[key] = self._members(depth + 1)
            elif rest.startswith(" same as "):
                members[key] = None
                self._same.append((members, key, rest[len(" same as ") :]))
            elif _ROWS.fullmatch(rest[1:]):
                members[key] = self._rows(rest[1:], depth + 1)
            else:
                members[key] = self._table(rest[1:], indent)
        return members

    def _shared(self, line: str, position: int) -> Iterator[tuple[str, JsonValue]]:
        """The members of an object that have one value, from their line."""
        value = next((value for value in NOTHING if line.startswith(f"({value}): ", position)), "")
        if not value:
            raise no_view()
        position += len(f"({value}): ")
        while True:
            key, position = self._cells.segment(line, position)
            yield key, self._rest(value)
            if position == len(line):
                return
            if line[position : position + 2] != ", ":
                raise no_view()
            position += 2

    def _rows(self, heading: str, depth: int) -> list[JsonValue]:
        """A list of objects, the members of each below its number."""
        rows = self._members(depth)
        count = int(heading.split()[0])
        if list(rows) != [str(number) for number in range(1, count + 1)]:
            raise no_view()
        return list(rows.values())

    def _rest(self, text: str) -> JsonValue:
        """A value that goes to the end of its line."""
        if text[:1] in ('"', "[", "{"):
            value, end = self._cells.raw(text, 0)
        elif is_aliased(text, 0):
            value, end = self._cells.aliased(text, 0)
        else:
            return self._cells.bare(text)
        if end != len(text):
            raise no_view()
        return value

    # Tables

    def _table(self, heading: str, indent: str) -> JsonValue:
        match = _HEADING.match(heading)
        if match is None:
            raise no_view()
        count, keyed, of_text = int(match[1]), match[2].startswith("entr"), bool(match[3])
        width = int(match[4]) if match[4] else None
        constants = dict(self._constants(heading[match.end() :], of_text))
        header = self._indented(indent)
        columns, has_key = self._columns(header)
        if has_key != keyed:
            raise no_view()
        entries: dict[str, JsonValue] = {}
        rows: list[JsonValue] = []
        for _ in range(count):
            line = self._indented(indent)
            position = 0
            if keyed:
                key, position = self._cells.cell(line, 0, None, True)
                if line[position : position + 1] == ",":
                    position += 1
                elif columns:
                    raise no_view()
                row = self._row(line, position, columns, constants, of_text, width)
                entries[key] = row
            else:
                rows.append(self._row(line, 0, columns, constants, of_text, width))
        if match[5]:
            return _by_columns(list(entries) if keyed else None, list(entries.values()) or rows)
        return entries if keyed else rows

    def _constants(self, rest: str, of_text: bool) -> Iterator[tuple[Path, Any]]:
        if not rest:
            return
        if not rest.startswith(OTHERWISE):
            raise no_view()
        position = len(OTHERWISE)
        while True:
            column, position = self._cells.column(rest, position)
            if rest[position : position + 1] != "=":
                raise no_view()
            value, position = self._cells.cell(rest, position + 1, column, of_text, empty(of_text))
            yield column.path, value
            if position == len(rest):
                return
            if rest[position : position + 2] != ", ":
                raise no_view()
            position += 2

    def _columns(self, header: str) -> tuple[list[Column] | None, bool]:
        """The columns that a header names, ``None`` for single values; whether it has keys."""
        keyed = header == "(key)" or header.startswith("(key),")
        rest = header[len("(key),") :] if keyed else header
        if rest == "(value)":
            return None, keyed
        if not rest and keyed:
            return [], keyed
        columns, end = self._cells.column_list(rest, 0)
        if end != len(rest):
            raise no_view()
        return columns, keyed

    def _row(
        self,
        line: str,
        position: int,
        columns: list[Column] | None,
        constants: dict[Path, Any],
        of_text: bool,
        width: int | None,
    ) -> JsonValue:
        if columns is None:
            value, end = self._cells.cell(line, position, None, of_text)
            if end != len(line):
                raise no_view()
            return value  # type: ignore[no-any-return]
        if line[position : position + 1] == "=":
            value, end = self._cells.raw(line, position + 1)
            if end != len(line):
                raise no_view()
            return value
        cells = dict(constants)
        position = self._cells.cells(line, position, columns, cells, of_text)
        while position < len(line):
            if line[position : position + 2] != "  ":
                raise no_view()
            column, position = self._cells.column(line, position + 2)
            if line[position : position + 1] != "=":
                raise no_view()
            cells[column.path], position = self._cells.cell(
                line, position + 1, column, of_text, empty(of_text)
            )
        members = nest(cells)
        if width is None:
            return members
        numbers = [str(number) for number in range(1, width + 1)]
        if members.keys() != set(numbers):
            raise no_view()
        return [members[number] for number in numbers]


def _by_columns(keys: list[str] | None, rows: list[JsonValue]) -> dict[str, JsonValue]:
    """The columns of rows, each an array, or a map where rows have keys."""
    columns: dict[str, JsonValue] = {}
    if not rows or not isinstance(rows[0], dict):
        raise no_view()
    for name in rows[0]:
        cells: list[JsonValue] = []
        for row in rows:
            if not isinstance(row, dict) or row.keys() != rows[0].keys():
                raise no_view()
            cells.append(row[name])
        columns[name] = cells if keys is None else dict(zip(keys, cells))
    return columns


def _resolve(value: Any, pointer: str) -> Any:
    try:
        return reduce(member, pointer.split("/")[1:], value)
    except LookupError:
        raise no_view() from None
