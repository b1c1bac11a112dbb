"""What is looked for cheaply is what the patterns find, on any text."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.kinds.log import recognise, templates
from headroom.scanning import masks
from headroom.toolkit import alerts
from headroom.view import Deadline

_PIECES = st.sampled_from(
    [
        *("timed out", "time-outs", "couldn't", "could not", "not found", "no such", "non-zero"),
        *("reset by peer", "rolled back", "MyError", "my_Error", "warning", "can't", "cannot"),
        *(
            "a@b.cd$1",
            "http://x/y",
            "~/a",
            "C:\\x",
            "v1.2-3",
            "abc",
            '"q"',
            "'q'",
            "/a/b",
            "=",
            " ",
        ),
        *(
            "info",
            "ERR",
            "level=x",
            "<3>",
            "12:30:01",
            "123456 123456",
            "ok",
            "PASSED [ 3%]",
            "\u212a",
        ),
        *("\u017f", "cra\u017fh", "_", "-", ".", "0", "\n"),
    ]
)
_OF_TIMES = st.sampled_from(
    [
        *("0", "7", "12", "17", "2026", "20260302", "081109", "1700000000", "12:30", "09:14:10"),
        *("-", "/", ".", ":", "T", "_", " ", ",", "]", "a", "Mar", "May ", "/Mar/", "<", ">"),
    ]
)
# As one would write them, were there no haste.
_TIME = re.compile(
    r"""
    \d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T _-]+\d{1,2}:\d{2}
    | \d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?[ T]+\d{1,2}:\d{2}:\d{2}
    | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+(?:\d{4}\s+)?\d{2}:\d{2}
    | \d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}
    | \d{8}[-T]\d{1,2}:\d{1,2}:\d{1,2}
    | \b\d{6}\s\d{6}\b
    | ^\W?\d{1,2}:\d{2}:\d{2}[.,\]\s]
    | (?<![\d.])1\d{9}(?:\d{3})?(?![\d.])
    | \d\.\d{6}\]\s
    """,
    re.VERBOSE,
)
_LEVEL = re.compile(
    r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|SEVERE|PANIC|ALERT)\b"
    r"|^\W?(?:info|debug|warn|warning|error|notice|trace|fatal)\W"
    r"|\blevel=\w+|<\d{1,3}>"
)
_TEXT = st.lists(_PIECES | st.text(max_size=4), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(_TEXT)
def test_alerts_are_those_of_the_pattern(text: str) -> None:
    harmless: set[str] = set()
    expected = alerts._ALERT.search(text) is not None
    assert alerts.alerting(["fine", text, "not so"], harmless) == ({1} if expected else set())
    # And again, now that some words are known.
    assert alerts.alerting([text], harmless) == ({0} if expected else set())


def test_each_word_that_alerts_is_known_by_how_it_begins() -> None:
    words = """
        errors failing exception fatal panicked crashes aborting deny denied refused rejects
        timeouts unreachable corrupted illegal invalid unauthorized unauthorised forbidden killed
        oom segfault critical severe warned unable cannot couldnot traceback lost broken missing
        exceeds violates unhandled assertion alerts emergency unexpected undefined conflicts
        deadlocked degraded overflows unavailable disconnected retrying rollback mismatched bad
        wrong suspicious attacked breached expired dropped terminated MyError MyException
        MyFailure MyWarning
    """.split()
    for word in (*words, *map(str.upper, words[:-4])):
        assert alerts._ALERT.search(word)
        assert alerts.alerting([f"a {word}: b"], set()) == {0}


def test_many_words_that_alert_are_found_in_one_pass() -> None:
    texts = [f"{n} {'crash' if n % 3 else 'crush'}{n} recrash1" for n in range(400)]
    assert alerts.alerting(texts, set()) == {n for n in range(400) if n % 3}


@settings(max_examples=300, deadline=None)
@given(_TEXT)
def test_values_are_those_of_the_pattern(text: str) -> None:
    assert masks.masked([text]) == [masks._VALUE.sub("\x00", text)]


@settings(max_examples=1000, deadline=None)
@given(st.lists(_OF_TIMES | _PIECES | st.text(max_size=2), max_size=8).map("".join))
def test_times_and_levels_are_those_of_the_plain_patterns(text: str) -> None:
    assert recognise._is_timed(text) == (_TIME.search(text) is not None)
    assert recognise._is_leveled(text) == (_LEVEL.search(text) is not None)


def test_levels_begin_and_end_with_no_other_letter() -> None:
    for level in "TRACE DEBUG INFO NOTICE WARN WARNING ERROR ERR FATAL SEVERE PANIC ALERT".split():
        assert recognise._is_leveled(f"a {level}: b")
        assert not recognise._is_leveled(f"a {level}S b")
        assert not recognise._is_leveled(f"a A{level} b")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "cc", "dd", "\x00"]), max_size=6), max_size=30))
def test_the_most_similar_template_is_found(lines: list[list[str]]) -> None:
    texts = [" ".join(words) for words in lines]
    found = [template.events for template in templates.mine(texts, Deadline(None))]
    assert sorted(index for group in found for index in group) == list(range(len(texts)))
    for size in {len(line) for line in lines}:
        bucket = templates._Bucket()
        known: list[templates.Template] = []
        for words in (line for line in lines if len(line) == size):
            values = words.count("\x00")
            solid = len(words) - values
            same = [sum(map(str.__eq__, one.words, words)) for one in known]
            best = max(same, default=0)
            enough = best - values >= templates._SIMILAR * max(1, solid)
            expected = known[same.index(best)] if enough else None
            assert bucket.most_similar(words) is expected
            template = templates.Template(words)
            known.append(template)
            bucket.add(template)
