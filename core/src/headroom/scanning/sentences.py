"""Where the sentences of a paragraph begin.

The rules are those on which sentence splitters agree (Kiss and Strunk, "Unsupervised
Multilingual Sentence Boundary Detection", 2006; Read et al., "Sentence Boundary Detection: A
Long Solved Problem?", 2012): a stop ends a sentence unless it belongs to an abbreviation, an
initial or a number, or the text goes on in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from headroom.regexes import regex

__all__ = ["sentence_starts"]

#: Characters that are looked at around a stop: of the word before, of what follows, of the next
#: sentence for a word, and of a line for its number. Chosen: no word is longer.
_BEFORE, _AFTER, _SENTENCE_WORD, _COUNTER = 40, 120, 80, 12
#: Digits of a number that may count items, or paragraphs. Chosen.
_COUNTER_DIGITS = 3
#: Stops between two looks at the clock.
_CHECKED_EVERY = 100
#: Characters of a reference that ends a paragraph: "(#341 by Ada)". Chosen.
_ASIDE = 60

_CLOSERS = r"[\"'\u201d\u2019\u00bb)\]}*_]"
_STOPS, _WIDE_STOPS = (
    ".!?\u2026\u061f\u06d4\u0964\u0965\u17d4\u104b\u1362",
    "\u3002\uff01\uff1f\uff61",
)
# All begins with one sign, and of which sort it is, is said behind it: signs are found at once.
_STOP = regex(
    rf"[{_STOPS}{_WIDE_STOPS}](?:"
    rf"(?<=[{_STOPS}])[{_STOPS}]*(?:\[\d{{1,3}}\]|{_CLOSERS}){{0,6}}"
    rf"|[{_WIDE_STOPS}]*[\u300d\u300f\uff09\u3011\u201d\u2019]{{0,4}})"
)
_WIDE = frozenset(_WIDE_STOPS)
_WORD = re.compile(r"[^\W_]")
# Of a text that is written backwards: the pattern is tried in one place and not in each.
_WORD_BACKWARDS = regex(r"[^\s(\[{\"'\u201c\u2018\u00ab\u2014/]*")
_OPENERS = "([{\"'\u201c\u2018\u00ab\u2014/)"
_NEXT = regex(r"\s*[\"'\u201c\u2018\u00ab(\[{*_\u00bf\u00a1]{0,4}(\w*)")
_ITEM = regex(r"[a-zA-Z]|[ivxIVX]{2,4}")
_REFERENCE = regex(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])[.;,]?\s*\Z")
_DOTTED = regex(r"(?:[^\W\d_]\.)+[^\W\d_]?$")

# Never the last word of a sentence: a name or a number follows.
_TITLES = frozenset(
    """
    mr mrs ms dr prof sr jr st gen col lt sgt capt cmdr adm maj rev hon gov sen rep pres supt det
    messrs mme mlle fr hr frau herr dipl ing mt ft no nos nr vol vols fig figs eq eqs sec secs ch
    chap art arts para pp p pg ed eds trans cf vs v viz approx ca c circa est e.g i.e eg ie al op
    cit ibid ref refs resp tel ext dept univ assn bros
    """.split()
)
# Ends a sentence only where the next word is one that begins sentences.
_ABBREVIATIONS = frozenset(
    """
    etc inc ltd co corp llc plc gmbh s.a a.m p.m am pm ph.d m.d b.a m.a u.s u.k u.n e.u d.c b.c a.d
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    ave blvd rd min max avg sq hr hrs sec lb lbs oz gal in ft yd mi km cm mm kg
    """.split()
)
_STARTERS = frozenset(
    """
    the a an in on at it he she they we you i this that these those there here but and however
    although when while after before since for from with as if its his her their our my by to
    during despite because since then thus therefore meanwhile moreover furthermore many most some
    all no not one two several other another such what who where why how
    """.split()
)

_SHORT = _TITLES | _ABBREVIATIONS
#: Letters of the longest of them; what counts items has no more.
_LONGEST_SHORT = max(map(len, _SHORT))


def sentence_starts(
    text: str, start: int, end: int, check: Callable[[], None] | None = None
) -> list[int]:
    """Where the second and each later sentence of a paragraph begins.

    Args:
        text: The text.
        start: Where the paragraph begins.
        end: Where it ends.
        check: Called now and then, to watch the time: a paragraph may be all of a text.

    >>> sentence_starts("Dr. Wu paid $3.50. Then she left.", 0, 33)
    [19]

    """
    found: list[int] = []
    first, small = start, None
    for number, match in enumerate(_STOP.finditer(text, start, end)):
        if check is not None and number % _CHECKED_EVERY == _CHECKED_EVERY - 1:
            check()
        behind = match.end()
        if end - behind < _AFTER and not text[behind:end].strip():
            # Nearly always the only one: no sentence begins behind it.
            break
        if small is None:
            small = text[first:end].islower()
        if not _ends(text, start, match, end, small):
            continue
        following = _after_white_space(text, behind, end)
        if following >= end:
            break
        if not (
            text[start].isalnum()
            or _WORD.search(text, start, min(following, start + _SENTENCE_WORD))
        ):
            continue  # mere signs belong to what follows them
        if end - following <= _ASIDE and _REFERENCE.match(text, following, end):
            # A reference in brackets says nothing by itself.
            break
        found.append(following)
        start = following
    return found


def _after_white_space(text: str, position: int, end: int) -> int:
    """Where the next sentence begins: the indentation of its line belongs to it."""
    stop = position
    while position < end and text[position].isspace():
        position += 1
    if position - stop == 1:
        # Nearly always: a space, or a line feed.
        return position
    line = text.rfind("\n", stop, position) + 1
    return line if 0 < line < position < end else position


def _ends(text: str, start: int, match: re.Match[str], end: int, small: bool) -> bool:
    """Whether a stop ends a sentence; ``small`` where sentences begin with small letters."""
    stop = match.group()
    if stop[0] in _WIDE:
        return True
    at, behind = match.span()
    # Asked here and not by the pattern, which would go back over a long run of dots.
    if not text[behind : behind + 1].isspace():
        return False
    first = max(start, at - _BEFORE)
    before = text[text.rfind(" ", first, at) + 1 or first : at]
    if stop == "." and text[behind + 1 : behind + 2].isupper() and _is_plain(before):
        # Nearly always, and what all below would come to.
        return True
    following = _NEXT.match(text, behind, min(end, behind + _AFTER))
    word = following.group(1) if following else ""
    if word[:1].islower() and not small:
        return False
    if stop[:4] == "....":
        # Dots that lead to a page number.
        return "\n" in text[behind : behind + 2]
    if stop[0] != "." or stop[:2] == "..":
        return True
    last = _WORD_BACKWARDS.match(text[first:at][::-1])
    before = last.group()[::-1] if last else ""
    lower = before.lower()
    if not before:
        return text[at - 1] in _OPENERS
    if _counts_items(before) and text[start : start + _COUNTER].split(".", 1)[0].strip() == before:
        # "1. Item", "b. Item": a number at the beginning counts, and ends nothing.
        return False
    begins = word.lower() in _STARTERS
    if len(before) == 1 and before.isupper():
        return (begins and before != "I") or not word
    if lower in _TITLES:
        return not (word[:1].isalnum() and len(stop) == 1)
    if lower in _ABBREVIATIONS or _DOTTED.match(before):
        return begins or not word or "\n\n" in text[behind : behind + 8]
    return True


def _is_plain(word: str) -> bool:
    """Whether a word is sure to be no abbreviation, initial or number with a stop behind it."""
    if len(word) <= _LONGEST_SHORT and (
        len(word) < 2 or word.lower() in _SHORT or _ITEM.fullmatch(word) is not None
    ):
        return False
    return word.isalpha()


def _counts_items(word: str) -> bool:
    """Whether a word may be the number of an item, of a paragraph: 12, b, iv."""
    return (word.isdigit() and len(word) <= _COUNTER_DIGITS) or _ITEM.fullmatch(word) is not None
