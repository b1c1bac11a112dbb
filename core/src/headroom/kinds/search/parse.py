"""Reads what grep, ripgrep, ack, ``git grep``, ``find`` and ``ls`` print."""

from __future__ import annotations

import re
from array import array
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

from headroom.lines import Lines
from headroom.source import Source
from headroom.toolkit.shares import enough
from headroom.view import Deadline

__all__ = ["Entry", "form", "read"]


@dataclass(slots=True)
class Entry:
    """One line of the output."""

    #: Where it stands in the output, from 0.
    index: int
    #: The file that it is about; the whole line where it is about none.
    path: str
    #: All lines of the output; none where it is a path alone, or no search result at all.
    lines: Sequence[str] = ()
    #: Where it goes on behind the path, and where what stands in the file begins.
    rest_at: int = -1
    text_at: int = 0
    #: Whether it is printed because a match is near, not because it is one.
    context: bool = False

    @property
    def line(self) -> str:
        """The whole line; empty where it is a path alone, or no search result at all."""
        return self.lines[self.index] if self.lines else ""

    @property
    def is_alone(self) -> bool:
        """Whether it is a path alone, or no search result at all."""
        return self.rest_at < 0

    @property
    def rest(self) -> str | None:
        """The line without the path and what separates the two: ``"12:text"``, ``"13-text"``, or
        with its separator where no line number follows, ``":text"``. ``None``: the line is a path
        alone, or no search result at all.
        """
        return None if self.rest_at < 0 else self.lines[self.index][self.rest_at :]

    @property
    def text(self) -> str:
        """What stands in the file: ``"text"``."""
        return self.lines[self.index][self.text_at :] if self.lines else ""


#: Lines and characters that tell the form; chosen, so that a recogniser looks at a bounded part.
_SAMPLE_LINES = 300
_SAMPLE_CHARS = 65_536
#: Characters of a line in which its path stands: chosen.
_LONGEST_PATH = 1024
#: How many places a path with dashes is tried to end at; chosen.
_TRIES = 16

# What a form must have; chosen, where nothing else is said.
#: Fewer lines tell no form; fewer than the second number tell none that has no path in each line.
_FEWEST, _FEWEST_ALONE = 3, 5
#: The share of the lines that must have a place in front: outputs are cut, and tools say more.
_PLACED_SHARE = 0.7
#: From this share of the places on they are those of errors and warnings, not of matches.
_COMPLAINTS_SHARE = 0.3
#: The share of the lines that must be a heading, or a match under one.
_HEADED_SHARE = 0.9
#: The share of the lines that must be paths, and the share that may have a space or a comma.
_PATHS_SHARE, _ODD_SHARE = 0.95, 0.2
#: The share of the lines that must begin with a path where no number follows it; of those paths,
#: the share that must have a directory; and how many different ones there may be to a line.
_PLAIN_SHARE, _DEEP_SHARE, _DIFFERENT_SHARE = 0.9, 0.8, 0.9
#: The share of the matches of one file that must not stand on adjacent lines.
_GAPS_SHARE = 0.2

_DRIVE = r"(?:[A-Za-z]:[\\/])?"
_NUMBERED = re.compile(rf"({_DRIVE}[^:\x00]+):(\d+):(?:\d+:)?")
# As ``git grep`` names what it finds in a commit or a branch: ``HEAD~2:src/a.py:12:text``.
_IN_REVISION = re.compile(r"([\w./~^@{}-]{1,100}:[^:\x00]+):(\d+):(?:\d+:)?")
_PLAIN = re.compile(rf"({_DRIVE}[^\s:\x00]+):")
# "=" is the line above a match that says which function it stands in.
_CONTEXT_END = re.compile(r"([-=])(\d+)\1")
_UNDER_HEADING = re.compile(r"[ \t]{0,8}(?:Line |L)?(\d{1,9})([:=-])(?:\d+:)?")
_PLACED = re.compile(rf"({_DRIVE}[^:()\x00]+)\((\d+),\d+\):")
#: What stands behind the path in all of them but those without numbers.
_SIGN_OF_PLACE = re.compile(r"[:=(-]\d")
# What a path looks like: it has a separator, or a short ending.
_PATH = re.compile(
    r"(?=[^\n]*[A-Za-z_])(?:[A-Za-z]:[\\/])?(?:[^\s:]*[\\/][^:*?\"<>|]*|"
    r"[\w.@+~-][\w .@+~-]*\.[A-Za-z]\w{0,9}|Makefile|Dockerfile|LICENSE)$"
)
_DIAGNOSTIC = re.compile(r"(?:fatal )?(?:error|warning|note|info|[A-Z]{1,4}\d{2,5})\b")
_COUNTED = re.compile(r":\d{1,9}\r?$")
_URL = re.compile(r"[a-z+]{2,10}://")

