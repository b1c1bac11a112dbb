"""Line numbers in front of code, as ``cat -n``, ``nl`` and many tools that read files print."""

from __future__ import annotations

from headroom.regexes import regex

__all__ = ["unnumbered"]

_NUMBERED = regex(r"[ ]{0,12}(\d{1,9})(\t|→|[ ]?[|:│][ ]?|[.)][ ]|[ ])")
# An empty line, whose number may have lost what follows it.
_EMPTY = regex(r"[ ]{0,12}(\d{1,9})[ ]?[|:│→.)]?\r?$")

#: Fewer lines may be numbered by chance.
_LEAST = 5


def unnumbered(content: str, *, gaps: bool = False) -> str | None:
    r"""The text without the numbers of its lines; ``None`` if they are not numbered one by one.

    Args:
        content: The text.
        gaps: Whether lines without a number may stand in place of others, as in a view.

    >>> unnumbered("  1| a\n  2|     b\n  3|\n  4| c\n  5| d\n")
    'a\n    b\n\nc\nd\n'
    >>> unnumbered("1 a\n3 b\n5 c\n7 d\n9 e\n") is None
    True

    """
    lines = content.split("\n")
    end = len(lines) - 1 if not lines[-1] else len(lines)
    if end < _LEAST and not gaps:
        return None
    separator: str | None = None
    expected: int | None = None
    bare: list[str] = []
    for line in lines[:end]:
        match = _NUMBERED.match(line)
        if match is not None:
            sign = match[2].strip(" ")
            separator = sign if separator is None else separator
            if sign != separator:
                match = None
        text = "" if match is None else line[match.end() :]
        match = match or _EMPTY.match(line)
        if match is None:
            if not gaps:
                return None
            bare.append(line)
            continue
        number = int(match[1])
        if not gaps and expected is not None and number != expected:
            return None
        expected = number + 1
        bare.append(text)
    return "\n".join([*bare, *lines[end:]])
