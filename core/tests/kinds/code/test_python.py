"""Views of Python: what stays, what goes, and that the rest still parses."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.code.outlines.python import python_outline
from headroom.kinds.code.outlines.python_parse import longest_chain, parses, python_pieces
from headroom.kinds.code.render import Renderer
from headroom.source import Source
from headroom.view import Deadline

from .laws import COUNTER, check, compress

STDLIB = Path(sysconfig.get_paths()["stdlib"])
MODULES = sorted(STDLIB.glob("*.py"))[:160:4] + sorted(STDLIB.glob("asyncio/*.py"))

SOURCE = '''#!/usr/bin/env python
"""Books rooms.

A longer story about rooms, which nobody needs in order to call a function of this module, and
which goes on for some lines, so that there is something to leave out.
More of it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 30
_CACHE: dict[str, int] = {}


class Room:
    """A room."""

    number: int
    beds: int = 2

    def __init__(self, number: int) -> None:
        self.number = number
        self.guests = []
        self.log = []
        self.price = 100
        self.clean = True

    @property
    def free(
        self,
    ) -> bool:
        """Whether it is free.

        It is free if nobody is in it, and if it was cleaned after the last guest had left, which
        takes about an hour.
        """
        if self.guests:
            return False
        for entry in self.log:
            if entry == "dirty":
                return False
        return self.clean

    async def book(self, guest: str) -> None:
        if len(self.guests) >= self.beds:
            raise ValueError("the room is full")
        self.guests.append(guest)
        self.log.append(f"booked by {guest}")
        self.clean = False

    def _audit(self) -> list[str]:
        found = []
        for entry in self.log:
            if entry.startswith("booked"):
                found.append(entry.upper())
        return found


@overload
def price(room: Room) -> int: ...
@overload
def price(room: None) -> None: ...
def price(room: Room | None) -> int | None:
    if room is None:
        return None
    match room.beds:
        case 1:
            discount = 10
        case 2 | 3:
            discount = 5
        case _:
            discount = 0
    return room.price - discount


def one_line(value): return value * 2


def cancel(room: Room, guest: str) -> bool:
    """Cancels a booking."""
    try:
        room.guests.remove(guest)
    except ValueError:
        room.log.append("nobody to cancel")
        return False
    else:
        room.log.append("cancelled")
    finally:
        room.clean = True
    return True
