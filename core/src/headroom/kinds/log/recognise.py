"""Whether a text is a log, or the output of a build or of tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from headroom.kinds.log.templates import Template, may_be_alike, mine
from headroom.regexes import regex
from headroom.scanning import masked
from headroom.scanning.masks import MASK
from headroom.source import Source
from headroom.toolkit.chapters import has_chapters
from headroom.toolkit.shares import more_than
from headroom.toolkit.traces import mostly_trace

__all__ = ["looks_like_log", "looks_like_output"]

# Where nothing else is said, these were measured with `python -m benchmarks`.
#: How much is looked at. Chosen.
_LINES = 200
_CHARS = 60_000

# A point in time near the beginning of a line, in the notations that loggers use. Both this and a
# level begin with one of a few characters, mostly the last digit before a sign, and what stands
# before it is looked at behind it: most characters are passed by.
_TIME = regex(
    r"""
    [\dJFMASOND](?:(?<=\d)(?:
        \d\d\d[-/.]\d{1,2}[-/.]\d{1,2}[T _-]+\d{1,2}:\d{2}      # 2026-03-02T09:14:10
        | [-/.](?:
            \d{1,2}(?:[-/.]\d{2,4})?[ T]+\d{1,2}:\d{2}:\d{2}  # 17/06/09 20:10:40
            | (?<=/)[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}      # 02/Mar/2026:09:14 of web servers
        )
        | [-T](?<=\d{8}[-T])\d{1,2}:\d{1,2}:\d{1,2}      # 20260302-9:14:10
        | \s(?<=\d{6}\s)(?<!\w\d{6}\s)\d{6}\b            # 081109 203615
        | :(?:(?<=^\d:)|(?<=^\d\d:)|(?<=^\W\d:)|(?<=^\W\d\d:))\d{2}:\d{2}[.,\]\s]  # 09:14:10.123
        | \d(?<=1\d)(?<![\d.]1\d)\d{8}(?:\d{3})?(?![\d.])  # (milli)seconds since the epoch
        | \.\d{6}\]\s                                 # [   12.345678] of kernels
    )
    | (?:(?<=J)(?:an|un|ul) | (?<=F)eb | (?<=M)a[ry] | (?<=A)(?:pr|ug) | (?<=S)ep | (?<=O)ct
        | (?<=N)ov | (?<=D)ec)\s+\d{1,2}\s+(?:\d{4}\s+)?\d{2}:\d{2}
    )
    """,
    re.VERBOSE,
)
_LEVEL = regex(
    r"""
    [TDINWEFCSPAl<](?:(?<!\w[A-Z])(?:(?<=T)RACE | (?<=D)EBUG | (?<=I)NFO | (?<=N)OTICE
        | (?<=W)ARN(?:ING)? | (?<=E)RR(?:OR)? | (?<=F)ATAL | (?<=C)RITICAL | (?<=S)EVERE
        | (?<=P)ANIC | (?<=A)LERT)\b
    | (?<=l)(?<!\wl)evel=\w | (?<=<)\d{1,3}>)
    """,
    re.VERBOSE,
)
# Cheap to look for before a time is: none is without. By whether the text is ASCII: there, it is
# known which signs are digits, and none is asked.
_DIGITS_OF_TIME = {
    is_ascii: re.compile(f"{digit}(?::{digit}|{digit}{{5}})")
    for is_ascii, digit in ((True, "[0-9]"), (False, r"\d"))
}
_LEVEL_AT_START = re.compile(r"\W?(?:info|debug|warn(?:ing)?|error|notice|trace|fatal)\W")
# What builds and test runs print: at the end of a line, and from its beginning.
_PROGRESS_ENDS = frozenset("dDlLrRkK]")
_PROGRESS_END = regex(
    r"(?:\bPASSED|\bFAILED|\bSKIPPED|\bXFAIL|\bok|\bFAIL|\bERROR|\.\.\.\s?passed)"
    r"(?:\s*\[\s*\d+%\])?$",
    re.IGNORECASE,
)
#: Characters of the longest of them.
_LONGEST_END = len("... passed")
_PROGRESS_START = regex(
    r"""
    \s*(?:npm\s(?:warn|err!|notice)|>\s\S+@\S+|---?\s(?:PASS|FAIL|SKIP|RUN)|===\s(?:RUN|CONT)
        |\[\s*\d+%\]|\[\d+/\d+\]|\(\d+/\d+\)|[\u2713\u2714\u2717\u2718\u00d7\u25cf])
    | \s*(?:Collecting|Downloading|Installing|Requirement\salready|Using\scached|Building|Compiling
        |Checking|Finished|Running|Fetching|Resolving|Unpacking|Setting\sup|Selecting|Preparing
        |Get:\d+|Hit:\d+|Linking|Copying|Creating|Removing|make(?:\[\d+\])?:|gcc|g\+\+|cc\s)\b
    | \S+:\d+(?::\d+)?:\s(?:fatal\s)?(?:error|warning|note):
    | ={5,}.*={5,}$ | -{5,}.*-{5,}$ | \s+\(\d+(?:\.\d+)?\s?m?s\)$
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: Characters at the beginning of a line in which times and levels stand, and at its end in which
#: a verdict does. Chosen.
_PREFIX, _SUFFIX = 90, 200
#: The share of lines with a time, with a level, or of progress, that makes a log; and how many
#: lines must be there. Chosen: most of them.
_TIMED, _LEVELED, _PROGRESS, _FEWEST = 0.5, 0.6, 0.5, 3
#: A table has so many columns beside the first at least, in so many rows. Chosen.
_DELIMITERS, _ROWS = 2, 50

