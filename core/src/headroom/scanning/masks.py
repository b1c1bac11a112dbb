"""Lines with their values masked, so that those that say the same thing are the same."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from headroom.regexes import regex

__all__ = ["MASK", "masked"]

#: Characters of a line that count. Measured with `python -m benchmarks`.
_CHARS = 2000


# Words that are values whatever they stand for: with a digit, a path, an address, something quoted.
# What a name gives in quotation marks is a value up to two words; more of them are a message.
# Each alternative begins with a sign, not with a look at what stands before it: that is said behind
# the sign, so that most characters are passed by at one glance.
def _quoted(sign: str) -> str:
    free = rf"(?<![=:]{sign})(?<!:\ {sign})[^{sign}\n]{{0,400}}{sign}"
    given = (
        rf"(?:(?<=[=:]{sign})|(?<=:\ {sign}))"
        rf"[^{sign}\s]{{0,200}}(?:\s[^{sign}\s]{{0,200}})?{sign}"
    )
    return f"{sign}(?:{free}|{given})"


_QUOTED = f"""{_quoted('"')} | {_quoted("'")}"""
_PATH_REST = r"""[^\s,;()"'\[\]]+"""
_BEFORE_DIGIT = "A-Za-z0-9_.$@#%*+-"
_BEHIND_DIGIT = r"[\w.$@#%*+:/-]*"
_VALUE = regex(
    rf"""
    {_QUOTED}
    | (?<![\w.])[\w.+-]{{1,64}}@[\w.-]{{2,255}}
    | (?:[A-Za-z]+://|/|~/|[A-Za-z]:\\){_PATH_REST}
    | [{_BEFORE_DIGIT}]*\d{_BEHIND_DIGIT}
    """,
    re.VERBOSE,
)
# The same for lines without addresses. Where nothing but a value can end inside a word, a word
# that has no digit from its beginning on has none later: that is not tried from each letter.
_DIGITS = (
    rf"[\d{_BEFORE_DIGIT}](?<![{_BEFORE_DIGIT}][\s\S])(?:(?<=\d)|[{_BEFORE_DIGIT}]*\d)"
    rf"{_BEHIND_DIGIT}"
)
_PLAIN_VALUE = regex(rf"{_QUOTED} | /{_PATH_REST} | ~/{_PATH_REST} | {_DIGITS}", re.VERBOSE)
# And for those without digits, where only a few signs can begin a value.
_SIGNED_VALUE = regex(rf"{_QUOTED} | /{_PATH_REST} | ~/{_PATH_REST}", re.VERBOSE)
# By whether a line is ASCII: there, it is known which signs are digits, and none is asked.
_DIGIT = {True: re.compile("[0-9]"), False: re.compile(r"\d")}
# Where nothing but a digit makes a value, what stands behind the first one of each word.
_FROM_DIGIT = {
    is_ascii: re.compile(digit.pattern + _BEHIND_DIGIT) for is_ascii, digit in _DIGIT.items()
}
_BEFORE_DIGITS = string.ascii_letters + string.digits + "_.$@#%*+-"
# And for those that may have a path of Windows.
_DRIVE_VALUE = regex(
    rf"{_QUOTED} | /{_PATH_REST} | ~/{_PATH_REST} | [A-Za-z]:\\{_PATH_REST} | {_DIGITS}",
    re.VERBOSE,
)

#: Stands for a value.
MASK = "\x00"


def masked(lines: Sequence[str]) -> list[str]:
    r"""Each line with a mask for each value that shows by its shape.

    >>> masked(["took 35 ms at /srv/x"])[0].replace("\x00", "*")
    'took * ms at *'
    """
    return list(map(_mask, lines))


def _mask(line: str) -> str:
    line = line[:_CHARS]
    if "@" in line or "://" in line:
        return _VALUE.sub(MASK, line)
    if ":\\" in line:
        return _DRIVE_VALUE.sub(MASK, line)
    if "/" in line or '"' in line or "'" in line:
        has_digit = _DIGIT[line.isascii()].search(line) is not None
        return (_PLAIN_VALUE if has_digit else _SIGNED_VALUE).sub(MASK, line)
    # No letter is tried as the beginning of a word with a digit: it is taken off from behind.
    *before, end = _FROM_DIGIT[line.isascii()].split(line)
    return MASK.join([*(text.rstrip(_BEFORE_DIGITS) for text in before), end])
