"""Source code as agents get it: numbered, cut off, broken, several files in one text."""

from __future__ import annotations

import inspect
import json
import textwrap
import time

import pytest

import headroom
from headroom.kinds.code.outlines.indents import indent_outline
from headroom.kinds.code.outlines.python_parse import parses
from headroom.kinds.code.outlines.sections import split_sections
from headroom.kinds.code.recognise import looks_like_code
from headroom.source import Source
from headroom.toolkit.numbering import unnumbered

from .laws import COUNTER, check, compress

PYTHON = inspect.getsource(textwrap)
OTHER = inspect.getsource(json.decoder)
SCRIPT = """\
import { readFile } from "node:fs/promises";

export class Reader {
  constructor(path) {
    this.path = path;
    this.cache = new Map();
    this.reads = 0;
    this.misses = 0;
  }

  async read(name) {
    if (this.cache.has(name)) {
      this.reads += 1;
      return this.cache.get(name);
    }
    this.misses += 1;
    const text = await readFile(`${this.path}/${name}`, "utf8");
    this.cache.set(name, text);
    return text;
  }
}
"""


def numbered(source: str, form: str) -> str:
    lines = source.rstrip("\n").split("\n")
    return "".join(form.format(number, line) + "\n" for number, line in enumerate(lines, 1))


@pytest.mark.parametrize("form", ["{:6d}\t{}", "{}| {}", "{:5d}→{}", "{}: {}", "{:4d} {}"])
def test_numbers_in_front_of_lines_stay_and_the_rest_is_read_as_code(form):
    source = numbered(PYTHON, form)
    assert unnumbered(source) == PYTHON
    assert looks_like_code(Source(source))
    view = compress(source, query="fix _wrap_chunks")
    check(source, view)
    assert parses(unnumbered(view.text, gaps=True))
    assert COUNTER.count(view.text) < 0.45 * COUNTER.count(source)
    body = PYTHON[PYTHON.index("    def _wrap_chunks") : PYTHON.index("    def _split_chunks")]
    for line in filter(str.strip, body.split("\n")):
        assert line in view.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1\n2\n",
        "1 a\n2 b\n4 c\n5 d\n6 e\n7 f\n",
        "a\nb\nc\nd\ne\nf\n",
        "1|a\n2:b\n3|c\n4|d\n5|e\n",
    ],
)
def test_what_is_not_numbered_line_by_line_is_left_alone(text):
    assert unnumbered(text) is None


def test_a_syntax_error_costs_the_parser_but_not_the_view():
    source = PYTHON.replace("def fill(self, text):", "def fill(self, text:")
    assert not parses(source)
    view = compress(source, query="fix _wrap_chunks")
    check(source, view)
    for line in ("class TextWrapper:", "    def wrap(self, text):", "def dedent(text):"):
        assert line in view.text.split("\n")
    assert "while chunks:" in view.text
    assert COUNTER.count(view.text) < 0.5 * COUNTER.count(source)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_code_that_is_cut_off_in_the_middle(share):
    source = OTHER[: int(len(OTHER) * share)] + "\n    broken = ("
    view = compress(source)
    check(source, view)
    assert "class JSONDecodeError(ValueError):" in view.text
    assert COUNTER.count(view.text) < 0.6 * COUNTER.count(source)


@pytest.mark.parametrize(
    "source",
    [
        "def half(x:\n    '''Never closed.\n" + "    x = x / 2\n" * 20,
        "int twice(int x) {\n" + "    x = x * 2;\n" * 20 + "    return x;\n",
        "module Half\n  def half(x)\n" + "    x /= 2\n" * 20 + "  end\nend\n",
        "deploy() {\n" + "    echo step\n" * 20 + "}\n",
    ],
)
def test_indentation_alone_tells_functions(source):
    outline = indent_outline(Source(source))
    assert outline is not None
    covered = sorted(pair for unit in outline.units for pair in unit.ranges)
    expected = 1
    for first, last in covered:
        assert first == expected
        expected = last + 1
    assert expected == len(outline.lines) + 1


def test_indentation_of_prose_tells_nothing():
    assert indent_outline(Source("It was late.\n    We left.\nNobody knew.\n")) is None


FILES = {"lib/wrapping.py": PYTHON, "web/reader.js": SCRIPT, "lib/decoding.py": OTHER}


@pytest.mark.parametrize(
    ("header", "footer"),
    [
        ("===> {}\n", ""),
        ("==> {} <==\n", "\n"),
        ("--- {} ---\n", ""),
        ("# {}\n", "\n"),
        ("// {}\n", "\n"),
        ("File: {}\n", "\n"),
        ('<file path="{}">\n', "</file>\n"),
    ],
)
def test_files_after_one_another_each_in_its_language(header, footer):
    source = "".join(header.format(path) + text + footer for path, text in FILES.items())
    assert [section.path for section in split_sections(source)] == list(FILES)
    assert looks_like_code(Source(source))
    view = compress(source, query="fix _wrap_chunks")
    check(source, view)
    lines = view.text.split("\n")
    for path in FILES:
        assert header.format(path).strip() in lines
    for line in ("class TextWrapper:", "export class Reader {", "class JSONDecoder(object):"):
        assert line in lines
    assert "while chunks:" in view.text
    assert COUNTER.count(view.text) < 0.45 * COUNTER.count(source)
    for section, path in zip(split_sections(view.text), FILES):
        if path.endswith(".py"):
            assert parses("\n".join(lines[section.header : section.last]))


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_files_of_which_the_last_has_only_its_name_yet(end):
    source = f"==> a.py <==\n{PYTHON}==> b.py <=={end}"
    view = headroom.compress(source)
    assert view.failure is None
    assert view.kind == "code"
    assert "==> b.py <==" in view.text
    middle = f"==> a.py <==\n{PYTHON}==> b.py <==\n==> c.py <==\nx = 1\n"
    assert headroom.compress(middle).failure is None


