"""The compressor for search results."""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Sequence
from itertools import accumulate, chain, repeat, zip_longest
from typing import Any

from headroom.errors import WrongKind
from headroom.kinds.search.parse import Entry, read
from headroom.kinds.search.rank import File, by_file, rank
from headroom.kinds.search.recognise import looks_like_search
from headroom.kinds.search.render import (
    decode_search,
    decoded_lines,
    encode,
    name_lines,
    split_path,
)
from headroom.lines import each_line
from headroom.source import Source
from headroom.tokens import count_each
from headroom.toolkit.excerpt import nothing_fits
from headroom.toolkit.fitting import nearly_largest
from headroom.toolkit.identifiers import identifiers
from headroom.toolkit.kind import BaseKind, LeftOut
from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.toolkit.ranges import spans
from headroom.toolkit.turns import take_turns
from headroom.view import Deadline, Omission, Piece, Request, View

__all__ = ["SearchCompressor"]

#: The share of the tokens that a view may have, where no budget says it; measured with
#: ``python -m benchmarks``.
_SHARES = {"balanced": 0.38, "compact": 0.2}
#: The same where some lines answer a query.
_ANSWERED = {"balanced": 0.28, "compact": 0.15}
#: Definitions stay beyond that share, up to this one; measured with ``python -m benchmarks``.
_DEFINITIONS_SHARE = 0.7
#: An output with fewer tokens is only re-encoded; chosen.
_SMALL = 250

#: The share of a budget that whole paths may take; else files of one directory stand below it.
#: Chosen.
_PATHS_SHARE = 0.8

_DEFINITION = re.compile(
    r"\b(?:def|class|func|function|fn|interface|struct|trait|enum|type|impl|module|const)\s+\w"
)
#: Characters of a line in which a definition stands; chosen.
_LOOKED_AT = 200
#: So many lines that are left out of a file are counted, fewer are only marked; chosen: a count
#: costs four tokens more than the sign.
_COUNTED = 3
#: Files of which what is shown is put together at a time. Chosen.
_TOGETHER = 100


