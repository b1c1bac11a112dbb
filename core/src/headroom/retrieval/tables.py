"""Rows of an excerpt as tables: their names once, and their cells after their numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from headroom.toolkit.rows.notation import Speller, name
from headroom.toolkit.rows.values import Duplicates, Number, members_of

__all__ = ["Tables"]

#: So many rows of the same names are a table.
_LEAST_ROWS = 3


class Tables:
    """Says rows as tables. What was read once is remembered: rows are said at each attempt.

    Args:
        is_text: Whether all cells are text, as in CSV, so that none need be told from a number.

    """

    def __init__(self, is_text: Callable[[], bool]) -> None:
        self._is_text = is_text
        self._speller = Speller()
        self._known: dict[str, tuple[tuple[str, ...], str] | None] = {}
        self._decode = json.JSONDecoder(
            parse_int=Number,
            parse_float=Number,
            parse_constant=Number,
            object_pairs_hook=members_of,
        ).decode

    def said(self, rows: Mapping[int, str]) -> Iterator[tuple[list[int], str]]:
        r"""The numbers of the rows of each table, and the table; not those that are in none.

        >>> rows = {2: '{"id":1,"at":"Oslo"}', 3: '{"id":2,"at":"Rome"}', 9: '{"id":3,"at":"5"}'}
        >>> list(Tables(lambda: False).said(rows))
        [([2, 3, 9], 'number,id,at\n2,1,Oslo\n3,2,Rome\n9,3,"5"')]

        """
        by_names: dict[tuple[str, ...], list[int]] = {}
        for number in sorted(rows):
            row = self._read(rows[number])
            if row is not None:
                by_names.setdefault(row[0], []).append(number)
        for names, numbers in by_names.items():
            if len(numbers) >= _LEAST_ROWS:
                header = ",".join(("number", *(name((one,)) for one in names)))
                cells = (self._known[rows[number]] for number in numbers)
                lines = (f"{n},{row[1]}" for n, row in zip(numbers, cells) if row)
                yield numbers, "\n".join((header, *lines))

    def _read(self, text: str) -> tuple[tuple[str, ...], str] | None:
        """The names of a row, and its cells; ``None`` where it is no flat object."""
        if text not in self._known:
            try:
                row = self._decode(text)
            except (ValueError, RecursionError):
                row = None
            is_flat = isinstance(row, dict) and not any(
                isinstance(value, (dict, list, Duplicates)) for value in row.values()
            )
            self._known[text] = (
                (tuple(row), ",".join(map(self._cell, row.values()))) if is_flat else None
            )
        return self._known[text]

    def _cell(self, value: str | bool | None) -> str:
        if type(value) is str and self._is_text():
            return self._speller.text_cell(value)
        return self._speller.cell(value)
