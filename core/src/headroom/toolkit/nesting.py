"""Which lines of a text say whose those are that are indented, or quoted, below them.

So descriptions of machines, containers and accounts are printed: ``memory: 512Mi`` stands below
``Limits:``, and that below the name of a container.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from headroom.regexes import regex
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["Nesting", "find_nesting", "read_nesting"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: The share of the lines that stand below another one, how many others there are, and how many
#: stand below each on the average, at the least: of what is centred, one or two do.
_NESTED, _LEAST, _BELOW = 0.3, 3, 2
#: The share of the nested lines with an indent that so many others have.
_COMMON, _OTHERS = 0.8, 2
#: A text of more lines is none that a program describes one thing in. It bounds the memory.
_MOST_LINES = 20_000
#: Characters of a line that are looked at.
_CHARS = 200
#: Levels of a list whose signs say them.
_DEEPEST = 9
#: The signs before a line of a letter that an answer quotes.
_QUOTED = regex(r"(?:[ \t]{0,3}>)+ ?")
#: "memory: 512Mi", "- name: api", "Limits:".
_KEY = regex(r"(?:[-*] )?[^\s:][^:]{0,60}:(?:\s|$)")


class Nesting(NamedTuple):
    """What lines are indented below, by number."""

    #: For each line the one above it that it is indented below; -1 for none.
    owners: Sequence[int]
    #: The lines with which something begins: what is another line's than what is above, or a value
    #: behind its name.
    begins: frozenset[int]


#: How often a line is quoted, its indent, and its level in a list.
_Level: TypeAlias = "tuple[int, int, int]"


class _Open(NamedTuple):
    """A line that others may stand below."""

    number: int
    #: How far in it is.
    level: _Level
    #: Where its first word ends, if that is a number.
    number_end: int
    #: Whether it announces what is below it.
    leads: bool


def find_nesting(lines: Sequence[str], deadline: Deadline) -> Nesting | None:
    r"""The nesting of a text; ``None`` where it is not made like that.

    >>> text = "".join(f"Host {c}:\n  port: {n}\n  user: u{n}\n" for n, c in enumerate("abc"))
    >>> find_nesting(text.split("\n"), Deadline(None)).owners.tolist()
    [-1, 0, 0, -1, 3, 3, -1, 6, 6, -1]

    """
    if len(lines) > _MOST_LINES or sum(
        line[:1] in " \t*>" for line in lines if line
    ) < _NESTED * len(lines):
        return None
    owners = array("l", [-1]) * len(lines)
    begins: set[int] = set()
    levels: Counter[_Level] = Counter()
    said = 0
    for number, level, owner, is_new in _nested(lines, deadline):
        said += 1
        if owner >= 0:
            owners[number] = owner
            levels[level] += 1
        if is_new:
            begins.add(number)
    nested = sum(levels.values())
    common = sum(count for count in levels.values() if count > _OTHERS)
    above = len(set(owners)) - 1
    is_made_so = nested >= _NESTED * said and common >= _COMMON * nested
    if not is_made_so or above < _LEAST or nested < _BELOW * above:
        return None
    return Nesting(owners, frozenset(begins))


def read_nesting(source: Source) -> Nesting | None:
    """The nesting of a text: ``source.once(read_nesting)``."""
    return find_nesting(source.lines, source.deadline)


def _nested(lines: Sequence[str], deadline: Deadline) -> Iterator[tuple[int, _Level, int, bool]]:
    """Number, level and owner of each line, and whether something begins with it."""
    above: list[_Open] = []
    after_blank = leads = False
    last = -1
    is_starred = any(line.startswith("** ") for line in lines)
    for number, line in enumerate(deadline.over(lines)):
        quoted = _QUOTED.match(line)
        signs = quoted[0].count(">") if quoted else 0
        line = line[quoted.end() :] if quoted else line
        bare = line.lstrip()[:_CHARS]
        if not bare:
            after_blank = True
            continue
        first = bare.split(None, 1)[0]
        indent = len(line[: len(line) - len(line.lstrip())].expandtabs())
        number_end = indent + len(first) if first[0].isdigit() else -1
        # Below "*" stands "**", and below that what is no item.
        depth = min(len(first), _DEEPEST) if is_starred and not first.strip("*") else _DEEPEST
        level = (signs, indent, depth)
        if after_blank or (above and above[-1].level[0] != signs):
            # Below an empty line, and in a quotation, stands what was announced above it.
            while above and not above[-1].leads:
                above.pop()
        while above and (
            above[-1].level >= level
            # Numbers are put below each other by their ends.
            or (number_end >= 0 and above[-1].number_end == number_end)
        ):
            above.pop()
        owner = above[-1].number if above else -1
        is_new = (leads and owner != last) or _KEY.match(bare) is not None
        yield number, level, owner, is_new
        leads = line.rstrip().endswith(":")
        above.append(_Open(number, level, number_end, leads))
        after_blank, last = False, owner
