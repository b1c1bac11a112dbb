from __future__ import annotations

import re
import time
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headroom
from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.html import HtmlExtractor
from headroom.kinds.html.parse import read_page
from headroom.kinds.html.recognise import looks_like_html
from headroom.scanning import markup
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.markers import MARKER
from headroom.view import Deadline, Request, View

COUNTER = get_counter()

STORY = [
    "The river rose in the night, and by dawn the whole of the lower town stood under water.",
    "Nobody was hurt, the mayor said, because the warning had come two hours before the flood.",
    "The bridge at the mill, which is 140 years old, held; the new one by the station did not.",
    "Repairs will cost 3.2 million &amp; take until spring, an engineer of the county estimates.",
]
PAGE = f"""<!DOCTYPE html>
<html><head><title>Flood in the lower town - The Daily</title>
<script>var tracking = "The river of data";</script>
<style>p {{ color: blue }}</style></head>
<body class="home with-sidebar">
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<div id="content">
<h1>Flood in the lower town</h1>
<p>{STORY[0]}</p>
<p>{STORY[1]} See <a href="https://example.org/archive">the archive</a> for more.</p>
<h2>The bridges</h2>
<p>{STORY[2]}</p>
<ul><li>Mill bridge: open to all</li><li>Station bridge: closed until spring</li></ul>
<table><tr><th>Street</th><th>Depth</th></tr>
<tr><td>Mill Lane</td><td>1.4 m</td></tr>
<tr><td>Station Road</td><td>0.6 m</td></tr></table>
<pre><code>level = read()
    wait(level)</code></pre>
<p>{STORY[3]}</p>
</div>
<div class="related"><h3>More</h3><a href="/1">Ten gardens to see this year</a></div>
<footer><a href="/imprint">Imprint</a> Copyright The Daily, all rights reserved</footer>
<script>more("tracking")</script>
</body></html>
"""


def compress(text: str, **options: object) -> View | None:
    request = Request("html", COUNTER, COUNTER.count(text), **options)  # type: ignore[arg-type]
    return HtmlExtractor().compress(Source(text, request.deadline), request)


def view_of(text: str, **options: object) -> View:
    view = compress(text, **options)  # type: ignore[arg-type]
    assert view is not None
    return view


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def check_laws(text: str, view: View) -> None:
    """Each line of the view is text of the page or a marker, and no text is lost unmarked."""
    source = letters(unescape(re.sub(r"<[^>]*>", "", text)))
    for line in view.text.split("\n"):
        for part in MARKER.sub("\n", line).split("\n"):
            for cell in part.split(" | "):
                assert letters(cell) in source
    gone = {
        number
        for omission in view.omissions
        for first, last in omission.ranges
        for number in range(first, last + 1)
    }
    lines = text.split("\n")
    assert gone <= set(range(1, len(lines) + 1))
    shown = letters(view.text)
    blocks = read_page(text, Deadline(None)).blocks
    for block, first, last in zip(blocks.texts, blocks.firsts, blocks.lasts):
        if not gone & set(range(first, last + 1)):
            assert letters(block) in shown
    assert MARKER.search(view.text)


def test_the_article_stays_and_the_rest_goes() -> None:
    view = view_of(PAGE)
    check_laws(PAGE, view)
    shown = view.text.split("\n")
    for line in (
        "# Flood in the lower town",
        STORY[0],
        STORY[1] + " See the archive for more.",
        "## The bridges",
        STORY[2],
        "- Mill bridge: open to all",
        "Street | Depth",
        "Mill Lane | 1.4 m",
        "level = read()",
        "    wait(level)",
        STORY[3].replace("&amp;", "&"),
    ):
        assert line in shown
    for word in ("tracking", "Sport", "Imprint", "gardens", "blue", "https"):
        assert word not in view.text


def test_the_view_says_what_is_left_out() -> None:
    view = view_of(PAGE)
    assert view.text.split("\n")[0] == "[left out of lines 1-24: all but the main content]"
    gone = {n for first, last in view.omissions[0].ranges for n in range(first, last + 1)}
    assert {3, 4, 6, 21, 22, 23} <= gone
    assert not {9, 10, 11, 12} & gone


def test_a_page_without_a_headline_shows_its_title() -> None:
    page = PAGE.replace("<h1>Flood in the lower town</h1>", "")
    assert "Flood in the lower town - The Daily" in view_of(page).text.split("\n")


def test_a_name_around_the_whole_page_says_nothing() -> None:
    page = PAGE.replace('<div id="content">', '<div class="page with-sidebar" id="content">')
    assert STORY[2] in view_of(page).text


def test_hidden_text_is_not_shown() -> None:
    page = PAGE.replace("<h2>", "<p style='display: none'>Secret words that nobody sees.</p><h2>")
    assert "Secret" not in view_of(page).text


