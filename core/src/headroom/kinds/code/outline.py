"""What a source file is made of: units of whole lines, blocks that must not run empty, symbols."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from headroom.lines import Lines
from headroom.toolkit.lazy import Lazy

__all__ = [
    "CodeBlocks",
    "Outline",
    "Role",
    "Symbol",
    "Symbols",
    "Unit",
    "Units",
    "own_lines",
]


class Role(Enum):
    """What a unit is for, which decides how early it goes into a view."""

    SIGNATURE = "signature"
    IMPORT = "import"
    #: Fields of classes, constants of modules.
    FIELD = "field"
    #: The docstring, or the start of it.
    DOC = "doc"
    #: The rest of a docstring.
    DOC_REST = "doc rest"
    COMMENT = "comment"
    #: A statement outside functions that is none of the above.
    STATEMENT = "statement"
    #: An element of a long literal, outside functions.
    DATA = "data"
    BODY = "body"

    # One of them is asked for its place for each unit; that of ``Enum`` hashes the name.
    __hash__ = object.__hash__


@dataclass(slots=True)
class Symbol:
    """A function or a class."""

    name: str
    #: Lines from its decorators to its end.
    first: int
    last: int
    is_class: bool
    public: bool
    #: The symbol that it stands in, by index; -1 for none.
    parent: int
    #: Whether it stands inside a function.
    local: bool = False
    #: What it belongs to where that is said in its name alone: ``Cache::get``, ``(c *Cache) Get``.
    scope: str = ""


@dataclass(slots=True)
class Unit:
    """Lines that are kept together or left out together."""

    #: First and last line of each part, 1-based, ascending. A unit with several parts is a frame
    #: around other units: ``try`` with its ``except`` lines, an opening and a closing line.
    ranges: tuple[tuple[int, int], ...]
    role: Role
    #: The unit without which this one makes no sense, by index; -1 for none.
    needs: int = -1
    #: The innermost symbol, by index; -1 for none.
    symbol: int = -1
    public: bool = True
    #: Whether it counts as a statement where a block needs one.
    statement: bool = True
    #: Whether it stands inside a string, where a comment sign would be text.
    in_string: bool = False


_ROLES = tuple(Role)
_PLACES = {role: place for place, role in enumerate(_ROLES)}
_PUBLIC, _STATEMENT, _IN_STRING = 1, 2, 4
#: A number that is a role and any of these.
_OF_ROLE = 8


@dataclass(slots=True)
class Units:
    """Units, as numbers side by side: objects would take many times the memory of the text."""

    #: By unit; see ``Unit``.
    needs: array[int] = field(default_factory=lambda: array("i"))
    symbols: array[int] = field(default_factory=lambda: array("i"))
    _sorts: bytearray = field(default_factory=bytearray)
    #: First and last line of each part of each unit, and of what unit it is.
    firsts: array[int] = field(default_factory=lambda: array("i"))
    lasts: array[int] = field(default_factory=lambda: array("i"))
    owners: array[int] = field(default_factory=lambda: array("i"))

    def __len__(self) -> int:
        return len(self.needs)

    def __iter__(self) -> Iterator[Unit]:
        """Each of them, made when it is asked for."""
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Unit:
        """One of them, made when it is asked for: to change it changes nothing here."""
        index = range(len(self))[index]
        begin = bisect_left(self.owners, index)
        end = bisect_right(self.owners, index, begin)
        flags = self._sorts[index]
        return Unit(
            tuple(zip(self.firsts[begin:end], self.lasts[begin:end])),
            self.role(index),
            self.needs[index],
            self.symbols[index],
            bool(flags & _PUBLIC),
            bool(flags & _STATEMENT),
            bool(flags & _IN_STRING),
        )

    def add(
        self,
        ranges: tuple[tuple[int, int], ...],
        role: Role,
        needs: int = -1,
        symbol: int = -1,
        public: bool = True,
        statement: bool = True,
        in_string: bool = False,
        before: int = 0,
    ) -> int:
        """Adds one after the others, and returns its index. See ``Unit``.

        Its ranges count the lines after those that stand ``before`` them.
        """
        index = len(self.needs)
        for first, last in ranges:
            self.firsts.append(first + before)
            self.lasts.append(last + before)
            self.owners.append(index)
        self._sorts.append(
            _OF_ROLE * _PLACES[role]
            + _PUBLIC * public
            + _STATEMENT * statement
            + _IN_STRING * in_string
        )
        self.symbols.append(symbol)
        self.needs.append(needs)
        return index

    def add_each(
        self,
        firsts: Sequence[int],
        lasts: Sequence[int],
        role: Role,
        needs: int,
        symbol: int,
        public: bool,
        before: int,
    ) -> None:
        """Adds statements of one part each, by their first and last lines. See ``add``."""
        size, index = len(firsts), len(self.needs)
        self.firsts.extend(map(before.__add__, firsts))
        self.lasts.extend(map(before.__add__, lasts))
        self.owners.extend(range(index, index + size))
        self._sorts += bytes((_OF_ROLE * _PLACES[role] + _PUBLIC * public + _STATEMENT,)) * size
        self.symbols.extend([symbol] * size)
        self.needs.extend([needs] * size)

    def sorts(self) -> Iterator[tuple[int, int]]:
        """Of each its symbol, and a number for all else but what it needs."""
        return zip(self.symbols, self._sorts)

    def role(self, index: int) -> Role:
        """What one of them is for."""
        return _ROLES[self._sorts[index] // _OF_ROLE]

    def is_public(self, index: int) -> bool:
        """Whether others may use it."""
        return bool(self._sorts[index] & _PUBLIC)

    def is_statement(self, index: int) -> bool:
        """Whether it counts as a statement where a block needs one."""
        return bool(self._sorts[index] & _STATEMENT)

    def in_string(self, index: int) -> bool:
        """Whether it stands inside a string."""
        return bool(self._sorts[index] & _IN_STRING)


@dataclass(slots=True)
class CodeBlocks:
    """Lines that need at least one statement while the unit that opens them is kept."""

    #: By block the unit that opens it.
    owners: array[int] = field(default_factory=lambda: array("i"))
    _firsts: array[int] = field(default_factory=lambda: array("i"))
    _lasts: array[int] = field(default_factory=lambda: array("i"))
    #: The indentation of each, by its number among those there are.
    _indents: array[int] = field(default_factory=lambda: array("i"))
    _known: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.owners)

    def __iter__(self) -> Iterator[tuple[int, int, int, str]]:
        """Of each the unit that opens it, its first and last line, and its indentation."""
        indents = map(list(self._known).__getitem__, self._indents)
        return zip(self.owners, self._firsts, self._lasts, indents)

    def add(self, owner: int, first: int, last: int, indent: str) -> None:
        """Adds one after the others."""
        self.owners.append(owner)
        self._firsts.append(first)
        self._lasts.append(last)
        self._indents.append(self._known.setdefault(indent, len(self._known)))


_IS_CLASS, _IS_PUBLIC, _IS_LOCAL = 1, 2, 4


@dataclass(slots=True)
class Symbols(Lazy[Symbol]):
    """Symbols, as numbers side by side, for the reason that units are."""

    #: By symbol; see ``Symbol``.
    names: list[str] = field(default_factory=list)
    parents: array[int] = field(default_factory=lambda: array("i"))
    _firsts: array[int] = field(default_factory=lambda: array("i"))
    _lasts: array[int] = field(default_factory=lambda: array("i"))
    _flags: bytearray = field(default_factory=bytearray)
    #: Those that there are, by symbol: most have none.
    _scopes: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    def _at(self, index: int) -> Symbol:
        """One of them: to change it changes nothing here."""
        flags = self._flags[index]
        return Symbol(
            self.names[index],
            self._firsts[index],
            self._lasts[index],
            bool(flags & _IS_CLASS),
            bool(flags & _IS_PUBLIC),
            self.parents[index],
            bool(flags & _IS_LOCAL),
            self._scopes.get(index, ""),
        )

    def append(self, symbol: Symbol) -> None:
        """Adds one after the others."""
        if symbol.scope:
            self._scopes[len(self.names)] = symbol.scope
        self.names.append(symbol.name)
        self.parents.append(symbol.parent)
        self._firsts.append(symbol.first)
        self._lasts.append(symbol.last)
        self._flags.append(
            _IS_CLASS * symbol.is_class + _IS_PUBLIC * symbol.public + _IS_LOCAL * symbol.local
        )

    def is_class(self, index: int) -> bool:
        """Whether one of them is a class."""
        return bool(self._flags[index] & _IS_CLASS)


def own_lines(lines: Sequence[str]) -> tuple[Sequence[str], bool]:
    """``Outline.lines`` and ``Outline.final_newline`` of a text that was split at line breaks."""
    final_newline = len(lines) > 1 and not lines[-1]
    size = len(lines) - final_newline
    return lines.first(size) if isinstance(lines, Lines) else lines[:size], final_newline


@dataclass(slots=True)
class Outline:
    """A source file, taken apart. Every line belongs to exactly one unit."""

    #: The lines, without a last empty one that only says that the file ends with a line break.
    lines: Sequence[str]
    units: Units = field(default_factory=Units)
    blocks: CodeBlocks = field(default_factory=CodeBlocks)
    symbols: Symbols = field(default_factory=Symbols)
    #: What opens and closes a comment.
    comment: tuple[str, str] = ("# ", "")
    #: What stands in for the statements of a block that would be empty; ``""`` for nothing.
    filler: str = ""
    #: Whether the text ends with a line break.
    final_newline: bool = True
    #: Whether its units are surely whole statements, or elements of a literal: what is left of them
    #: is sound where none is left in part, or without the one that it needs.
    is_exact: bool = False
    #: Whether literals are cut between their elements.
    cuts_data: bool = False
    #: Where several files are in one text: ``comment`` and ``filler`` from a line on, ascending.
    styles: list[tuple[int, tuple[str, str], str]] = field(default_factory=list)

    def style(self, line: int) -> tuple[tuple[str, str], str]:
        """``comment`` and ``filler`` on a line."""
        place = bisect_right(self.styles, line, key=lambda style: style[0]) if self.styles else 0
        return self.styles[place - 1][1:] if place else (self.comment, self.filler)
