"""What a notebook is given to show."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from headroom import SharedContext, compress

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</pre></details><iframe srcdoc=x>",
    '" onmouseover="alert(1)',
    "\u202e \x1b[31m \x00 \ud800 &lt;b&gt;",
]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_payload_or_a_name_becomes_markup(hostile: str) -> None:
    ctx = SharedContext()
    entry = ctx.put(hostile, f"{hostile}\n" * 40, agent=hostile)
    for page in (entry._repr_html_(), compress(entry.original)._repr_html_()):
        tags = Tags()
        tags.feed(page)
        assert {tag for tag, _ in tags.found} <= {"div", "b", "details", "summary", "pre"}
        assert {name for _, names in tags.found for name in names} <= {"style", "open"}
        assert not any(ord(sign) < 9 or sign in "\x1b\u202e\ud800" for sign in page)


def test_a_view_and_its_original_are_there_and_bounded() -> None:
    rows = [{"id": n, "state": "ok", "name": f"user {n}"} for n in range(3000)]
    entry = SharedContext().put("users", rows, agent="searcher")
    tags = Tags()
    tags.feed(entry._repr_html_())
    assert "users (json, by searcher): " in tags.text
    assert entry.compressed[:200] in tags.text
    assert "more characters" in tags.text
    assert len(tags.text) < 45_000
    # The view is seen at once, the original at a click.
    assert [names for tag, names in tags.found if tag == "details"] == [("open",), ()]
    assert "<details open><summary>view" in compress(rows)._repr_html_()