def test_a_table_of_links_is_content_where_there_is_no_other() -> None:
    rows = "".join(
        f"<tr><td><a href='f{n}'>file{n}.tar</a></td><td>{n * 7}K</td></tr>" for n in range(40)
    )
    page = f"<html><body><h1>Index of /pub</h1><table>{rows}</table></body></html>"
    view = view_of(page)
    assert "file39.tar | 273K" in view.text.split("\n")
    assert "# Index of /pub" in view.text


def test_under_a_budget_sentences_are_chosen() -> None:
    page = PAGE.replace(f"<p>{STORY[0]}</p>", "".join(f"<p>{text}</p>" for text in _long_story()))
    whole = COUNTER.count(view_of(page).text)
    last = 0
    for budget in range(60, whole, 60):
        view = view_of(page, max_tokens=budget)
        check_laws(page, view)
        size = COUNTER.count(view.text)
        assert size <= budget
        shown = len(letters(MARKER.sub("", view.text)))
        assert shown >= 0.8 * last
        last = shown
    asked = view_of(page, max_tokens=120, query="Which warden guards sluice 17?")
    assert "warden number 289 of sluice 17" in asked.text


def test_compact_is_smaller_than_balanced() -> None:
    page = PAGE.replace(f"<p>{STORY[0]}</p>", "".join(f"<p>{text}</p>" for text in _long_story()))
    balanced, compact = view_of(page), view_of(page, fidelity="compact")
    assert COUNTER.count(compact.text) < 0.6 * COUNTER.count(balanced.text)
    check_laws(page, compact)


def test_lossless_leaves_nothing_out() -> None:
    assert compress(PAGE, fidelity="lossless") is None


def test_a_page_in_one_line() -> None:
    page = PAGE.replace("\n", " ")
    view = view_of(page)
    assert view.omissions[0].ranges == ((1, 1),)
    assert STORY[0] in view.text


def test_markup_that_is_not_well_formed() -> None:
    page = f"<div><p>{STORY[0]}<p>{STORY[1]}<b>bold<div>{STORY[2]}</p></span><td>a < b & c<p>"
    view = view_of(page)
    for text in STORY[:3]:
        assert text in view.text
    assert "a < b & c" in view.text


def test_a_quoted_bracket_does_not_end_a_tag() -> None:
    tags = markup('<a title="x > y">text</a><b title="open>more')
    assert [source for kind, _, source, _ in tags if kind == "text"] == ["text", "more"]


def test_a_script_ends_at_its_own_tag() -> None:
    tags = markup('<script>if (a < b) "<p>"</script ><p>text')
    assert [source for kind, _, source, _ in tags if kind == "text"] == ["text"]


@pytest.mark.parametrize(
    ("root", "row", "cell"), [("r", "p", "b"), ("rows", "row", "i"), ("links", "link", "href")]
)
def test_data_in_tags_of_which_some_are_those_of_pages_is_no_page(
    root: str, row: str, cell: str
) -> None:
    rows = "".join(f'<{row} id="g{n}"><{cell} x="{n}">bolt</{cell}></{row}>' for n in range(60))
    result = headroom.compress(f"<{root}>{rows}</{root}>")
    assert result.kind == "xml"
    assert all(f"g{n}" in result.text for n in range(60))


@pytest.mark.parametrize("text", ["", "just text", "a <b> c", "this is <b>bold</b> and so on"])
def test_what_is_no_page_is_refused(text: str) -> None:
    assert not looks_like_html(Source(text))
    with pytest.raises(WrongKind):
        compress(text)


@pytest.mark.parametrize(
    "text",
    [
        "# A title\n\n<p align='center'><img src='x'></p>\n\nSome *text* of a read-me file.\n" * 5,
        '<?xml version="1.0"?><feed><entry><title>a</title></entry></feed>',
        "<svg width='3'><g><path d='M0'/></g></svg>",
        "<p>One paragraph</p> and then plain text goes on and on.\n" + "More plain text.\n" * 60,
        "function f() { return <div><p>{x}</p></div> }",
    ],
)
def test_other_markup_is_not_taken_for_a_page(text: str) -> None:
    assert not looks_like_html(Source(text))


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "\ufeff<!-- saved -->\n<HTML><BODY>x</BODY></HTML>",
        "<div class='a'><ul><li>one</li><li>two</li></ul><p>three</p></div>",
    ],
)
def test_pages_are_recognised(text: str) -> None:
    assert looks_like_html(Source(text))


def test_a_page_without_text_has_no_view() -> None:
    page = "<html><head><script>x</script></head><body><frameset></frameset></body></html>"
    assert compress(page) is None


def test_it_stops_at_its_deadline() -> None:
    request = Request("html", COUNTER, 1000, deadline=Deadline(-1.0))
    with pytest.raises(TimeBudgetExceeded):
        HtmlExtractor().compress(Source(PAGE, request.deadline), request)


