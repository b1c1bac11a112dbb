from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import compress as compress_text
from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.search import SearchCompressor
from headroom.kinds.search.definitions import defined_name
from headroom.kinds.search.recognise import looks_like_search
from headroom.kinds.search.render import decode_search
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.markers import MARKER
from headroom.view import Deadline, Request, View

COUNTER = get_counter()

GREP = "".join(
    f"src/shop/{name}.py:{number}:{text}\n"
    for name in ("cart", "order", "refund", "mail")
    for number, text in [
        (3, "from shop.money import Money"),
        (14, f"def {name}_total(lines: list[Money]) -> Money:"),
        *[(number, f"    total += Money({number})  # {name}") for number in range(20, 50)],
        (77, f"class {name.title()}Money(Money):"),
    ]
)
CONTEXT = (
    "lib/a-1-b.c-10-int before;\n"
    "lib/a-1-b.c:11:int found(void)\n"
    "lib/a-1-b.c-12-{\n"
    "--\n"
    "lib/z.c-7-int other;\n"
    "lib/z.c:8:found();\n"
    "Binary file lib/x.bin matches\n"
)
HEADED = "src/a.py\n12:import os\n14-x = 1\n40:os.getcwd()\n\nsrc/b.py\n3:import os\n9:os.sep\n"
WINDOWS = (
    "C:\\src\\a b.cs:12:using System;\nC:\\src\\a b.cs:30:class Found\nC:\\src\\c.cs:3:Found x;\n"
)
PLAIN = "src/a.py:import os\nsrc/a.py:os.getcwd()\nsrc/b.py:import os\nsrc/b.py:os.sep: str\n"
PATHS = "".join(f"./src/deep/module_{number % 4}/file_{number}.py\n" for number in range(40))
ONE_FILE = "".join(f"{n * n}:    total += {n}\n" for n in range(2, 60)) + "4001:def total():\n"
COLUMNS = "src/a.ts:12:7:const found = 1;\nsrc/a.ts:15:3:found();\nsrc/b.ts:1:10:import { found }\n"


def compress(text: str, **options: object) -> View | None:
    request = Request("search", COUNTER, COUNTER.count(text), **options)  # type: ignore[arg-type]
    return SearchCompressor().compress(Source(text, request.deadline), request)


def view_of(text: str, **options: object) -> View:
    view = compress(text, **options)
    assert view is not None
    return view


