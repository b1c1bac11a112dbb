"""``headroom diff``: an original beside its view, with what went shaded."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from headroom import left_out_spans
from headroom_cli.figures import summary
from headroom_cli.files import name_of, read_text
from headroom_cli.shading import Line, folded, paired, shaded_lines
from headroom_cli.terminal import note, output, plain, working
from headroom_cli.viewing import (
    FidelityName,
    FidelityOption,
    FileArgument,
    KindOption,
    MaxTokensOption,
    ModelOption,
    QueryOption,
    view_of,
)

__all__ = ["diff"]

#: In fewer columns the two stand one below the other.
_SIDE_BY_SIDE = 100
_GONE = "on grey23"


def diff(
    file: FileArgument,
    query: QueryOption = None,
    max_tokens: MaxTokensOption = None,
    fidelity: FidelityOption = FidelityName.balanced,
    kind: KindOption = None,
    model: ModelOption = "gpt-4o",
) -> None:
    """FILE beside its view; what the view leaves out is shaded, and marked "-", or "~" for a part.

    \b
    headroom diff server.log
    headroom diff orders.json --query "order 41077" | less -R
    """
    text = read_text(file)
    with working(f"compressing {name_of(file)}"):
        result = view_of(text, query, max_tokens, fidelity, kind, model)
        found = left_out_spans(text, result.omissions, kind=result.kind)
    if not result.transforms:
        note(summary(name_of(file), result))
        return
    left = folded(shaded_lines(text, found.spans))
    right = result.text.split("\n")
    console = output()
    if console.width >= _SIDE_BY_SIDE:
        _beside(console, left, right)
    else:
        _below(console, left, right)
    for one in found.unplaced:
        note(f"left out, and not shaded above: {one.where}")
    note(summary(name_of(file), result), "dim")


def _beside(console: Console, left: list[Line], right: list[str]) -> None:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(width=1)
    table.add_column(ratio=1, overflow="fold")
    table.add_row("", Text("original", "bold"), "", Text("view", "bold"))
    for line, text in paired(left, right):
        table.add_row(
            _sign(line),
            "" if line is None else _shaded(line, console),
            Text("|", "dim"),
            "" if text is None else Text(plain(text)),
        )
    console.print(table)


def _below(console: Console, left: list[Line], right: list[str]) -> None:
    console.print(Text("original", "bold"))
    for line in left:
        console.print(Text.assemble(_sign(line), " ", _shaded(line, console)))
    console.print()
    console.print(Text("view", "bold"))
    for text in right:
        console.print(Text(plain(text)))


def _sign(line: Line | None) -> str:
    if line is None:
        return " "
    return "-" if line.is_gone else "~" if line.in_part else " "


def _shaded(line: Line, console: Console) -> Text:
    """A line with what is left out of it shaded; where there are no colours, in brackets."""
    bare = console.no_color or console.color_system is None
    shown = Text()
    for text, gone in line.parts:
        if not gone:
            shown.append(plain(text))
        elif bare:
            shown.append(plain(text) if line.is_gone else f"[-{plain(text)}-]")
        else:
            shown.append(plain(text), _GONE)
    return shown
