"""Versions, as SemVer 2.0.0, PEP 440 and packages of systems order them."""

from __future__ import annotations

import re
from typing import NamedTuple

from headroom.regexes import regex

__all__ = ["Doubtful", "Version", "is_surely_version", "read_version"]

#: Longer texts, in characters, are no versions.
_LONGEST = 80
_Token = tuple[int, int, str]
# "v1.10.0-rc.1+build", "go1.21", "1.0.post2", "1.1.1w", "17.0.2_8"; a name before it, and a "v".
_VERSION = regex(
    r"(?:v(?:ersion)?[ .]?|([a-z]{2,20})[-_/ ]?v?)?(?:(\d+)[:!])?(\d+(?:\.\d+)*)"
    r"(?:([-_.~]?)([a-z][a-z0-9._~-]*|(?<=[-_~])\d[a-z0-9._~-]*))?(?:\+([a-z0-9.~_-]+))?"
)
#: An address of a network has the same order, and stands beside other things.
_ADDRESS = regex(r"\d{1,3}(?:\.\d{1,3}){3}")
# "3.8 beta 2", "3.9 LTS", "1.2.3 (abc)": what stands after a blank is a stage, or no part of it.
_SAID = regex(
    r"((?:v(?:ersion)?[ .]?)?\d\S*)\s+(?:(alpha|beta|rc|pre|preview|dev|snapshot)\.?\s?(\d*)"
    r"|[^\W\d]+(?:\s[^\W\d]+)*|[(\[].*[)\]])"
)
# "nginx-1.2.3"
_NAMED = regex(r"[a-z]{2,20}[-_/ ]v?\d+(?:\.\d+){2,}")
_DECIMAL = re.compile(r"(0|[1-9]\d{0,3})\.(\d{1,9})")
#: So many texts are looked at.
_MOST_DOUBTFUL = 500
_TOKEN = regex(r"\d+|[a-z]+")
_WORDS = {"a": "alpha", "b": "beta", "c": "rc", "pre": "rc", "preview": "rc", "cr": "rc"}
_EARLIER = frozenset("alpha beta rc dev snapshot milestone m".split())
_LATER = frozenset("post rev r patch p sp ga final release".split())
#: What comes before all words of one that is no release yet, and before its numbers.
_DEV, _END = (-2, 0, ""), (-1, 0, "")


class Version(NamedTuple):
    """A version, comparable with those of the same name."""

    name: str
    #: An epoch and the numbers without zeros at their end, and what stands after them.
    key: tuple[tuple[int, ...], tuple[_Token, ...], tuple[_Token, ...]]


class Doubtful:
    """Numbers that may be versions: of "3.9" and "3.10", no decimals would be written so.

    >>> doubtful = Doubtful()
    >>> for text in ("3.9", "3.10", "3.8"):
    ...     doubtful.add(text)
    >>> doubtful.beside("3.9"), doubtful.beside("3"), doubtful.beside("3.85")
    ('3.10', None, '3.9')

    """

    def __init__(self) -> None:
        #: By what stands before the point, what stands after it.
        self._parts: dict[str, set[str]] = {}
        self._count = 0
        #: Whether one ends in a zero that a shorter one beside it lacks.
        self._is_open = False

    def add(self, text: str) -> None:
        """Takes a text into account."""
        match = _DECIMAL.fullmatch(text) if self._count < _MOST_DOUBTFUL else None
        if match is None:
            return
        whole, part = match.groups()
        parts = self._parts.setdefault(whole, set())
        if part not in parts:
            parts.add(part)
            self._count += 1
            self._is_open = self._is_open or (
                len({len(one) for one in parts}) > 1
                and any(one[-1] == "0" and len(one) > min(map(len, parts)) for one in parts)
            )

    def beside(self, text: str) -> str | None:
        """One that is more than a text as a version, and less as a number, or the reverse."""
        match = _DECIMAL.fullmatch(text) if self._is_open else None
        if match is None:
            return None
        whole, part = match.groups()
        for one in sorted(self._parts.get(whole, ())):
            as_number = one.ljust(9, "0") > part.ljust(9, "0")
            if as_number != (int(one) > int(part)):
                return f"{whole}.{one}"
        return None


def read_version(text: str) -> Version | None:
    """Reads a text in small letters; ``None`` where it is no version.

    >>> order = ["1.0.dev1", "1.0a1", "1.0.0-alpha.2", "1.0-rc.1", "1.0rc2", "1", "1.0.1", "v1.10"]
    >>> sorted(order, key=lambda one: read_version(one).key) == order
    True

    """
    if len(text) > _LONGEST:
        return None
    match = _VERSION.fullmatch(_without_words(text.strip()))
    if match is None or match[5] in ("x", "x.x"):
        return None
    name, epoch, numbers, sign, after, build = match.groups()
    release = [int(number) for number in numbers.split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    key = (int(epoch or 0), *release), _stage(sign, after), _tokens(build or "")
    return Version(name or "", key)


def is_surely_version(text: str) -> bool:
    """Whether a text in small letters is a version and no number: by its points, or a "v"."""
    text = _without_words(text)
    if text[:1].isalpha() and _NAMED.fullmatch(text) is not None:
        return True
    if text[:1] == "v":
        return text[1:2].isdecimal() and read_version(text) is not None
    if not (text[:1].isdecimal() and text.count(".") > 1) or _ADDRESS.fullmatch(text):
        return False
    return read_version(text) is not None


def _without_words(text: str) -> str:
    match = _SAID.fullmatch(text) if " " in text and len(text) <= _LONGEST else None
    if match is None:
        return text
    return f"{match[1]}-{match[2]}{match[3]}" if match[2] else match[1]


def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(
        (0, int(one), "") if one[0].isdecimal() else (1, 0, _WORDS.get(one, one))
        for one in _TOKEN.findall(text)
    )


def _stage(sign: str | None, after: str | None) -> tuple[_Token, ...]:
    """What stands after the numbers; that of a release is empty, and what is before it less."""
    if not after:
        return ((0, 0, ""),)
    tokens = _tokens(after)
    word = tokens[0][2]
    # "1.1.1a" is after "1.1.1", and "1.1a1" before "1.1".
    is_letter = not sign and len(after) == 1
    is_later = word in _LATER or is_letter or not word or (sign == "_")
    if is_later or not (word in _EARLIER or sign in ("-", "~")):
        return ((1, 0, ""), *tokens)
    return ((-1, 0, ""), *(_DEV if one[2] == "dev" else one for one in tokens), _END)
