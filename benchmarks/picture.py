"""The picture: what is kept against the tokens that are left, a small chart per family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log10
from xml.sax.saxutils import escape

from benchmarks.methods import Row

__all__ = ["draw"]

_WIDTH, _HEIGHT = 240, 170
_LEFT, _TOP, _RIGHT, _BOTTOM = 38, 26, 10, 30
_COLUMNS = 4
# Shares of the tokens on the horizontal axis, which is logarithmic.
_LEAST, _MOST = 0.02, 1.0
_TICKS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
# Colours that can be told apart on white and on black, also by those who see few of them (Okabe
# and Ito, "Color Universal Design", 2008).
_SERIES = {
    "Headroom": "#0072B2",
    "head": "#999999",
    "tail": "#CC79A7",
    "random": "#E69F00",
    "cendor-squeeze": "#009E73",
    "headroom-ai": "#D55E00",
}


def draw(rows: Mapping[str, Mapping[str, Row]]) -> str:
    """An SVG document. Lines join the budgets; a dot is a method without one."""
    lines = -(-len(rows) // _COLUMNS)
    width, height = _COLUMNS * _WIDTH, lines * _HEIGHT + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="10">',
        "<style>text{fill:#222}.axis{stroke:#888}.grid{stroke:#8884}"
        "@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>",
        "<title>Facts kept against tokens left, by family of payloads</title>",
    ]
    for number, (family, methods) in enumerate(rows.items()):
        x, y = number % _COLUMNS * _WIDTH, number // _COLUMNS * _HEIGHT
        parts.append(f'<g transform="translate({x} {y})">')
        parts.extend(_chart(family, methods))
        parts.append("</g>")
    parts.extend(_legend(rows, height - 12))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _chart(family: str, methods: Mapping[str, Row]) -> Iterator[str]:
    yield f'<text x="{_LEFT}" y="16" font-weight="bold">{escape(family)}</text>'
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 4}" y="{y + 3:.1f}" text-anchor="end">{share:.0%}</text>'
    for tick in _TICKS:
        x = _x(tick)
        yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 3}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 13}" text-anchor="middle">{tick:.0%}</text>'
    for name, colour in _SERIES.items():
        curve = sorted(
            (_x(row.after / row.before), _y(row.share))
            for method, row in methods.items()
            if method.startswith(f"{name} ") and method.endswith("%") and row.before
        )
        if curve:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in curve)
            thick = 2.2 if name == "Headroom" else 1.2
            yield (
                f'<polyline points="{points}" fill="none" stroke="{colour}" '
                f'stroke-width="{thick}"/>'
            )
        row = methods.get(name)
        if row is not None and row.before:
            x, y = _x(row.after / row.before), _y(row.share)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>'


def _legend(rows: Mapping[str, Mapping[str, Row]], y: int) -> Iterator[str]:
    names = {method for methods in rows.values() for method in methods}
    x = _LEFT
    for name, colour in _SERIES.items():
        if any(method == name or method.startswith(f"{name} ") for method in names):
            yield f'<circle cx="{x}" cy="{y - 3}" r="4" fill="{colour}"/>'
            yield f'<text x="{x + 8}" y="{y}">{escape(name)}</text>'
            x += 8 * len(name) + 34
    yield f'<text x="{x}" y="{y}">up: facts kept; right: tokens left</text>'


def _x(share: float) -> float:
    inside = min(max(share, _LEAST), _MOST)
    along = (log10(inside) - log10(_LEAST)) / (log10(_MOST) - log10(_LEAST))
    return _LEFT + along * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM)
