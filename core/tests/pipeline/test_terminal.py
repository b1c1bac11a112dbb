"""Texts with terminal codes are read as a terminal shows them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import MARKER, SharedContext, Source, compress, get_counter
from headroom.pipeline.terminal import is_written_over, shown

RED, END = "\x1b[1;31m", "\x1b[0m"
RUN = "\n".join(
    [
        *(
            f"{END}test_cart.py::test_{n} \x1b[32mPASSED{END}\x1b[33m [{n}%]{END}"
            for n in range(90)
        ),
        f"test_cart.py::test_refund {RED}FAILED{END}",
        f"{RED}E       assert 1.1 == 0{END}",
        f"{RED}==== {RED}1 failed{END}, 90 passed in 3.21s ===={END}",
    ]
)


def test_a_coloured_test_run() -> None:
    result = compress(RUN)
    assert result.kind == "log"
    assert "\x1b" not in result.text
    assert "test_cart.py::test_refund FAILED" in result.text
    assert "assert 1.1 == 0" in result.text
    assert result.text.startswith(
        "[left out: terminal codes, and what was written over, in lines 1-93]"
    )
    assert not result.lossless


def test_a_lossless_view_keeps_every_code() -> None:
    result = compress(RUN, fidelity="lossless")
    assert result.lossless
    assert result.text.count("\x1b") == RUN.count("\x1b")


def test_codes_in_a_json_string() -> None:
    ctx = SharedContext()
    entry = ctx.put("call", {"exit_code": 1, "stdout": RUN})
    assert "\\u001b" not in entry.compressed
    assert "\x1b" not in entry.compressed
    assert "test_refund FAILED" in entry.compressed
    assert "terminal codes" in entry.compressed
    for omission in entry.omissions:
        assert ctx.retrieve("call", place=omission.where, max_tokens=9000).text


def test_of_progress_the_last_state_is_shown() -> None:
    bars = "\r".join(f"downloading {n} %" for n in range(100))
    text = "\n".join([f"fetch {n}\n{bars}\ndone" for n in range(4)])
    result = compress(text)
    assert result.savings_percent > 90
    assert "downloading 99 %" in result.text
    assert "downloading 50 %" not in result.text


def test_the_codes_come_back() -> None:
    ctx = SharedContext()
    entry = ctx.put("run", RUN)
    assert ctx.get("run", full=True) == RUN
    for omission in entry.omissions:
        assert ctx.retrieve("run", place=omission.where, max_tokens=9000).text
    assert f"{RED}E       assert 1.1 == 0{END}" in ctx.retrieve("run", place="lines 92").text
    assert "test_refund" in ctx.retrieve("run", query="which test failed? refund").text


@pytest.mark.parametrize(
    ("line", "seen", "is_lost"),
    [
        ("10 %\b\b\b\b20 %", "20 %", True),
        ("|\b/\b-\b done", " done", True),
        ("N\bNA\bAM\bME\bE and _\bs_\bo and o\b_n\b_", "NAME and so and on", False),
        ("ab\bc", "ac", True),
        ("abc\b", "abc", False),
        ("\b\bab", "ab", False),
        ("10 %\r20 %\r", "20 %\r", True),
        ("10 %\x1b[1G\x1b[2K20 %", "20 %", True),
        ("\x1b[2K\x1b[Gdone", "done", False),
        ("done\x1b[2K", "done", False),
        ("   \rdone", "done", False),
        ("a\r\r", "a\r", False),
    ],
)
def test_a_line_that_is_typed_over(line: str, seen: str, is_lost: bool) -> None:
    found = shown(Source(f"{line}\nend"))
    assert found is not None
    assert found.lines == [seen, "end"]
    assert is_written_over(line) == is_lost


@pytest.mark.parametrize("text", ["one\r\ntwo\r\n", "caf\u00e9", "", "a\r"])
def test_a_text_without_codes_is_as_it_is(text: str) -> None:
    assert shown(Source(text)) is None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["\x1b[31m", "\x1b]0;title\x07", "\x1b", "\r", "\n", "a\x08b", "word ", "\r\n"]
        )
        | st.text(max_size=12),
        max_size=60,
    ).map("".join),
    st.none() | st.integers(1, 120),
)
def test_any_codes_keep_the_laws(text: str, max_tokens: int | None) -> None:
    bare = shown(Source(text))
    assert bare is None or len(bare.lines) == text.count("\n") + 1
    result = compress(text, max_tokens=max_tokens)
    assert result.failure is None
    assert result.tokens_after == get_counter().count(result.text) <= result.tokens_before
    assert max_tokens is None or result.tokens_after <= max_tokens
    assert result.lossless or result.omissions
    if max_tokens is None and not result.lossless:
        assert MARKER.search(result.text)
