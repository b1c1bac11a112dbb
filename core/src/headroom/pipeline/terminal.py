"""What a terminal makes of a text: without the codes that colour it, and what is written over."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from headroom.source import Source
from headroom.toolkit.ranges import spans
from headroom.view import Omission, Request, View

__all__ = ["NOTE_TOKENS", "find_in_line", "is_written_over", "shown", "with_codes_marked"]

#: About what the line takes that says what is not shown.
NOTE_TOKENS = 20

#: Control sequences (ECMA-48): colours and movements, titles of windows, single functions.
_CODES = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|\x1b[@-Z\\^_=>]"
)
#: Those that go back to where a line begins, or take away what stands in it.
_BACK = re.compile(r"\x1b\[(?:[01]?G|2K)")
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
    return "\r" in text and _OVERWRITTEN.search(text) is not None


def is_written_over(line: str) -> bool:
    r"""Whether a terminal hides some of what a line says.

    >>> is_written_over("10 %\r100 %\r"), is_written_over("\x1b[1m100 %\r")
    (True, False)
    """
    if not _has_sign(line):
        return False
    *before, last = _without_codes(line).rstrip().split("\r")
    return any(map(str.strip, before)) or _typed(last)[1]


def _without_codes(line: str) -> str:
    return _CODES.sub("", _BACK.sub("\r", line) if "\x1b" in line else line)


def _typed(text: str) -> tuple[str, bool]:
    """A text whose signs are typed over others, and whether any of these are lost.

    A letter over itself is bold, and one over a line, or below it, is underlined.
    """
    if "\x08" not in text:
        return text, False
    signs: list[str] = []
    place, is_lost = 0, False
    for sign in text:
        if sign == "\x08":
            place = max(0, place - 1)
            continue
        if place == len(signs):
            signs.append(sign)
        elif sign != "_" or signs[place] == " ":
            is_lost = is_lost or signs[place] not in (sign, "_", " ")
            signs[place] = sign
        place += 1
    return "".join(signs), is_lost


def _shown(line: str) -> str:
    bare = _without_codes(line)
    end = "\r" if "\r" in line and bare.endswith("\r") else ""
    return _typed(bare[slice(*_last(bare))])[0] + end


def _last(bare: str) -> tuple[int, int]:
    """Where what stays of a line begins and ends: the last that is written from its beginning."""
    stop = len(bare.rstrip())
    if not stop:
        return 0, 0
    after = bare.find("\r", stop)
    return bare.rfind("\r", 0, stop) + 1, after if after >= 0 else len(bare)


def find_in_line(line: str, find: Callable[[str], int | None]) -> int | None:
    r"""Where in a line something begins that is looked for in what a terminal shows of it.

    Else it is looked for in the line as it is.

    >>> find_in_line("\x1b[31mERR\x1b[0mOR in a", lambda text: text.index("ERROR"))
    5

    """
    place = find(_shown(line)) if _has_sign(line) else None
    if place is None:
        return find(line)
    place += _last(_without_codes(line))[0]
    for code in _CODES.finditer(line):
        if code.start() > place:
            break
        # What goes back to the beginning of the line is a sign of what is left without codes.
        place += code.end() - code.start() - bool(_BACK.fullmatch(code[0]))
    return place


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
