"""Whether a text has chapters: headings, as in Markdown, that stand below each other."""

from __future__ import annotations

import re

from headroom.source import Source

__all__ = ["has_chapters"]

#: Characters that are looked at: it bounds the time.
_LOOKED_AT = 20_000
#: A heading, with an empty line above it or not; and what is below one.
_HEADING = re.compile(r"^(\n?)(#{1,6})[ \t]+\S", re.MULTILINE)
_UNDERLINE = re.compile(r"^(?=.*\w).{1,120}\n(?:(={3,})|(-{3,}))[ \t]*$", re.MULTILINE)
#: The share of the headings above which a line is empty: above comments there is none. Chosen.
_APART = 0.8


def has_chapters(source: Source) -> bool:
    r"""Whether headings of several levels, the highest first, set parts of a text apart.

    Whoever reads such a text by items alone loses whose they are. Looks at its beginning.

    >>> has_chapters(Source("## A\n\n### one\n\nx\n\n### two\n\ny\n\n## B\n\n### one\n\nz\n"))
    True
    >>> has_chapters(Source("# comment\n[part]\n## another\nx = 1\n# comment\n## another\n"))
    False

    """
    text = source.text[:_LOOKED_AT]
    under = [match.lastindex for match in _UNDERLINE.finditer(text)]
    if min(under.count(1), under.count(2)) > 1:
        return True
    found = [
        (len(match[2]), bool(match[1]) or not match.start()) for match in _HEADING.finditer(text)
    ]
    if not found:
        return False
    first = found[0][0]
    apart = sum(is_apart for _, is_apart in found)
    outer = sum(level == first for level, _ in found)
    inner = sum(level > first for level, _ in found)
    return outer + inner == len(found) and min(outer, inner) > 1 and apart >= _APART * len(found)
