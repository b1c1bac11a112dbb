"""Several kinds of content in one text: each part goes its own way.

Parts are whole lines: what a kind finds among others (JSON documents, pages, tables), fenced blocks
as in Markdown, and what stands between divider lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise, takewhile
from typing import NamedTuple

from headroom.forking import cached_property
from headroom.kinds.guard import Guarded
from headroom.kinds.registry import LAST_RESORT, Kinds
from headroom.lines import Lines
from headroom.pipeline.apportion import ViewOf, apportion
from headroom.pipeline.boundaries import Stretch, leads_over, stretches
from headroom.pipeline.paragraphs import ParagraphFinder
from headroom.source import Source
from headroom.toolkit.markers import marker
from headroom.view import Omission, Request, View

__all__ = ["NAME", "Part", "compress_parts", "is_cut", "parts_of", "split"]

#: As it stands in ``transforms``, after the names of the compressors of the parts.
NAME = "router"

#: Smaller parts of another kind, in characters, stay in the text around them.
_LEAST_CHARS = 300
#: In a text, examples up to this size, in characters, are units of it, shown whole or not at all.
_EXAMPLE_CHARS = 1500

#: What a command printed is a part by itself from this size on, in characters.
_OUTPUT_CHARS = 1500

#: A part that is most of a text has this share of its characters; so many lines it has at the
#: least, and so many paragraphs may be around it.
_MOST_OF_IT, _LEAST_LINES, _FRAME = 0.8, 3, 8

#: What is said between the other parts stays as it is where it has no more characters, and is at
#: most such a share of the whole.
_LITTLE_TEXT, _LITTLE_SHARE = 2000, 0.1
#: So does what has so few tokens: as a payload it would, too.
_SHORT = 200

#: Lines between two looks at the clock.
_CHECKED_EVERY = 500

#: How many paragraphs may stand before a part of another kind.
_LED_OVER = 3

_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+-]{0,20})[ \t]*\r?$")
#: What closes a fence: its sign alone.
_CLOSING = re.compile(r"(`{3,}|~{3,})\s*")
_DIVIDER = re.compile(r"([-=*_#~])\1{4,}[ \t]*\r?$")
_FENCE_SIGNS, _DIVIDER_SIGNS = "`~", "-=*_#~"


#: The lines, by index, that begin at a line of a text.
_Find = Callable[[Source, int], "tuple[int, int] | None"]


class Part(NamedTuple):
    """Lines of one kind: ``first`` is an index, ``end`` is exclusive."""

    kind: Guarded
    first: int
    end: int
    #: Whether it is one by itself, and never a part of what stands before or after it.
    is_whole: bool = False


def split(source: Source, kinds: Kinds) -> list[Part] | None:
    r"""The parts of a text, which together are all of its lines.

    Returns:
        ``None`` where it is of one kind, the one that it seems to be of; a single part where it is
        of the kind of that part, whatever it seems to be.

    >>> import json
    >>> from headroom.kinds.registry import default_kinds
    >>> data = json.dumps([{"id": n, "name": "Ada"} for n in range(20)])
    >>> parts = split(Source(f"They are:\n{data}\nThat is all."), default_kinds())
    >>> [part.kind.name for part in parts]
    ['text', 'json', 'text']

    """
    found = source.once(stretches)
    if len(found) > 1:
        return _parts_of_stretches(source, found, kinds)
    parts = _joined_parts(_Cutter(source, kinds).parts(), source, _last_resort(kinds))
    return parts if len(parts) > 1 else None


def parts_of(source: Source, kind: Guarded, kinds: Kinds) -> list[Part] | None:
    """The parts of a text that a kind took as a whole; ``None`` where it is of that kind alone.

    Notations have their shapes in common, as blocks of fields: whoever brings a kind knows better,
    but for what a parser or sure signs speak for.
    """
    if kind.may_be_mixed:
        return split(source, kinds)
    installed = kind.is_built_in and not all(other.is_built_in for other in kinds)
    if kind.is_sure or not (installed or kind.is_alike):
        return None
    parts = split(source, kinds)
    return parts if parts is not None and _has_others(parts, kind, kinds) else None


def _has_others(parts: Sequence[Part], kind: Guarded, kinds: Kinds) -> bool:
    """Whether a part is of a kind that knows better than the one that took the whole."""
    found = {part.kind for part in parts}
    surer = set(takewhile(lambda other: other is not kind, kinds)) if kind.is_alike else set()
    if kind.is_alike:
        # What was parsed, line by line.
        surer |= {part.kind for part in parts if part.is_whole and part.kind.has_span}
    return any(other in surer or not other.is_built_in for other in found - {kind})


def is_cut(source: Source) -> bool:
    """Whether lines set parts of a text apart, whatever kind it seems to be of."""
    return len(source.once(stretches)) > 1


def _last_resort(kinds: Kinds) -> Guarded:
    prose = kinds.named(LAST_RESORT)
    assert prose is not None
    return prose


def _parts_of_stretches(source: Source, found: Sequence[Stretch], kinds: Kinds) -> list[Part]:
    """The parts within each stretch of a text, and what stands between the stretches."""
    prose = _last_resort(kinds)
    parts: list[Part] = []
    tables = {one.first for one in found if one.is_table}
    for first, end, is_session in _sessions(source, found):
        # What a shell prints is output, line by line, whatever each line looks like.
        output = next((kind for kind in kinds if is_session and kind.takes_in_lines), None)
        if output is None and source.size(first, end) < _LEAST_CHARS:
            parts.append(Part(prose, first, end))
            continue
        inner = source.part(first, end)
        kind = output or kinds.kind_of(inner)
        inner.forget_text()
        if isinstance(source.lines, Lines) and not kind.is_sure:
            # What was looked at of all the parts of a large text would be more than the text. What
            # was parsed is kept: that takes long.
            inner.forget()
        if output is not None or first in tables or not (kind.may_be_mixed or kind.is_alike):
            parts.append(Part(kind, first, end, is_whole=first in tables))
            continue
        within = _joined_parts(_Cutter(inner, kinds).parts(), inner, prose)
        if len(within) == 1 or not (kind.may_be_mixed or _has_others(within, kind, kinds)):
            parts.append(Part(kind, first, end))
        else:
            source.forget_part(first, end)
            parts += [
                part._replace(first=first + part.first, end=first + part.end) for part in within
            ]
    found_parts = _joined_parts(parts, source, prose)
    left = {(part.first, part.end) for part in found_parts}
    for part in parts:
        if (part.first, part.end) not in left:
            source.forget_part(part.first, part.end)
    return found_parts


def _sessions(source: Source, found: Sequence[Stretch]) -> Iterator[tuple[int, int, bool]]:
    """First line and end of each stretch, or of a session: echoed commands and small outputs."""
    start = None
    for index, one in enumerate(found):
        is_last = index + 1 == len(found)
        beside = one.is_command or (start is not None and not one.is_tag and _is_small(source, one))
        if beside:
            start = one.first if start is None else start
        elif start is not None:
            yield start, one.first, True
            start = None
        if start is None:
            yield one.first, one.end, False
        elif is_last:
            yield start, one.end, True


def _is_small(source: Source, one: Stretch) -> bool:
    return source.size(one.first, one.end) < _OUTPUT_CHARS


def _joined_parts(found: Iterable[Part], source: Source, prose: Guarded) -> list[Part]:
    """Parts without those that are too small to be any, those of one kind that touch as one."""
    pieces = [part for part in found if part.first < part.end]
    sizes = [source.size(part.first, part.end) for part in pieces]
    of_text = sum(size for part, size in zip(pieces, sizes) if _is_text(part))
    parts: list[Part] = []
    for part, size in source.deadline.over(zip(pieces, sizes)):
        an_example = (
            part.kind.is_example and size < _EXAMPLE_CHARS and of_text * 2 > len(source.text)
        )
        if an_example or (part.is_whole and size < _LEAST_CHARS):
            part = Part(prose, part.first, part.end)
        last = parts[-1] if parts else None
        if last and last.kind is part.kind and not (last.is_whole or part.is_whole):
            parts[-1] = Part(last.kind, last.first, part.end)
        else:
            parts.append(part)
    return parts


def _is_text(part: Part) -> bool:
    return part.kind.name == LAST_RESORT


class _Cutter:
    """Cuts one text."""

    def __init__(self, source: Source, kinds: Kinds) -> None:
        self.prose = _last_resort(kinds)
        self._source = source
        self._lines = source.lines
        self._kinds = kinds
        #: How each kind finds what begins at a line, in their order.
        self._all: list[tuple[Guarded, _Find]] = [
            (kind, kind.span if kind.has_span else ParagraphFinder(kind, source).find)
            for kind in kinds
            if kind.stands_in_text and kind.may_stand_in(source)
        ]
        #: Of those, the ones that may begin with a letter or a digit.
        self._in_words = [(kind, find) for kind, find in self._all if not kind.begins_with_sign]

    def parts(self) -> Iterator[Part]:
        """Parts, before those of one kind that touch are put together."""
        lines, end = self._lines, len(self._lines)
        first = number = 0
        while number < end:
            if not number % _CHECKED_EVERY:
                self._source.deadline.check()
            line = lines[number]
            if not line or line.isspace():
                # Nothing begins there.
                number += 1
                continue
            sign = line[0]
            fence = _FENCE.match(line) if sign in _FENCE_SIGNS else None
            finding = self._in_words if sign.isalnum() else self._all
            if fence is not None:
                part = self._fenced(number, fence[1])
            else:
                part = self._found(number, first, finding) if finding else None
            if part is not None:
                yield from self._between(first, part.first)
                yield part
                first = part.end
                # The line that closes a fence opens none.
                number = first + (fence is not None)
                continue
            if fence is None and sign in _DIVIDER_SIGNS and self._is_divider(number):
                yield from self._between(first, number)
                yield Part(self.prose, number, number + 1)
                first = number + 1
            number += 1
        if first:
            yield from self._between(first, end)
        else:
            yield from self._framed()

    def size(self, first: int, end: int) -> int:
        """Characters of some lines, without what stands between them."""
        return self._source.size(first, end) - max(0, end - first - 1)

    def _fenced(self, number: int, fence: str) -> Part | None:
        """What stands in a fence that is closed."""
        closing = self._closing[fence]
        place = bisect_left(closing, number + 1)
        if place == len(closing):
            return None
        return Part(self._kind(number + 1, closing[place]), number + 1, closing[place])

    @cached_property
    def _closing(self) -> Mapping[str, Sequence[int]]:
        """The lines that can close a fence of each sign, in order."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self._source.deadline.over(self._lines)):
            match = _CLOSING.fullmatch(line) if line and line[0] in _FENCE_SIGNS else None
            if match is not None:
                found[match[1]].append(number)
        return found

    def _found(
        self, number: int, first: int, finding: Sequence[tuple[Guarded, _Find]]
    ) -> Part | None:
        """What a kind finds at a line."""
        for kind, find in finding:
            span = find(self._source, number)
            if span is not None and span[0] >= first:
                return Part(kind, *span, is_whole=True)
        return None

    def _framed(self) -> Iterator[Part]:
        """A part of another kind that is most of a text, and the paragraphs around it."""
        lines = self._lines
        blank = (number for number, line in enumerate(lines) if not line.strip())
        # Of more than may be around it, no further one is looked for.
        edges = [-1, *islice(blank, _FRAME), len(lines)]
        if len(edges) <= _FRAME:
            first, end = max(
                ((one + 1, other) for one, other in pairwise(edges)),
                key=lambda span: self.size(*span),
            )
            first += leads_over(lines[first])
            size, whole = self.size(first, end), self.size(0, len(lines))
            may_be = _MOST_OF_IT * whole < size < whole and end - first > _LEAST_LINES
            kind = self._kind(first, end) if may_be else self.prose
            if kind is not self.prose and not kind.takes_in_lines:
                yield Part(self.prose, 0, first)
                yield Part(kind, first, end)
                yield Part(self.prose, end, len(lines))
                return
        # All of it is one part; its kind makes no difference.
        yield Part(self.prose, 0, len(lines))

    def _is_divider(self, number: int) -> bool:
        """Whether a line divides parts; one that touches a line of text underlines a heading."""
        lines = self._lines
        if not _DIVIDER.match(lines[number]):
            return False
        around = chain(lines[max(0, number - 1) : number], lines[number + 1 : number + 2])
        return not any(line.strip() for line in around)

    def _between(self, first: int, end: int) -> Iterator[Part]:
        if first == end:
            return
        lines = self._lines
        kind = self._kind(first, end)
        if kind is not self.prose and (first > 0 or end < len(lines)):
            # The sentence that leads over to a log is none of its lines.
            for _ in range(_LED_OVER):
                blank = next((n for n in range(first, end) if not lines[n].strip()), None)
                if blank is None or self._kind(first, blank, least=0) is not self.prose:
                    break
                yield Part(self.prose, first, blank + 1)
                first = blank + 1
        yield Part(kind, first, end)

    def _kind(self, first: int, end: int, least: int = _LEAST_CHARS) -> Guarded:
        if self._source.size(first, end) < least:
            return self.prose
        # What is known of all parts would be a multiple of the text.
        return self._kinds.kind_of(self._source.apart(first, end))


