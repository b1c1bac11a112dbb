"""Views of languages that are parsed with tree-sitter."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.code.outlines import languages, tree_parse
from headroom.kinds.code.outlines.languages import parser
from headroom.kinds.code.outlines.tree import tree_outline
from headroom.kinds.code.outlines.tree_parse import parse_tree, reparse
from headroom.kinds.code.parse import readings
from headroom.kinds.code.recognise import looks_like_code
from headroom.source import Source
from headroom.view import Deadline

from .laws import COUNTER, check, compress

SOURCES = sorted(Path(__file__).with_name("sources").iterdir())

EXPECTED = {
    "javascript": ("class Queue {", "  push(job) {", "export const drain = async (queue) => {"),
    "typescript": ("export interface Job {", "  id: string;", "  push(job: Job): number {"),
    "tsx": ("export function Badge({ label }: Props) {",),
    "go": ("type Queue struct {", "func (q *Queue) Push(job Job) int {"),
    "rust": ("pub struct Queue {", "    pub fn push(&mut self, job: Job) -> usize {"),
    "java": ("public class Queue {", "    public int push(Job job) {"),
    "c": ("struct queue {", "int queue_push(struct queue *q, int job)", "#endif"),
    "cpp": ("class Queue {", "  int push(int job) {", "namespace jobs {"),
    "c_sharp": ("public class Queue", "    public int Push(int job)"),
    "ruby": ("  class Queue", "    def push(job)", "    end"),
    "php": ("class Queue", "    public function push(int $job): int"),
    "bash": ("queue_push() {", "queue_drain() {"),
    "kotlin": (
        "    fun push(job: String): Int {",
        "    companion object {",
        "fun String.queued(): Queue {",
    ),
    "lua": ("function Queue:push(job)", "Queue.drain = function(self)"),
    "swift": (
        "public struct Queue {",
        "    public mutating func push(_ job: String) throws -> Int {",
        "extension Queue {",
    ),
}


#: In a process of its own: what goes wrong here takes it down.
AT_ONCE = """
import sys, threading
from headroom import compress
from headroom_testing.large import LARGE

sys.setswitchinterval(1e-6)
text = LARGE["javascript"](12_000)
views = {compress(text).text}
def look():
    views.add(compress(text).text)
