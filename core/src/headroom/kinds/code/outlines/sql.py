"""Takes SQL apart: statements, the columns of tables, the bodies of views and functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headroom.kinds.code.outline import Outline, Role, Symbol, own_lines
from headroom.regexes import regex
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["is_sql", "sql_outline"]

_STATEMENT = regex(
    r"\s*(?:CREATE|ALTER|DROP|INSERT\s+INTO|SELECT|UPDATE|DELETE\s+FROM|WITH|GRANT|COMMENT\s+ON|SET|"
    r"BEGIN|COMMIT|COPY|USE|REPLACE\s+INTO|TRUNCATE|DELIMITER|PRAGMA|MERGE\s+INTO)\b",
    re.IGNORECASE,
)
_DEFINITION = regex(
    r"\s*CREATE\s+(?:(?:OR\s+REPLACE|TEMP(?:ORARY)?|UNIQUE|MATERIALIZED|EXTERNAL|UNLOGGED|RECURSIVE|"
    r"DEFINER\s*=\s*\S+|SQL\s+SECURITY\s+\w+|ALGORITHM\s*=\s*\w+)\s+){0,5}"
    r"(?P<kind>TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|TYPE|INDEX|SEQUENCE|SCHEMA|DATABASE|DOMAIN|"
    r"POLICY|EXTENSION)\s+(?:IF\s+NOT\s+EXISTS\s+|CONCURRENTLY\s+)?"
    r"[\"`\[]?(?:[\w$]+[\"`\]]?\.[\"`\[]?)?(?P<name>[\w$]+)",
    re.IGNORECASE,
)
#: What a line of every definition has: most texts have none, and need not be taken apart.
_CREATES = regex(r"^[^\S\n]*CREATE\s", re.IGNORECASE | re.MULTILINE)
_INSERT = regex(r"\s*(?:INSERT|REPLACE|COPY)\b", re.IGNORECASE)
_COMMENT = regex(r"\s*(?:--|#|/\*)")
#: What has no body that is worth leaving out by itself.
_SMALL_KINDS = frozenset(("INDEX", "SEQUENCE", "SCHEMA", "DATABASE", "EXTENSION"))
#: Quotes of bodies in PostgreSQL: within them a semicolon ends no statement.
_DOLLAR = regex(r"\$\w*\$")
_BEGIN, _END = (
    regex(r"\bBEGIN\b(?!\s*;)", re.I),
    regex(r"\s*END\b[^;]*(?:;|\$\$|//|$)", re.I),
)

#: So many of the first statements tell, and this share of them must begin as SQL does; chosen.
_FEWEST, _SHARE = 2, 0.8


@dataclass(frozen=True)
class _Part:
    """Lines of one statement, or of comments between two."""

    first: int
    last: int
    #: The line on which the statement begins; 0 for comments alone.
    head: int


def is_sql(lines: Sequence[str], deadline: Deadline) -> bool:
    """Whether most of the statements of a text begin as those of SQL do."""
    parts = [part for part in _parts(lines, deadline) if part.head]
    known = sum(bool(_STATEMENT.match(lines[part.head - 1])) for part in parts)
    defined = sum(bool(_DEFINITION.match(lines[part.head - 1])) for part in parts)
    return known >= max(_FEWEST, _SHARE * len(parts)) and defined > 0


def sql_outline(source: Source) -> Outline | None:
    """The outline of a script of SQL; ``None`` where a text is none, or defines nothing.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    if _CREATES.search(source.text) is None:
        return None
    lines, final_newline = own_lines(source.lines)
    if not is_sql(lines, source.deadline):
        return None
    outline = Outline(lines, comment=("-- ", ""), final_newline=final_newline)
    for part in _parts(lines, source.deadline):
        _add(outline, part)
    return outline if outline.symbols else None


def _parts(lines: Sequence[str], deadline: Deadline) -> list[_Part]:
    parts: list[_Part] = []
    first, head = 1, 0
    quoted = in_comment = False
    depth = 0
    for number, line in enumerate(lines, 1):
        if number % 256 == 0:
            deadline.check()
        text = line.strip()
        if not head and (in_comment or not text or _COMMENT.match(text)):
            in_comment = (in_comment or text.startswith("/*")) and "*/" not in text
            continue
        if not head:
            if number > first:
                parts.append(_Part(first, number - 1, 0))
            first = head = number
        quoted ^= len(_DOLLAR.findall(line)) % 2 == 1
        bare = text.partition("--")[0].rstrip()
        depth = max(0, depth + bool(_BEGIN.search(bare)) - bool(_END.match(bare)))
        if (not quoted and not depth and bare.endswith((";", "//", "$$", "\\."))) or bare == "GO":
            parts.append(_Part(first, number, head))
            first, head = number + 1, 0
    if first <= len(lines):
        parts.append(_Part(first, len(lines), head))
    return parts


def _add(outline: Outline, part: _Part) -> None:
    lines = outline.lines
    if not part.head:
        outline.units.add(((part.first, part.last),), Role.COMMENT)
        return
    found = _DEFINITION.match("\n".join(lines[part.head - 1 : part.head + 2]))
    if found is None:
        role = Role.DATA if _INSERT.match(lines[part.head - 1]) else Role.STATEMENT
        _in_lines(outline, part.first, part.last, role, role)
        return
    kind = found["kind"].upper()
    outline.symbols.append(Symbol(found["name"], part.head, part.last, False, True, -1))
    symbol = len(outline.symbols) - 1
    if kind in _SMALL_KINDS:
        outline.units.add(((part.first, part.last),), Role.FIELD, symbol=symbol)
        return
    inside = Role.FIELD if kind in ("TABLE", "TYPE") else Role.BODY
    _in_lines(outline, part.first, part.last, Role.SIGNATURE, inside, symbol)


def _in_lines(
    outline: Outline, first: int, last: int, role: Role, inside: Role, symbol: int = -1
) -> None:
    """The first line as a frame, with the one that closes it; each of the others by itself."""
    lines = outline.lines
    closes = last > first and lines[last - 1].lstrip()[:1] in (")", ";", "$")
    ranges = ((first, first), (last, last)) if closes else ((first, first),)
    owner = outline.units.add(ranges, role, symbol=symbol)
    for number in range(first + 1, last + 1 - closes):
        outline.units.add(((number, number),), inside, owner, symbol)
