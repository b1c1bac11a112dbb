"""The report in a real browser: what it shows, what it never does, and how fast it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from headroom import SharedContext

Show = Callable[..., Any]

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)>",
    "javascript:alert(4)",
    '"><iframe srcdoc="<script>alert(5)</script>">',
    "{{constructor.constructor('alert(6)')()}}",
    "<style>body{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "\u202egnp.exe \x1b[31m \x00 \ud800 <!-- ]]> &lt;",
]


@pytest.fixture
def ctx() -> SharedContext:
    ctx = SharedContext()
    rows = [{"id": n, "name": f"user {n}", "state": "ok"} for n in range(300)]
    rows[200]["state"] = "refund_failed"
    ctx.put("orders", rows, agent="searcher", max_tokens=300)
    lines = [f"10:00:{n % 60:02} INFO request {n} took {n % 7} ms" for n in range(300)]
    ctx.put("log", "\n".join(lines), agent="watcher")
    ctx.put("note", "A short note.")
    ctx.savings.add("writer", views=2, not_sent=9000, tool_tokens=140)
    return ctx


def test_what_a_view_leaves_out_is_shaded_in_its_original(ctx: SharedContext, show: Show) -> None:
    seen = show(ctx)
    page = seen.page
    page.locator(".row").filter(has_text="orders").click()
    page.wait_for_selector("pre >> nth=1")
    original, view = page.locator("pre").all()
    assert json.loads(original.text_content()) == json.loads(ctx.get("orders", full=True) or "")
    assert view.text_content() == ctx.get("orders")
    gone = "".join(one.text_content() for one in original.locator("del").all())
    assert "user 100" in gone
    assert "refund_failed" not in gone
    assert not seen.complaints


@pytest.mark.parametrize("hostile", HOSTILE)
def test_payloads_and_names_are_text(hostile: str, show: Show) -> None:
    ctx = SharedContext(namespace=hostile)
    ctx.put(hostile, f"{hostile}\n" * 3, agent=hostile)
    ctx.put(f"rows {hostile}", [{hostile: f"{hostile} {n}"} for n in range(40)], agent=hostile)
    ctx.savings.add(hostile, views=1, not_sent=100)
    seen = show(ctx)
    page = seen.page
    for number in range(2):
        page.locator(".row").nth(number).click()
        page.wait_for_selector("pre >> nth=1")
        page.wait_for_timeout(50)
    assert not seen.complaints
    # It asked for itself, and for nothing else.
    assert seen.requests == [page.url]
    assert page.locator("h1").is_visible()
    # Nothing of a payload became an element.
    assert page.locator("img, iframe, link, #detail :is(script, style, svg)").count() == 0
    assert page.locator("script").count() == 3


def test_search_and_filters(ctx: SharedContext, show: Show) -> None:
    page = show(ctx).page
    page.keyboard.press("/")
    page.keyboard.type("search")
    expect(page.locator("#count")).to_have_text("1 of 3")
    page.keyboard.press("Escape")
    page.locator("#search").fill("")
    expect(page.locator("#count")).to_have_text("3 of 3")
    page.select_option("#state", "kept")
    assert page.locator(".row").all_text_contents() == ["notetext: 4 to 4, 0.0 %"]
    page.select_option("#state", "")
    page.select_option("#order", "tokens")
    assert page.locator(".row b").all_text_contents() == ["orders", "log", "note"]
    page.select_option("#kind", "log")
    assert page.locator(".row b").all_text_contents() == ["log"]


def test_keys_go_through_the_entries(ctx: SharedContext, show: Show) -> None:
    page = show(ctx).page
    assert page.locator("#detail h3").text_content() == "note"
    for key, expected in (("j", "log"), ("ArrowDown", "orders"), ("j", "orders"), ("k", "log")):
        page.keyboard.press(key)
        expect(page.locator("#detail h3")).to_have_text(expected)
    page.wait_for_selector("pre >> nth=1")
    page.keyboard.press("f")
    assert page.locator(".texts.folded").count() == 1
    assert page.get_by_role("button", name="Fold").get_attribute("aria-pressed") == "true"


def test_an_empty_one_and_one_without_payloads(ctx: SharedContext, show: Show) -> None:
    empty = show(SharedContext())
    assert empty.page.get_by_text("The store is empty.").is_visible()
    assert not empty.complaints
    bare = show(ctx, payloads=False)
    assert bare.page.get_by_text("made without originals").is_visible()
    assert bare.page.locator("pre").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 700])
def test_axe_finds_nothing(ctx: SharedContext, show: Show, scheme: str, width: int) -> None:
    # The checker is a script that the page's policy would not let in.
    seen = show(ctx, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    seen.page.keyboard.press("j")
    seen.page.wait_for_selector("pre >> nth=1")
    found = Axe().run(seen.page)
    assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("presses", [0, 2], ids=["the system is dark", "chosen dark"])
def test_it_is_printed_black_on_white_and_without_its_controls(
    presses: int, ctx: SharedContext, show: Show
) -> None:
    page = show(ctx, color_scheme="dark").page
    for _ in range(presses):
        page.click("#theme")
    page.locator(".row").filter(has_text="orders").click()
    page.wait_for_selector("pre >> nth=1")
    assert page.locator("#printed").is_hidden()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in ("#filters", "#theme", "#detail button"):
        assert not page.locator(hidden).is_visible()
    for shown in ("#sums", "#detail"):
        assert page.locator(shown).is_visible()
    assert page.locator("#printed tr").all_text_contents()[1].startswith("notetext44")
    assert page.locator("#printed tr").count() == 4

    def style(selector: str, name: str) -> str:
        script = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
        return str(page.evaluate(script, [selector, name]))

    assert style("svg text", "fill") == "rgb(26, 29, 33)"
    # Browsers leave backgrounds out unless told otherwise.
    assert style("del", "backgroundColor") == "rgb(251, 227, 220)"
    assert style("del", "printColorAdjust") == "exact"


def test_long_names_make_nothing_wider(show: Show) -> None:
    ctx = SharedContext()
    ctx.put("k" * 3000, "A short note.", agent="a" * 500)
    page = show(ctx, viewport={"width": 400, "height": 900}).page
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert page.locator("#detail h3").text_content() == "k" * 319 + "\u2026"
    assert page.locator("#detail li").text_content() == "k" * 3000


@pytest.mark.parametrize("line", ["\U0001f600 word ", "a line of its own\r\n"])
def test_an_entry_of_megabytes_is_laid_out_in_blocks(line: str, show: Show) -> None:
    ctx = SharedContext(max_bytes=None)
    ctx.put("big", line * 60_000)
    page = show(ctx).page
    page.get_by_role("button", name="Show all").click()
    original = page.locator("pre").first
    assert original.text_content() == line * 60_000
    texts = original.locator("div").all_text_contents()
    assert max(map(len, texts)) <= 20_001
    if "\n" in line:
        assert all(text.endswith("\n") for text in texts)
    visibility = "getComputedStyle(document.querySelector('pre div')).contentVisibility"
    assert page.evaluate(visibility) == "auto"


def test_five_thousand_entries_do_not_stall_it(show: Show) -> None:
    ctx = SharedContext(max_entries=None)
    for number in range(5000):
        ctx.put(f"note {number}", f"A short note of number {number}.", agent=f"agent {number % 40}")
    start = time.monotonic()
    page = show(ctx).page
    page.locator(".row").first.wait_for()
    # Only the rows that are seen are elements.
    assert page.locator(".row").count() < 100
    page.keyboard.press("End")
    expect(page.locator("#detail h3")).to_have_text("note 0")
    longest = page.evaluate(
        """async () => {
            let longest = 0, last = performance.now();
            const list = document.getElementById('list');
            for (let turn = 0; turn < 60; turn++) {
                list.scrollTop = (turn * 7919) % list.scrollHeight;
                await new Promise(requestAnimationFrame);
                longest = Math.max(longest, performance.now() - last);
                last = performance.now();
            }
            return longest;
        }"""
    )
    # A bound that a busy machine keeps as well; 5,000 elements would take seconds.
    assert longest < 1000
    assert time.monotonic() - start < 60
