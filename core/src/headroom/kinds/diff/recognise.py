"""Tells diffs from other text."""

from __future__ import annotations

import re

from headroom.kinds.diff.parse import Role, parse
from headroom.view import Deadline

__all__ = ["looks_like_diff"]

_SAMPLE = 65_536
#: Cheap to look for before anything is parsed.
_SIGN = re.compile(r"^(?:diff --(?:git|cc|combined) |@@+ -\d)", re.MULTILINE)
# What "git log", "git show" and "git format-patch" write around a diff.
_COMMIT = re.compile(
    r"    |commit [0-9a-f]{7,}|[0-9a-f]{7,40} |(?:Author|AuthorDate|Commit|CommitDate|Date|Merge|"
    r"From|Subject|Message-Id|To|Cc|Tagger|tag)\b| .* \| +(?:\d|Bin)| \d+ files? changed|"
    r" (?:create|delete|rename|copy) |---$|-- $|\d+\.\d+"
)


def looks_like_diff(content: str) -> bool:
    r"""Whether ``content`` is mostly a diff, judged by its first 64 KiB.

    >>> looks_like_diff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n")
    True
    >>> looks_like_diff("- a list\n- of things\n+ and more\n")
    False

    """
    sample = content[:_SAMPLE]
    if not _SIGN.search(sample):
        return False
    diff = parse(sample, Deadline(None))
    if not diff.paths:
        return False
    foreign = known = 0
    for line, role in zip(diff.lines, diff.roles):
        if role is not Role.OTHER:
            known += 1
        elif line.strip() and not _COMMIT.match(line):
            foreign += 1
    return known > 2 * foreign
