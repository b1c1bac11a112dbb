"""Tells diffs from other text."""

from __future__ import annotations

import re

from headroom.kinds.diff.parse import Diff, Role, parse, read
from headroom.regexes import regex
from headroom.source import Source

__all__ = ["looks_like_diff"]

#: Characters that are looked at; chosen.
_SAMPLE = 65_536
#: So many lines of diffs there must be to one that is none, and no line around commits; chosen.
_KNOWN_TO_FOREIGN = 2
#: Cheap to look for before anything is parsed.
_SIGN = re.compile(r"^(?:diff --(?:git|cc|combined) |@@+ -\d)", re.MULTILINE)
# What "git log", "git show" and "git format-patch" write around a diff.
_COMMIT = regex(
    r"    |commit [0-9a-f]{7,}|[0-9a-f]{7,40} |(?:Author|AuthorDate|Commit|CommitDate|Date|Merge|"
    r"From|Subject|Message-Id|To|Cc|Tagger|tag)\b| .* \| +(?:\d|Bin)| \d+ files? changed|"
    r" (?:create|delete|rename|copy) |---$|-- $|\d+\.\d+"
)


def looks_like_diff(source: Source) -> bool:
    r"""Whether a text is mostly a diff, judged by its first 64 KiB.

    >>> looks_like_diff(Source("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n"))
    True
    >>> looks_like_diff(Source("- a list\n- of things\n+ and more\n"))
    False

    """
    text = source.text
    # Most texts have no part of a sign at all, which is sooner seen than where lines begin.
    if text.find("@@ -", 0, _SAMPLE) < 0 and text.find("diff --", 0, _SAMPLE) < 0:
        return False
    if not _SIGN.search(text, 0, _SAMPLE):
        return False
    diff = source.once(_beginning)
    if not diff.paths:
        return False
    foreign = known = 0
    for line, role in zip(diff.lines, diff.roles):
        if role is not Role.OTHER:
            known += 1
        elif line.strip() and not _COMMIT.match(line):
            foreign += 1
    return known > _KNOWN_TO_FOREIGN * foreign


def _beginning(source: Source) -> Diff:
    """The diff in the part that is looked at; all of it where that is the whole text."""
    if len(source.text) <= _SAMPLE:
        return source.once(read)
    return parse(source.text[:_SAMPLE], source.deadline)