_PATTERNS = {
    "numbered": _NUMBERED,
    "in a revision": _IN_REVISION,
    "placed": _PLACED,
    "plain": _PLAIN,
}
_NUMBERED_FORMS = ("numbered", "in a revision")


def read(source: Source) -> list[Entry] | None:
    """The lines of a source, read once: ``source.once(read)``."""
    found = source.once(form)
    return None if found is None else _entries(source.lines, found, source.deadline)


def form(source: Source) -> str | None:
    """Which of the forms most of the first lines have; ``None`` for none of them."""
    lines = source.text[:_SAMPLE_CHARS].split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    if len(source.text) > _SAMPLE_CHARS and len(lines) > 1:
        lines.pop()
    return _form_of(lines)


def _entries(lines: Sequence[str], form: str, deadline: Deadline) -> list[Entry]:
    if lines[-1] == "":
        lines = lines.first(len(lines) - 1) if isinstance(lines, Lines) else lines[:-1]
    if form == "heading":
        return _under_headings(lines, deadline)
    if form == "one file":
        numbered = enumerate(deadline.over(lines))
        return [_without_path(lines, index, line) for index, line in numbered]
    if form == "paths":
        return [Entry(index, line) for index, line in enumerate(deadline.over(lines))]
    pattern = _PATTERNS[form]
    # What a match takes is several times the line.
    paths: list[str | None] = []
    ends = array("l")
    known: dict[str, str] = {}
    for line in deadline.over(lines):
        match = _match(pattern, line)
        paths.append(None if match is None else known.setdefault(match[1], match[1]))
        ends.append(0 if match is None else match.end())
    is_numbered = form in _NUMBERED_FORMS
    if not is_numbered:
        known = {}
    # A line with a path and a number in front is context as well where its path says so: what is
    # known has no such colon in it.
    near_of = {path: _context_path(path, known) for path in deadline.over(known, every=256)}
    entries: list[Entry] = []
    for index, (line, path, end) in enumerate(deadline.over(zip(lines, paths, ends), every=256)):
        if path is not None:
            near = near_of.get(path)
        else:
            near = _context_path(line, known) if known else None
        if near is not None:
            entries.append(_context(lines, index, known[near]))
        elif path is not None:
            entries.append(Entry(index, path, lines, len(path) + is_numbered, end))
        else:
            entries.append(Entry(index, line))
    return entries


def _form_of(lines: Sequence[str]) -> str | None:
    """Which of the forms most of the lines have."""
    sample = [line for line in lines if line.strip() and line != "--"]
    if len(sample) < _FEWEST:
        return None
    for tell in (_placed_form, _headed_form, _paths_form, _plain_form):
        found = tell(sample)
        if found is not None:
            return found or None
    return None


# Each of these tells a form; "" where it is sure that there is none, None where it cannot tell.


def _placed_form(sample: Sequence[str]) -> str | None:
    # Neither a match nor its context is without such a sign, which is sooner seen.
    if not enough(map(_SIGN_OF_PLACE.search, sample), len(sample), _PLACED_SHARE * len(sample)):
        return None
    for form in (*_NUMBERED_FORMS, "placed"):
        pattern = _PATTERNS[form]
        placed = [match for line in sample if (match := _match(pattern, line))]
        enough_are = len(placed) >= _PLACED_SHARE * len(sample)
        if placed and not enough_are and form in _NUMBERED_FORMS:
            near = _near(sample, placed, pattern)
            enough_are = len(placed) + near >= _PLACED_SHARE * len(sample)
        if placed and enough_are:
            return "" if _are_diagnostics(placed) else form
    return None


def _headed_form(sample: Sequence[str]) -> str | None:
    either = (_UNDER_HEADING.match(line) or _is_heading(line) for line in sample)
    if not enough(either, len(sample), _HEADED_SHARE * len(sample)):
        return None
    under = [match for line in sample if (match := _UNDER_HEADING.match(line))]
    if len(under) == len(sample) and _of_one_file([int(match[1]) for match in under]):
        return "one file"
    headings = sum(_is_heading(line) for line in sample if not _UNDER_HEADING.match(line))
    some = len(under) > 0 and headings > 0
    return "heading" if some and len(under) + headings >= _HEADED_SHARE * len(sample) else None