threads = [threading.Thread(target=look) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(views) - 1)
"""


@pytest.mark.parametrize(
    ("installed", "is_used"),
    [("0.25.2", False), ("0.26.0", False), ("0.26.1", True), ("0.27.0rc1", True), ("1.0", True)],
)
def test_a_binding_that_would_end_the_process_is_not_used(
    installed, is_used, monkeypatch, fresh_grammars, caplog
):
    monkeypatch.setattr("importlib.metadata.version", lambda _: installed)
    assert (languages.grammar("tree_sitter_go", "language") is not None) is is_used
    assert (f"tree-sitter {installed} is not used" in caplog.text) is not is_used


@pytest.fixture
def fresh_grammars():
    """What is known of the installed parsers is found out anew."""
    for known in (languages.grammar, languages._is_safe):
        known.cache_clear()
    yield
    for known in (languages.grammar, languages._is_safe):
        known.cache_clear()


def test_threads_that_parse_at_once_do_not_share_a_parser():
    assert subprocess.run([sys.executable, "-c", AT_ONCE]).returncode == 0


@pytest.mark.parametrize("name", ["go.go", "javascript.js", "tsx.tsx", "typescript.ts", "rust.rs"])
def test_a_long_text_is_taken_apart_in_pieces_as_it_is_in_one(name):
    source = Path(__file__).with_name("sources").joinpath(name).read_text() + "\n"
    long = source * (1 + (1 << 17) // len(source))
    parsed = reparse(long, parse_tree(source, Deadline(None)).language, Deadline(None))
    whole = parser(parsed.language).parse(long.encode())
    assert len(list(parsed.trees())) > 1
    assert not whole.root_node.has_error
    for cut_data in (True, False):
        by_pieces, by_whole = (
            tree_outline(Source(long), replace(parsed, trees=trees), cut_data=cut_data)
            for trees in (parsed.trees, lambda: iter([whole]))
        )
        assert by_pieces == by_whole


def test_nothing_of_a_text_stays_behind_once_it_is_parsed():
    source = Path(__file__).with_name("sources").joinpath("javascript.js").read_text() + "\n"
    long = source * (1 + (1 << 17) // len(source))
    language = parse_tree(source, Deadline(None)).language

    def outline():
        return tree_outline(Source(long), reparse(long, language, Deadline(None)), cut_data=True)

    assert outline().symbols
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(3):
        outline()
    left = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert left < len(long) / 4


@pytest.mark.parametrize("errors", [1, 9])
def test_a_long_text_with_errors_is_parsed_in_pieces_and_shows_the_same(errors):
    source = Path(__file__).with_name("sources").joinpath("go.go").read_text() + "\n"
    some = source * (1 + (1 << 17) // (errors * len(source))) + "func broken( {\n\n"
    long = some * errors
    parsed = reparse(long, parse_tree(source, Deadline(None)).language, Deadline(None))
    assert len(list(parsed.trees())) > 1
    assert parsed.errors >= errors
    whole = parser(parsed.language).parse(long.encode())
    by_pieces, by_whole = (
        tree_outline(Source(long), replace(parsed, trees=trees), cut_data=True)
        for trees in (parsed.trees, lambda: iter([whole]))
    )
    assert len(by_pieces.symbols) == pytest.approx(len(by_whole.symbols), rel=0.02)


def test_a_class_that_is_longer_than_a_piece_is_parsed_as_one():
    method = "  m{0}(x) {{\n    return x.map((z) => z + {0});\n  }}\n\n"
    long = "class A {\n" + "".join(map(method.format, range(6_000))) + "}\n\nconst last = 1;\n"
    parsed = reparse(long, languages._BY_NAME["javascript"], Deadline(None))
    assert parsed.errors == 0
    symbols = tree_outline(Source(long), parsed, cut_data=True).symbols
    assert {symbol.parent for symbol in symbols[1:]} == {0}


#: What no parser here can read, of about a size. Some get lost in each of them.
NO_CODE = {
    "a log": "2026-03-02T09:14:10 ERROR no. {} of 'a{}b' failed [[in x/y.py:3\n",
    "a page": "<div class=\"a b\"><p id='x{}'>It rained & <b>snowed</b> {} times.</p></div>\n",
    "a diff": "@@ -{},9 +{},9 @@ def f(a):\n-    return a\n+    return (a, b[0]\n",
    "records": "- id: {}\n  name: n{}\n  at: y\n",
    "no text": '\x01\ufffd\xe9[[{}=\x7f`"\x05{}\xff--[[\n',
}


def test_a_language_that_fits_the_start_is_taken_before_others_are_tried(monkeypatch):
    tried = []

    def recorded(content, language, deadline):
        tried.append((language.name, len(content)))
        return reparse(content, language, deadline)

    monkeypatch.setattr(tree_parse, "reparse", recorded)
    text = "export function add(a, b) {\n  return a + b;\n}\n" * 500
    assert len(languages.likely_languages(text)) > 1
    assert parse_tree(text, Deadline(None)).language.name == "javascript"
    assert [name for name, _ in tried] == ["javascript", "javascript"]
    tried.clear()
    # That the start ends amid something is no sign of another language.
    amid = "class Sums {\n" + "  add(a, b) {\n    const c = a;\n    return b;\n  }\n" * 500 + "}\n"
    assert len(languages.likely_languages(amid)) > 1
    assert parse_tree(amid, Deadline(None)).language.name == "javascript"
    assert [name for name, _ in tried] == ["javascript", "javascript"]
    tried.clear()
    # Only the second one knows types; that the first one does not is seen in the sample alone.
    text = text.replace("(a, b)", "(a: number, b: string)")
    assert parse_tree(text, Deadline(None)).language.name == "typescript"
    assert [name for name, size in tried if size == len(text)] == ["typescript"]


UNREAD = {
    "cut Python": "from a import b\n\n\ndef f(path):\n    if path:\n        return 1\n\n\nclass A(",
    "old Python": "class A:\n    def f(self):\n        for x in self:\n            print 'a', x\n",
}


@pytest.mark.parametrize("name", UNREAD)
def test_no_parser_is_tried_on_what_none_reads(name):
    assert languages.likely_languages(UNREAD[name]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NO_CODE)
@pytest.mark.parametrize("language", languages.LANGUAGES, ids=lambda language: language.name)
def test_a_parser_that_gets_lost_is_stopped(language, name, monkeypatch):
    units = [NO_CODE[name].format(number, number) for number in range(50_000)]
    text = "".join(units)[:40_000]
    steps = lost = read = 0

    class Counted:
        """A parser, and what it does."""

        def __init__(self, inner):
            self.inner = inner

        def parse(self, given, progress_callback):
            def counted(offset, point):
                nonlocal read
                chunk = given(offset, point)
                read += len(chunk)
                return chunk

            def stop(offset, is_lost):
                nonlocal steps, lost
                steps, lost = steps + 1, lost + is_lost
                return progress_callback(offset, is_lost)

            return self.inner.parse(counted, progress_callback=stop)

    def counted_parser(*arguments):
        return Counted(parser(*arguments))

    monkeypatch.setattr("headroom.kinds.code.outlines.tree_parse.parser", counted_parser)
    reparse(text, language, Deadline(None))
    # A step takes up to 0.3 ms, or 11 where the parser is lost; a megabyte is read in 6 ms. What
    # one step reads cannot be stopped.
    assert steps <= 1_300
    assert lost <= 115
    assert read <= 100 * len(text.encode()) + (1 << 20)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_outline_keeps_signatures_and_parses(path):
    source = path.read_text()
    parsed = parse_tree(source, Deadline(None))
    assert parsed is not None
    assert parsed.language.name == path.stem
    assert parsed.errors == 0
    assert looks_like_code(Source(source))
    total = COUNTER.count(source)
    view = compress(source)
    check(source, view, ("...", ":"))
    assert reparse(view.text, parsed.language, Deadline(None)).errors == 0
    for line in EXPECTED[path.stem]:
        assert line in view.text.split("\n")
    assert "left_to_do" not in view.text
    assert COUNTER.count(view.text) < 0.7 * total


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_budget_parses_and_is_kept_to(path):
    source = path.read_text()
    language = parse_tree(source, Deadline(None)).language
    for budget in range(30, COUNTER.count(source), 40):
        view = compress(source, max_tokens=budget)
        check(source, view, ("...", ":"))
        assert COUNTER.count(view.text) <= budget
        assert reparse(view.text, language, Deadline(None)).errors == 0


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_named_body_stays_whole(path):
    source = path.read_text()
    name = {"tsx": "Badge", "c": "queue_push", "bash": "queue_push"}.get(path.stem, "push")
    name = "Push" if path.stem in ("go", "c_sharp") else name
    view = compress(source, query=f"How does {name} work?")
    check(source, view, ("...", ":"))
    body = [line for line in source.split("\n") if "left_to_do" in line]
    assert len(body) >= 2
    for line in body:
        assert line in view.text.split("\n")


@pytest.mark.parametrize(
    "content",
    [
        "{" * 20_000,
        "(" * 20_000 + ")" * 20_000,
        "class A { " * 3_000 + "}" * 3_000,
        "function f() {\n" * 1_000 + "}\n" * 1_000,
        "int f(" * 5_000,
        "#if A\n" * 5_000,
        "a < b > c < " * 5_000 + ";",
        "if [ x ]; then\n" * 2_000,
        "let x =\n" + "a<\n" * 20_000 + ";\nconst y = 2;\n",
        "class A\n" + "\\'\n" * 20_000 + "def x\nend\n",
        "class A {\n" + "\\'" * 50_000 + "\n}\n",
    ],
    ids=range(11),
)
def test_hostile_nesting(content):
    start = time.process_time()
    try:
        view = compress(content, max_tokens=60)
    except WrongKind:
        view = None
    assert time.process_time() - start < 15
    if view is not None:
        check(content, view, ("...", ":"))


def test_the_deadline_stops_the_parser():
    ticks = iter(range(10**9))
    with pytest.raises(TimeBudgetExceeded):
        parse_tree("int f(void) { return 1; }\n" * 5_000, Deadline(3, lambda: float(next(ticks))))


def test_values_that_a_module_exports_are_public_symbols():
    functions = "\n".join(
        f"export function part{n}(value: number): number {{\n"
        + "".join(f"  value = value * {k} + part(value, {k});\n" for k in range(12))
        + "  return value;\n}\n"
        for n in range(12)
    )
    limits = "export const LIMITS: Record<string, number> = {\n  a: 1,\n  b: 2,\n};\n"
    source = f"{functions}\n{limits}"
    view = compress(source, query="what does part3 do?")
    assert limits.split("\n")[0] in view.text
    assert COUNTER.count(view.text) < 0.4 * COUNTER.count(source)


ANNOTATED = """class BASE_EXPORT Pool : public Base {
 public:
  void Drain() override LOCKS_EXCLUDED(mutex_);

 private:
  std::queue<Item> items_ GUARDED_BY(mutex_);
};