class SearchCompressor(BaseKind):
    r"""Says each path once, keeps every file, every definition, and the best other matches.

    >>> from headroom.tokens import get_counter
    >>> found = "\n".join(f"src/tool/run.py:{n}:    run(step_{n})" for n in range(10, 60))
    >>> request = Request("search", get_counter(), get_counter().count(found), max_tokens=50)
    >>> print(SearchCompressor().compress(Source(found), request).text)
    [left out: 48 of 50 lines, where … stands or a count]
    src/tool/run.py
    10:    run(step_10)
    11:    run(step_11)
    [48 left out]
    """

    name = "search"
    compressor = "search_compressor"
    stands_in_text = False

    def recognise(self, source: Source) -> bool:
        """Whether most of its first lines have a path in front, or are one."""
        return looks_like_search(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """A view grouped by file, or ``None`` where none is smaller.

        Raises:
            WrongKind: Most of its lines are no search results.

        """
        entries = source.once(read)
        if entries is None:
            raise WrongKind("no paths in front of the lines")
        limit = request.max_tokens
        small = request.original_tokens < _SMALL
        if limit is not None or small or request.fidelity == "lossless":
            lossless = self._lossless(source.text, entries, request)
            if limit is None or (lossless is not None and request.fits(lossless.text)):
                return lossless
            if limit >= request.original_tokens and lossless is None:
                return None
            # Made again where it is wanted, which is seldom.
            del lossless
        view = self._choice(source, entries, request)
        if view is not None and not view.omissions:
            lossless = self._lossless(source.text, entries, request)
            return lossless if lossless is not None and request.fits(lossless.text) else view
        return view

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """Matches in files that the query names, definitions, then one of each file in turn."""
        path = {number: pieces[number].text.partition(":")[0] for number in order}
        names = [f"/{name.strip('/')}/" for name in identifiers(query)]
        named = [n for n in order if any(name in f"/{path[n]}/" for name in names)]
        rest = dict.fromkeys(order)
        for number in named:
            del rest[number]
        definitions = [n for n in rest if _DEFINITION.search(pieces[n].text[:_LOOKED_AT])]
        for number in definitions:
            del rest[number]
        return [*named, *definitions, *take_turns(list(rest), path.__getitem__)]

    def decode(self, view: str, **_options: Any) -> str:
        """The lines of the search results."""
        return decode_search(view)

    @staticmethod
    def _lossless(content: str, entries: Sequence[Entry], request: Request) -> View | None:
        """The re-encoding, if it is smaller and the original can be read back from it exactly."""
        end = "\n" if content.endswith("\n") else ""
        for directories in (True, False):
            text = encode(request.deadline.over(entries), directories=directories) + end
            # Line by line: all of them at once would be several times the text.
            pairs = zip_longest(decoded_lines(text), each_line(content))
            if all(one == other for one, other in request.deadline.over(pairs)):
                if request.counter.count(text) >= request.original_tokens:
                    return None
                return View(text, lossless=True)
        return None

    @staticmethod
    def _choice(source: Source, entries: Sequence[Entry], request: Request) -> View | None:
        deadline = request.deadline
        files, separators = by_file(deadline.over(entries))
        ranking = rank(files, request)
        lines = source.lines
        # Units are the lines of the output, and after them the files.
        places = range(len(lines), len(lines) + len(files))
        order = array("I", (*ranking.answers, *places, *ranking.definitions))
        order.extend(ranking.others)
        costs = count_each(
            request.counter,
            deadline.over(
                chain((line.partition(":")[2] for line in lines), (file.path for file in files))
            ),
        )
        limit = request.max_tokens
        of_paths = sum(costs[len(lines) :])
        whole = limit is None or of_paths <= _PATHS_SHARE * limit
        renderer = _Renderer(
            files, separators, lines, ranking.cited, source.first_line, deadline, whole=whole
        )
        least: Sequence[int] = ()
        if limit is None:
            shares = _ANSWERED if ranking.answers else _SHARES
            limit = int(request.original_tokens * shares[request.fidelity])
            least = places

        def chosen(*units: Sequence[int]) -> bytearray:
            kept = bytearray(len(lines) + len(files))
            # As a loop it takes twice as long.
            deque(map(kept.__setitem__, chain.from_iterable(units), repeat(1)), maxlen=0)
            return kept

        def fitting(order: Sequence[int], limit: int) -> int | None:
            def count(size: int) -> int:
                request.deadline.check()
                return request.counter.count(renderer.text(chosen(order[:size])))

            estimates = array("q", accumulate((costs[index] for index in order), initial=0))
            return nearly_largest(estimates, count, limit)

        if request.max_tokens is None and request.fidelity == "balanced":
            # As many definitions as there is room for, though it be more than for the rest.
            named = array("I", (*places, *ranking.definitions))
            most = int(request.original_tokens * _DEFINITIONS_SHARE)
            least = array("I", (*places, *named[: fitting(named, most) or 0]))
        size = fitting(order, limit)
        if request.max_tokens is not None and not size:
            return nothing_fits(source, request)
        kept = chosen(least, order[: size or 0])
        gone = renderer.gone(kept)
        first = source.first_line
        omissions = (
            (Omission("lines", tuple(spans(index + first for index in gone))),) if gone else ()
        )
        return View(renderer.text(kept), False, omissions, first_line=first)


class _Renderer:
    """Renders choices of files and lines of one search output.

    It is asked for many choices of the same lines, so what does not change is found out once.
    """

    def __init__(
        self,
        files: Sequence[File],
        separators: Sequence[int],
        lines: Sequence[str],
        cited: frozenset[int],
        first_line: int,
        deadline: Deadline,
        *,
        whole: bool,
    ) -> None:
        # Whoever reads a path opens the file: it is said as it is, if there is room.
        self._whole = whole
        self._files = files
        self._separators = separators
        self._source = lines
        self._cited = cited
        self._lines = sum(len(file.entries) + len(file.alone) for file in files)
        self._first = len(lines)
        self._first_line = first_line
        self._deadline = deadline
        self._paths = [file.path for file in files]
        self._split = [split_path(path) for path in deadline.over(self._paths)]
        self._entries = [file.entries for file in files]
        self._spans = [_span(file) for file in deadline.over(files)]
        self._last: tuple[bytearray, str] | None = None

    def gone(self, kept: bytearray) -> list[int]:
        """The lines of the output that a choice leaves out."""
        gone = list(self._separators)
        for number, file in enumerate(self._deadline.over(self._files)):
            lost = [e.index for e in self._entries[number] if not kept[e.index]]
            gone += lost
            if len(lost) == len(file.entries) and not kept[self._first + number]:
                gone += file.alone
        return sorted(gone)

    def text(self, kept: bytearray) -> str:
        """The view with the units that are marked; nobody may change the marks."""
        # What was tried last is mostly what is chosen.
        if self._last is None or self._last[0] != kept:
            # Both at once would be what takes the most memory of all.
            self._last = None
            self._last = kept, self._made(kept)
        return self._last[1]

    def _made(self, kept: bytearray) -> str:
        shown: list[int] = []
        matches: list[list[Entry]] = []
        for number, entries in enumerate(self._deadline.over(self._entries), self._first):
            found = [entry for entry in entries if kept[entry.index]]
            if found or kept[number]:
                shown.append(number - self._first)
                matches.append(found)
        paths = [self._paths[n] for n in shown]
        names = (
            [[path] for path in paths]
            if self._whole
            else name_lines(paths, [self._split[n] for n in shown])
        )
        # What is shown of many files each, and of those after them.
        parts: list[str] = []
        view: list[str] = []
        lost = expected = 0
        for number, name, found in self._deadline.over(zip(shown, names, matches)):
            if number > expected:
                view.append(self._missing(expected, number))
            expected = number + 1
            said = self._file(self._paths[number], name, found)
            if said:
                # Joined at once: as lines of their own they take twice the text.
                view.append("\n".join(said))
                if len(view) >= _TOGETHER:
                    parts.append("\n".join(view))
                    view.clear()
            gone = len(self._entries[number]) - len(found)
            lost += gone
            if gone:
                view.append(SMALLEST if gone < _COUNTED else f"[{gone} left out]")
        if expected < len(self._files):
            view.append(self._missing(expected, len(self._files)))
        if lost:
            legend = f"{lost} of {plural(self._lines, 'line')}, where {SMALLEST} stands or a count"
            parts.insert(0, f"[left out: {legend}]")
        elif self._separators and len(shown) == len(self._files):
            parts.insert(0, f"[left out: {plural(len(self._separators), 'separator line')}]")
        return "\n".join([*parts, *view])

    def _file(self, path: str, name: Sequence[str], found: Sequence[Entry]) -> list[str]:
        """A path and its matches; as it was printed, where that takes no path more or is worth one.

        A line with its place in front is what a reader quotes, opens and looks for.
        """
        said = list(filter(None, name))
        if not path or not found or not self._source[found[0].index].startswith(path):
            return [*said, *(entry.rest or "" for entry in found)]
        if len(found) == 1 and said == [path]:
            return [self._source[found[0].index]]
        lines: list[str] = []
        for entry in found:
            if self._whole and entry.index in self._cited:
                lines.append(self._source[entry.index])
            else:
                lines += [*said, entry.rest or ""]
                said = []
        return lines

    def _missing(self, start: int, stop: int) -> str:
        """The marker for files of which nothing is shown."""
        spans_of = self._spans[start:stop]
        first, last = min(a for a, _ in spans_of), max(b for _, b in spans_of)
        place = Omission("lines", ((first + self._first_line, last + self._first_line),)).where
        return marker(place, plural(stop - start, "file"))


def _span(file: File) -> tuple[int, int]:
    """The first and the last line of the output that is about a file."""
    lines = [*file.alone, *(entry.index for entry in file.entries)]
    return min(lines), max(lines)
