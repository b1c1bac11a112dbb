"""Several kinds of content in one text: each part goes its own way.

Parts are whole lines: JSON documents, fenced blocks as in Markdown, and what stands between
divider lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from headroom.kinds.table.ruled import ruled_run
from headroom.pipeline.apportion import apportion
from headroom.toolkit.markers import marker
from headroom.view import Omission, Request, View

__all__ = ["NAME", "Part", "compress_parts", "split"]

#: As it stands in ``transforms``, after the names of the compressors of the parts.
NAME = "router"

# Smaller parts of another kind stay in the text around them.
_LEAST_CHARS = 300
# In a text, examples of code up to this size are units of it, shown whole or not at all.
_EXAMPLE_CHARS = 1500
# How often a line that begins like a JSON document is read as one.
_ATTEMPTS = 30

# How many lines a table has at the least that is most of a text, and how many paragraphs may be
# around it; and how many lines one has among others. A small one is shown whole or not at all.
_LEAST_TABLE, _FRAME = 3, 8
_LEAST_RULED = 12

# What is said between the other parts stays as it is where it has no more characters, and is at
# most a tenth of the whole.
_LITTLE_TEXT = 2000

# How many paragraphs may stand before a part of another kind.
_LED_OVER = 3

_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+-]{0,20})[ \t]*\r?$")
# A page of HTML, below what a program says of it.
_PAGE = re.compile(r"\s{0,20}<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_DIVIDER = re.compile(r"([-=*_#~])\1{4,}[ \t]*\r?$")


@dataclass(frozen=True)
class Part:
    """Lines of one kind: ``first`` is an index, ``end`` is exclusive."""

    kind: str
    first: int
    end: int


def split(content: str, kind_of: Callable[[str], str]) -> list[Part] | None:
    r"""The parts of a text, which together are all of its lines; ``None`` where it is of one kind.

    Args:
        content: The text.
        kind_of: Tells the kind of a text that has no parts.

    >>> data = json.dumps([{"id": n, "name": "Ada"} for n in range(20)])
    >>> [part.kind for part in split(f"They are:\n{data}\nThat is all.", lambda text: "text")]
    ['text', 'json', 'text']

    """
    lines = content.split("\n")
    pieces = [part for part in _pieces(content, lines, kind_of) if part.first < part.end]
    sizes = [sum(map(len, lines[part.first : part.end])) for part in pieces]
    of_text = sum(size for part, size in zip(pieces, sizes) if part.kind == "text")
    parts: list[Part] = []
    for part, size in zip(pieces, sizes):
        kind = part.kind
        an_example = kind == "code" and size < _EXAMPLE_CHARS and of_text * 2 > len(content)
        if an_example or (kind == "json" and size < _LEAST_CHARS):
            kind = "text"
        if parts and parts[-1].kind == kind and kind != "json":
            parts[-1] = replace(parts[-1], end=part.end)
        else:
            parts.append(replace(part, kind=kind))
    return parts if len(parts) > 1 else None


def _pieces(content: str, lines: list[str], kind_of: Callable[[str], str]) -> Iterator[Part]:
    """Parts, before those of one kind that touch are put together."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    first = number = attempts = 0
    while number < len(lines):
        line = lines[number]
        if line[:1].isalnum():
            # No part begins like that, and most lines do.
            number += 1
            continue
        fence = _FENCE.match(line)
        end = None
        if fence is not None:
            end = _closing(lines, number, fence[1])
            inner = (number + 1, end) if end is not None else None
            kind = None
        elif line[:1] in ("{", "[") and attempts < _ATTEMPTS:
            attempts += 1
            end = _end_of_json(content, starts, number)
            if end == number + 1:
                end = _end_of_json_lines(lines, number)
            inner, kind = (number, end) if end is not None else None, "json"
        elif number and _PAGE.match(line):
            end = _end_of_page(lines, number)
            inner, kind = (number, end), "html"
        elif (run := _ruled(lines, number, first)) is not None:
            end = run[1] if run[1] - run[0] >= _LEAST_RULED else None
            inner, kind = run, "table"
        elif _is_divider(lines, number):
            yield from _between(lines, first, number, kind_of)
            yield Part("text", number, number + 1)
            first = number + 1
        if end is not None and inner is not None:
            yield from _between(lines, first, inner[0], kind_of)
            yield Part(kind or _kind(lines, *inner, kind_of), *inner)
            first = inner[1]
            # The line that closes a fence opens none.
            number = first + (fence is not None)
            continue
        number += 1
    if first:
        yield from _between(lines, first, len(lines), kind_of)
    else:
        yield from _framed_table(lines, kind_of)


def _ruled(lines: list[str], number: int, first: int) -> tuple[int, int] | None:
    """The table that begins at a line, or whose header stands above it."""
    run = ruled_run(lines, number)
    return run or (ruled_run(lines, number - 1) if number > first else None)


def _end_of_page(lines: list[str], number: int) -> int:
    """The line after the end of a page of HTML, or after the last line."""
    ends = (n for n in range(number, len(lines)) if "</html>" in lines[n].lower())
    return next(ends, len(lines) - 1) + 1