Pool::Pool()
    : limit_(9),
#if defined(SLOW)
      slow_(true),
#endif
      ready_(false) {
}

void Pool::Drain() {
  MutexLock lock(&mutex_);
  while (!items_.empty()) {
    Item item = items_.front();
    items_.pop();
    item.Finish(ready_);
  }
}
""" + "".join(
    f"""
void Pool::Other{number}(int value) {{
  MutexLock lock(&mutex_);
  total_ = total_ + value * {number};
  for (int i = 0; i < value; ++i) {{
    items_.push(Item(i, {number}));
  }}
  ready_ = total_ > limit_ && !items_.empty();
}}
"""
    for number in range(12)
)


def test_macros_and_conditional_lines_hide_nothing():
    view = compress(ANNOTATED, query="What does Pool::Drain do?")
    check(ANNOTATED, view)
    for line in ("    items_.pop();", "void Pool::Other7(int value) {"):
        assert line in view.text.split("\n")
    assert "i < value" not in view.text
    assert COUNTER.count(view.text) < 0.5 * COUNTER.count(ANNOTATED)


def test_what_has_no_literal_to_be_cut_is_read_once_by_its_tree() -> None:
    function = "function add(one, two) {\n  const sum = one + two;\n  return sum;\n}\n"
    literal = "const NAMES = [\n  'ann',\n  'bob',\n  'eve',\n];\n"
    without, with_one = (list(readings(Source(text))) for text in (function, function + literal))
    assert len(with_one) == len(without) + 1