# Of other output: so many lines at the least, of at most so many characters on average.
_LEAST_LINES = 10
#: Of fewer than so many, most are no sentences: with so many blanks, and such a sign at the end.
_MANY_LINES = 20
_BLANKS, _ENDS = 3, (".", "!", "?", "\u3002", "\uff1f", "\u061f")
_LONGEST_MEAN = 240
# A shape with so many words that comes again so often is one of output; with fewer words, so often.
_SHARED_WORDS = 2
_AGAIN = 3
_OFTEN = 10
_REPEATED_SHARE = 0.5
#: The same where such a share of all lines comes again as it is. Chosen.
_FEWER_SHARE, _REFRAINS = 0.35, 0.25
#: Where lines come again as they are, so many must be of shapes that do. Chosen.
_NEARLY_ALL = 0.7
#: The share of the characters that these lines have. Chosen.
_REPEATED_CHARS = 0.35
_SETTING = re.compile(r"\s*(?:- )?([\w.\"'/-]{1,60})\s?[:=](?:\s|$)")
# What ends a block in braces, and what begins one in a makefile.
_CLOSING = re.compile(r"\s*[}\])]+[;,]?\s*$")
_TARGET = re.compile(r"[\w./%$(){}-][\w./%$(){} -]{0,200}::?(?:\s[^=]*)?$")
#: The share of the lines that open a block in braces, and of those that close one. Chosen.
_BRACES_SHARE = 0.08
# What compilers, linters and test runners say of one place or one test.
_DIAGNOSTIC = regex(
    r"""
    (?:error|warning|note|help|info)(?:\[\w+\])?:\s | (?:not\ )?ok\ \d+\b
    | \S+?[:(]\d+(?:[:,]\d+)?\)?:?\s+
        (?:\[?[A-Z]{1,6}\d{1,5}\]?\b|(?:fatal\ )?(?:error|warning|note)\b)
    | \S+:\d+:\ (?:in\ |\w+Error\b|\w*Exception\b|Assert)
    | E\ {3} | >\ {3} | _{3,}\ .*\ _{3,}$ | ={3,}.*={3,}$ | -{5,}.*-{5,}$
    | (?:FAILED|ERROR|PASSED)\ \S+
    | \s*--?>\ \S+:\d+ | \s*\d*\ \|(?:\s|$) | \s*[\^~-]{2,}\s*$ | \s*\^
    | (?:\[?\d+/\d+\]?|make(?:\[\d+\])?:|gcc|g\+\+|cc|clang|ld|rustc|cargo|npm|yarn|pnpm|mvn|go)\s
    """,
    re.VERBOSE,
)
_DIAGNOSTIC_SHARE = 0.5


def looks_like_log(source: Source) -> bool:
    r"""Whether most of the first lines look like those of a log, a build or a test run.

    >>> text = "2026-03-02T09:14:10 INFO started\n2026-03-02T09:14:11 INFO ready\n" * 3
    >>> looks_like_log(Source(text))
    True
    >>> looks_like_log(Source("It was the best of times.\nIt was the worst of times.\n" * 3))
    False
    """
    lines = source.once(_first_lines)
    # Indented lines continue an entry: a stack trace says nothing for or against.
    heads = [line for line in lines if not line[:1].isspace()] or lines
    if mostly_trace(lines, source.deadline):
        return True
    if len(heads) < _FEWEST or _is_delimited(heads):
        return False
    return (
        more_than(_TIMED, (_is_timed(line[:_PREFIX]) for line in heads), len(heads))
        or more_than(_LEVELED, (_is_leveled(line[:_PREFIX]) for line in heads), len(heads))
        or more_than(_PROGRESS, (_is_progress(line[-_SUFFIX:]) for line in heads), len(heads))
    )


