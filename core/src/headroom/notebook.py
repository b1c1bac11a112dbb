"""How results and entries show themselves in a notebook: as text, whatever a payload holds."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.forking import undisturbed
from headroom.regexes import regex

__all__ = ["card"]

#: Characters of a text that are shown: a page of a notebook is no place for more.
_SHOWN = 20_000
# Markup of a notebook cannot bring a policy along, so there is nothing in it that could be run.
_PRE = "white-space:pre-wrap;overflow-wrap:anywhere;max-height:24em;overflow:auto;margin:.3em 0"
_CONTROLS = regex(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def card(title: str, figures: str, texts: Sequence[tuple[str, str, bool]]) -> str:
    """A heading, a line of figures, and texts that open at a click.

    Args:
        title: Such as the key.
        figures: In words.
        texts: Each with what it is called, and whether it is open.

    >>> card("<b>", "4 tokens", [("view", "a < b", True)]).count("<b>")
    1

    """
    parts = [f"<div><b>{_plain(title)}</b> {_plain(figures)}"]
    for name, text, is_open in texts:
        rest = len(text) - _SHOWN
        more = f"\n... {rest:,} more characters" if rest > 0 else ""
        parts.append(
            f"<details{' open' if is_open else ''}><summary>{_plain(name)}</summary>"
            f'<pre style="{_PRE}">{_plain(text[:_SHOWN])}{more}</pre></details>'
        )
    return "".join(parts) + "</div>"


def _plain(text: str) -> str:
    """A text as markup that shows it, its control characters as escapes."""
    with undisturbed:
        from html import escape

    return escape(_CONTROLS.sub(lambda match: ascii(match[0])[1:-1], text))
