"""Which lines of output say what failed, and how a run came out.

What a reader of a build or a test run looks for first: the names of failing tests, assertions,
errors with their place, exit codes, the summary. The forms are those that compilers, linters,
shells and test runners print, whatever the language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
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
        (_ASK, f"e  ,\n==,0x,summary,\nok,\x1b,{_MARK}"),
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

#: Where the line begins that a place of a text is in, and where it ends.
_Bounds = Callable[[int], "tuple[int, int]"]


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


def verdicts(texts: Callable[[], Iterable[str]]) -> list[tuple[int, bool]]:
    r"""The lines of some texts that say what failed, or how a run came out.

    Args:
        texts: Gives them, a second time where a run counts what failed.

    Returns:
        In order, of each such line the number of its text, and whether it sums up a run.

    >>> said = ["  1) drains\n  3 passing", "  1 failing", "", "1) Buy bread"]
    >>> verdicts(lambda: said), verdicts(lambda: ["1) Buy bread", "2) Bake"])
    ([(0, False), (0, True), (1, True), (3, False)], [])

    """
    found, counts = _verdicts(texts(), counted=False)
    return _verdicts(texts(), counted=True)[0] if counts else found


def _verdicts(texts: Iterable[str], *, counted: bool) -> tuple[list[tuple[int, bool]], bool]:
    """The lines, and whether a run counts what failed; ``counted`` where these are among them."""
    found: list[tuple[int, bool]] = []
    counts = False
    before = 0
    rest = iter(texts)
    while some := list(islice(rest, _AT_A_TIME)):
        text = "\n".join(some)
        # By where they begin.
        said: dict[int, bool] = {}
        for start, line, fails, sums_up in _told(text, partial(_line_at, text)):
            if fails or sums_up:
                said[start] = sums_up
                counts = counts or _FAILING.match(line) is not None
        if counted:
            lines = text.split("\n")
            for start, line in zip(_starts(lines), lines):
                if ")" in line and _COUNTED.match(_plain(line)):
                    said.setdefault(start, False)
        if said:
            starts = _starts(some)
            found += ((before + bisect_right(starts, at) - 1, said[at]) for at in sorted(said))
        before += len(some)
    return found, counts


def failures_and_outcomes(lines: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
    """The lines, by index, that say what failed, and those that sum up a run.

    >>> found = failures_and_outcomes(["starting", "FAIL: test_cart", "== 1 failed in 3s =="])
    >>> [sorted(indices) for indices in found]
    [[1], [2]]
    """
    failures: set[int] = set()
    outcomes: set[int] = set()
    first = 0
    rest = iter(lines)
    while some := list(islice(rest, _AT_A_TIME)):
        starts = _starts(some)

        def bounds(at: int, starts: Sequence[int] = starts) -> tuple[int, int]:
            # Of several lines, where these belong together.
            index = bisect_right(starts, at, hi=len(starts) - 1) - 1
            return starts[index], starts[index + 1] - 1

        for start, _, fails, sums_up in _told("\n".join(some), bounds):
            index = first + bisect_right(starts, start) - 1
            if fails:
                failures.add(index)
            if sums_up:
                outcomes.add(index)
        first += len(some)
    return frozenset(failures), frozenset(outcomes)


def _starts(lines: Iterable[str]) -> list[int]:
    """Where each of some lines begins, joined, and where one behind them would."""
    return list(accumulate(map((1).__add__, map(len, lines)), initial=0))


def _line_at(text: str, at: int) -> tuple[int, int]:
    """Where the line begins that a place is in, and where it ends."""
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, end if end >= 0 else len(text)


def _told(text: str, bounds: _Bounds) -> Iterator[tuple[int, str, bool, bool]]:
    """Of lines that may be a verdict, where each begins, what it says, and whether it says what
    failed, and sums up a run.
    """
    for start, signs in _suspects(text, bounds).items():
        line = text[slice(*bounds(start))]
        if len(line) > _CHARS or "\x1b" in line:
            # A sign may stand where it is not looked at.
            line, signs = _plain(line), _ASK
        # As in the two above.
        fails = signs & (_FAILS | _ASK) and _FAILURE.match(line)
        sums_up = signs & (_SUMS_UP | _ASK) and _OUTCOME.match(line)
        yield (
            start,
            line,
            bool(fails and (signs & _FAILS or _MAY_FAIL.search(line))),
            bool(sums_up and (signs & _SUMS_UP or _MAY_SAY_OUTCOME.search(line))),
        )


def _suspects(text: str, bounds: _Bounds) -> dict[int, int]:
    """The lines, by where they begin, that have what a verdict has, in any case, and the signs that
    they have.

    Some others are with them, of which it has to be asked.

    Looked for in all of them at once: most texts have hardly any of it.
    """
    found: dict[int, int] = {}
    joined = "\n" + text
    if not joined.isascii():
        if _TWO_IN_ONE in joined:
            at = 0
            while at <= len(text):
                start, end = bounds(at)
                found[start] = _ASK
                at = end + 1
            return found
        for letter, other in _READ_AS.items():
            joined = joined.replace(letter, other)
    lower = joined.encode("ascii", "replace").lower()
    for sign, of in _SIGNS.items():
        at = lower.find(sign)
        while at >= 0:
            # One further on than in the text. A sign of the beginning of a line has the line feed
            # before it.
            start, end = bounds(at)
            found[start] = found.get(start, 0) | of
            at = lower.find(sign, end + 1)
    return found


def _plain(line: str) -> str:
    """The beginning of a line, without colours."""
    if "\x1b" in line:
        line = _ANSI.sub("", line[: 3 * _CHARS])
    return line[:_CHARS]
