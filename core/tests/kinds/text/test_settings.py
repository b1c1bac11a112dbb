"""Settings: what is set is told before what is said of it."""

from __future__ import annotations

from headroom import SharedContext, compress
from headroom.kinds.text.recognise import comments_of
from headroom.source import Source

LINES = [
    line
    for n in range(40)
    for line in (
        f"# How long the part that is called {n} waits for an answer of the others, before it",
        "# gives up and says so to whoever asked; the unit is the second, and zero is for ever.",
        f"part_{n}_timeout: {n * 3}",
        f"part_{n}_host: part{n}.example.org:80{n:02}",
    )
]
SETTINGS = "\n".join(LINES) + "\n"


def test_comments_go_and_what_is_set_stays() -> None:
    result = compress(SETTINGS)
    assert result.tokens_after < 0.7 * result.tokens_before
    assert all(line in result.text for line in LINES if not line.startswith("#"))
    assert "[lines 1-2 left out]" in result.text
    ctx = SharedContext()
    ctx.put("settings", SETTINGS)
    found = ctx.retrieve("settings", place="lines 1-2").text
    assert LINES[0] in found
    assert LINES[1] in found


def test_short_settings_with_few_comments_stay_whole() -> None:
    text = "\n".join(["# Where it runs.", *(f"part_{n}_host: part{n}.example" for n in range(60))])
    assert compress(text).text == text


def test_a_comment_is_shown_where_it_is_asked_for() -> None:
    result = compress(SETTINGS, query="What does zero mean for a timeout?")
    assert "zero is for ever" in result.text


def test_headings_of_markdown_are_no_comments() -> None:
    sections = [f"# Part {n}\n\nThe part {n} waits for the others: {n} seconds." for n in range(9)]
    assert not comments_of(Source("\n\n".join(sections)))


def test_of_defaults_in_comments_what_is_set_stays() -> None:
    lines = [
        line
        for n in range(120)
        for line in (
            f"# How long the part that is called {n} waits for an answer of the others, before it",
            "# gives up and says so to whoever asked; the unit is the second.",
            f"#part_{n}_timeout = {n * 3}",
            "",
        )
    ]
    there = [f"part_{n}_timeout = {n}\t\t# (change requires restart)" for n in range(5, 120, 9)]
    for n, line in zip(range(5, 120, 9), there):
        lines.insert(lines.index(f"#part_{n}_timeout = {n * 3}") + 1, line)
    text = "\n".join(lines)
    for tokens in (None, 1500):
        result = compress(text, max_tokens=tokens, kind="text")
        assert result.savings_percent > 40
        assert all(line in result.text.split("\n") for line in there)
