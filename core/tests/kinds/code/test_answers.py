"""Functions that a question describes in words that they are not called by."""

from __future__ import annotations

import pytest

from headroom import compress
from headroom.kinds.code.answers import answer_scores, forms_in_names
from headroom.kinds.code.outlines.braces import brace_outline
from headroom.source import Source
from headroom.view import Deadline

_FILLING = "".join(
    f"""

def step_{number}(state):
    state = state + {number}
    if state % 7 == {number % 7}:
        state = state * {number + 3}
        state = state - {number + 5}
    return state
"""
    for number in range(24)
)

_FUNCTIONS = """

def fmt_msg(text, width):
    shown = []
    while text:
        shown.append(text[:width].ljust(width, "."))
        text = text[width:]
    return "|".join(shown)


def wait(seconds):
    total = 0
    for second in range(seconds):
        total = total + second * 3
        total = total - second * 2
    return total


def clean_up(active):
    gone = [name for name in active if not active[name]]
    for name in sorted(gone, reverse=True):
        active.pop(name)
        active["gone"] = active.get("gone", 0) + 1
    return active


def decode_token(raw):
    kind, _, rest = raw.partition(":")
    rest = rest[::-1].replace("~", "=")
    return kind.upper(), rest


def dump_all(rows):
    lines = []
    for row in rows:
        lines.append(";".join(sorted(row)))
    return "".join(lines)
"""

_SOURCE = '"""Steps and their helpers."""\n\nimport os\n' + _FILLING + _FUNCTIONS + _FILLING


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("How is a message formatted?", 'text[:width].ljust(width, ".")'),
        ("What is done to wait until those that are active have been cleaned?", "active.pop(name)"),
        ("Show how the decoding of tokens is done", 'rest[::-1].replace("~", "=")'),
        ("Where are the results serialized?", '";".join(sorted(row))'),
    ],
)
@pytest.mark.parametrize("budget", [None, 500])
def test_the_body_is_shown(query, body, budget):
    assert body in compress(_SOURCE, query=query, max_tokens=budget).text


def test_what_answers_next_best_is_shown_as_well():
    """Of some functions that answer about as well, any may be the one that is meant."""
    source = _SOURCE.replace("def step_5(state)", "def load_sheet(state)")
    source = source.replace("def step_9(state)", "def load_lines(state)")
    view = compress(source, query="how does the sheet with all its lines load", max_tokens=500)
    assert "state = state + 5\n" in view.text
    assert "state = state + 9\n" in view.text


def test_a_name_that_is_asked_for_alone_comes_before_all_that_answers():
    source = _SOURCE.replace("def step_3(state)", "def work_wait_work(state)")
    view = compress(source, query="how does wait work", max_tokens=200)
    assert "total = total + second * 3" in view.text
    assert "state = state + 3\n" not in view.text


def test_forms_of_words():
    wanted = ["integer", "messag", "compression", "specification", "formatt", "index"]
    parts = ["int", "msg", "compress", "spec", "format", "inside", "mask", "in", "idx"]
    assert forms_in_names(wanted, parts) == {
        "int": ["integer"],
        "msg": ["messag"],
        "compress": ["compression"],
        "spec": ["specification"],
        "format": ["formatt"],
        "idx": ["index"],
    }


def test_without_a_question_nothing_has_a_score():
    outline = brace_outline(Source("void f() {\n  g();\n}\n"))
    assert outline is not None
    assert answer_scores(outline, [0], None, Deadline(None)) == [0.0]


def test_what_is_left_out_keeps_its_name():
    """Only who knows that a function is there can ask for it."""
    view = compress(_SOURCE, max_tokens=350)
    for name in ("clean_up", "decode_token", "step_23"):
        assert name in view.text
    assert "raw.partition" not in view.text


def test_what_is_asked_for_goes_before_the_names_of_the_rest():
    view = compress(_SOURCE, query="how does decode_token work", max_tokens=110)
    assert 'rest[::-1].replace("~", "=")' in view.text


def test_a_line_that_looks_like_a_sign_with_names_is_not_taken_for_one():
    source = _SOURCE.replace("import os\n", "import os\n# \u2026 wait, clean_up\n")
    view = compress(source, max_tokens=600)
    assert "below stands for" not in view.text
