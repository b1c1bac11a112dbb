r"""The notation of values and names in a view: what may stand bare, and what is quoted.

The whole grammar, as ``decode`` reads it. ``NL`` is a line feed; ``flow`` is minified JSON.

::

    view      = flow | table | document
    table     = heading NL aliases header NL row{count, NL}
    document  = ("JSON object, one key=value per line; indented lines belong to the key above."
              | "XML, one tag or attribute=text per line; indented lines belong to the tag above.")
                NL
                aliases member*
    aliases   = ("$" digit " stands for " text NL)*
    heading   = [name ": "] count (" rows" | " entries") [" of text" | " of " count " values"]
                [" by columns"] "."
                [" In every row that does not say otherwise: " said (", " said)*]
    header    = "(key)" and/or "(value)" and/or columns, separated by ","
    column    = name [":text"] [ "[" columns "]" | "{(key)," columns "}" ]
    name      = segment ("." segment)*       the path of keys to a value within the row
    segment   = bare key | JSON string
    said      = column "=" cell
    row       = cells separated by ",", then ("  " said)*
              | [key cell ","] "=" flow       a row that is no object of the columns' shape
    cell      = ""                            the value is missing
              | bare text                     a string; in a ":text" column always a string
              | "$" digit (text | string)     a string that begins with what the alias stands for
              | flow                          a number, true, false, null, a quoted string, an
                                              object or an array
              | "[" cells (";" cells)* "]"    a list of objects, in a column with "[columns]"
              | "{" cells (";" cells)* "}"    an object of objects, in a column with "{(key),...}"
    member    = indent name-segment "=" (bare text to the end of the line | flow | alias text) NL
              | indent "(" nothing "): " name-segment (", " name-segment)* NL
              | indent name-segment ":" NL member*       one blank deeper for each level
              | indent name-segment ": same as " JSON pointer NL
              | indent heading NL indent header NL (indent row NL)*
              | indent name-segment ": " count (" row" | " rows") ", each below its number." NL
                (indent " " number ":" (NL member* | " " table))*    a list of objects, or of series

Members of one value that says nothing (``null``, ``""``, ``[]`` or ``{}``) stand in one line.

A table "by columns" stands for an object of arrays, or of objects where it has entries, each of
them a column. In a table "of 4 values" every row is an array, and its columns are called 1 to 4. In
a table "of text" (CSV and the like) every cell is a string, and an empty cell the empty one.
A row's keys that the columns do not name, and its values that differ from what the heading says
of every row, follow at its end; ``name=`` with nothing after it says that the key is missing.
Keys keep their names; the order of keys within an object is not part of the data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from json.encoder import encode_basestring

from headroom.regexes import regex
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.pointers import escape
from headroom.toolkit.rows.values import Duplicates, Json, Number

__all__ = [
    "BARE_NUMBER",
    "DOCUMENT",
    "NOTHING",
    "OTHERWISE",
    "XML_DOCUMENT",
    "Speller",
    "flow",
    "is_longer",
    "name",
    "pointer",
    "quoted",
    "segment",
    "shared_line",
]

#: The first line of a document.
DOCUMENT = "JSON object, one key=value per line; indented lines belong to the key above."
#: The same of a document in tags, which is read as such data.
XML_DOCUMENT = "XML, one tag or attribute=text per line; indented lines belong to the tag above."
#: What a heading says before the cells that most rows share.
OTHERWISE = " In every row that does not say otherwise: "

#: Values that say nothing, as they are spelled: members that have one of them stand in one line.
NOTHING = ("null", '""', "[]", "{}")

BARE_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
_LITERALS = frozenset({"true", "false", "null", "NaN", "Infinity", "-Infinity"})

#: Cells that are remembered as they are spelled: so many, of fewer characters.
_REMEMBERED, _REMEMBERED_CHARS = 5000, 80
#: Characters around the key of a member: its quotes, a colon, and a comma.
_AROUND_KEY = 4
#: Pieces of a text that are put together, and cells that are looked at, at a time. Chosen.
_TOGETHER = 1000

# What no reader could see or type safely is escaped, as are lone surrogates.
_INVISIBLE = regex("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
# A bare cell ends at these; and a double blank begins what follows the cells.
_NO_CELL = regex(
    '[,;\\[\\]{}"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|  |^[(=\\s]|\\s$|^\\$[0-9]'
)
_NO_LINE = regex('[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|^[\\[{"(\\s]|\\s$|^\\$[0-9]')
# A quoted string, or the short form of a text where a cell begins.
_ALIASED = regex(
    r'(?:^|(?<=[\[{,;]))\$(?P<alias>[1-9])(?P<rest>"(?:[^"\\]|\\.)*"|[^,;\[\]{}"]*)'
    r'|"(?:[^"\\]|\\.)*"'
)
# The same for many cells at once, each on a line; what these find may be a cell all the same.
_NO_TEXTS = (*',;[]{}"', "  ", "\n ", " \n", "\n(", "\n=", "\n$")
_NO_CELLS = (*_NO_TEXTS, "\n\n", *(f"\n{literal}\n" for literal in sorted(_LITERALS)))
_NUMBER_LINE = re.compile(rf"\n{BARE_NUMBER.pattern}(?=\n)", re.ASCII)
_BARE_SEGMENT = re.compile(r"[^\W\d_][\w@/#+-]*(?: [\w@/#+-]+)*|_[\w-]*|\d+")


def quoted(text: str) -> str:
    r"""A string as JSON, readable where it can be.

    >>> print(quoted('é, "x"\n\ufeff'))
    "é, \"x\"\n\ufeff"
    """
    written = encode_basestring(text)
    return _INVISIBLE.sub(_escaped, written) if _INVISIBLE.search(written) else written


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def flow(value: Json) -> str:
    """A value as minified JSON, its numbers as they were written."""
    pieces: list[str] = []
    joined: list[str] = []
    _flow(value, pieces, joined)
    return "".join([*joined, *pieces])


def _flow(value: Json, pieces: list[str], joined: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(value if type(value) is Number else quoted(value))
    elif value is None or value is True or value is False:
        pieces.append("null" if value is None else "true" if value else "false")
    elif isinstance(value, (dict, Duplicates)):
        pieces.append("{")
        comma = False
        for key, member in value.items() if isinstance(value, dict) else value.pairs:
            pieces.append("," if comma else "")
            comma = True
            pieces.append(quoted(key))
            pieces.append(":")
            _flow(member, pieces, joined)
        pieces.append("}")
    else:
        pieces.append("[")
        for index, item in enumerate(value):
            if index:
                pieces.append(",")
            _flow(item, pieces, joined)
        pieces.append("]")
    if len(pieces) >= _TOGETHER:
        # All of them at once would be many times the text.
        joined.append("".join(pieces))
        pieces.clear()


def is_longer(value: Json, size: int) -> bool:
    """Whether ``flow(value)`` has more characters than so many; of more, no more are looked at.

    >>> is_longer({"a": ["b"]}, 10), is_longer({"a": ["b"]}, 11)
    (True, False)

    """
    return _least(value, size) > size or len(flow(value)) > size


def _least(value: Json, enough: int) -> int:
    """Characters that ``flow`` writes at the least; more than ``enough`` are not counted."""
    if isinstance(value, str):
        return len(value)
    size = 1
    if isinstance(value, dict):
        for key, member in value.items():
            size += len(key) + _AROUND_KEY + _least(member, enough - size)
            if size > enough:
                break
    elif isinstance(value, list | Lazy):
        for item in value:
            size += 1 + _least(item, enough - size)
            if size > enough:
                break
    return size


def segment(key: str) -> str:
    """One key of a name."""
    return key if _BARE_SEGMENT.fullmatch(key) else quoted(key)


def shared_line(value: str, keys: Iterable[str]) -> str:
    """Members of an object that have one value, as one line.

    >>> shared_line("null", ["a", "b.c"])
    '(null): a, "b.c"'
    """
    return f"({value}): {', '.join(map(segment, keys))}"


def name(path: tuple[str, ...]) -> str:
    """The path of keys to a value, as headers write it.

    >>> name(("user", "first.name", "x"))
    'user."first.name".x'
    """
    return ".".join(map(segment, path))


def pointer(base: str, key: str | int) -> str:
    """The JSON pointer (RFC 6901) of a member of what stands at ``base``."""
    return f"{base}/{escape(key)}"


def _are_bare(texts: Sequence[str], signs: Iterable[str]) -> bool:
    """Whether all of some texts are surely cells as they are: much quicker than to ask of each."""
    rest = iter(texts)
    while some := list(islice(rest, _TOGETHER)):
        # What comes again need not be looked at again.
        several = set(some)
        some = list(several) if len(several) * 2 <= len(some) else some
        if not "".join(some).isprintable():
            return False
        lines = "\n{}\n".format("\n".join(some))
        if any(sign in lines for sign in signs):
            return False
        if signs is _NO_CELLS and _NUMBER_LINE.search(lines):
            return False
    return True


class Speller:
    """Spells values as cells and as ends of lines, with the aliases of one view.

    Args:
        aliases: What ``$1``, ``$2``... stand for, at most nine.

    """

    def __init__(self, aliases: tuple[str, ...] = ()) -> None:
        self.aliases = aliases
        # The longest first, so that the most is said by the alias.
        self._prefixes = sorted(
            ((text, f"${index}") for index, text in enumerate(aliases, 1)),
            key=lambda pair: (-len(pair[0]), pair[1]),
        )
        self._cells: dict[str, str] = {}

    def cell(self, value: Json) -> str:
        """A value as a cell of a row."""
        if type(value) is str:
            spelled = self._cells.get(value)
            if spelled is None:
                spelled = self._string(value, _NO_CELL)
                if len(value) < _REMEMBERED_CHARS and len(self._cells) < _REMEMBERED:
                    self._cells[value] = spelled
            return spelled
        return flow(value)

    def cells(self, values: Sequence[str]) -> Sequence[str]:
        """Texts as cells of rows."""
        if self._prefixes and any(value[:4] == "http" for value in values):
            return list(map(self.cell, values))
        return values if _are_bare(values, _NO_CELLS) else list(map(self.cell, values))

    def text_cells(self, values: Sequence[str]) -> Sequence[str]:
        """Cells of a table of text."""
        return values if _are_bare(values, _NO_TEXTS) else list(map(self.text_cell, values))

    def line(self, value: Json) -> str:
        """A value as the rest of a line."""
        return self._string(value, _NO_LINE) if type(value) is str else flow(value)

    def text_cell(self, value: str) -> str:
        """A cell of a table of text."""
        return value if not _NO_CELL.search(value) else quoted(value)

    def in_full(self, cell: str) -> str:
        """A cell without aliases, also within lists and objects of cells."""
        return _ALIASED.sub(self._written_out, cell) if "$" in cell else cell

    def _written_out(self, match: re.Match[str]) -> str:
        alias, rest = match.group("alias", "rest")
        if alias is None:
            return match[0]
        text = self.aliases[int(alias) - 1] + (json.loads(rest) if rest[:1] == '"' else rest)
        return quoted(text) if _NO_CELL.search(text) else text

    def _string(self, value: str, unsafe: re.Pattern[str]) -> str:
        if self._prefixes and value.startswith("http"):
            for prefix, alias in self._prefixes:
                if value.startswith(prefix):
                    rest = value[len(prefix) :]
                    plain = rest[:1] != '"' and not unsafe.search("x" + rest)
                    return alias + (rest if plain else quoted(rest))
        if not value or value in _LITERALS or unsafe.search(value) or BARE_NUMBER.fullmatch(value):
            return quoted(value)
        return value

    def definitions(self) -> list[str]:
        """The lines that say what the aliases stand for."""
        return [f"${index} stands for {text}" for index, text in enumerate(self.aliases, 1)]
