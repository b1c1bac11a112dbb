"""Reads unified and combined diffs line by line: what each line is, and of which file and hunk."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from headroom.kinds.diff.generated import (
    FEWEST_HASHES,
    has_checksum,
    is_generated,
    repeated,
    says_generated,
)
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["Diff", "Role", "parse", "read"]


class Role(IntEnum):
    """What a line of a diff is."""

    #: Names the file; every file has at least one.
    PATH = 0
    #: Says something else of the file: that it is new, was renamed, is binary.
    HEADER = 1
    #: Says nothing that another header line does not say: blob names, the path once more.
    NOISE = 2
    #: ``@@ -1,3 +1,4 @@``.
    HUNK = 3
    ADDED = 4
    REMOVED = 5
    CONTEXT = 6
    #: A line of encoded bytes in a binary patch.
    BINARY = 7
    #: A changed line of a file that a tool wrote with nothing to read but a checksum or an address.
    HASH = 8
    #: A changed line of a file that a tool wrote which says no more than those that are shown.
    GENERATED = 9
    #: Around the diffs: commit messages, statistics, signatures.
    OTHER = 10


@dataclass
class Diff:
    """The lines of a diff. ``files`` and ``hunks`` number them from 0, -1 is none."""

    lines: Sequence[str]
    roles: list[Role]
    files: array[int]
    #: The index of the line with the hunk's header, -1 outside of hunks.
    hunks: array[int]
    #: Watches the time of whoever goes through it.
    deadline: Deadline = field(compare=False)
    #: Per file: the path that its header names, for judging what kind of file it is.
    paths: list[str] = field(default_factory=list)
    #: The files that a tool wrote.
    generated: set[int] = field(default_factory=set)

    @property
    def changed(self) -> list[int]:
        """The indexes of the lines that were added or removed."""
        return [
            index
            for index, role in enumerate(self.deadline.over(self.roles))
            if role in (Role.ADDED, Role.REMOVED)
        ]


#: What a line of a hunk is by its sign; some tools strip the blank of an empty line of context.
_PLAIN = {"+": Role.ADDED, "-": Role.REMOVED, " ": Role.CONTEXT, "": Role.CONTEXT}
# Twice at the beginning of a line they may name a file: "--- ", "+++ ".
_CHANGED = frozenset("+-")
# "@@ -1,3 +1,4 @@" and, with a parent more, "@@@ -1,3 -1,3 +1,4 @@@".
_HUNK = re.compile(r"(@@{1,20})((?: -\d{1,9}(?:,\d{1,9})?){1,20}) \+\d{1,9}(?:,(\d{1,9}))? (@@+)")
_OLD_COUNT = re.compile(r"-\d{1,9}(?:,(\d{1,9}))?")
_EXTENDED = re.compile(
    r"index [0-9a-f]{4,}|(?:new|deleted) file mode \d|(?:old )?mode \d|new mode \d"
    r"|(?:dis)?similarity index \d|(?:rename|copy) (?:from|to) |Binary files |Files .* differ"
    r"|GIT binary patch|={20,}$|RCS file: |retrieving revision |Only in "
)
_NOISE = re.compile(r"index [0-9a-f]{4,}|={20,}$|RCS file: |retrieving revision ")

#: So many lines at the top of a file may say that a tool wrote it; chosen.
_TOP = 8
_FROM_THE_TOP = re.compile(r"@@ -[\d,]+ \+[01](?:,\d+)? @@")

#: The time is looked at once in so many lines. A header of a file, which is read in one step, has
#: about so many lines: those steps must not jump over it.
_CHECKED, _HEADER_LINES = 256, 4


def parse(content: str, deadline: Deadline) -> Diff:
    """The roles of the lines of ``content``; lines that are no part of a diff are ``OTHER``."""
    diff = _parsed(content.split("\n"), deadline)
    _tell_generated(diff)
    return diff


def _parsed(lines: Sequence[str], deadline: Deadline) -> Diff:
    count = len(lines)
    none = array("i", (-1,))
    diff = Diff(lines, [Role.OTHER] * count, none * count, none * count, deadline)
    index = 0
    while index < count:
        if index % _CHECKED < _HEADER_LINES:
            deadline.check()
        if _starts_file(lines, index):
            index = _file_header(diff, index)
        elif diff.paths and (match := _HUNK.match(lines[index])) and match[1] == match[4]:
            index = _hunk(diff, index, match, deadline)
        elif lines[index].startswith(("literal ", "delta ")) and _in_binary_patch(diff, index):
            index = _binary(diff, index)
        else:
            index += 1
    return diff


def _tell_generated(diff: Diff) -> None:
    """Finds the files that a tool wrote, and what need not be read of them."""
    diff.generated.update(number for number, path in enumerate(diff.paths) if is_generated(path))
    for index, role in enumerate(diff.deadline.over(diff.roles)):
        if role is not Role.HUNK or not _FROM_THE_TOP.match(diff.lines[index]):
            continue
        if any(map(says_generated, diff.lines[index + 1 : index + 1 + _TOP])):
            diff.generated.add(diff.files[index])
    if not diff.generated:
        return
    changed: dict[int, list[int]] = {}
    for index in diff.changed:
        if diff.files[index] in diff.generated:
            changed.setdefault(diff.files[index], []).append(index)
    for file, indexes in changed.items():
        hashes = [index for index in indexes if has_checksum(diff.lines[index])]
        if len(hashes) >= FEWEST_HASHES:
            for index in hashes:
                diff.roles[index] = Role.HASH
        hunks: dict[int, list[int]] = {}
        for index in indexes:
            if diff.roles[index] is not Role.HASH:
                hunks.setdefault(diff.hunks[index], []).append(index)
        for index in repeated(diff.paths[file], diff.lines, list(hunks.values())):
            diff.roles[index] = Role.GENERATED


def read(source: Source) -> Diff:
    """The diff in a source, read once: ``source.once(read)``."""
    lines = source.lines
    # A list, as it goes back and forth, for as long as that takes. Of what stands in hunks of one
    # parent, the sign says all that is asked for.
    if "\n@@@" in source.text:
        known = list(lines)
    else:
        known = [
            sign if (sign := line[:1]) == " " or (sign in _CHANGED and line[1:2] != sign) else line
            for line in source.deadline.over(lines)
        ]
    diff = _parsed(known, source.deadline)
    diff.lines = lines
    _tell_generated(diff)
    return diff


def _starts_file(lines: Sequence[str], index: int) -> bool:
    line = lines[index]
    if line.startswith("Index: "):
        return index + 1 < len(lines) and lines[index + 1].startswith("=" * 20)
    return line.startswith("diff -") or _is_pair(lines, index)


def _is_pair(lines: Sequence[str], index: int) -> bool:
    """Whether ``---`` and ``+++`` lines that name files stand here."""
    return (
        lines[index].startswith("--- ")
        and index + 1 < len(lines)
        and lines[index + 1].startswith("+++ ")
    )


def _file_header(diff: Diff, start: int) -> int:
    """Reads the header of one file; returns the index of what comes after it."""
    lines = diff.lines
    end = start
    pair: int | None = None
    while end < len(lines):
        line = lines[end]
        if pair is None and _is_pair(lines, end):
            pair, end = end, end + 2
        elif pair is None and (end == start or _EXTENDED.match(line)):
            end += 1
        else:
            break
    number = len(diff.paths)
    for index in range(start, end):
        diff.files[index] = number
        diff.roles[index] = Role.NOISE if _NOISE.match(lines[index]) else Role.HEADER
    diff.paths.append(_name_file(diff, start, end, pair))
    return end


def _name_file(diff: Diff, start: int, end: int, pair: int | None) -> str:
    """Chooses the header line that names the file; those that repeat it become noise."""
    lines, roles = diff.lines, diff.roles
    renamed = {
        word: index
        for index in range(start, end)
        for word in ("rename from ", "rename to ", "copy from ", "copy to ")
        if lines[index].startswith(word)
    }
    if pair is not None:
        for word in ("rename to ", "copy to "):
            if word in renamed and _path(lines[pair + 1]) != "/dev/null":
                roles[renamed[word]] = Role.NOISE
        return _name_by_pair(diff, start, end, pair, is_renamed=bool(renamed))
    if renamed:
        roles[start] = Role.NOISE
        for index in renamed.values():
            roles[index] = Role.PATH
        return lines[max(renamed.values())].rstrip("\r").split(" ", 2)[2]
    roles[start] = Role.PATH
    return lines[start].rstrip("\r").rpartition(" ")[2]


def _name_by_pair(diff: Diff, start: int, end: int, pair: int, *, is_renamed: bool) -> str:
    """The name by the ``---`` and the ``+++`` line."""
    lines, roles = diff.lines, diff.roles
    old, new = _path(lines[pair]), _path(lines[pair + 1])
    if start != pair:
        roles[start] = Role.NOISE
    if new == "/dev/null":
        roles[pair], roles[pair + 1] = Role.PATH, Role.NOISE
        return old
    roles[pair + 1] = Role.PATH
    known = old in ("/dev/null", new) or is_renamed
    said = start == pair or old != "/dev/null" or _says_new(lines, start, end)
    roles[pair] = Role.NOISE if known and said and "\t" not in lines[pair] else Role.HEADER
    return new


def _says_new(lines: Sequence[str], start: int, end: int) -> bool:
    return any(lines[index].startswith("new file mode") for index in range(start, end))


def _path(line: str) -> str:
    """The path that a ``---`` or ``+++`` line names, without git's prefix and diff's date."""
    path = line[4:].rstrip("\r").partition("\t")[0].strip('"')
    return path[2:] if path[:2] in ("a/", "b/", "i/", "w/", "c/", "o/") else path


def _hunk(diff: Diff, start: int, match: re.Match[str], deadline: Deadline) -> int:
    """Reads one hunk by the counts in its header; returns the index of what comes after it."""
    lines, file = diff.lines, len(diff.paths) - 1
    parents = len(match[1]) - 1
    old = [int(found or 1) for found in _OLD_COUNT.findall(match[2])]
    new = int(match[3] or 1)
    diff.roles[start], diff.files[start], diff.hunks[start] = Role.HUNK, file, start
    index = start + 1
    if parents == 1:
        # Nearly all diffs are of one parent: the sign that a line begins with says all of it.
        index, old[0], new = _plain_lines(diff, start, old[0], new, deadline)
    while index < len(lines):
        line = lines[index]
        if index % 256 == 0:
            deadline.check()
        if line.startswith("\\"):
            # "\ No newline at end of file" belongs to the line before it.
            role = diff.roles[index - 1]
            role = Role.CONTEXT if role is Role.HUNK else role
        elif new <= 0 and max(old, default=0) <= 0:
            break
        else:
            # Some tools strip the blank that stands for an empty line of context.
            columns = line.rstrip("\r")[:parents].ljust(parents)
            if columns.strip(" +-"):
                break
            role = _role_of(columns)
            new -= "-" not in columns
            old = [
                count - (mark == "-" or (mark == " " and "-" not in columns))
                for count, mark in zip(old, columns)
            ]
        diff.roles[index], diff.files[index], diff.hunks[index] = role, file, start
        index += 1
    return index


def _plain_lines(
    diff: Diff, start: int, old: int, new: int, deadline: Deadline
) -> tuple[int, int, int]:
    """Reads the lines of a hunk up to the first that is not plain, or is none of it.

    Returns:
        The index of that line, and how many old and new lines are still to come.

    """
    lines, roles, file = diff.lines, diff.roles, len(diff.paths) - 1
    index = start + 1
    while index < len(lines) and (old > 0 or new > 0):
        role = _PLAIN.get(lines[index][:1])
        if role is None:
            break
        if index % _CHECKED == 0:
            deadline.check()
        new -= role is not Role.REMOVED
        old -= role is not Role.ADDED
        roles[index], diff.files[index], diff.hunks[index] = role, file, start
        index += 1
    return index, old, new


def _role_of(columns: str) -> Role:
    if "-" in columns:
        return Role.REMOVED
    return Role.ADDED if "+" in columns else Role.CONTEXT


def _in_binary_patch(diff: Diff, index: int) -> bool:
    """Whether a header, or another block of encoded bytes, says that one may start here."""
    before = max(0, index - 2)
    return diff.lines[index - 1].startswith("GIT binary patch") or (
        diff.roles[before] is Role.BINARY
    )


def _binary(diff: Diff, start: int) -> int:
    """Reads a block of encoded bytes up to the empty line that ends it."""
    end = start
    while end < len(diff.lines) and diff.lines[end].rstrip("\r"):
        diff.roles[end], diff.files[end] = Role.BINARY, len(diff.paths) - 1
        end += 1
    return end
