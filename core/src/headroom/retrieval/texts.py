"""How texts compare that are no numbers, dates or versions: by the numbers in them, or as words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from headroom.retrieval.amounts import LONGEST, read
from headroom.retrieval.dates import MONTHS

__all__ = ["LADDERS", "WHOLE", "Runs", "order_of_texts", "runs_of", "steps_of"]

#: What a text consists of: numbers, and what is between them.
Runs: TypeAlias = "tuple[tuple[int, int, str], ...]"
_RUNS = re.compile(r"\d+|\D+")
_HALF_DAY = re.compile(r"(\d\d?)((?::\d\d){0,2})\s?([ap])\.?m\.?")
_DAYS = re.compile(r"(\d{1,9}) days?,? (\d\d?)((?::\d\d){1,2}(?:\.\d+)?)")
# "10:05", "10.0.0.1", "3-1": nothing but numbers.
_OF_NUMBERS = re.compile(r"\d[\d:.,/ x-]*(?:[ap]m)?")
# "120/80", "10x20", "1 in 5": one of two numbers says nothing; of years, "2023/24", the first does.
_OF_TWO = re.compile(
    r"\d{1,3}(?:\.\d+)?(?:\s?[/x\u00d7*]\s?|\s(?:in|of|out of|from|per)\s)"
    r"(\d+(?:\.\d+)?)(?!\d|\s?[/x\u00d7*:.])(.*)"
)
# "~5", "at least 9": more than what.
_ABOUT = re.compile(
    r"(?:[~\u2248<>\u2264\u2265]|about|approx(?:\.|imately)?|ca\.?|circa|around|over|under"
    r"|at (?:least|most)|up to|(?:more|less|fewer) than|from|until|max\.?|min\.?)"
    r"\s?[$\u20ac\u00a3]?$"
)
# " days", ". Januar": a word of its own behind a number says what that is.
_WORD = re.compile(r"[.,]?\s+(?:de\s+)?([^\W\d_]{2,}?)s?\b")
# "Mon 10:00", "Fall 2023": which day, and which part of a year, is no matter of letters.
_WEEKDAY = re.compile(r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?:[a-z]{0,6}day)?[.,]?\s")
_OF_YEAR = re.compile(r"[^\W\d_]+,? (?:19|20)\d\d$")
_LEVELS = (
    "trace verbose|debug|info information ok normal|notice|warn warning|error err"
    "|critical crit fatal|alert|emergency emerg panic"
)
_GRADES = (
    "none|informational info|lowest|very-low|low|medium moderate med normal|high|very-high|highest"
    "|critical urgent"
)
_SIZES = "xxs|xs|s|m|l|xl|xxl 2xl|xxxl 3xl"
_EXTENTS = "tiny|extra-small x-small|small|medium|large|extra-large x-large|huge xx-large"
_NUMBERS = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_WEEK = (
    "mon monday|tue tues tuesday|wed wednesday|thu thur thurs thursday|fri friday|sat saturday"
    "|sun sunday"
)


def _steps(words: str) -> dict[str, int]:
    return {
        word.replace("-", " "): n
        for n, step in enumerate(words.split("|"))
        for word in step.split()
    }


#: Words that have an order of their own, by what they are: each with its step.
LADDERS: Mapping[str, Mapping[str, int]] = {
    "month": MONTHS,
    "weekday": _steps(_WEEK),
    "level": _steps(_LEVELS),
    "grade": _steps(_GRADES),
    "weight": _steps("trivial|minor|normal moderate|major|critical|blocker"),
    "degree": _steps("none|mild|moderate|severe|very-severe extreme"),
    "size": _steps(_SIZES),
    "extent": _steps(_EXTENTS),
    "number": _steps(_NUMBERS),
    "letter": _steps("v|d|i|w|e|f"),
    "quality": _steps("very-poor|poor|fair|good|very-good|excellent"),
    "often": _steps("never|rarely seldom|sometimes occasionally|often frequently|usually|always"),
    "agreement": _steps("strongly-disagree|disagree|neutral|agree|strongly-agree"),
    "contentment": _steps("very-dissatisfied|dissatisfied|neutral|satisfied|very-satisfied"),
    "likelihood": _steps("very-unlikely|unlikely|possible|likely|very-likely|certain"),
    "skill": _steps("novice|beginner|intermediate|advanced|expert"),
    "rank": _steps("intern|junior|mid mid-level|senior|staff|principal"),
    "medal": _steps("bronze|silver|gold|platinum|diamond"),
    "pace": _steps("very-slow|slow|medium moderate normal|fast|very-fast"),
    "warmth": _steps("freezing|cold|cool|mild|warm|hot"),
}
#: Those of which a word more may say what they are of, as in "low risk"; and that of which each
#: word must be: "A" to "F" may be anything.
_OF_ANYTHING = ("grade", "degree", "extent", "quality", "number", "skill", "pace")
WHOLE = "letter"
_IN_SIZES = LADDERS["size"].keys()
_BETWEEN_WORDS = re.compile("[_-]")
_OF_WORDS = re.compile(r"[^\W\d_]+(?:[ _-][^\W\d_]+){0,3}\.?")


@lru_cache(maxsize=1024)
def steps_of(text: str) -> Mapping[str, int]:
    """By what it may be a step of, which step a text in small letters is.

    >>> steps_of("very_high risk")["grade"] > steps_of("low")["grade"], dict(steps_of("low 5"))
    (True, {})

    """
    if _OF_WORDS.fullmatch(text) is None and text not in _IN_SIZES:
        return {}
    words = _BETWEEN_WORDS.sub(" ", text.removesuffix("."))
    found = {name: steps[words] for name, steps in LADDERS.items() if words in steps}
    some, _, last = words.rpartition(" ")
    if not found and some and last:
        found = {name: LADDERS[name][some] for name in _OF_ANYTHING if some in LADDERS[name]}
    return found


@lru_cache(maxsize=1024)
def runs_of(text: str) -> Runs:
    """The numbers of a text in small letters, and what is between, so that 10 comes after 9."""
    half = _HALF_DAY.fullmatch(text) if text[-1:] in ("m", ".") else None
    days = _DAYS.fullmatch(text) if " day" in text[:20] else None
    if half is not None:
        # "2:05 pm" is "14:05".
        text = f"{int(half[1]) % 12 + (12 if half[3] == 'p' else 0)}{half[2] or ':00'}"
    elif days is not None:
        # "1 day, 2:05:00" is "26:05:00".
        text = f"{24 * int(days[1]) + int(days[2])}{days[3]}"
    return tuple(
        (0, int(run), "") if run[0].isdecimal() else (1, 0, run)
        for run in _RUNS.findall(text[:LONGEST])
    )


def order_of_texts(one: str, other: str) -> int | None:
    """-1, 0 or 1 for texts in small letters; ``None`` where the numbers in them say nothing.

    Those that are no times stay others with other zeros.

    >>> order_of_texts("l10", "l9"), order_of_texts("bergen", "oslo")
    (1, -1)
    >>> order_of_texts("up 3 days", "up 5 hours"), order_of_texts("120/80", "90/60")
    (None, None)

    """
    if one[-1:] == "+" and other[-1:] == "+" and one[:1].isdecimal() and other[:1].isdecimal():
        return _order_of_least(one[:-1], other[:-1])
    left, right = runs_of(one), runs_of(other)
    if left[:1] and right[:1] and not _is_said(one, other, left, right):
        return None
    if left != right:
        return 1 if left > right else -1
    if one[:1].isdecimal() and other[:1].isdecimal() and max(len(one), len(other)) <= LONGEST:
        return 0
    return (one > other) - (one < other)


def _order_of_least(one: str, other: str) -> int | None:
    """The same of "10K+" and "500+", without their last signs."""
    left, right = read(one.strip()), read(other.strip())
    if left is None or right is None:
        return None
    (base, number), (of, many) = (found.quantity.beside("").amount for found in (left, right))
    return (number > many) - (number < many) if base == of else None


def _is_said(one: str, other: str, left: Runs, right: Runs) -> bool:
    """Whether the first number, or word, that differs says which of two texts is more."""
    if left[0][0] and right[0][0]:
        word, with_it = left[0][2], right[0][2]
        if word == with_it == "-" and left != right:
            # "-05:00" and "-10:00"
            return False
        if word != with_it:
            if len(left) == 1 or len(right) == 1:
                return True
            if any(of.match(one) and of.match(other) for of in (_WEEKDAY, _OF_YEAR)):
                return False
            return not (
                (_ABOUT.match(word) and _ABOUT.match(with_it))
                or (word[:-1] == with_it[:-1] and {word[-1], with_it[-1]} == {"+", "-"})
            )
        if len(left) < 3 or len(right) < 3:
            # A word and a number.
            return True
    for text, is_number, rest in ((one, not left[0][0], right), (other, not right[0][0], left)):
        if is_number and all(run[0] for run in rest):
            # "closed" is neither before nor after 10:05, and "7-eleven" before "zed".
            return _OF_NUMBERS.fullmatch(text) is None
    if left[0][0] != right[0][0]:
        return True
    if not left[0][0]:
        two, others = _OF_TWO.fullmatch(one), _OF_TWO.fullmatch(other)
        if two is not None and others is not None and two.groups() != others.groups():
            return False
    for place, (run, beside) in enumerate(zip(left, right, strict=False)):
        if run != beside:
            return bool(run[0] or beside[0]) or _are_same(left[place + 1 :], right[place + 1 :])
    return True


def _are_same(left: Runs, right: Runs) -> bool:
    """Whether what stands behind a number says that it is of the same: it may be a day, an hour."""
    for (is_text, _, run), (is_text_too, _, other) in zip(left, right, strict=False):
        if is_text and is_text_too and run != other:
            word, with_it = _WORD.match(run), _WORD.match(other)
            # "1. Intro" is the first, and "1. Mai 2024" one of a month.
            is_single = "." in (run[0], other[0]) and left[-1][0] and right[-1][0]
            return not (word and with_it) or bool(is_single) or word[1] == with_it[1]
    return True
