"""A table is larger than a budget: its rows go one by one."""

from __future__ import annotations

import pytest

from headroom import compress


def _row(number: int) -> str:
    name = f"{('Vander', 'Petro', 'Fonta', 'Mbek')[number % 4]} {('plass', 'bru')[number % 2]}"
    times = (f"{5 + hour + number // 12:02}:{(number * 5 + hour * 7) % 60:02}" for hour in range(4))
    return f"<tr><td>{name} {number}</td>{''.join(f'<td>{time}</td>' for time in times)}</tr>"


ASKED = "<tr><td>Tonsen</td><td>09:02</td><td>10:09</td><td>11:16</td><td>12:23</td></tr>"
PAGE = (
    "<!doctype html><html><head><title>Line 9</title></head><body><h1>Line 9</h1>"
    "<p>Valid 22 June to 16 August 2026. On Sundays buses run via the church.</p>"
    "<table><tr><th>Stop</th><th>A</th><th>B</th><th>C</th><th>D</th></tr>"
    f"{''.join(map(_row, range(24)))}{ASKED}{''.join(map(_row, range(24, 46)))}</table>"
    "</body></html>"
)


@pytest.mark.parametrize("max_tokens", [200, 300, 400])
def test_the_row_that_is_asked_for_is_shown_and_the_room_is_used(max_tokens: int) -> None:
    result = compress(PAGE, query="When does D stop at Tonsen?", max_tokens=max_tokens)
    assert 0.7 * max_tokens < result.tokens_after <= max_tokens
    lines = result.text.splitlines()
    assert "Tonsen | 09:02 | 10:09 | 11:16 | 12:23" in lines
    assert "Stop | A | B | C | D" in lines
