"""Some lines of a text, and a marker wherever others stood."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from headroom.toolkit.markers import marker
from headroom.view import Omission, View

__all__ = ["view_of_lines"]


def view_of_lines(
    lines: Sequence[str],
    kept: Collection[int],
    note: Callable[[int, int], str] | None = None,
    *,
    first_line: int = 1,
) -> View:
    r"""The view that shows some lines of a text, with a marker in place of each run of others.

    Args:
        lines: Those of the text: ``source.lines``.
        kept: The indexes of those that are shown.
        note: What is worth knowing of lines that are left out: of the index of the first, and
            after the last.
        first_line: By which number the first one is called: ``source.first_line``.

    >>> view = view_of_lines(["a", "b", "c", "d"], {0, 3}, lambda first, end: "as before")
    >>> view.text
    'a\n[lines 2-3 left out: as before]\nd'
    >>> view.omissions[0].where
    'lines 2-3'

    """
    shown: list[str] = []
    gone: list[tuple[int, int]] = []
    expected = 0
    for index in [*sorted(kept), len(lines)]:
        if index > expected:
            gone.append((expected + first_line, index + first_line - 1))
            gap = Omission("lines", (gone[-1],))
            shown.append(marker(gap.where, "" if note is None else note(expected, index)))
        if index < len(lines):
            shown.append(lines[index])
        expected = index + 1
    omissions = (Omission("lines", tuple(gone)),) if gone else ()
    return View("\n".join(shown), not gone, omissions, first_line=first_line)
