"""The compressor for diffs."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence

from headroom.errors import WrongKind
from headroom.kinds.diff.parse import Diff, Role, read
from headroom.kinds.diff.rank import asked_context, names_of_changes, rank
from headroom.kinds.diff.recognise import looks_like_diff
from headroom.kinds.diff.render import Renderer
from headroom.kinds.diff.repeats import moved_lines
from headroom.source import Source
from headroom.tokens import count_each
from headroom.toolkit.excerpt import nothing_fits
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.kind import BaseKind
from headroom.view import Omission, Piece, Request, View

__all__ = ["DiffCompressor"]

#: What may be left out while nothing is missed: it is said elsewhere in the diff or in the files.
_SPARE = (Role.NOISE, Role.CONTEXT, Role.BINARY, Role.HASH, Role.GENERATED)
#: The share of the original that context may have back where it answers the query; chosen.
_ASKED_SHARE = 0.1
#: The share of the balanced view that a compact one may have; chosen.
_COMPACT_SHARE = 0.55


class DiffCompressor(BaseKind):
    r"""Keeps every changed line and every file; leaves out context and redundant headers.

    Said once are the sign of long runs in which every line has the same, and blocks of lines that
    are removed in one place and added in another.

    Under a budget, or for a compact view, the least telling changes go as well, and markers say
    which.

    >>> from headroom.tokens import get_counter
    >>> old = "".join(f" line {number} of the context around it\n" for number in range(20))
    >>> diff = f"--- a/x\n+++ b/x\n@@ -1,21 +1,21 @@\n{old}-before\n+after\n"
    >>> request = Request("diff", get_counter(), get_counter().count(diff))
    >>> view = DiffCompressor().compress(Source(diff), request)
    >>> "-before\n+after" in view.text, view.omissions[0].where
    (True, 'lines 1,4-23')
    """

    name = "diff"
    compressor = "diff_compressor"
    is_sure = True
    stands_in_text = False

    def recognise(self, source: Source) -> bool:
        """Whether most of its lines are those of a unified diff."""
        return looks_like_diff(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """A view that still reads as a diff, or ``None`` where none is smaller.

        Raises:
            WrongKind: There is no unified diff in it.

        """
        if request.max_tokens is None and request.fidelity == "lossless":
            return None
        diff = source.once(read)
        if Role.PATH not in diff.roles and not diff.changed:
            raise WrongKind("no file header of a diff")
        limit = request.max_tokens
        if limit is not None and limit >= request.original_tokens:
            return None
        renderer = Renderer(diff, moved_lines(diff), source.first_line)
        if limit is None:
            kept = self._balanced(diff, request, renderer)
            if request.fidelity == "balanced":
                return _view(renderer, kept)
            limit = int(request.counter.count(renderer.text(kept)) * _COMPACT_SHARE)
        choice = rank(diff, request.query)
        costs = count_each(request.counter, request.deadline.over(diff.lines))

        def text(kept: frozenset[int]) -> str:
            return renderer.text(renderer.closed(kept, costs))

        fitting = largest_fitting(choice, costs, text, request, limit) or frozenset()
        # All of it may fit where signs are said once; but that much is no choice, and with a little
        # less comes a line that says what the markers mean.
        dropped = len(choice) - len(fitting)
        while fitting and not (
            any(renderer.gaps(renderer.closed(fitting, costs))) and request.fits(text(fitting))
        ):
            dropped = 2 * dropped + 1
            fitting = frozenset(choice[: max(0, len(choice) - dropped)])
        if not fitting:
            return nothing_fits(source, request)
        return _view(renderer, renderer.closed(fitting, costs))

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its lines; those of a hunk together, below the header of the hunk and of the file."""
        diff = source.once(read)
        path = {file: n for n, file in enumerate(diff.files) if diff.roles[n] is Role.PATH}
        group = -1
        for index, (line, file, hunk) in enumerate(zip(diff.lines, diff.files, diff.hunks)):
            before = (diff.files[index - 1], diff.hunks[index - 1]) if index else None
            # What is said of a file stands together with its first hunk.
            if before is None or before[0] != file or (hunk >= 0 and -1 != before[1] != hunk):
                group += 1
            of_hunk = (hunk + 1,) if hunk >= 0 else ()
            of_file = (path[file] + 1,) if file in path else ()
            yield Piece(line, "lines", index + 1, group=group, heads=(*of_hunk, *of_file))

    @staticmethod
    def _balanced(diff: Diff, request: Request, renderer: Renderer) -> Sequence[int]:
        """All but what is spare, with as much of the context as the query earns."""
        roles = enumerate(request.deadline.over(diff.roles))
        kept = {index for index, role in roles if role not in _SPARE}
        kept -= renderer.moved
        kept.update(names_of_changes(diff))
        budget = request.original_tokens * _ASKED_SHARE
        for index in asked_context(diff, request.query):
            budget -= request.counter.count(diff.lines[index])
            if budget < 0:
                break
            kept.add(index)
        renderer.close_dear_gaps(kept, request)
        # A set takes as much as the diff.
        return array("I", kept)


def _view(renderer: Renderer, kept: Collection[int]) -> View | None:
    before = renderer.first_line
    # Before where the gaps are: its lines one by one take most.
    text = renderer.text(kept)
    gone = tuple((first + before, last + before) for first, last in renderer.gaps(kept))
    if not gone:
        return None
    return View(
        text,
        lossless=False,
        omissions=(Omission("lines", gone),),
        first_line=renderer.first_line,
    )