def looks_like_output(source: Source) -> bool:
    r"""Whether most of the first lines are of a few shapes that come again and again.

    So is what programs print line by line, whatever they print. It is asked last: tables, code and
    search results are like that, too.

    >>> looks_like_output(Source("\n".join(f"ok {n} - test of part {n}" for n in range(30))))
    True
    >>> looks_like_output(Source("\n".join("- Some people read, others write." for n in range(5))))
    False
    """
    lines = source.once(_first_lines)
    if len(lines) < _LEAST_LINES or sum(map(len, lines)) > _LONGEST_MEAN * len(lines):
        return False
    if more_than(_DIAGNOSTIC_SHARE, map(_DIAGNOSTIC.match, lines), len(lines)):
        return True
    if _are_settings(lines) or _are_blocks(lines) or source.once(has_chapters):
        return False
    if len(lines) < _MANY_LINES and more_than(0.5, map(_is_sentence, lines), len(lines)):
        return False
    # A line that comes again as it is says nothing: a refrain, a rule.
    often = Counter(lines)
    once = [line for line in lines if often[line] == 1]
    if _come_again(lines, often):
        return True
    if len(once) < _LEAST_LINES:
        return False
    texts = masked(once)
    # Where many lines come again as they are, fewer of the others need to be alike: "Dues paid".
    again = [line for line in lines if often[line] >= _AGAIN and any(map(str.isalpha, line))]
    share = _REPEATED_SHARE if len(again) < _REFRAINS * len(lines) else _FEWER_SHARE
    if not more_than(share, may_be_alike(texts, _AGAIN), len(once)):
        return False
    repeated = [
        once[event]
        for template in mine(texts, source.deadline)
        if len(template.events) >= (_AGAIN if _says_something(template) else _OFTEN)
        and any(word.strip(MASK) for word in template.words)
        for event in template.events
    ]
    # Short lines above long ones, each of which is like no other, are heads of texts.
    return len(repeated) > share * len(once) and sum(map(len, repeated)) > (
        _REPEATED_CHARS * sum(map(len, once))
    )


def _come_again(lines: Sequence[str], often: Mapping[str, int]) -> bool:
    """Whether nearly all lines are of shapes that come again, word by word: cards, short reports.

    There, most lines that differ from none are still said of another thing each time.
    """
    if len(often) < _LEAST_LINES:
        return False
    texts = masked(lines)
    shapes = Counter(texts)
    again = {text for text, n in shapes.items() if n >= _AGAIN and any(map(str.isalpha, text))}
    said = [line for line, text in zip(lines, texts) if text in again and not _is_sentence(line)]
    # Texts below heads that are alike are texts.
    is_short = sum(map(len, said)) < _NEARLY_ALL * sum(map(len, lines))
    return not is_short and len(said) >= _NEARLY_ALL * len(lines)


def _is_sentence(line: str) -> bool:
    return line.rstrip().endswith(_ENDS) and line.strip().count(" ") >= _BLANKS


def _first_lines(source: Source) -> list[str]:
    return [line for line in source.text[:_CHARS].split("\n")[:_LINES] if line.strip()]


def _are_settings(lines: list[str]) -> bool:
    """Whether most lines give a name its value: what is alike there are the names.

    Output may look like that, too, but says the same of several things, or several things of one.
    """
    if not more_than(_REPEATED_SHARE, map(_SETTING.match, lines), len(lines)):
        return False
    found = [match for line in lines if (match := _SETTING.match(line))]
    if len({match[1] for match in found}) * 2 < len(found):
        return False
    values = Counter(masked([match.string[match.end() :].strip() for match in found]))
    said = max((n for value, n in values.items() if value.count(" ") > 0), default=0)
    return said * 2 < len(found)


def _are_blocks(lines: list[str]) -> bool:
    """Whether lines are those of a program or of a configuration in blocks, as what is alike shows.

    In braces, or below the targets of a makefile: such a line is nothing that happened, and a block
    without its name is nothing at all.
    """
    opening = sum(line.rstrip()[-1:] == "{" for line in lines)
    closing = sum(_CLOSING.match(line) is not None for line in lines)
    if min(opening, closing) > _BRACES_SHARE * len(lines):
        return True
    below = sum(
        line[:1] == "\t" and (above[:1] == "\t" or _TARGET.match(above) is not None)
        for above, line in pairwise(lines)
    )
    heads = sum(map(bool, map(_TARGET.match, lines)))
    return heads >= _FEWEST and below >= heads / 2 and heads + below > _REPEATED_SHARE * len(lines)


def _says_something(template: Template) -> bool:
    """Whether a template has words of its own, beside bullets and values."""
    return sum(any(map(str.isalpha, word)) for word in template.words) >= _SHARED_WORDS


def _is_timed(text: str) -> bool:
    may_be = _DIGITS_OF_TIME[text.isascii()].search(text)
    return may_be is not None and _TIME.search(text) is not None


def _is_leveled(text: str) -> bool:
    return _LEVEL.search(text) is not None or _LEVEL_AT_START.match(text) is not None


def _is_progress(text: str) -> bool:
    if _PROGRESS_START.match(text):
        return True
    # Some letters that are not ASCII are small or capital forms of those that are.
    ends = text[-1:] in _PROGRESS_ENDS or not text.isascii()
    # Behind the word, there may be nothing but a share in brackets.
    start = 0 if text[-1:] == "]" else max(0, len(text) - _LONGEST_END)
    return ends and _PROGRESS_END.search(text, start) is not None


def _is_delimited(lines: list[str]) -> bool:
    """Whether this is a table whose columns begin with a time: a header, then equal rows."""
    head, *rows = lines
    for delimiter in (",", "\t", ";"):
        columns = head.count(delimiter)
        if columns >= _DELIMITERS and not _TIME.search(head):
            return all(row.count(delimiter) >= columns for row in rows[:_ROWS])
    return False
