"""Views of languages that look like C, where there is no parser for them."""

from __future__ import annotations

import pytest

from headroom.errors import WrongKind
from headroom.kinds.code.outlines import languages
from headroom.kinds.code.outlines.brace_scan import is_balanced, scan
from headroom.kinds.code.outlines.braces import brace_outline
from headroom.source import Source

from .laws import COUNTER, check, compress
from .test_tree import EXPECTED, SOURCES

BRACED = [path for path in SOURCES if path.stem not in ("ruby", "bash", "tsx", "lua")]

KOTLIN = """package jobs

import java.time.Instant

class Queue(private val limit: Int) {
    private val jobs = mutableListOf<String>()

    fun push(job: String): Int {
        if (jobs.size >= limit) {
            throw IllegalStateException("no room } for more")
        }
        // An unbalanced { in a comment.
        jobs.add(job)
        jobs.sort()
        jobs.forEach { println(it) }
        return jobs.size
    }

    fun drain(): List<String> {
        val all = jobs.toList()
        jobs.clear()
        println("drained everything there was at " + Instant.now())
        return all
    }
}
"""


@pytest.fixture(autouse=True)
def without_parsers(monkeypatch):
    """As if the extra was not installed."""
    monkeypatch.setitem(__import__("sys").modules, "tree_sitter", None)
    languages.grammar.cache_clear()
    yield
    languages.grammar.cache_clear()


def test_what_is_left_out_is_said_in_the_comments_of_the_language():
    source = "#!/usr/bin/awk -f\n" + "\n".join(
        f"""
# Sums what the hosts of rack {rack} sent.
function sum_{rack}(host, size) {{
  # One host may come more than once.
  if (host in seen) {{
    total[host] = total[host] + size
  }}
  return total[host]
}}"""
        for rack in range(8)
    )
    view = compress(source)
    check(source, view)
    assert "function sum_3(host, size) {\n  # …\n}" in view.text


@pytest.mark.parametrize("path", BRACED, ids=lambda path: path.stem)
def test_signatures_stay_and_brackets_balance(path):
    source = path.read_text()
    view = compress(source)
    check(source, view)
    assert is_balanced(view.text)
    for line in EXPECTED[path.stem]:
        assert line in view.text.split("\n")
    assert "left_to_do" not in view.text


def test_a_language_without_a_parser():
    view = compress(KOTLIN)
    check(KOTLIN, view)
    push = "    fun push(job: String): Int {"
    assert (
        f"{push}\n        /* [lines 9-16 left out: … below stands for up to 24 lines] */\n    }}"
        in view.text
    )
    assert "    fun drain(): List<String> {" in view.text
    whole = compress(KOTLIN, query="how does drain work")
    assert "jobs.clear()" in whole.text
    assert "jobs.sort()" not in whole.text


@pytest.mark.parametrize("path", BRACED, ids=lambda path: path.stem)
def test_every_budget_balances_and_is_kept_to(path):
    source = path.read_text()
    for budget in range(40, COUNTER.count(source), 60):
        view = compress(source, max_tokens=budget)
        check(source, view)
        assert COUNTER.count(view.text) <= budget
        assert is_balanced(view.text)


@pytest.mark.parametrize("text", ["f(a) {", "f)", "(]", "/* never closed", "`open"])
def test_brackets_that_do_not_add_up_tell_nothing(text):
    assert scan(text) is None


def test_text_is_no_code():
    with pytest.raises(WrongKind):
        compress("The quick brown fox (it was quick) jumps over the dog.\n" * 50)


def test_blocks_that_end_with_a_word_go_by_their_indentation():
    source = (SOURCES[0].parent / "lua.lua").read_text()
    view = compress(source)
    check(source, view)
    for line in EXPECTED["lua"]:
        assert line in view.text.split("\n")
    assert "/*" not in view.text


def test_a_class_whose_header_takes_several_lines_is_a_class():
    source = """
class Reader
  @JvmOverloads
  constructor(
    private val size: Int,
  ) {
    fun readInt(first: Int): Int {
      val prefix = first and 3
      return prefix
    }
  }

class Writer(private val size: Int)
  : Closeable {
    fun write(value: Int) {
      println(value)
    }
  }
"""
    outline = brace_outline(Source(source))
    assert outline is not None
    found = [(symbol.name, symbol.is_class, symbol.local) for symbol in outline.symbols]
    assert found == [
        ("Reader", True, False),
        ("readInt", False, False),
        ("Writer", True, False),
        ("write", False, False),
    ]
