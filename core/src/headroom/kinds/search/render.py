"""Says each directory and each path once: the re-encoding of search results, and its inverse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from headroom.kinds.search.parse import Entry
from headroom.lines import each_line

__all__ = ["decode_search", "decoded_lines", "group", "headings", "name_lines", "split_path"]

#: The line after which names stand in no directory.
_NOWHERE = "./"
_REST = re.compile(r"\d+([:=-])")
_PLACE = re.compile(r"\(\d+,\d+\):")


def headings(paths: Sequence[str]) -> list[list[str]]:
    """The lines that name each path: its directory where that is new, and its name there.

    A directory that has only one of the paths is not worth a line of its own. After a directory,
    ``./`` says that the names that follow stand in none.

    >>> headings(["a/b/x.py", "a/b/y.py", "c/z.py"])
    [['a/b/', 'x.py'], ['y.py'], ['c/z.py']]
    """
    return name_lines(paths, [split_path(path) for path in paths])


def name_lines(paths: Sequence[str], split: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The same for paths that are split already."""
    lines: list[list[str]] = []
    current = ""
    for index, (directory, name) in enumerate(split):
        following = split[index + 1][0] if index + 1 < len(split) else ""
        if directory == current:
            lines.append([name] if directory else [paths[index]])
        elif not directory and name not in ("", "--"):
            lines.append([_NOWHERE, name])
            current = ""
        elif directory and name and directory == following and directory != _NOWHERE:
            lines.append([directory, name])
            current = directory
        else:
            lines.append([paths[index]])
            current = ""
    return lines


def split_path(path: str) -> tuple[str, str]:
    """A path's directory with its separator, and its name."""
    cut = max(path.rfind("/"), path.rfind("\\")) + 1
    return path[:cut], path[cut:]


def group(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Runs of entries of one path; an entry without matches is a run of its own."""
    runs: list[list[Entry]] = []
    for entry in entries:
        last = runs[-1][0] if runs else None
        if last and last.path == entry.path and not (last.is_alone or entry.is_alone):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def encode(entries: Iterable[Entry], *, directories: bool) -> str:
    r"""All the entries, with each path said once.

    >>> from headroom.kinds.search.parse import read
    >>> from headroom.source import Source
    >>> output = "a/b/x.py:1:one\na/b/x.py:7:two\na/b/y.py:4:three"
    >>> view = encode(read(Source(output)) or [], directories=True)
    >>> print(view)
    a/b/
    x.py
    1:one
    7:two
    y.py
    4:three
    >>> decode_search(view) == output
    True

    """
    runs = group(entries)
    paths = [run[0].path for run in runs]
    names = headings(paths) if directories else [[path] for path in paths]
    lines: list[str] = []
    for run, name in zip(runs, names):
        rests = [rest for entry in run if (rest := entry.rest) is not None]
        if len(rests) == 1 and name == [run[0].path]:
            whole = _line(run[0].path, rests[0])
            if not whole.endswith(("/", "\\")):
                lines.append(whole)
                continue
        lines += name
        lines += rests
    return "\n".join(lines)


def _line(path: str, rest: str) -> str:
    """What was printed: a path, and what stood behind it."""
    match = _REST.match(rest)
    return f"{path}{match[1] if match else ''}{rest}"


def decode_search(view: str) -> str:
    r"""The search output that a lossless view stands for.

    A line that ends in a separator is the directory of the names that follow it, where ``./``
    stands for none; ``12:text`` is a match, and ``12-text`` or ``12=text`` context, in the file
    named last; any other line is a path, a path with its only match, or a line that was no search
    result.

    >>> decode_search("src/a.py\n12:import os\n13-import re")
    'src/a.py:12:import os\nsrc/a.py-13-import re'
    """
    return "\n".join(decoded_lines(view))


def decoded_lines(view: str) -> Iterator[str]:
    """Its lines, one after the other."""
    directory = path = ""
    alone = False
    for line in each_line(view):
        match = _REST.match(line)
        if path and match:
            yield _line(path, line)
            alone = False
        elif path and (line[:1] in (":", "-") or _PLACE.match(line)) and line != "--":
            yield path + line
            alone = False
        else:
            if alone:
                yield path
            alone = True
            if line.endswith(("/", "\\")) and not line.endswith(" /"):
                directory, path, alone = "" if line == _NOWHERE else line, "", False
                continue
            if "/" in line or "\\" in line or not line or line == "--":
                directory = ""
            path = directory + line
    if alone:
        yield path