def compress_parts(
    source: Source,
    parts: Sequence[Part],
    request: Request,
    view_of: ViewOf,
) -> View | None:
    """The views of the parts, one after the other.

    Args:
        source: The text.
        parts: Its parts, from ``split``.
        request: What is asked for; its budget is shared out by what the parts would take.
        view_of: Makes the view of one part; ``None`` where the part stays as it is.

    """
    sources = [source.part(part.first, part.end) for part in parts]
    said = sum(source.size(part.first, part.end) for part in parts if _is_text(part))
    most = min(_LITTLE_SHARE * len(source.text), _LITTLE_TEXT)
    is_balanced = request.fidelity == "balanced"
    little = is_balanced and said < most

    def view_of_part(one: Source, part: Request) -> View | None:
        is_said = part.kind == LAST_RESORT and part.max_tokens is None
        if is_said and (little or (is_balanced and part.original_tokens <= _SHORT)):
            return None
        return view_of(one, part)

    return apportion(
        sources,
        [part.kind.name for part in parts],
        request,
        view_of_part,
        lambda views: _joined(sources, parts, views),
    )


def _joined(
    sources: Sequence[Source], parts: Sequence[Part], views: Sequence[View | None]
) -> View | None:
    if not any(views):
        return None
    blocks: list[str] = []
    omissions: list[Omission] = []
    names: list[str] = []
    for one, part, view in zip(sources, parts, views):
        if view is None:
            blocks.append(one.text)
            one.forget_text()
            continue
        names.extend(name for name in view.transforms if name not in names)
        within = (part.first + 1, part.end)
        counted = view.counted_apart(part.first + 1)
        if counted:
            place = Omission("lines", (within,)).where
            what = " and ".join(counted)
            blocks.append(marker(f"{place} follow, their {what} numbered from 1; some are"))
        omissions.extend(gone.of_part(within, view.first_line) for gone in view.omissions)
        blocks.append(view.text)
    # A program cannot tell a re-encoded part from the text around it: at best this is complete.
    return View("\n".join(blocks), False, tuple(omissions), (*names, NAME))
