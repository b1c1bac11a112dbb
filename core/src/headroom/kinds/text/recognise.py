"""Which texts are no prose: each of their lines is a fact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom.scanning.wordforms import said_chars
from headroom.source import Source
from headroom.toolkit.shares import enough

__all__ = ["comments_of", "is_comment", "is_commented", "is_listing"]

#: Signs of notation, as a share of what is not blank, from which a text may be a listing; and the
#: share of its characters that may stand in lines of running words. Measured with
#: `python -m benchmarks`.
_NOTATION, _RUNNING = 0.13, 0.08
#: Settings have so many lines to each line of comment. Chosen: files of defaults explain each.
_SETTINGS = 0.25
#: Where comments are more, as in files that hold all defaults as comments, so many lines are
#: settings, and such a share of those that are no comments. Chosen: these say what is not usual.
_FEW, _SURELY_SET = 4, 0.8
#: The share of them that give something a value, or begin a section.
_SET = 0.6
_SETTING = re.compile(r"\s*(?:(?:- )?[\w.\"'/@$-]{1,80}\s*[:=]|\[{1,2}[\w.\"' -]{1,80}\]{1,2}\s*$)")
#: Where a comment begins behind a value.
_BEHIND = re.compile(r"[ \t][#;]| //")
#: A name and its value without a sign between them.
_TERSE = re.compile(r"\s*\S{1,80}(?:[ \t]+\S{1,80}){1,3}\s*$")
_COMMENT = re.compile(r"\s*(?:#(?!!)|//|;|--(?= ))")
_COMMENT_SIGNS = frozenset("#/;-")
_NOT_NOTATION = re.compile(r"[^0-9=<>{}\[\]()/\\|_;:#$@&*+~^%`\"-]+")
_RUNNING_WORDS = re.compile(r"(?:[^\W_]{1,30}[,;:.'\u2019]? ){5}")


def is_listing(source: Source) -> bool:
    r"""Whether a text is settings, addresses or the like: signs and values, but no sentences.

    >>> is_listing(Source("timeout=30\nretries=3\nhost=10.0.0.7:8080\n"))
    True
    >>> is_listing(Source("It rained all night, and in the morning the river was over its banks."))
    False

    """
    signs = len(_NOT_NOTATION.sub("", source.text))
    if signs < _NOTATION * said_chars(source.text):
        return False
    return _running(source.lines) <= _RUNNING * len(source.text)


def is_comment(line: str) -> bool:
    """Whether a line of settings is a comment."""
    return _COMMENT.match(line) is not None


def comments_of(source: Source) -> frozenset[int]:
    r"""The lines of settings, by index, that are comments; none of a text that is no settings.

    >>> sorted(comments_of(Source("# How long to wait.\nhost=10.0.0.7:8080\nretries=3\n")))
    [0]
    >>> sorted(comments_of(Source("# A heading\nIt rained all night, and the river rose.\n")))
    []

    """
    found = frozenset(
        index
        for index, line in enumerate(map(str.lstrip, source.lines))
        if line[:1] in _COMMENT_SIGNS and _COMMENT.match(line)
    )
    if not found:
        return found

    def rest() -> Iterator[str]:
        # Most texts with comments are no settings: as a list, it is more than the text.
        return (line for index, line in enumerate(source.lines) if index not in found)

    said = sum(map(bool, map(str.strip, rest())))
    is_few = said < _SETTINGS * len(found)
    total = len(source.lines) - len(found)
    if not is_few and not enough(map(_SETTING.match, rest()), total, _SET * said):
        return frozenset()
    values = [_BEHIND.split(line, 1)[0] for line in rest()]
    if is_few:
        set_here = sum(map(bool, (_SETTING.match(v) or _TERSE.match(v) for v in values)))
        if set_here < max(_FEW, _SURELY_SET * said):
            return frozenset()
    return found if _running(values) <= _RUNNING * sum(map(len, values)) else frozenset()


def is_commented(source: Source) -> bool:
    """Whether settings are mostly comments, which are then worth reading as well."""
    said = sum(map(bool, map(str.strip, source.lines)))
    comments = len(source.once(comments_of))
    return said - comments < _SETTINGS * comments


def _running(lines: Sequence[str]) -> int:
    """The characters of lines of running words."""
    return sum(len(line) for line in lines if _RUNNING_WORDS.search(line))
