"""What a terminal hides of sentences and of rows of a table, by their numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from headroom.errors import WrongKind
from headroom.pipeline.terminal import is_written_over
from headroom.source import Source
from headroom.toolkit.kind import BaseKind
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.rows.pieces import spell
from headroom.toolkit.sentences import read_sentences

__all__ = ["rows_in_part", "sentences_in_part"]

_WORD = re.compile(r"\w")


def sentences_in_part(put: Sequence[str], shown: Source) -> Iterator[int]:
    r"""Those that begin the lines that are written over, or go on in them.

    Args:
        put: The lines as they were put.
        shown: As a terminal shows them.

    >>> list(sentences_in_part(["So.", "No.\rIt is. Yes."], Source("So.\nIt is. Yes.")))
    [2]

    """
    ends = [sentence.end for sentence in shown.once(read_sentences)]
    starts = accumulate((len(line) + 1 for line in shown.lines), initial=0)
    for line, start in zip(put, starts):
        if is_written_over(line):
            yield bisect_right(ends, start) + 1


def rows_in_part(put: Sequence[str], shown: Source, kind: BaseKind) -> Iterator[int]:
    """Those that are others where lines that are written over have other words."""
    lines = list(shown.lines)
    over = [number for number, line in enumerate(put[: len(lines)]) if is_written_over(line)]
    if not over:
        return
    for number in over:
        lines[number] = _WORD.sub(SMALLEST, lines[number])
    pairs = zip(_rows(shown.text, kind), _rows("\n".join(lines), kind))
    yield from (number for number, pair in enumerate(pairs, 1) if pair[0] != pair[1])


def _rows(text: str, kind: BaseKind) -> list[str]:
    try:
        rows = kind.data(Source(text))
    except WrongKind:
        return []
    return [spell(row) for row in rows] if isinstance(rows, list) else []
