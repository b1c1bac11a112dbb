"""Finds the lines of a listing of files: some values, and the name or the path of a file.

``ls -lR``, ``find -ls``, ``du -a``, ``wc``, ``sha256sum``, ``git ls-tree``, ``tar -tv`` and others
print such lines. The values are sizes, sums, times, modes and owners; the name is the last word, or
the first one where the values follow it.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.values import Json, Number
from headroom.toolkit.shares import enough

__all__ = ["Files", "find_files", "said_by_directory", "shared_directory"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer files are better shown whole.
_LEAST = 12
#: The share of the lines that say something which must be about a file.
_LISTED = 0.6
#: The share of the lines of a sample with the usual number of values, that of the cells of a column
#: which must be values, and that of the names which must be different, or look like those of files.
_USUAL, _VALUES, _DIFFERENT, _FILES = 0.55, 0.9, 0.15, 0.8
#: With so many values, some of them may be words that come again: owners and groups.
_MANY_VALUES, _OWNERS = 4, 4
#: Values before a name at the most, and after one.
_MOST_VALUES = 11
#: Lines that decide, evenly spread; a longer line, in characters, is about no file.
_PROBED, _LONGEST = 400, 1000
#: A directory with fewer characters is said with each name.
_SHORTEST = 4
#: Lines after which the time is looked at.
_DEADLINE_EVERY = 500

_MODE = re.compile(r"[-dlbcpsD?](?:[-r][-w][-xsStT]){3}[.+@]?")
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# Numbers with signs and units, sums, times, modes, and the letters of a state.
_VALUE = re.compile(
    rf"""
    [-+(\[]?\d[\d.,:/_-]*(?:[KMGTPkmgtp]?i?[Bb]?|%)?[)\]]? | [0-9a-fA-F]{{7,128}} | {_MODE.pattern}
    | \d{{4}}-\d\d-\d\d(?:T[\d:.]+)?Z? | (?:{_MONTH}) | [A-Z?!]{{1,2}}\d{{0,3}} | [-+=|*]+
    | blob | tree
    """,
    re.VERBOSE,
)
_FILE = re.compile(
    r"(?=[^/\\]*[/\\]|[^/\\]*\.[A-Za-z]\w{0,9}$)[^\s:*?\"<>|]+|Makefile|Dockerfile|LICENSE|README"
)
_OWNER = re.compile(r"[\w.$+@/-]{1,40}")


@dataclass(frozen=True)
class Files:
    """Which lines are about a file, by index, what they say, and its name."""

    lines: list[int]
    rows: list[Json]
    names: list[str]


def find_files(lines: Sequence[str], check: Callable[[], None]) -> Files | None:
    """The lines of a listing of files; ``None`` where a text is none.

    Args:
        lines: Those of the text.
        check: Called now and then, to watch the time.

    """
    said = array("I", compress(range(len(lines)), map(str.strip, lines)))
    if len(said) < _LEAST:
        return None
    probed = [lines[index] for index in said[:: len(said) // _PROBED + 1]]
    found = _form_of(probed)
    if found is None:
        return None
    count, is_first, owners = found
    listed: list[int] = []
    rows: list[Json] = []
    names: list[str] = []
    for number, index in enumerate(said):
        if number % _DEADLINE_EVERY == 0:
            check()
        values, name = _split(lines[index], count, is_first=is_first)
        if name and _are_values(values, owners) and _is_file(name, values):
            listed.append(index)
            names.append(name)
            rows.append({**{str(n): _json(value) for n, value in enumerate(values)}, "name": name})
    return Files(listed, rows, names) if len(listed) >= max(_LEAST, _LISTED * len(said)) else None


def said_by_directory(names: Sequence[str], *, counted: bool = False) -> str:
    """Some names, with each directory said once where it is that of the names that follow.

    Args:
        names: Paths, or names.
        counted: Whether of each directory only the number of names is said.

    >>> said_by_directory(["src/a.py", "src/b.py", "docs/c.md", "README.md"])
    'src/: a.py, b.py; docs/c.md; README.md'
    >>> said_by_directory(["src/a.py", "src/b.py", "docs/c.md"], counted=True)
    'src/ (2), docs/ (1)'

    """
    runs: list[tuple[str, list[str]]] = []
    for name in names:
        directory = _directory(name)
        if not runs or runs[-1][0] != directory:
            runs.append((directory, []))
        runs[-1][1].append(name[len(directory) :])
    if counted:
        counts: Counter[str] = Counter()
        for directory, own in runs:
            counts[directory] += len(own)
        return ", ".join(f"{directory or './'} ({n})" for directory, n in counts.items())
    return "; ".join(
        f"{directory}: {', '.join(own)}"
        if directory and len(own) > 1
        else directory + ", ".join(own)
        for directory, own in runs
    )


def shared_directory(names: Sequence[str]) -> str:
    """The directory that all names are in, with its separator; empty where it is hardly any.

    >>> shared_directory(["/srv/app/a.py", "/srv/app/lib/b.py"])
    '/srv/app/'

    """
    first, last = min(names), max(names)
    same = next((n for n, (a, b) in enumerate(zip(first, last)) if a != b), len(first))
    shared = first[: max(first.rfind("/", 0, same), first.rfind("\\", 0, same)) + 1]
    return shared if len(shared) >= _SHORTEST else ""


def _directory(name: str) -> str:
    """The directory that a file, or a directory, stands in, with its separator."""
    return name[: max(name.rfind("/", 0, -1), name.rfind("\\", 0, -1)) + 1]


def _form_of(lines: Sequence[str]) -> tuple[int, bool, list[frozenset[str]]] | None:
    """How many values stand before the names, or after; and the words that come again there."""
    found = _counts(lines)
    for is_first in (False, True):
        if is_first:
            found = _of_values(lines, found)
        counts = Counter(found)
        counts.pop(0, None)
        if not counts:
            return None
        count, usual = counts.most_common(1)[0]
        if usual < _USUAL * len(lines):
            # The other form is that of fewer lines.
            return None
        listed = list(compress(lines, map(count.__eq__, found)))
        # Few texts that are no listing have anything like files there, which is soon seen.
        if not _name_files(listed, count, is_first=is_first):
            continue
        split = [_split(line, count, is_first=is_first) for line in listed]
        if len({name for _, name in split}) < _DIFFERENT * len(split):
            continue
        owners = _owners([values for values, _ in split])
        if owners is not None:
            return count, is_first, owners
    return None


def _counts(lines: Sequence[str]) -> list[int]:
    """How many values each line has, if it is about a file, and 0 for any other; none at all where
    no number of them is usual.
    """
    return _usual(map(_count, lines), len(lines))


def _of_values(lines: Sequence[str], counts: Sequence[int]) -> list[int]:
    """The counts of lines that have nothing but values behind a word, and 0 for any other; none at
    all where no number of them is usual.
    """
    own = (n if n and _are_all_values(line) else 0 for line, n in zip(lines, counts))
    return _usual(own, len(lines))


def _usual(counts: Iterable[int], total: int) -> list[int]:
    """The counts, of which no more are taken than it takes to see that none can be usual."""
    found: list[int] = []
    often = [0] * (_MOST_VALUES + 1)
    most, least = 0, _USUAL * total
    for count in counts:
        found.append(count)
        if count:
            often[count] += 1
            if often[count] > most:
                most = often[count]
        if most + total - len(found) < least:
            return []
    return found


def _count(line: str) -> int:
    values = len(_words(line)) - 1 if len(line) <= _LONGEST else 0
    return values if 0 < values <= _MOST_VALUES else 0


def _are_all_values(line: str) -> bool:
    """Whether what stands behind the first word of a line are values, each of them."""
    return all(map(_VALUE.fullmatch, _words(line)[1:]))


def _words(line: str) -> list[str]:
    """The words of a line, without what a link leads to."""
    return line.partition(" -> ")[0].split()


def _split(line: str, count: int, *, is_first: bool) -> tuple[list[str], str]:
    """The values of a line, and the name; an empty one where there are not so many."""
    if len(line) > _LONGEST:
        return [], ""
    if is_first:
        name, *values = line.split() or [""]
        return (values, name) if len(values) == count else ([], "")
    parts = line.split(None, count)
    return (parts[:-1], parts[-1].rstrip()) if len(parts) == count + 1 else ([], "")


def _owners(rows: Sequence[Sequence[str]]) -> list[frozenset[str]] | None:
    """By column the words that are no values; ``None`` where a column has too many of them."""
    found: list[frozenset[str]] = []
    for column in zip(*rows):
        others = Counter(column)
        for cell in list(others):
            if _VALUE.fullmatch(cell):
                del others[cell]
        is_value = others.total() <= (1 - _VALUES) * len(column)
        if not is_value and (len(rows[0]) < _MANY_VALUES or len(others) > _OWNERS):
            return None
        if not is_value and not all(map(_OWNER.fullmatch, others)):
            return None
        found.append(frozenset() if is_value else frozenset(others))
    return found if any(not words for words in found) else None


def _name_files(lines: Sequence[str], count: int, *, is_first: bool) -> bool:
    """Whether nearly all lines name what may be a file; see ``_is_file``."""
    values, _ = _split(lines[0], count, is_first=is_first)
    if any(map(_MODE.fullmatch, values)):
        return True
    names = (_split(line, count, is_first=is_first)[1] for line in lines)
    return enough(map(_FILE.fullmatch, names), len(lines), _FILES * len(lines))


def _is_file(name: str, values: Sequence[str]) -> bool:
    """Whether it may be the name of a file: any may be beside its mode."""
    return _FILE.fullmatch(name) is not None or any(map(_MODE.fullmatch, values))


def _are_values(values: Sequence[str], owners: Sequence[frozenset[str]]) -> bool:
    """Whether most of what stands beside a name are values, or words that come again."""
    fitting = sum(
        cell in words or _VALUE.fullmatch(cell) is not None for cell, words in zip(values, owners)
    )
    return fitting >= _VALUES * len(values)


def _json(value: str) -> Json:
    return Number(value) if BARE_NUMBER.fullmatch(value) else value
