"""What is said around a large table or list belongs to it, in a page that names no main part."""

from __future__ import annotations

import pytest

from headroom import compress

_NAV = "<div id=nav><a href=/>Home</a> <a href=/news>News</a></div>"
_HEADER = "<tr><th>Route</th><th>Day</th><th>Departs</th></tr>"
_ROWS = "".join(
    f"<tr><td>R{n}</td><td>Mon</td><td>{n % 24:02}:30 from the old harbour wall</td></tr>"
    for n in range(150)
)
_ITEMS = "".join(
    f"<li>Route {n} leaves the old harbour wall at {n}:30 sharp.</li>" for n in range(90)
)
_SAID = [
    "All departures until 9 January",
    "Changes",
    "Route R5 is suspended",
    "Nobody said why it is, and nobody is going to say so before spring.",
]


def _page(part: str, before: str = "<h1>Ferries</h1>") -> str:
    return (
        f"<html><head><title>x</title></head><body>{_NAV}{before}<p>{_SAID[0]}.</p>{part}"
        f"<h2>{_SAID[1]}</h2><p>{_SAID[2]} from 3 December.</p><p>{_SAID[3]}</p>"
        "<div id=foot>c</div></body></html>"
    )


@pytest.mark.parametrize("around", ["{}", "<div>{}</div>"])
@pytest.mark.parametrize(
    "part",
    [
        f"<table><thead>{_HEADER}</thead><tbody>{_ROWS}</tbody></table>",
        f"<table>{_HEADER}{_ROWS}</table>",
        f"<ul>{_ITEMS}</ul>",
        f"<ol>{_ITEMS}</ol>",
    ],
)
def test_what_is_said_around_a_large_table_or_list_stays(part: str, around: str) -> None:
    view = compress(_page(around.format(part))).text
    assert [said for said in _SAID if said not in view] == []
    assert "News" not in view
    assert ("Departs" in view) == ("Departs" in part)


def test_the_header_of_a_table_stays_where_nothing_is_said_around_it() -> None:
    table = f"<table><thead>{_HEADER}</thead><tbody>{_ROWS}</tbody></table>"
    view = compress(f"<html><body>{_NAV}<h2>Ferries</h2>{table}</body></html>").text
    assert "## Ferries\nRoute | Day | Departs\nR0" in view


def test_a_short_line_below_a_heading_of_any_level_stays() -> None:
    table = f"<table><thead>{_HEADER}</thead><tbody>{_ROWS}</tbody></table>"
    view = compress(
        f"<html><body>{_NAV}<h2>Ferries</h2><p>In local time.</p>{table}</body></html>"
    ).text
    assert "## Ferries\nIn local time.\nRoute | Day | Departs\nR0" in view


def test_what_is_outside_of_a_table_with_the_columns_of_a_page_goes() -> None:
    story = "".join(
        f"<p>The river number {n} rose in the night, and the town of {n} houses was awake.</p>"
        for n in range(12)
    )
    asks = "Welcome to the oldest paper of this town: please log in to read all that is in it."
    view = compress(
        f"<html><body><center><p>{asks}</p><table><tr><td>{_NAV}</td><td><h1>Flood</h1>{story}"
        "</td></tr></table></center></body></html>"
    ).text
    assert "The river number 11" in view
    assert "log in" not in view


@pytest.mark.parametrize("around", ["div", "main", "article"])
@pytest.mark.parametrize(
    "end",
    [
        "<h2>Changes</h2><p>Route R5 is suspended.</p>",
        "<p>See the note.</p><p>Route R5 is suspended.</p>",
        "<h2>Changes</h2><p>See the note.</p><h2>More</h2><p>Route R5 is suspended.</p>",
    ],
)
def test_short_sentences_at_the_end_stay(around: str, end: str) -> None:
    view = compress(
        f"<html><body>{_NAV}<{around}><h1>Ferries</h1><table>{_HEADER}{_ROWS}</table>{end}"
        "<p>Share</p><p>Print</p></{around}><div id=foot>c</div></body></html>"
    ).text
    assert "Route R5 is suspended." in view
    assert "Share" not in view
    assert ("## Changes\n" in view) == ("Changes" in end)