def _paths_form(sample: Sequence[str]) -> str | None:
    paths = (is_path(_COUNTED.sub("", line)) and not _URL.match(line) for line in sample)
    if not enough(paths, len(sample), _PATHS_SHARE * len(sample)):
        return None
    # Spaces and commas are of sentences and of tables.
    odd = sum(" " in line or "," in line for line in sample)
    return "paths" if len(sample) >= _FEWEST_ALONE and odd < _ODD_SHARE * len(sample) else ""


def _plain_form(sample: Sequence[str]) -> str | None:
    # Without numbers, "key: value" is near: only paths that return are taken for paths.
    if _URL.match(sample[0]):
        return None
    matches = (_match(_PLAIN, line) for line in sample)
    if not enough(matches, len(sample), _PLAIN_SHARE * len(sample)):
        return None
    plain = [match for line in sample if (match := _match(_PLAIN, line))]
    paths = {match[1] for match in plain}
    deep = sum("/" in path or "\\" in path for path in paths)
    sound = deep >= _DEEP_SHARE * len(paths) and len(paths) <= _DIFFERENT_SHARE * len(plain)
    return "plain" if sound else None


def _are_diagnostics(matches: Sequence[re.Match[str]]) -> bool:
    """Whether what stands at many of the places is the complaint of a compiler or a linter."""
    said = (match.string[match.end() :].lstrip() for match in matches)
    return enough(map(_DIAGNOSTIC.match, said), len(matches), _COMPLAINTS_SHARE * len(matches))


def _of_one_file(numbers: Sequence[int]) -> bool:
    """Whether these can be the line numbers of matches: ascending, and with gaps."""
    if len(numbers) < _FEWEST_ALONE:
        return False
    steps = [numbers[place + 1] - numbers[place] for place in range(len(numbers) - 1)]
    return min(steps) > 0 and sum(step > 1 for step in steps) >= _GAPS_SHARE * len(steps)


def _match(pattern: re.Pattern[str], line: str) -> re.Match[str] | None:
    """The match of a line that begins with a path."""
    match = pattern.match(line, 0, _LONGEST_PATH)
    if match is None:
        return None
    path = match[1]
    known = _is_known_path(path.partition(":")[2] if pattern is _IN_REVISION else path)
    return match if known and not ("://" in line and _URL.match(line)) else None


def is_path(text: str) -> bool:
    """Whether a text can be the path of a file."""
    return len(text) <= _LONGEST_PATH and bool(_PATH.match(text.rstrip("\r")))


#: The same of paths that stand before many lines.
_is_known_path = lru_cache(maxsize=1024)(is_path)


def _is_heading(line: str) -> bool:
    """Whether a line names the file of the matches that follow."""
    return is_path(line.rstrip("\r").removesuffix(":"))


def _near(sample: Sequence[str], matches: Sequence[re.Match[str]], pattern: re.Pattern[str]) -> int:
    """How many lines of a sample are the context of its matches."""
    known = {match[1] for match in matches}
    return sum(
        _context_path(line, known) is not None
        for line in sample
        if not pattern.match(line, 0, _LONGEST_PATH)
    )


def _context(lines: Sequence[str], index: int, path: str) -> Entry:
    """What a line is that has a path in front, and behind that not what a match has."""
    line = lines[index]
    behind = len(path) + 1
    text = line.find(line[len(path)], behind)
    return Entry(index, path, lines, behind, len(line) if text < 0 else text + 1, context=True)


def _context_path(line: str, known: Container[str]) -> str | None:
    """The path of ``path-12-text`` or ``path=12=text``, if it is one of those that have matches."""
    # Most lines have none, and to go over all that there are takes longer than to see that.
    match = _CONTEXT_END.search(line, 0, _LONGEST_PATH)
    for _ in range(_TRIES + 1):
        if match is None:
            break
        path = line[: match.start()]
        if path in known:
            return path
        match = _CONTEXT_END.search(line, match.end(), _LONGEST_PATH)
    return None


def _without_path(lines: Sequence[str], index: int, line: str) -> Entry:
    match = _UNDER_HEADING.match(line)
    if match is None:
        return Entry(index, line)
    return Entry(index, "", lines, 0, match.end(), context=match[2] != ":")


def _under_headings(lines: Sequence[str], deadline: Deadline) -> list[Entry]:
    """The entries of an output that says each path once, above its matches."""
    entries: list[Entry] = []
    path = ""
    for index, line in enumerate(lines):
        if index % 256 == 0:
            deadline.check()
        match = _UNDER_HEADING.match(line)
        if match and path:
            context = match[2] != ":"
            entries.append(Entry(index, path, lines, 0, match.end(), context))
        else:
            path = line if _is_heading(line) else ""
            entries.append(Entry(index, line))
    return entries
