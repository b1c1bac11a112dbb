"""Which lines of a text say whose those are that are indented below them.

So descriptions of machines, containers and accounts are printed: ``memory: 512Mi`` stands below
``Limits:``, and that below the name of a container.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
#: Characters of a line that are looked at.
_CHARS = 200
#: Levels of a list whose signs say them.
_DEEPEST = 9
#: "memory: 512Mi", "- name: api", "Limits:".
_KEY = regex(r"(?:[-*] )?[^\s:][^:]{0,60}:(?:\s|$)")


class Nesting(NamedTuple):
    """What lines are indented below, by number."""

    #: For each line the one above it that it is indented below; -1 for none.
    owners: Sequence[int]
    #: The lines with which something begins: what is another line's than what is above, or a value
    #: behind its name.
    begins: frozenset[int]


class _Open(NamedTuple):
    """A line that others may stand below."""

    number: int
    #: How far in it is.
    indent: int
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
    if sum(line[:1] in " \t*" for line in lines if line) < _NESTED * len(lines):
        return None
    owners = array("l", [-1]) * len(lines)
    begins: set[int] = set()
    indents: Counter[int] = Counter()
    said = 0
    for number, indent, owner, is_new in _nested(lines, deadline):
        said += 1
        if owner >= 0:
            owners[number] = owner
            indents[indent] += 1
        if is_new:
            begins.add(number)
    nested = sum(indents.values())
    common = sum(count for count in indents.values() if count > _OTHERS)
    above = len(set(owners)) - 1
    is_made_so = nested >= _NESTED * said and common >= _COMMON * nested
    if not is_made_so or above < _LEAST or nested < _BELOW * above:
        return None
    return Nesting(owners, frozenset(begins))


def read_nesting(source: Source) -> Nesting | None:
    """The nesting of a text: ``source.once(read_nesting)``."""
    return find_nesting(source.lines, source.deadline)


def _nested(lines: Sequence[str], deadline: Deadline) -> Iterator[tuple[int, int, int, bool]]:
    """Number, indent and owner of each line, and whether something begins with it."""
    above: list[_Open] = []
    after_blank = leads = False
    last = -1
    is_starred = any(line.startswith("** ") for line in lines)
    for number, line in enumerate(deadline.over(lines)):
        bare = line[:_CHARS].lstrip()
        if not bare:
            after_blank = True
            continue
        first = bare.split(None, 1)[0]
        indent = len(line[: len(line) - len(line.lstrip())].expandtabs())
        # Below "*" stands "**", and below that what is no item.
        depth = min(len(first), _DEEPEST) if is_starred and not first.strip("*") else _DEEPEST
        indent = indent * _DEEPEST + depth
        number_end = len(line) - len(line.lstrip()) + len(first) if first[0].isdigit() else -1
        if after_blank:
            # Below an empty line stands what was announced above it, and nothing else.
            while above and not above[-1].leads:
                above.pop()
        while above and (
            above[-1].indent >= indent
            # Numbers are put below each other by their ends.
            or (number_end >= 0 and above[-1].number_end == number_end)
        ):
            above.pop()
        owner = above[-1].number if above else -1
        is_new = (leads and owner != last) or _KEY.match(bare) is not None
        yield number, indent, owner, is_new
        leads = line.rstrip().endswith(":")
        above.append(_Open(number, indent, number_end, leads))
        after_blank, last = False, owner
