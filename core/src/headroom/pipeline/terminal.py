"""What a terminal makes of a text: without the codes that colour it, and what is written over."""

from __future__ import annotations

import re
from dataclasses import replace

from headroom.source import Source
from headroom.toolkit.ranges import spans
from headroom.view import Omission, Request, View

__all__ = ["NOTE_TOKENS", "is_written_over", "shown", "with_codes_marked"]

#: About what the line takes that says what is not shown.
NOTE_TOKENS = 20

#: Control sequences (ECMA-48): colours and movements, titles of windows, single functions; and a
#: letter that is typed over itself to make it bold, or over a line to underline it.
_CODES = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|\x1b[@-Z\\^_=>]"
    r"|.\x08"
)
#: A line that is begun again.
_OVERWRITTEN = re.compile(r"\r(?!\n|$)")


def shown(source: Source) -> Source | None:
    r"""A text as a terminal shows it, line by line; ``None`` where that is the text itself.

    Read once: ``source.once(shown)``. It has as many lines as the text.

    >>> shown(Source("\x1b[31mFAILED\x1b[0m test_a\n10 %\r100 %\r\ndone")).lines
    ['FAILED test_a', '100 %\r', 'done']

    """
    if not _has_sign(source.text):
        return None
    lines = [
        _shown(line) if _has_sign(line) else line for line in source.deadline.over(source.lines)
    ]
    text = "\n".join(lines)
    return None if text == source.text else Source(text, source.deadline)


def _has_sign(text: str) -> bool:
    # Single signs are found a hundred times faster than by an expression.
    if "\x1b" in text or "\x08" in text:
        return True
    return is_written_over(text)


def is_written_over(text: str) -> bool:
    r"""Whether a line of a text is begun again, so that a terminal shows only what comes last.

    >>> is_written_over("10 %\r100 %\r\n"), is_written_over("100 %\r\n")
    (True, False)
    """
    return "\r" in text and _OVERWRITTEN.search(text) is not None


def _shown(line: str) -> str:
    line = _CODES.sub("", line)
    end = "\r" if line.endswith("\r") else ""
    # What is written from the beginning of the line again hides what stood there.
    stop = len(line.rstrip())
    start, after = line.rfind("\r", 0, stop) + 1, line.find("\r", stop)
    last = line[start : after if after >= 0 else len(line)] if stop else ""
    return last + end


def with_codes_marked(
    view: View | None, source: Source, bare: Source, request: Request
) -> View | None:
    """The view of a text as a terminal shows it, with a line that says what is not shown.

    Args:
        view: That of ``bare``; ``None`` where it stays as it is.
        source: The text.
        bare: What a terminal shows of it.
        request: What is asked for.

    Returns:
        ``None`` where there is no room to say that something is not shown.

    """
    numbers = [n for n, pair in enumerate(zip(source.lines, bare.lines), 1) if pair[0] != pair[1]]
    gone = Omission("lines", tuple(spans(numbers)), in_part=True)
    first, last = numbers[0], numbers[-1]
    where = f"line {first}" if first == last else f"lines {first}-{last}"
    note = f"[left out: terminal codes, and what was written over, in {where}]"
    seen = View(bare.text, lossless=False) if view is None else view
    text = f"{note}\n{seen.text}"
    if not request.fits(text):
        if not seen.omissions:
            return None
        # What else is left out is said; for this there is no room.
        text = seen.text
    names = (*seen.transforms, "terminal")
    return replace(
        seen, text=text, lossless=False, omissions=(*seen.omissions, gone), transforms=names
    )