def _framed_table(lines: list[str], kind_of: Callable[[str], str]) -> Iterator[Part]:
    """A table that is most of a text, and the paragraphs before and after it."""
    blank = [number for number, line in enumerate(lines) if not line.strip()]
    edges = [-1, *blank, len(lines)]
    first, end = max(
        ((one + 1, other) for one, other in pairwise(edges)),
        key=lambda span: _size(lines, *span),
    )
    size, whole = _size(lines, first, end), _size(lines, 0, None)
    may_be = 0.8 * whole < size < whole and end - first > _LEAST_TABLE and len(edges) <= _FRAME
    if may_be and _kind(lines, first, end, kind_of) == "table":
        yield Part("text", 0, first)
        yield Part("table", first, end)
        yield Part("text", end, len(lines))
    else:
        # All of it is one part; its kind makes no difference.
        yield Part("text", 0, len(lines))


def _size(lines: list[str], first: int, end: int | None) -> int:
    return sum(map(len, lines[first:end]))


def _is_divider(lines: list[str], number: int) -> bool:
    """Whether a line divides parts; one that touches a line of text underlines a heading."""
    if not _DIVIDER.match(lines[number]):
        return False
    around = lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]
    return not any(line.strip() for line in around)


def _between(
    lines: list[str], first: int, end: int, kind_of: Callable[[str], str]
) -> Iterator[Part]:
    if first == end:
        return
    kind = _kind(lines, first, end, kind_of)
    if kind != "text" and (first > 0 or end < len(lines)):
        # The sentence that leads over to a log is none of its lines.
        for _ in range(_LED_OVER):
            blank = next((n for n in range(first, end) if not lines[n].strip()), None)
            if blank is None or kind_of("\n".join(lines[first:blank])) != "text":
                break
            yield Part("text", first, blank + 1)
            first = blank + 1
    yield Part(kind, first, end)


def _kind(lines: list[str], first: int, end: int, kind_of: Callable[[str], str]) -> str:
    text = "\n".join(lines[first:end])
    return kind_of(text) if len(text) >= _LEAST_CHARS else "text"


def _closing(lines: list[str], opening: int, fence: str) -> int | None:
    """The line that closes a fence; ``None`` if it stays open."""
    for number in range(opening + 1, len(lines)):
        if lines[number].rstrip() == fence:
            return number
    return None


def _end_of_json(content: str, starts: list[int], number: int) -> int | None:
    """The line after the JSON document that begins at a line; ``None`` if none does."""
    try:
        _, end = json.JSONDecoder().raw_decode(content, starts[number])
    except (ValueError, RecursionError):
        return None
    last = number
    while starts[last + 1] <= end:
        last += 1
    rest = content[end : starts[last + 1] - 1]
    return None if rest.strip() else last + 1


def _end_of_json_lines(lines: list[str], number: int) -> int:
    """The line after the last of those that look like documents, from one that is a document."""
    end = number + 1
    pair = ("{", "}") if lines[number].startswith("{") else ("[", "]")
    while (
        end < len(lines) and lines[end].startswith(pair[0]) and lines[end].rstrip()[-1:] == pair[1]
    ):
        end += 1
    return end


def compress_parts(
    content: str,
    parts: Sequence[Part],
    request: Request,
    view_of: Callable[[str, Request], View | None],
) -> View | None:
    """The views of the parts, one after the other.

    Args:
        content: The text.
        parts: Its parts, from ``split``.
        request: What is asked for; its budget is shared out by what the parts would take.
        view_of: Makes the view of one part; ``None`` where the part stays as it is.

    """
    lines = content.split("\n")
    texts = ["\n".join(lines[part.first : part.end]) for part in parts]
    said = sum(len(text) for text, part in zip(texts, parts) if part.kind == "text")
    little = request.fidelity == "balanced" and said < min(0.1 * len(content), _LITTLE_TEXT)

    def view_of_part(text: str, part: Request) -> View | None:
        if little and part.kind == "text" and part.max_tokens is None:
            return None
        return view_of(text, part)

    return apportion(
        texts,
        [part.kind for part in parts],
        request,
        view_of_part,
        lambda views: _joined(texts, parts, views),
    )


def _joined(
    texts: Sequence[str], parts: Sequence[Part], views: Sequence[View | None]
) -> View | None:
    if not any(views):
        return None
    blocks: list[str] = []
    omissions: list[Omission] = []
    names: list[str] = []
    for text, part, view in zip(texts, parts, views):
        if view is None:
            blocks.append(text)
            continue
        names.extend(name for name in view.transforms if name not in names)
        if view.omissions:
            # The markers of a part count from its own first line.
            within = (part.first + 1, part.end)
            place = Omission("lines", (within,)).where
            blocks.append(marker(f"{place} follow, counted by themselves; some are"))
            omissions.extend(replace(omission, within=within) for omission in view.omissions)
        blocks.append(view.text)
    # A re-encoded part cannot be told from the text around it by a program, so nothing is
    # lossless here.
    return View("\n".join(blocks), False, tuple(omissions), (*names, NAME))
