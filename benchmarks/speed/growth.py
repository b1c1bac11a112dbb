"""Payloads of one kind at every size: what a byte costs, and whether more in a large one."""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from math import log10
from xml.sax.saxutils import escape

from headroom import compress, get_counter
from headroom_testing.large import LARGE

__all__ = ["KILOBYTES", "draw", "main", "measure", "table"]

KILOBYTES = (4, 32, 256, 1000, 10_000)

#: Characters that are compressed before anything is measured: that imports what a kind needs.
_FIRST = 30_000
#: Payloads are compressed until so many seconds have gone by or so many times: another one each
#: time, since tokenizers keep what they have counted of one, and words are kept, too.
_SECONDS, _TIMES = 1.0, 21

_WIDTH, _HEIGHT = 640, 380
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 16, 150, 40
_LEAST, _MOST = 0.05, 20.0  # microseconds a byte


def measure(name: str, kilobytes: Sequence[int]) -> list[float]:
    """Seconds of each size (thousands of characters), medians, in a process of its own."""
    task = json.dumps([name, list(kilobytes)])
    command = [sys.executable, "-m", "benchmarks.speed.growth", task]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def _median(name: str, characters: int) -> float:
    counter = get_counter("gpt-4o")
    seconds: list[float] = []
    while not seconds or (sum(seconds) < _SECONDS and len(seconds) < _TIMES):
        # What stands at the beginning of a larger payload has not been seen either.
        text = LARGE[name](characters, seed=characters + len(seconds))
        gc.collect()
        began = time.perf_counter()
        result = compress(text, counter=counter)
        seconds.append(time.perf_counter() - began)
        if result.failure is not None:
            raise RuntimeError(f"{name}, {characters}: {result.failure}")
    return statistics.median(seconds)


def table(rows: dict[str, list[float]], kilobytes: Sequence[int]) -> list[str]:
    """Markdown: a row a payload; the last column is by how much ten times the bytes cost more."""
    columns = ["payload", *(f"{size} KB" for size in kilobytes), "10 MB / 1 MB"]
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "--:|" * (len(columns) - 1)]
    for name, seconds in rows.items():
        cells = [f"{1000 * each:.1f} ms" if each < 1 else f"{each:.2f} s" for each in seconds]
        known = dict(zip(kilobytes, seconds, strict=True))
        both = 1000 in known and 10_000 in known
        cells.append(f"{known[10_000] / known[1000]:.1f}" if both else "")
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return lines


def draw(rows: dict[str, list[float]], kilobytes: Sequence[int]) -> str:
    """An SVG document: microseconds a byte against the size, both logarithmic; level is linear."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        "<style>text{fill:#222}.grid{stroke:#8884}"
        "@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>",
        "<title>Microseconds a byte against the size of the payload</title>",
    ]
    for tick in (0.1, 0.3, 1.0, 3.0, 10.0):
        y = _y(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    ends = log10(kilobytes[0]), log10(kilobytes[-1])
    across = [
        _LEFT + (log10(size) - ends[0]) / (ends[1] - ends[0] or 1) * (right - _LEFT)
        for size in kilobytes
    ]
    for size, x in zip(kilobytes, across, strict=True):
        says = f"{size} KB" if size < 1000 else f"{size // 1000} MB"
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{says}</text>')
    parts.extend(_curves(rows, kilobytes, across))
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 6}">up: µs a byte; right: size</text></svg>')
    return "\n".join(parts) + "\n"


def _curves(
    rows: dict[str, list[float]], kilobytes: Sequence[int], across: Sequence[float]
) -> Iterator[str]:
    costs = {
        name: [1000 * each / size for each, size in zip(seconds, kilobytes, strict=True)]
        for name, seconds in rows.items()
    }
    # Names stand at the ends of their curves, one below the other.
    lowest = float(_TOP)
    for number, (name, cost) in enumerate(sorted(costs.items(), key=lambda pair: -pair[1][-1])):
        colour = f"hsl({360 * number // len(costs)} 60% 45%)"
        points = " ".join(f"{x:.1f},{_y(y):.1f}" for x, y in zip(across, cost, strict=True))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        lowest = max(lowest + 13, _y(cost[-1]) + 4)
        x = across[-1] + 6
        yield f'<text x="{x:.1f}" y="{lowest:.1f}" style="fill:{colour}">{escape(name)}</text>'


def _y(cost: float) -> float:
    inside = min(max(cost, _LEAST), _MOST)
    along = (log10(inside) - log10(_LEAST)) / (log10(_MOST) - log10(_LEAST))
    return _TOP + (1 - along) * (_HEIGHT - _TOP - _BOTTOM)


def main(task: str) -> None:
    """In the process that measures: prints the seconds of each size as JSON."""
    name, kilobytes = json.loads(task)
    compress(LARGE[name](_FIRST), counter=get_counter("gpt-4o"))
    print(json.dumps([_median(name, 1000 * size) for size in kilobytes]))


if __name__ == "__main__":
    main(sys.argv[1])
