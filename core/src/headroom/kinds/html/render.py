"""Writes the view of a page: the kept text, and markers where some is left out."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from headroom.kinds.html.parse import Page
from headroom.toolkit.markers import SMALLEST, marker
from headroom.toolkit.ranges import spans
from headroom.view import Omission, View

__all__ = ["GAP", "Renderer"]

#: A gap of no more words than this is not worth saying where it is. Chosen.
_FEW_WORDS = 12
#: The marker between sentences of one block.
GAP = "[left out]"


class Renderer:
    """Renders choices of the text of one page: for each block that is shown, what of it."""

    def __init__(self, page: Page, content: str, first_line: int = 1) -> None:
        self.blocks = page.blocks
        self._markup = page.markup
        self._before = first_line - 1
        self._lines = content.count("\n") + (not content.endswith("\n"))

    def view(self, shown: Mapping[int, str]) -> View:
        """The view with its omissions."""
        there = self._there(shown)
        lines = range(1, self._lines + 1)
        gone = spans(self._before + line for line in lines if not there[line])
        # Tags with what they say, comments, scripts: they may share a line with text that is shown.
        marked = {line for first, last in self._markup for line in range(first, last + 1)}
        bare = spans(self._before + line for line in lines if there[line] and line in marked)
        omissions = [Omission("lines", tuple(gone))] if gone else []
        if bare:
            omissions.append(Omission("lines", tuple(bare), in_part=True))
        return View(self.text(shown), False, tuple(omissions), first_line=self._before + 1)

    def _there(self, shown: Mapping[int, str]) -> bytearray:
        """Of each line of the source, whether it has text, and all of that is shown."""
        there = bytearray(self._lines + 2)
        missing = array("I")
        blocks = self.blocks
        for index in range(len(blocks)):
            if index in shown and shown[index] == blocks.rendered(index):
                first, end = blocks.firsts[index], blocks.lasts[index] + 1
                there[first:end] = b"\1" * (end - first)
            else:
                missing.append(index)
        for index in missing:
            first, end = blocks.firsts[index], blocks.lasts[index] + 1
            there[first:end] = bytes(end - first)
        if self._lines == 1:
            there[1] = 0
        return there

    def text(self, shown: Mapping[int, str]) -> str:
        """The view as text."""
        numbers = sorted(shown)
        view = list(self._below(numbers, map(shown.__getitem__, numbers)))
        return "\n".join([self._legend(has_signs=SMALLEST in view), *view])

    def whole(self, chosen: Sequence[int]) -> Iterator[str]:
        """What stands, below each other, in the view of some blocks that are shown as they are."""
        each = self.blocks.each
        yield self._legend(has_signs=SMALLEST in self._below(chosen, each(chosen)))
        yield from self._below(chosen, each(chosen))

    def _below(self, shown: Iterable[int], texts: Iterable[str]) -> Iterator[str]:
        """What stands in a view below what it leaves out of any page."""
        expected = 0
        for index, text in zip(shown, texts):
            if 0 < expected < index:
                yield self._gap_marker(slice(expected, index))
            yield text
            expected = index + 1
        if 0 < expected < len(self.blocks):
            yield self._gap_marker(slice(expected, len(self.blocks)))

    def _legend(self, *, has_signs: bool) -> str:
        """What a view leaves out of any page, and what a sign in it means, said once."""
        first, last = self._before + 1, self._before + self._lines
        where = f"lines {first}-{last}" if last > first else f"line {first}"
        signs = f", and where {SMALLEST} stands" if has_signs else ""
        return f"[left out of {where}{signs}: all but the main content]"

    def _gap_marker(self, gap: slice) -> str:
        if sum(self.blocks.words[gap]) <= _FEW_WORDS:
            return SMALLEST
        first, last = min(self.blocks.firsts[gap]), max(self.blocks.lasts[gap])
        if first == last == 1:
            return GAP
        place = Omission("lines", ((first + self._before, last + self._before),))
        return marker(place.where)
