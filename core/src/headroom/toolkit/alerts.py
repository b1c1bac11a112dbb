"""Which lines have a word of something that goes wrong."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence, Set
from itertools import accumulate

from headroom.regexes import regex

__all__ = ["alerting"]

# Words of things that go wrong, in any inflection that logs use.
_ALERT = regex(
    r"""
    (?i:\b(?:
        err(?:or)?s? | fail(?:s|ed|ure|ures|ing)? | exceptions? | fatal | panic\w* | crash\w*
        | abort\w* | den(?:y|ied) | refus(?:e|ed|ing) | reject\w* | time(?:d|s)?[ -]?outs?
        | unreachable | corrupt\w* | illegal | invalid | unauthori[sz]ed | forbidden
        | kill(?:ed|ing)? | oom\w* | segfault | critical | severe | warn\w* | unable | cannot
        | can't | could\ ?n[o']t | traceback | lost | broken | missing | exceed\w* | not\ found
        | violat\w* | unhandled | assert\w* | alert\w* | emergency | unexpected | undefined
        | conflict\w* | deadlock\w* | degraded | overflow\w* | unavailable | disconnect\w*
        | reset\ by\ peer | retry\w* | rollback | rolled\ back | mismatch\w* | bad | wrong
        | suspicious | attack\w* | breach\w* | expired | dropped | no\ such | non-zero
        | terminated
    )\b)
    | (?:Error|Exception|Failure|Warning)\b
    """,
    re.VERBOSE,
)
# How each of them begins, in small letters, or ends.
_BEGINNINGS = frozenset(
    """
    abo ale ass att bad bre bro can con cor cou cra cri dea deg den dis dro eme err exc exp fai fat
    for ill inv kil los mis no non not oom ove pan ref rej res ret rol seg sev sus ter tim tra una
    und une unh unr vio war wro
    """.split()
)
_ENDINGS = ("Error", "Exception", "Failure", "Warning")
#: How many words are looked for by themselves. Chosen.
_SOUGHT = 20
_WORD, _WORD_SIGN = re.compile(r"\w+"), re.compile(r"\w")
_NO_WORD = bytes(code if _WORD_SIGN.match(chr(code)) else ord(" ") for code in range(256))
# Where one of these stands, what follows it may make an alert of it.
_MAY_BEGIN_ALERT = regex(r"time[ds]?|can|couldn?|not|reset|rolled|no|non", re.IGNORECASE)


def alerting(texts: Sequence[str], harmless: set[str]) -> set[int]:
    """Which texts, by index, have a word that alerts.

    Looked for in all of them at once: there are far fewer different words than words.

    Args:
        texts: Lines, or events.
        harmless: Words that never alert; it grows.

    >>> alerting(["state: ok", "age: 3d", "back-off restarting failed container"], set())
    {2}

    """
    joined = "\n".join(texts)
    # The same words, whichever way; most logs are ASCII.
    every = (
        joined.encode().translate(_NO_WORD).decode().split()
        if joined.isascii()
        else _WORD.findall(joined)
    )
    words = set(every) - harmless
    # Few words begin or end as those that alert do, and the patterns take long for each.
    some = [
        word
        for word in words
        if word[:3].lower() in _BEGINNINGS or word.endswith(_ENDINGS) or not word.isascii()
    ]
    telling = {word for word in some if _ALERT.search(word)}
    doubtful = {word for word in some if _MAY_BEGIN_ALERT.fullmatch(word)}
    harmless |= words - telling - doubtful
    found = _having(texts, joined, telling)
    may_be = _having(texts, joined, doubtful) - found
    return found | {index for index in may_be if _ALERT.search(texts[index])}


def _having(texts: Sequence[str], joined: str, words: Set[str]) -> set[int]:
    """Which texts, joined by line feeds, have one of some words."""
    if len(words) > _SOUGHT:
        # It takes less time to look at each word than to look for so many.
        return {n for n, text in enumerate(texts) if not words.isdisjoint(_WORD.findall(text))}
    ends = list(accumulate(len(text) + 1 for text in texts))
    found: set[int] = set()
    for word in words:
        at = joined.find(word)
        while at >= 0:
            end = at + len(word)
            if _WORD_SIGN.match(joined, end) or (at and _WORD_SIGN.match(joined, at - 1)):
                # It is a part of another word.
                at = joined.find(word, end)
            else:
                index = bisect_right(ends, at)
                found.add(index)
                at = joined.find(word, ends[index])
    return found
