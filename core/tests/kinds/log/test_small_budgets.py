"""Where there is little room, it goes to what failed."""

from __future__ import annotations

import random

import pytest

from headroom import compress

_ERROR = (
    "2026/05/01 10:01:17 [error] 31#31: *77 connect() failed (111: Connection refused) while "
    "connecting to upstream, client: 10.0.0.7, server: shop"
)


def proxy_log() -> str:
    lines = [
        f"2026/05/01 10:{n // 60:02}:{n % 60:02} [notice] 31#31: *{n} "
        f"client 10.0.0.{n % 9} closed keepalive connection"
        for n in range(200)
    ]
    lines[77] = _ERROR
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("max_tokens", [75, 100, 150])
def test_what_failed_comes_before_a_last_line_like_all_others(max_tokens: int) -> None:
    result = compress(proxy_log(), max_tokens=max_tokens)
    assert _ERROR in result.text
    assert result.tokens_after <= max_tokens
    assert "left out" in result.text


def test_a_shorter_line_is_shown_where_a_longer_one_has_no_room() -> None:
    result = compress(proxy_log(), max_tokens=45)
    assert "closed keepalive connection" in result.text
    assert _ERROR not in result.text
    assert result.tokens_after <= 45


def test_without_room_for_any_line_a_marker_says_how_many_there_are() -> None:
    result = compress(proxy_log(), max_tokens=25)
    assert "201 lines" in result.text or "200 lines" in result.text
    assert result.tokens_after <= 25


@pytest.mark.parametrize("max_tokens", [400, 700, 1000, 1500])
def test_what_traces_say_comes_before_their_frames_whatever_the_budget(max_tokens: int) -> None:
    chance = random.Random(9)
    words = "anchor boiler cable drum engine filter gasket hinge inlet jig".split()
    lines, said = [], []
    for number in range(400):
        stamp = f"2026-02-02T11:{number // 60:02}:{number % 60:02}Z"
        lines.append(f"{stamp} INFO handled {chance.choice(words)} {chance.randint(0, 9999)}")
        if number % 40 == 7:
            lines += [f"{stamp} ERROR job {number} failed", "Traceback (most recent call last):"]
            for frame in range(6):
                one, other = chance.choice(words), chance.choice(words)
                lines.append(f'  File "/app/{one}{frame}.py", line {number + frame}, in {other}')
                lines.append(f"    {other}({one})")
            said.append(f"{chance.choice(('OSError', 'KeyError'))}: {words[number % 7]} {number}")
            lines.append(said[-1])
    view = compress("\n".join(lines), max_tokens=max_tokens).text
    assert all(one in view for one in said)
