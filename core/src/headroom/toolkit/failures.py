"""Which lines of output say what failed, and how a run came out.

What a reader of a build or a test run looks for first: the names of failing tests, assertions,
errors with their place, exit codes, the summary. The forms are those that compilers, linters,
shells and test runners print, whatever the language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from headroom.regexes import regex

__all__ = ["failures_and_outcomes", "says_failure", "says_outcome", "verdicts"]

#: Characters of a line that are looked at. Chosen: a verdict stands at one of its ends.
_CHARS = 400

_ANSI = re.compile(r"\x1b\[[\d;]{0,20}[A-Za-z]")
# Where a run counts its failures, these are the failures: "  2) refuses more than it holds".
_COUNTED = re.compile(r"\s{0,12}\d{1,4}\)\s\S")
_FAILING = re.compile(r"\s{0,8}\d+ (?:failing|failures?)\b")
# What is found of a pattern must have one of these as well. It is looked for last, for that takes
# longer: a pattern is tried where a line begins, and hardly any line has it.
_MAY_FAIL = regex(
    r"fail|error|exception|panic|assert|exit|fatal|not ok|fault|killed|\*\*\*|^\s*E  |^==\d"
    r"|^\s*(?:0x|SUMMARY)|READ of|WRITE of"
    r"|[\u2717\u2718\u2716\u2715\u00d7]",
    re.IGNORECASE,
)
_FAILURE = regex(
    r"""
    (?:\#\#\[\w+\]|\S{10,30}Z\ |==\d{1,9}==)?\s{0,12}(?:
      (?:FAIL(?:ED|URE)?|ERROR)(?::|\s|\()\s*\S
    | ---\ FAIL: | not\ ok\ \d | [\u2717\u2718\u2716\u2715\u00d7]\s
    | E\ {2,}\S
    | (?:[\w$]{1,60}[.:]{1,2}){0,8}[A-Za-z_]\w{0,60}
      (?:Error|Exception|Failure)\b(?:\ \[\w+\])?(?::\s|$)
    | (?:fatal|[Ee]rror|panic|assertion\ failed)(?:\[\w+\])?:\s
    | (?:\S+\ )?assertion\b.{0,200}\bfailed
    | thread\ '.{1,80}'\ panicked\ at
    | [^\s:(]{1,200}[:(]\d+(?:[:,]\d+)?\)?:?\s+(?:(?:fatal|runtime)\ )?error\b
    | (?:Invalid|Mismatched)\ (?:read|write|free)\b | Address\ 0x[0-9a-fA-F]+\ is\b
    | Conditional\ jump\ or\ move\ | Use\ of\ uninitiali[sz]ed\ | SUMMARY:\ \w+Sanitizer
    | (?:READ|WRITE)\ of\ size\ \d | 0x[0-9a-fA-F]+\ is\ located\b
    | [\d,]+\ .{0,90}\ definitely\ lost\b
    | make(?:\[\d+\])?:\ \*\*\* | npm\ (?:ERR!|error) | BUILD\ FAIL | Segmentation\ fault
    )
    | .{0,300}(?:\.\.\.\s?|\s)(?:FAIL|FAILED|ERROR)(?:\s*\[\s*\d+%\])?\s*$
    | .{0,200}\bexit(?:ed)?(?:\ with)?(?:\ (?:code|status))?[\ :=]{1,3}[1-9]\d{0,2}\b
    """,
    re.VERBOSE,
)
_MAY_SAY_OUTCOME = re.compile(
    r"pass|fail|error|^OK|test|problem|warning|exit|success|finished|build", re.IGNORECASE
)
_OUTCOME = regex(
    r"""
    \s{0,8}(?:
      ={2,}.{0,200}\b(?:passed|failed|errors?|skipped)\b
    | Ran\ \d+\ tests? | FAILED\ \( | OK(?:\ \(|\s*$)
    | (?:Tests?|Test\ (?:Suites|Files)|Suites|Snapshots|Tests\ run):?\s+\S*\d
    | \d+\ (?:passed|failed|failing|passing|tests?|errors?|failures?|problems?|examples?)\b
    | test\ result:\ | Found\ \d+\ (?:errors?|problems?)
    | [\u2716\u2713\u2714]\ \d+\ (?:problems?|tests?)
    | (?:Build|BUILD)\ (?:succe|SUCCE|fail|FAIL) | (?:Process\ )?(?:exit(?:ed)?\b).{0,30}\b\d+\b
    | ERROR\ SUMMARY
    )
    """,
    re.VERBOSE,
)
# What one of the two that are cheap to look for has, in small letters, and of which it is the sign.
# Some are signs at the beginning of a line alone: the two are asked then. They are looked for in
# bytes of ASCII, which is quicker than in a text with other letters.
_FAILS, _SUMS_UP, _ASK = 1, 2, 4
_MARK = "\x1a"
_SIGNS = {
    sign.encode(): of
    for of, signs in (
        (_FAILS, "exception,panic,assert,fatal,not ok,fault,killed,***,read of,write of"),
        (_FAILS | _SUMS_UP, "fail,error,exit"),
        (_SUMS_UP, "pass,test,problem,warning,success,finished,build"),
        (_ASK, f"e  ,\n==,0x,summary,\nok,{_MARK}"),
    )
    for sign in signs.split(",")
}
#: The letters that patterns, or small letters, take for those of ASCII; and the marks of failures.
_READ_AS = {
    **{"\u017f": "s", "\u0131": "i", "\u212a": "k"},
    **dict.fromkeys("\u2717\u2718\u2716\u2715\u00d7", _MARK),
}
#: The one letter whose small one is two.
_TWO_IN_ONE = "\u0130"
#: Lines that are looked at at a time. Chosen.
_AT_A_TIME = 500


def says_failure(line: str) -> bool:
    """Whether a line names what failed, where, or with which code.

    >>> says_failure("FAIL: test_cart (shop.tests.CartTests)"), says_failure("E   assert 3 == 4")
    (True, True)
    >>> says_failure("src/a.c:12:7: error: expected ';'"), says_failure("exited with code 2")
    (True, True)
    >>> says_failure("==7== Invalid read of size 4"), says_failure("Error: Timeout exceeded")
    (True, True)
    >>> says_failure("Many who fail try again."), says_failure("test_cart ... ok")
    (False, False)

    """
    line = _plain(line)
    return _FAILURE.match(line) is not None and _MAY_FAIL.search(line) is not None


def says_outcome(line: str) -> bool:
    """Whether a line sums up a run.

    >>> says_outcome("== 2 failed, 31 passed in 4.1s =="), says_outcome("Ran 33 tests in 0.2s")
    (True, True)
    >>> says_outcome("Two of the tests were written by hand.")
    False

    """
    line = _plain(line)
    return _OUTCOME.match(line) is not None and _MAY_SAY_OUTCOME.search(line) is not None


def verdicts(lines: Iterable[str]) -> list[bool]:
    """Which lines of a text say what failed, or how a run came out.

    >>> verdicts(["  1) drains", "  3 passing", "  1 failing", "", "1) Buy bread"])
    [True, True, True, False, True]
    >>> verdicts(["1) Buy bread", "2) Bake"])
    [False, False]

    """
    rest = iter(lines)
    found: list[bool] = []
    numbered: list[bool] = []
    counts = False
    while some := _plain_lines(islice(rest, _AT_A_TIME)):
        said = [False] * len(some)
        for index, fails, sums_up in _told(some):
            said[index] = fails or sums_up
            counts = counts or (said[index] and _FAILING.match(some[index]) is not None)
        found += said
        numbered += [")" in plain and _COUNTED.match(plain) is not None for plain in some]
    return [one or other for one, other in zip(found, numbered)] if counts else found


def failures_and_outcomes(lines: Sequence[str]) -> tuple[frozenset[int], frozenset[int]]:
    """The lines, by index, that say what failed, and those that sum up a run.

    >>> found = failures_and_outcomes(["starting", "FAIL: test_cart", "== 1 failed in 3s =="])
    >>> [sorted(indices) for indices in found]
    [[1], [2]]
    """
    failures: set[int] = set()
    outcomes: set[int] = set()
    for start in range(0, len(lines), _AT_A_TIME):
        for index, fails, sums_up in _told(_plain_lines(lines[start : start + _AT_A_TIME])):
            if fails:
                failures.add(start + index)
            if sums_up:
                outcomes.add(start + index)
    return frozenset(failures), frozenset(outcomes)


def _told(lines: Sequence[str]) -> Iterator[tuple[int, bool, bool]]:
    """Of lines that may be a verdict, by index, whether they say what failed, and sum up a run."""
    for index, signs in _suspects(lines).items():
        line = lines[index]
        # As in the two above.
        fails = signs & (_FAILS | _ASK) and _FAILURE.match(line)
        sums_up = signs & (_SUMS_UP | _ASK) and _OUTCOME.match(line)
        yield (
            index,
            bool(fails and (signs & _FAILS or _MAY_FAIL.search(line))),
            bool(sums_up and (signs & _SUMS_UP or _MAY_SAY_OUTCOME.search(line))),
        )


def _suspects(lines: Sequence[str]) -> dict[int, int]:
    """The lines, by index, that have what a verdict has, in any case, and the signs that they have.

    Some others are with them, of which it has to be asked.

    Looked for in all of them at once: most texts have hardly any of it.
    """
    joined = "\n" + "\n".join(lines)
    if not joined.isascii():
        if _TWO_IN_ONE in joined:
            return dict.fromkeys(range(len(lines)), _ASK)
        for letter, other in _READ_AS.items():
            joined = joined.replace(letter, other)
    lower = joined.encode("ascii", "replace").lower()
    starts = list(accumulate((len(line) + 1 for line in lines), initial=1))
    found: dict[int, int] = {}
    for sign, of in _SIGNS.items():
        at = lower.find(sign)
        while at >= 0:
            # A sign of the beginning of a line has the line feed before it.
            index = bisect_right(starts, at + 1) - 1
            found[index] = found.get(index, 0) | of
            at = lower.find(sign, starts[index + 1] - 1)
    return found


def _plain_lines(lines: Iterable[str]) -> list[str]:
    some = list(lines)
    is_plain = "\x1b" not in "".join(some) and max(map(len, some), default=0) <= _CHARS
    return some if is_plain else list(map(_plain, some))


def _plain(line: str) -> str:
    """The beginning of a line, without colours."""
    if "\x1b" in line:
        line = _ANSI.sub("", line[: 3 * _CHARS])
    return line[:_CHARS]