def test_a_comment_that_names_its_own_file_starts_no_other():
    assert split_sections("# setup.py\nimport os\n# README.md\nx = 1\n") == []
    assert split_sections("import os\nx = 1\n") == []


def test_lines_for_the_notebook_among_the_python():
    source = "# %%\n%matplotlib inline\n!pip install some-package\n\n# %%\n" + PYTHON
    view = compress(source)
    check(source, view)
    assert "class TextWrapper:" in view.text
    assert parses(view.text)


def test_of_one_very_long_function_the_part_that_is_asked_for():
    steps = "".join(
        f"    if state == {n}:\n        done = step_{n}(state)\n        log('step {n}', done)\n"
        for n in range(200)
    )
    view = compress(f"def run(state):\n{steps}    return state\n", query="what does step 117 do")
    assert "done = step_117(state)" in view.text
    assert "done = step_42(state)" not in view.text


def test_the_titles_of_tests_are_names():
    source = 'import { add } from "./add.js";\n\ndescribe("add", () => {\n' + "".join(
        f'  it("adds {n} to one", () => {{\n' + "    expect(add(1)).toBe(2);\n" * 9 + "  });\n\n"
        for n in range(30)
    )
    source += "});\n"
    view = compress(source)
    check(source, view)
    for n in range(30):
        assert f'  it("adds {n} to one", () => {{' in view.text
    assert compress(source, query="adds 7 to one").text.count("expect(") >= 9


def test_methods_of_an_object_are_functions():
    method = "  {0}(job) {{\n" + "    this.jobs.push(job);\n" * 12 + "  }},\n"
    source = "export const queue = {\n" + "".join(map(method.format, "abcdefgh")) + "};\n"
    view = compress(source, query="fix c")
    assert all(f"  {name}(job) {{" in view.text for name in "abcdefgh")
    assert view.text.count("this.jobs") == 12


@pytest.mark.parametrize("name", ["compute_retry_delay", "computeRetryDelay"])
def test_a_question_in_words_finds_the_function_that_is_called_so(name):
    body = "".join(f"    step = step * {n} + 1\n" for n in range(12))
    others = "".join(f"def retry_{n}(step):\n{body}    delay(step)\n\n\n" for n in range(12))
    source = f"{others}def {name}(step):\n{body}    return step\n"
    view = compress(source, query="where is the retry delay computed")
    assert f"def {name}(step):\n{body}    return step\n" in view.text


def test_a_budget_is_used_though_the_next_thing_is_too_large():
    large = "def large():\n" + '    x = """\n' + "text\n" * 2000 + '"""\n'
    small = "".join(f"def small_{n}():\n" + "    step()\n" * 20 + "\n\n" for n in range(40))
    source = large + "\n\n" + small
    for budget in (600, 1000, 2000):
        view = compress(source, max_tokens=budget)
        assert 0.85 * budget <= COUNTER.count(view.text) <= budget


def test_a_text_with_errors_is_still_read_in_its_language():
    source = '#define LOOP(x) for (x : all)\n#include "a.h"\n\n' + "".join(
        f"MACRO_BEGIN\nint job_{n}(int x)\n{{\n"
        + "  x += 1;\n" * 15
        + "  return x;\n}\nMACRO_END\n\n"
        for n in range(30)
    )
    view = compress(source)
    check(source, view)
    assert all(f"int job_{n}(int x)" in view.text for n in range(30))


LOOKS = {
    "table": "import codecs\n\nTABLE = (\n" + "    'x'  # letter\n" * 200 + ")\n",
    "calls": "from app import add\n\n" + "def test_it():\n" + "    add('a', 'b c d')\n" * 90,
}


@pytest.mark.parametrize("source", LOOKS.values(), ids=LOOKS)
def test_much_data_among_python_is_python(source):
    assert looks_like_code(Source(source))


def seconds(source: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        headroom.compress(source, kind="code", query="fix wrap")
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "source",
    [
        PYTHON,
        SCRIPT,
        PYTHON.replace("def __init__(", "def __init__(("),
        "int twice(int x)\n{\n" + "  x = x + step(x);\n" * 12 + "  return x;\n}\n",
    ],
    ids=["python", "javascript", "broken", "c"],
)
def test_time_grows_with_the_size(source):
    small = source * (32_768 // len(source) + 1)
    large = source * (262_144 // len(source) + 1)
    assert seconds(large) < 20 * max(seconds(small), 0.01)


def test_go_that_writes_a_script_is_go():
    script = "".join(f'  if [ "$word{n}" = x ]; then\n    echo {n}\n  fi\n' for n in range(60))
    source = f"package main\n\nfunc (c *Command) write() string {{\n\treturn `{script}`\n}}\n\n" + (
        "func (c *Command) read() string {\n" + "\tc.step()\n" * 40 + '\treturn ""\n}\n'
    )
    view = compress(source, query="fix read")
    check(source, view)
    assert "// [" in view.text
    assert view.text.count("c.step()") == 40
