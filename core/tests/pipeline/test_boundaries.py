"""Lines that set parts of a text apart."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import SharedContext, Source, compress
from headroom.kinds.registry import default_kinds
from headroom.pipeline.boundaries import stretches
from headroom.pipeline.segments import split

TESTS = "\n".join(
    [
        *(f"test_number_{n} (shop.tests.CartTests) ... ok" for n in range(60)),
        "test_refund (shop.tests.CartTests) ... FAIL",
        *(f"test_other_{n} (shop.tests.CartTests) ... ok" for n in range(60)),
        "=" * 70,
        "FAIL: test_refund (shop.tests.CartTests)",
        "-" * 70,
        "Traceback (most recent call last):",
        '  File "/srv/shop/tests.py", line 88, in test_refund',
        "    self.assertEqual(cart.total, 0)",
        "AssertionError: 1.1 != 0",
        "",
        "Ran 121 tests in 0.345s",
        "",
        "FAILED (failures=1)",
    ]
)
TRACE = "\n".join(f"+++ export VARIABLE_{n}=/opt/place/number/{n}" for n in range(40))
CODE = "\n".join(
    f"def step_{n}(value):\n    total = value * {n}\n    return total + {n}\n" for n in range(40)
)


def kinds_of(text: str) -> list[str]:
    parts = split(Source(text), default_kinds())
    return [] if parts is None else [part.kind.name for part in parts]


def test_a_test_run_below_a_shell_trace_keeps_its_failure() -> None:
    text = f"{TRACE}\n+ python -m unittest\n{TESTS}\n+ git checkout main\nUpdated 1 path"
    result = compress(text)
    assert result.failure is None
    for line in TESTS.split("\n"):
        if "refund" in line or "AssertionError" in line or line.startswith("FAILED"):
            assert line in result.text


@pytest.mark.parametrize("prompt", ["$ ", "+ ", "me@host:~/shop$ ", "(venv) me@host:/srv# "])
def test_each_command_has_its_own_output(prompt: str) -> None:
    text = f"{prompt}cat steps.py\n{CODE}\n{prompt}python -m unittest\n{TESTS}"
    assert kinds_of(text) == ["log", "code", "log"]


def test_the_number_of_a_line_is_not_that_of_a_row() -> None:
    rows = "\n".join(f" {n} | Ada {n} | paid" for n in range(1, 40))
    assert len(stretches(Source(f" id | name | state\n----+------+------\n{rows}"))) == 1


def test_numbered_code_below_what_an_editor_says_of_it() -> None:
    numbered = "\n".join(f"{n:6}\t{line}" for n, line in enumerate(CODE.split("\n"), 40))
    text = f"Here is the result of running `cat -n` on steps.py:\n{numbered}\n"
    assert kinds_of(text) == ["text", "code"] or kinds_of(text) == ["text", "code", "text"]
    view = compress(text, query="step_7").text
    assert "    return total + 7" in view


def test_what_stands_in_tags_goes_its_own_way() -> None:
    text = f"<returncode>1</returncode>\n<output>\n{TESTS}\n</output>"
    assert kinds_of(text) == ["text", "log", "text"]
    view = compress(text).text
    assert view.startswith("<returncode>1</returncode>\n<output>\n")
    assert view.endswith("\n</output>")


@pytest.mark.parametrize(
    "text",
    [
        # Commands of a document.
        "Install it\n\n$ pip install it\n\nand run it:\n\n$ it --help\n" + "It helps. " * 90,
        "Use it so:\n```\n$ one\n$ two\n```\n" + "It helps. " * 90,
        # Markup of a document.
        "<p>\n" + "It is a text, mostly. " * 40 + "\n</p>",
        # Lines that a diff adds.
        "--- a/x\n+++ b/x\n@@ -1,2 +1,4 @@\n one\n+ two\n+ three\n four\n",
    ],
)
def test_what_only_looks_like_a_boundary(text: str) -> None:
    assert len(stretches(Source(text))) == 1


def test_places_in_a_session_lead_back() -> None:
    text = f"<output>\n{TESTS}\n</output>"
    ctx = SharedContext()
    entry = ctx.put("run", text)
    assert entry.omissions
    for omission in entry.omissions:
        assert ctx.retrieve("run", place=omission.where, max_tokens=4000).text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("$ ls", "+ ls", "++ ls", "<output>", "</output>", "<a>b</a>", "```"),
                *("@@ -1,2 +1,9 @@", "+++ b/x", "--- a/x", "     1\tone", "     2\ttwo"),
                *("12:x", "13:y", "", "word " * 20),
            ]
        )
        | st.text(max_size=30),
        max_size=40,
    ).map("\n".join)
)
def test_stretches_are_the_whole_text(text: str) -> None:
    found = stretches(Source(text))
    assert [one.first for one in found] == [0, *(one.end for one in found[:-1])]
    assert found[-1].end == text.count("\n") + 1
    assert all(one.first < one.end for one in found)
    assert compress(text, max_tokens=150).failure is None


@pytest.mark.parametrize("line", ["$ ls", "<output>", "     1\tx", "```"])
def test_many_boundaries_take_no_time(line: str) -> None:
    start = time.process_time()
    assert compress("\n".join([line] * 20_000)).failure is None
    assert time.process_time() - start < 5