@pytest.mark.parametrize(
    "piece",
    ["<", "<div ", "<div>", "</div>", "<a '>", '<a ">', "<!--", "<script>", "<h1>a</h1>", "&",
     "<p>x", "<table><tr><td>", "<![CDATA["],
)  # fmt: skip
def test_time_grows_with_the_size_alone(piece: str) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        read_page(PAGE + piece * count, Deadline(None))
        return time.process_time() - start

    small = min(seconds(2000) for _ in range(2))
    assert seconds(16000) < 30 * small + 0.5


def _long_story() -> list[str]:
    return [
        f"In district {number} the warden number {number * 17} of sluice {number} kept watch until "
        f"the water fell by {number * 3} inches. Then the people of house {number * 5} came back."
        for number in range(40)
    ]


_PIECE = st.one_of(
    st.sampled_from(
        ["<p>", "</p>", "<div class='nav'>", "<div>", "</div>", "<br>", "<table><tr><td>", "</td>",
         "</tr></table>", "<h1>", "</h1>", "<li>", "<pre>", "</pre>", "<a href='x'>", "</a>", "\n",
         "<script>", "</script>", "<!-- c -->", "<title>", "</title>", "\x00", "\ud800", "&lt;",
         "[left out] ", "…", STORY[0], STORY[2] + " ", " word "]
    ),
    st.text(alphabet="ab <>&\"'/=.\n", max_size=12),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(_PIECE, max_size=50).map("".join),
    st.sampled_from(["balanced", "compact"]),
    st.sampled_from([None, 1, 9, 40, 90]),
)
def test_laws(text: str, fidelity: str, budget: int | None) -> None:
    looks_like_html(Source(text))
    options = {"fidelity": fidelity, "max_tokens": budget, "query": "river"}
    try:
        view = compress(text, **options)
    except WrongKind:
        return
    if view is None:
        return
    assert not view.lossless
    assert view == compress(text, **options)
    if budget is not None:
        assert COUNTER.count(view.text) <= budget
    # Each piece of text in the view is text of some block of the page.
    blocks = letters("".join(read_page(text, Deadline(None)).blocks.texts))
    for line in view.text.split("\n"):
        for part in MARKER.sub("\n", line).split("\n"):
            assert letters(part) in blocks


def test_addresses_are_shown_to_those_who_ask_for_links() -> None:
    shown = view_of(PAGE, query="the link to the archive").text
    assert "See the archive (https://example.org/archive) for more." in shown
    shown = view_of(PAGE, query="the archive").text
    assert "https" not in shown


def test_what_is_defined_stays_with_its_definition() -> None:
    names = ("open_door", "close_door", "lock_door")
    entries = "".join(
        f"<dt id='{name}'><a href='#t'>int</a> <a href='#{name}'>{name}</a>"
        f"<a class='headerlink' href='#{name}'>\u00b6</a></dt>"
        "<dd><p>Does what its name says, and returns how long that took, in whole seconds.</p></dd>"
        for name in names
    )
    page = f"<html><body><main><h1>Doors</h1>\n<dl>\n{entries}\n</dl></main></body></html>"
    text = view_of(page).text
    assert all(f"int {name}\n- Does what" in text for name in names)
    assert "\u00b6" not in text


def test_the_legend_of_a_page_says_what_its_sign_means() -> None:
    aside = '<aside><a href="/a">Next</a></aside>'
    plain, signed = compress(PAGE), compress(PAGE.replace("<h2>The", f"{aside}<h2>The"))
    assert plain is not None
    assert signed is not None
    assert plain.text.startswith("[left out of lines 1-24: all but the main content]")
    assert "\u2026" not in plain.text
    legend = "[left out of lines 1-24, and where \u2026 stands: all but the main content]"
    assert signed.text.startswith(legend)
    assert "\n\u2026\n## The bridges" in signed.text


def test_blocks_that_are_put_together_are_the_same_ones() -> None:
    blocks = read_page(PAGE, Deadline(None)).blocks
    before = list(map(blocks.rendered, range(len(blocks))))
    chosen = range(1, len(blocks), 2)
    text, starts = blocks.together(chosen)
    assert text == "\n".join(before[1::2])
    assert [text[a : b - 1] for a, b in pairwise(starts)] == before[1::2]
    assert list(map(blocks.rendered, range(len(blocks)))) == before


class Twice:
    """A counter that says twice what another one says, and hands on all else."""

    def __init__(self) -> None:
        self.inner = get_counter()

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def count(self, text: str) -> int:
        return 2 * self.inner.count(text)

    def count_many(self, texts: list[str]) -> list[int]:
        return [2 * count for count in self.inner.count_many(texts)]


class OfLines(Twice):
    """One that has a method of its own for lines."""

    def count_lines(self, text: str) -> int:
        return self.count(text.split()[0])


@pytest.mark.parametrize("counter", [Twice(), OfLines()])
def test_a_page_is_counted_by_the_counter_that_is_given(counter: Twice) -> None:
    tokens = counter.count(PAGE)
    result = headroom.compress(PAGE, counter=counter, max_tokens=tokens // 2)
    assert result.failure is None
    assert result.text == headroom.compress(PAGE, max_tokens=tokens // 4).text
