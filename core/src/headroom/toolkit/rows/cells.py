"""Reads the values, names and cells of a lossless view; the grammar is in ``notation``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Union

from headroom.toolkit.rows.notation import BARE_NUMBER

__all__ = ["MISSING", "CellReader", "Column", "JsonValue", "empty", "is_aliased", "nest", "no_view"]

#: What ``decode`` gives, numbers as its callables make them.
JsonValue = Union[str, int, float, bool, None, "list[JsonValue]", "dict[str, JsonValue]"]
Path = tuple[str, ...]

#: The value of a cell that says that there is none.
MISSING: Any = object()

_SEGMENT = re.compile(r"(?:[^\W\d_][\w@/#+-]*(?: [\w@/#+-]+)*|_[\w-]*|\d+)")
_END = re.compile(r'[,;\[\]{}"]|  |\Z')
# A "$" alone is a text like any other, whatever stands in the next cell.
_ALIASED = re.compile(r'\$[0-9]"')
_CONSTANTS = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


@dataclass
class Column:
    path: Path
    text: bool = False
    form: str = "plain"
    inner: list[Column] | None = None


class CellReader:
    """Reads what stands at a place in a line: a value, and where it ends."""

    def __init__(
        self,
        decoder: json.JSONDecoder,
        parse_float: Callable[[str], Any],
        parse_int: Callable[[str], Any],
    ) -> None:
        self._decoder = decoder
        self._parse_float = parse_float
        self._parse_int = parse_int
        #: By short form, such as ``"$1"``: what it stands for.
        self.aliases: dict[str, str] = {}

    def column_list(self, header: str, position: int) -> tuple[list[Column], int]:
        columns: list[Column] = []
        while True:
            column, position = self.column(header, position)
            columns.append(column)
            if header[position : position + 1] != ",":
                return columns, position
            position += 1

    def column(self, header: str, position: int) -> tuple[Column, int]:
        """The column that a header names at ``position``, and where its name ends."""
        path, position = self.path(header, position)
        column = Column(path)
        if header[position : position + 1] == "[":
            column.form = "list"
            column.inner, position = self.column_list(header, position + 1)
        elif header.startswith("{(key),", position):
            column.form = "map"
            column.inner, position = self.column_list(header, position + len("{(key),"))
        if column.inner is not None:
            if header[position : position + 1] != ("]" if column.form == "list" else "}"):
                raise no_view()
            position += 1
        if header.startswith(":text", position):
            column.text = True
            position += len(":text")
        return column, position

    def cells(
        self,
        line: str,
        position: int,
        columns: list[Column],
        cells: dict[Path, Any],
        of_text: bool,
    ) -> int:
        for number, column in enumerate(columns):
            if number:
                if line[position : position + 1] != ",":
                    raise no_view()
                position += 1
            cells[column.path], position = self.cell(
                line, position, column, of_text or column.text, empty(of_text)
            )
        return position

    def cell(
        self,
        line: str,
        position: int,
        column: Column | None = None,
        text: bool = False,
        empty: Any = MISSING,
    ) -> tuple[Any, int]:
        """The value of the cell at ``position``, and where it ends."""
        first = line[position : position + 1]
        if first in ("[", "{") and first and column is not None and column.inner is not None:
            return self._inner(line, position, column)
        if first and first in '["{':
            return self.raw(line, position)
        if is_aliased(line, position):
            return self.aliased(line, position)
        match = _END.search(line, position)
        assert match is not None
        end = match.start()
        bare = line[position:end]
        if not bare:
            return empty, end
        return (self.string(bare) if text else self.bare(bare)), end

    def _inner(self, line: str, position: int, column: Column) -> tuple[JsonValue, int]:
        close = "]" if column.form == "list" else "}"
        assert column.inner is not None
        entries: dict[str, JsonValue] = {}
        items: list[JsonValue] = []
        position += 1
        if line[position : position + 1] == close:
            return (entries if column.form == "map" else items), position + 1
        while True:
            key = ""
            if column.form == "map":
                key, position = self.cell(line, position, None, True)
                if line[position : position + 1] != ",":
                    raise no_view()
                position += 1
            cells: dict[Path, Any] = {}
            position = self.cells(line, position, column.inner, cells, False)
            if column.form == "map":
                entries[key] = nest(cells)
            else:
                items.append(nest(cells))
            sign = line[position : position + 1]
            position += 1
            if sign == close:
                return (entries if column.form == "map" else items), position
            if sign != ";":
                raise no_view()

    def segment(self, text: str, position: int) -> tuple[str, int]:
        if text[position : position + 1] == '"':
            value, position = self.raw(text, position)
            assert isinstance(value, str)
            return value, position
        match = _SEGMENT.match(text, position)
        if match is None:
            raise no_view()
        return match[0], match.end()

    def path(self, text: str, position: int) -> tuple[Path, int]:
        path: list[str] = []
        while True:
            segment, position = self.segment(text, position)
            path.append(segment)
            if text[position : position + 1] != ".":
                return tuple(path), position
            position += 1

    def raw(self, text: str, position: int) -> tuple[JsonValue, int]:
        try:
            value, end = self._decoder.raw_decode(text, position)
        except ValueError:
            raise no_view() from None
        return value, end

    def aliased(self, text: str, position: int) -> tuple[str, int]:
        """A text that begins with an alias, and goes on in quotes."""
        rest, end = self.raw(text, position + 2)
        return self.string(text[position : position + 2]) + str(rest), end

    def string(self, bare: str) -> str:
        if bare[0] == "$" and bare[1:2].isascii() and bare[1:2].isdigit():
            if bare[:2] not in self.aliases:
                raise no_view()
            return self.aliases[bare[:2]] + bare[2:]
        return bare

    def bare(self, bare: str) -> JsonValue:
        if BARE_NUMBER.fullmatch(bare):
            whole = not any(sign in bare for sign in ".eE")
            return (self._parse_int if whole else self._parse_float)(bare)  # type: ignore[no-any-return]
        if bare in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[bare]
        if bare in _CONSTANTS:
            return _CONSTANTS[bare]
        return self.string(bare)


def is_aliased(text: str, position: int) -> bool:
    """Whether an alias stands there with a rest in quotes."""
    return _ALIASED.match(text, position) is not None


def nest(cells: dict[Path, Any]) -> dict[str, JsonValue]:
    """An object from the paths of its values."""
    nested: dict[str, Any] = {}
    for path, value in cells.items():
        if value is MISSING:
            continue
        holder = nested
        for key in path[:-1]:
            holder = holder.setdefault(key, {})
            if not isinstance(holder, dict):
                raise no_view()
        holder[path[-1]] = value
    return nested


def empty(of_text: bool) -> Any:
    """What an empty cell stands for."""
    return "" if of_text else MISSING


def no_view() -> ValueError:
    return ValueError(
        "this text is no lossless view of JSON; decode takes the text of views "
        "whose lossless is true, and their kind"
    )
