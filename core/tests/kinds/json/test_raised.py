"""Stack traces in strings keep what went wrong."""

from __future__ import annotations

from typing import Any

import pytest

from headroom import compress

NAMES = "pump valve rotor cable hinge filter".split()


def trace(number: int, raised: str, frames: int = 12) -> str:
    lines = ["Traceback (most recent call last):"]
    for place in range(frames):
        name, other = NAMES[(number + place) % 6], NAMES[number * place % 6]
        lines.append(f'  File "/app/{name}/{other}.py", line {number + place * 7}, in {name}')
        lines.append(f"    {other}({name})")
    return "\n".join([*lines, raised])


@pytest.mark.parametrize("options", [{}, {"max_tokens": 1000}], ids=["whole", "budget"])
def test_each_trace_in_a_string_keeps_its_exception(options: dict[str, Any]) -> None:
    rows = [{"id": n, "err": trace(n, f"KeyError: 'z{n}'")} for n in range(25)]
    view = compress(rows, **options).text
    assert all(f"KeyError: 'z{n}'" in view for n in range(25))
    assert "[sentences" in view


def test_frames_where_it_happened_go_before_those_that_led_there() -> None:
    rows = [{"id": n, "err": trace(n, f"KeyError: 'z{n}'")} for n in range(25)]
    view = compress(rows).text
    last = trace(3, "").splitlines()[-2:]
    assert all(f"  {line}\n" in view for line in last)


def test_a_row_that_failed_otherwise_is_shown() -> None:
    rows = [{"id": n, "err": trace(n, f"KeyError: 'z{n}'")} for n in range(200)]
    rows[117]["err"] = trace(117, "OSError: 'z117'")
    view = compress(rows, max_tokens=1000).text
    assert "OSError: 'z117'" in view


def test_a_short_row_that_failed_otherwise_is_shown() -> None:
    # Each word of these comes in other rows as well, but not as what was raised.
    rows = [
        {
            "id": n,
            "err": trace(n, f"app.{'KeyError' if n != 117 else 'OSError'}: not the OSError", 3),
            "a": {name: f"{name} of the {NAMES[n % 6]} and of others {n % 7}" for name in NAMES},
        }
        for n in range(200)
    ]
    view = compress(rows).text
    assert "app.OSError: not" in view


def test_with_little_room_each_row_that_is_shown_has_its_exception() -> None:
    rows = [{"id": n, "err": trace(n, f"KeyError: 'z{n}'")} for n in range(25)]
    view = compress(rows, max_tokens=400).text
    assert view.count("\n id=") >= 8
    assert abs(view.count("\n id=") - view.count("KeyError: ")) <= 1