def lines_of(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def check_laws(text: str, view: View) -> None:
    """What no omission covers can be read back from the view, and the rest are markers."""
    if view.lossless:
        assert decode_search(view.text) == text
        assert not view.omissions
        return
    lines = lines_of(text)
    gone = {
        number
        for omission in view.omissions
        for first, last in omission.ranges
        for number in range(first, last + 1)
    }
    assert gone <= set(range(1, text.count("\n") + 2))
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    shown = view.text.split("\n")
    assert any(MARKER.fullmatch(line) for line in shown) == bool(gone - {len(lines) + 1})
    for line in kept:
        # Each kept line ends in one that is shown, or names a file that is.
        assert any(line.endswith(part) for part in shown), line
    for part in shown:
        # "./" says that the names after it stand in no directory.
        assert part == "./" or MARKER.fullmatch(part) or any(part in line for line in lines), part


def test_every_file_and_every_definition_is_kept() -> None:
    view = view_of(GREP)
    check_laws(GREP, view)
    assert COUNTER.count(view.text) <= 0.4 * COUNTER.count(GREP)
    shown = view.text.split("\n")
    for name in ("cart", "order", "refund", "mail"):
        # Whoever reads it opens it: not in parts.
        assert f"src/shop/{name}.py" in shown
        assert f"14:def {name}_total(lines: list[Money]) -> Money:" in shown
        assert f"77:class {name.title()}Money(Money):" in shown


def test_where_there_is_no_room_directories_are_said_once() -> None:
    found = "".join(f"src/a/long/way/to/shop/module_{n}.py:{n}:Money(0)\n" for n in range(40))
    view = view_of(found, max_tokens=300)
    check_laws(found, view)
    assert view.text.count("src/a/long/way/to/shop/") == 1
    assert "module_7.py" in view.text


def test_each_gap_is_counted() -> None:
    view = view_of(GREP, max_tokens=150)
    check_laws(GREP, view)
    assert view.text.startswith("[left out: ")
    assert "left out]" in view.text.split("\n", 1)[1]


def test_matches_that_answer_the_query_come_first() -> None:
    found = GREP + "src/shop/rare.py:5:Money.round_half_even(total)\n"
    view = view_of(found, query="Money round half even", max_tokens=120)
    check_laws(found, view)
    assert "5:Money.round_half_even(total)" in view.text


def test_an_import_in_every_file_is_no_news() -> None:
    found = "".join(
        f"src/m{number}.py:1:from shop.money import Money\n"
        f"src/m{number}.py:9:    price_{number}_of(Money) # {'abcdefghijklmnop'[number]}\n"
        for number in range(16)
    )
    view = view_of(found, max_tokens=330)
    check_laws(found, view)
    assert view.text.count("from shop.money import Money") < 8 < view.text.count("_of(Money)")


@pytest.mark.parametrize("text", [GREP, CONTEXT, WINDOWS, PLAIN, COLUMNS])
def test_the_lossless_view_can_be_read_back(text: str) -> None:
    view = view_of(text, fidelity="lossless")
    assert view.lossless
    assert decode_search(view.text) == text
    assert COUNTER.count(view.text) < COUNTER.count(text)


def test_paths_are_grouped_by_directory() -> None:
    ordered = "".join(sorted(PATHS.splitlines(keepends=True)))
    view = view_of(ordered, fidelity="lossless")
    assert view.text.split("\n")[0] == "./src/deep/module_0/"
    assert COUNTER.count(view.text) < 0.7 * COUNTER.count(ordered)


@pytest.mark.parametrize(
    "text",
    [GREP, CONTEXT, HEADED, WINDOWS, PLAIN, PATHS, COLUMNS, ONE_FILE, GREP.replace("\n", "\r\n")],
)
def test_every_form_is_recognised_and_keeps_the_laws(text: str) -> None:
    assert looks_like_search(Source(text))
    for options in ({}, {"fidelity": "compact"}, {"max_tokens": 30}, {"max_tokens": 60}):
        view = compress(text, **options)
        if view is not None:
            check_laws(text, view)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello\nworld\nhow are you\nfine\n",
        "12:30:05 started\n12:30:06 ready\n12:31:07 stopped\n",
        "2024-05-01T10:15:30 INFO a:1: x\n2024-05-01T10:15:31 INFO b:2: y\n2024-05-01T10:15:32 c\n",
        "".join(f"{n}: a line of a numbered text\n" for n in range(1, 40)),
        "name: value\nother: value\nthird: value\nfourth: 4\n",
        "http://a.example/x/y.html\nhttp://a.example/z/y.html\nhttp://b.example/x\n" * 3,
        "src/a.c:12:5: error: no such thing\nsrc/a.c:14:5: warning: unused\nb.c:1:1: error: x\n",
        "def f(a):\n    return a.b\n\n\nclass X:\n    y: int = 3\n",
        "one/two and three/four are paths in prose.\nSo is a/b.\nAnd c/d as well, of course.\n" * 3,
    ],
)
def test_what_is_no_search_is_refused(text: str) -> None:
    assert not looks_like_search(Source(text))
    with pytest.raises(WrongKind):
        compress(text)


def test_context_belongs_to_the_file_of_its_match() -> None:
    view = view_of(CONTEXT, fidelity="lossless")
    assert view.text.startswith("lib/a-1-b.c\n10-int before;\n11:int found(void)\n12-{\n--\n")


def test_a_long_line_does_not_eat_the_budget() -> None:
    found = GREP + f"dist/app.min.js:1:Money={'x(y);' * 4000}\n"
    view = view_of(found)
    check_laws(found, view)
    assert "app.min.js" in view.text
    assert "x(y);x(y);" not in view.text
    assert "14:def cart_total" in view.text