'''.replace(
    "    found = []\n", "    found = []\n" + "        found.append(self.price * 2 + 1)\n" * 30
)

SIGNATURES = (
    "class Room:",
    "    def __init__(self, number: int) -> None:",
    "    @property",
    "    ) -> bool:",
    "    async def book(self, guest: str) -> None:",
    "def price(room: Room) -> int: ...",
    "def price(room: Room | None) -> int | None:",
    "def one_line(value): return value * 2",
    "def cancel(room: Room, guest: str) -> bool:",
)


def test_an_outline_keeps_signatures_fields_and_imports():
    view = compress(SOURCE)
    check(SOURCE, view)
    lines = view.text.split("\n")
    for line in (*SIGNATURES, "    number: int", "LIMIT = 30", "import os", '    """A room."""'):
        assert line in lines
    assert "self.log.append" not in view.text
    assert COUNTER.count(view.text) < 0.4 * COUNTER.count(SOURCE)


def test_a_docstring_is_cut_after_its_first_sentence_and_still_closed():
    view = compress(SOURCE)
    assert ast.get_docstring(ast.parse(view.text)).startswith("Books rooms.\n[lines 3-6 left out: ")


def test_a_body_that_the_query_names_stays_whole():
    view = compress(SOURCE, query="What does cancel do when there is no such guest?")
    start = SOURCE.index("def cancel")
    assert SOURCE[start:] in view.text
    assert "self.log.append" not in view.text


@pytest.mark.parametrize("budget", [60, 120, 200, 450])
def test_a_named_body_comes_first_in_a_budget(budget):
    view = compress(SOURCE, query="how does _audit work", max_tokens=budget)
    check(SOURCE, view)
    assert COUNTER.count(view.text) <= budget
    if budget == 450:
        assert "found.append(entry.upper())" in view.text


def test_a_query_that_names_nothing_still_finds_the_body():
    view = compress(SOURCE, query="what is the discount for two beds", max_tokens=400)
    assert "discount = 5" in view.text


def test_compact_leaves_docstrings_out():
    view = compress(SOURCE, fidelity="compact")
    check(SOURCE, view)
    assert "Books rooms" not in view.text
    for line in SIGNATURES:
        assert line in view.text.split("\n")
    assert COUNTER.count(view.text) < COUNTER.count(compress(SOURCE).text)


def test_lossless_leaves_nothing_out():
    assert compress(SOURCE, fidelity="lossless") is None


def test_the_curve_has_no_cliffs():
    total = COUNTER.count(SOURCE)
    used = []
    for budget in range(60, total, 25):
        view = compress(SOURCE, max_tokens=budget)
        check(SOURCE, view)
        assert parses(view.text)
        used.append((budget, COUNTER.count(view.text)))
    assert all(budget - 60 <= tokens <= budget for budget, tokens in used)


def test_a_budget_too_small_for_anything_gets_a_marker():
    view = compress(SOURCE, max_tokens=3)
    assert view.text == f"# [lines 1-{SOURCE.count(chr(10))} left out]\n"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_standard_library(path):
    source = path.read_text(encoding="utf-8", errors="surrogateescape")
    total = COUNTER.count(source)
    if total < 300:
        return
    for budget in (None, total // 6):
        view = compress(source, max_tokens=budget)
        check(source, view)
        ast.parse(view.text)
        assert budget is None or COUNTER.count(view.text) <= budget


def test_the_same_options_give_the_same_bytes():
    for budget in (None, 100, 300):
        views = {compress(SOURCE, max_tokens=budget, query="the price").text for _ in range(3)}
        assert len(views) == 1


# fmt: off
ODD = {
    "tabs": "class A:\n\tdef f(self):\n" + "\t\tx = 1\n" * 40 + "\tdef g(self):\n\t\treturn 2\n",
    "crlf": SOURCE.replace("\n", "\r\n"),
    "bom": "\ufeff" + SOURCE,
    "form feed": SOURCE.replace("\n\n\n", "\n\x0c\n\n"),
    "no final newline": SOURCE.rstrip("\n"),
    "lone carriage return": SOURCE.replace("# nothing", "#") + "x = 'a\\\r'\n",
    "lone surrogate": SOURCE.replace("A room", "A \udc80 room"),
    "semicolons": "def f():\n" + "    a = 1; b = 2; c = '''x\n  y'''; d = 4\n" * 20,
    "continuation": "def f():\n" + "    a = 1 + \\\n        2\n" * 30 + "x = 1 \\\n\ny = 2\n",
    "strings": "def f():\n" + '    a = """\ndef g():\n    pass\n# [lines 1-2 left out]\n"""\n' * 20,
    "comments": "def f():\n" + "    # why\n    a = 1\n        # deep\n" * 30 + "# end\n",
    "only comments": "import os\n" + "# a long comment about the thing\n" * 60,
    "clauses": "def f(x):\n"
    + "    if x == 1:\n        a = 1\n        b = 2\n        c = 3\n    elif x:\n        d = 4\n"
    "        e = 5\n    # what else\n    else:  # really\n        g = 1\n        h = 2\n" * 9,
    "nested else": "def f(x):\n" + "    for a in x:\n        g(a)\n    else:\n        if a:\n"
    "            g(1)\n            g(2)\n        g(3)\n" * 9,
    "try": "try:\n    import a\nexcept (\n    ImportError,\n) as e:\n    a = None\n    b = 1\n"
    "finally:\n    c = 1\n" * 20,
    "decorators": "@a(\n    1,\n    2,\n)\n# between\n@b\nclass C(\n    D,\n    metaclass=E,\n):\n"
    + "    x = 1\n    def f(self): pass\n    y: int\n" * 20,
    "data": "TABLE = {\n" + "    'key': [1, 2, 3, 4, 5, 6, 7],\n" * 80 + "}\n",
    "data with leading commas": "def f(): pass\nT = [\n    'a'\n"
    + "    , 'abcdefg hijk'\n" * 80 + "]\n",
    "nested data": "T = {\n"
    + "  'a': {\n    'b': [\n      1,\n      2,\n      3,\n      4,\n      5,"
    "\n      6,\n    ],\n  },\n" * 15 + "}\n",
    "match": "def f(x):\n    match x:\n"
    + "        case (\n            1\n        ):\n            a = 1\n"
    "            b = 2\n        case _ if x:\n            pass\n" * 12,
    "script": "import os\n" + "for x in os.listdir('.'):\n    print(x)\n    print(x, x)\n" * 40,
    "raw docstring": 'def f():\n    r"""\\\n    Head\n'
    + "    more words here\n" * 30
    + '    """\n    x = 1\n',
    "docstring with text at the end": 'def f():\n    """Head.\n'
    + "    words\n" * 40
    + '    end"""\n    x = 1\n',
    "joined docstring": 'def f():\n    """Head.\n'
    + "    words\n" * 40
    + '    """ "tail"\n    x = 1\n',
    "data in brackets of their own": "ARGS = [\n"
    + "    {\n        'name': 'a',\n        'action': 'store',\n        'default': None,\n"
    "        'help': (\n            'what it is '\n            'about'\n        )\n    },\n" * 20
    + "]\n",
    "starred data": "def f(): pass\nT = (\n" + "    *some,\n" * 40 + "    *others\n)\n",
    "an opening bracket too many": "def f(): pass\nT = [(\n    1 + 2),\n" + "    3,\n" * 40 + "]\n",
    "joined lines": "class A:\n"
    + "    def f(self): \\\n        return 1\n    x = 1 \\\n    ; y = 2\n" * 20,
    "a deep comment at the beginning": "class A:\n        # deep\n    def f(self):\n"
    + "        x = 1\n" * 30 + "def g(): pass\n" * 20,
    "a notebook": "%load_ext x\nimport os\n" + "def f():\n    !ls\n    x = 1\n" * 30,
    "docstring alone": 'class A:\n    """Head\n' + "    words of it\n" * 40 + '    """\n',
}
# fmt: on
#: What is left of these must be parsed again: it may be none.
INEXACT = {
    "continuation",
    "data in brackets of their own",
    "starred data",
    "an opening bracket too many",
    "joined lines",
    "a notebook",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_layouts(name):
    source = ODD[name]
    total = COUNTER.count(source)
    made = 0
    for budget in (None, 30, 60, 120, total * 2 // 3):
        for query in (None, "how does f treat x"):
            view = compress(source, max_tokens=budget, query=query)
            if view is None:
                continue
            made += 1
            check(source, view)
            assert parses(view.text)
    assert made


@pytest.mark.parametrize("name", ODD)
@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_left_of_whole_statements_parses(name, random):
    outline = python_outline(Source(ODD[name]))
    assert outline.is_exact == (name not in INEXACT)
    order = []
    for index in random.sample(range(len(outline.units)), len(outline.units)):
        chain = []
        while index >= 0 and index not in {*order, *chain}:
            chain.append(index)
            index = outline.units.needs[index]
        order += reversed(chain)
    renderer = Renderer(outline, COUNTER)
    renderer.arrange(order)
    for size in random.sample(range(len(order) + 1), min(len(order), 10)):
        view = renderer.view(size)
        if outline.is_exact and not view.lossless and renderer.is_whole(size):
            assert parses(view.text)


def test_one_giant_function_is_cut_inside():
    body = "".join(f"    value_{n} = compute({n})\n" for n in range(500))
    source = f"def giant():\n{body}    return value_1\n"
    tokens = [COUNTER.count(compress(source, max_tokens=b).text) for b in (100, 500, 1000, 3000)]
    assert all(used > 0.85 * b for used, b in zip(tokens, (100, 500, 1000, 3000)))


@pytest.mark.parametrize(
    "content",
    ["", "\n", "plain words, nothing else at all", "x" * 100_000, "(" * 50_000, "\x00" * 1000,
     "-" * 100_000 + "1", "a" + ".b" * 100_000, "1" + "+1" * 100_000, "\udc80\ud800" * 500,
     "if a:\n b\n" + "elif a:\n b\n" * 20_000, '"' * 99_999, "'\\'" * 30_000,
     "{" * 5000 + "}" * 5000,
     "f(" * 3000 + ")" * 3000, "\n" * 100_000, "def f(:\n" * 1000, "/*" * 50_000, "`" * 9999],
    ids=range(19),
)  # fmt: skip
def test_hostile_input_makes_no_view_and_no_harm(content):
    for query in (None, "how does f work"):
        try:
            view = compress(content, query=query, max_tokens=50)
        except WrongKind:
            continue
        if view is not None:
            check(content, view)


names = st.sampled_from(["load", "_save", "Count", "x1", "méthode"])
simple = st.sampled_from(
    ["pass", "x = 1", "return 1", "import os", "'text'", "x = [\n1,\n2]", "y: int", "a = 1; b = 2",
     "x = '''a\n b'''", "# note\nz = 3", "del x"]
)  # fmt: skip


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.split("\n"))


def _block(head: st.SearchStrategy[str], body: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda h, b: f"{h}:\n{_indented(b)}", head, body)


heads = st.one_of(
    st.builds("def {}(a, *, b: int = 2)".format, names),
    st.builds("@wrapped\nasync def {}(self)".format, names),
    st.builds("class {}(Base)".format, names),
    st.sampled_from(["if x", "while x", "for x in y", "with x as y", "for x in y"]),
)
statements = st.recursive(
    simple,
    lambda inner: st.one_of(
        _block(heads, st.lists(inner, min_size=1, max_size=6).map("\n".join)),
        st.builds(
            lambda a, b, c: f"try:\n{_indented(a)}\nexcept E:\n{_indented(b)}\n\n"
            f"else:\n{_indented(c)}",
            inner, inner, inner,
        ),
        st.builds(
            lambda a, b, c: f"if a:\n{_indented(a)}\nelif b:\n{_indented(b)}\n"
            f"else:\n{_indented(c)}",
            inner, inner, inner,
        ),
    ),
    max_leaves=40,
)  # fmt: skip
modules = st.lists(statements, min_size=1, max_size=12).map("\n\n".join)


@settings(max_examples=40, deadline=None)
@given(modules, st.none() | st.integers(12, 400), st.sampled_from([None, "how does load work"]))
def test_laws_hold_for_generated_modules(source, budget, query):
    ast.parse(source)
    view = compress(source, max_tokens=budget, query=query)
    if view is None:
        return
    check(source, view)
    ast.parse(view.text)
    marker_alone = view.text.count("\n") == 0
    assert budget is None or COUNTER.count(view.text) <= budget or marker_alone


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_laws_hold_for_slices_of_real_files(data):
    path = data.draw(st.sampled_from(MODULES))
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    first = data.draw(st.integers(0, len(lines) - 1))
    source = "\n".join(lines[first : first + data.draw(st.integers(1, 400))])
    try:
        view = compress(source, max_tokens=data.draw(st.integers(20, 1000)))
    except WrongKind:
        return
    if view is not None:
        check(source, view, ("...", ":"))


@pytest.mark.parametrize("place", ["first", "last", "nowhere"])
def test_exports_are_known_wherever_a_module_says_them(place, monkeypatch):
    functions = "".join(f"def f{n}(a):\n    b = a + {n}\n    return b\n\n\n" for n in range(900))
    said = '__all__ = ["f1", "f899"]\n'
    text = {"first": said + functions, "last": functions + said, "nowhere": functions}[place]
    parsed = 0

    def counted(some):
        nonlocal parsed
        parsed += len(some)
        return ast.parse(some).body

    monkeypatch.setattr("headroom.kinds.code.outlines.python_parse._parse", counted)
    symbols = python_outline(Source(text)).symbols
    public = [symbol.name for symbol in symbols if symbol.public]
    assert public == (["f1", "f899"] if place != "nowhere" else [f"f{n}" for n in range(900)])
    # Pieces overlap by the last statement of each.
    assert parsed <= (2.3 if place == "last" else 1.2) * len(text)


def test_a_module_in_pieces_is_the_module():
    parts = [
        '"""\nimport os\n"""\n', "@cache\ndef f(\n    a,\n):\n    # inside\n    return a\n",
        "try:\n    import a\n# so\nexcept ImportError:\n    a = None\nelse:\n    b = 1\n",
        "x = [\n1,\nlen,\n]\n", "y = 1; z = '''\ndef not_one():\n'''\n", "# alone\n\n",
        "if x:\n    pass\nelif y:\n    pass\n", "total = a + \\\nb\n",
    ]  # fmt: skip
    several = 0
    for start in range(len(parts)):
        text = "".join((parts[start:] + parts) * 90)
        pieces = list(python_pieces(text.split("\n")))
        several += len(pieces) > 1
        told = [
            (type(node), node.lineno + piece.before, (node.end_lineno or 0) + piece.before)
            for piece in pieces
            for node in piece.body
        ]
        whole = ast.parse(text).body
        assert told == [(type(node), node.lineno, node.end_lineno) for node in whole]
    # Where each place that is tried is in the middle of something, it is one.
    assert several > len(parts) // 2
    with pytest.raises(SyntaxError):
        list(python_pieces([*text.split("\n"), "def (", *text.split("\n")]))


def test_a_string_that_goes_on_over_a_piece_is_read_with_either_end_of_lines() -> None:
    text = "x = 'a\\\n" + "b\\\n" * 2100 + "'\ndef f():\n    return 1\n"
    for ended in (text, text.replace("\n", "\r\n")):
        assert parses(ended)
        view = compress(ended, max_tokens=100).text
        assert "def f():" in view
        assert parses(view)


def test_pieces_are_not_tried_on_when_the_time_is_up() -> None:
    ended = Deadline(0)
    with pytest.raises(TimeBudgetExceeded):
        next(python_pieces(["x = 1"], deadline=ended))
    source = Source("import os\n" + "@a\n" * 9000 + "def f(): pass\n", ended)
    with pytest.raises(TimeBudgetExceeded):
        python_outline(source)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0), ("a", 0), ("a.b\nc.d.e", 2), ("a.b;c.d", 1), ("f(a.b, c.d)", 2),
        ("f(a\n.b\n.c)", 3), (")))a.b", 1), ("a" + ".b" * 500, 500), ("-" * 300 + "1", 300),
        ('x = """a.b.c.d.e"""', 0), ("'''a.b.c", 0),
    ],
)  # fmt: skip
def test_chains_that_a_parser_would_fall_down_are_seen_before(text: str, depth: int) -> None:
    assert longest_chain(text) == depth
