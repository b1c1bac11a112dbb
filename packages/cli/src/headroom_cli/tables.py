"""Rows of names and figures on stdout."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from headroom_cli.terminal import output

__all__ = ["print_table"]

#: Columns that the names of a row have at least; with fewer, each row is told in a few lines.
_NAMES = 24


def print_table(
    names: Sequence[str], figures: Sequence[str], rows: Sequence[Sequence[str]], *, sums: int = 0
) -> None:
    """Prints rows in columns, or where the terminal is too narrow, one below the other.

    Args:
        names: The titles of the columns of words.
        figures: The titles of the columns of figures, which come after these.
        rows: The cells.
        sums: How many of the last rows are sums.

    """
    console = output()
    titles = [*names, *figures]
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    if console.width < sum(widths[len(names) :]) + 2 * len(figures) + _NAMES:
        for row in rows:
            said = (
                f"{title} {cell}" for title, cell in zip(titles[1:], row[1:], strict=True) if cell
            )
            console.print(Text(row[0], "bold"))
            console.print(Text("  " + ", ".join(said)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in names:
        table.add_column(title, overflow="fold")
    for title in figures:
        table.add_column(title, justify="right", no_wrap=True)
    for number, row in enumerate(rows):
        is_sum = number >= len(rows) - sums
        table.add_row(*map(Text, row), style="bold" if is_sum else "")
    console.print(table)