def test_a_budget_is_used_up_without_cliffs() -> None:
    total = COUNTER.count(GREP)
    last = 0
    for budget in range(60, total // 2, 40):
        view = view_of(GREP, max_tokens=budget)
        size = COUNTER.count(view.text)
        assert budget - 40 <= size <= budget
        shown = len(view.text.split("\n"))
        assert shown >= last
        last = shown


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("def f(x):", "f"),
        ("export default async function run() {", "run"),
        ("func (s *Server) Start() error {", "Start"),
        ("pub(crate) fn parse<T>(input: &str) -> T {", "parse"),
        ("type Point struct {", "Point"),
        ("#define MAX_SIZE 100", "MAX_SIZE"),
        ("static int parse_line(const char *text)", "parse_line"),
        ("  public List<String> names() {", "names"),
        ("TIMEOUT = 30", "TIMEOUT"),
        ("const limit = 3;", "limit"),
        ("CREATE TABLE orders (", "orders"),
        ("    return parse(x)", None),
        ("    if parse(x) {", None),
        ("    parse(x)", None),
        ("from a import b", None),
        ("x == 3", None),
    ],
)
def test_definitions_are_told_by_their_shape(line: str, name: str | None) -> None:
    assert defined_name(line) == name


def test_it_stops_at_its_deadline() -> None:
    request = Request("search", COUNTER, 1000, deadline=Deadline(-1.0))
    with pytest.raises(TimeBudgetExceeded):
        SearchCompressor().compress(Source(GREP, request.deadline), request)


def test_time_grows_with_the_size_alone() -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        looks_like_search(Source(text))
        with contextlib.suppress(WrongKind):
            compress(text, max_tokens=300)
        return time.process_time() - start

    for piece in (
        GREP,
        "a/" * 200 + "\n",
        "a-1-" * 200 + "\n",
        "a:1:" * 200 + "\n",
        "x.y " * 200 + "\n",
    ):
        small = seconds(GREP + piece * 5)
        assert seconds(GREP + piece * 40) < 40 * small + 1


_PATH = st.sampled_from(["a.py", "src/a.py", "src/b c.py", "lib/x-3-y/z.c", "C:\\w\\q.cs", "src/"])
_TEXT = st.one_of(
    st.sampled_from(
        ["def f(x):", "import os", "", "  12:3", "[9 left out]", "…", "--", "\ud800", "\r"]
    ),
    st.text(alphabet="ab:-/ .\\1", max_size=12),
)
_LINE = st.one_of(
    st.tuples(_PATH, st.integers(0, 99), _TEXT).map(lambda t: f"{t[0]}:{t[1]}:{t[2]}"),
    st.tuples(_PATH, st.integers(0, 99), _TEXT).map(lambda t: f"{t[0]}-{t[1]}-{t[2]}"),
    st.tuples(_PATH, _TEXT).map(lambda t: f"{t[0]}:{t[1]}"),
    _PATH,
    _TEXT,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(_LINE, max_size=30).map("\n".join),
    st.sampled_from(["lossless", "balanced", "compact"]),
    st.sampled_from([None, 1, 9, 30, 90]),
    st.sampled_from([None, "f", "os"]),
)
def test_laws(text: str, fidelity: str, budget: int | None, query: str | None) -> None:
    looks_like_search(Source(text))
    try:
        view = compress(text, fidelity=fidelity, max_tokens=budget, query=query)
    except WrongKind:
        return
    if view is None:
        return
    check_laws(text, view)
    assert view == compress(text, fidelity=fidelity, max_tokens=budget, query=query)
    if budget is not None:
        assert COUNTER.count(view.text) <= budget
    elif fidelity == "lossless":
        assert view.lossless


def test_names_in_no_directory_after_names_in_one() -> None:
    listing = "lib/a/x.py\nlib/a/y.py\nREADME.md\nsetup.py\n./z.py\n/root.txt\nlib/a/q.py\n"
    view = view_of(listing * 3, fidelity="lossless")
    assert decode_search(view.text) == listing * 3
    assert view.text.startswith("lib/a/\nx.py\ny.py\n./\nREADME.md\nsetup.py\n")


def test_of_many_matches_those_that_are_told_again_come_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [f"src/m{n // 9}.py:{n % 9 * 7}:  call_{n * 7919 % 997}(x{n % 5})" for n in range(3000)]
    found = "\n".join(lines + [f"{line} # again" for line in lines[::2]] + lines[::3])

    def view() -> str:
        return compress_text(found, kind="search").text

    by_slots = view()
    monkeypatch.setattr(
        "headroom.kinds.search.rank._may_repeat", lambda entries, request: b"\1" * len(entries)
    )
    assert view() == by_slots
