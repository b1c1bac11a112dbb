"""``headroom bench``: what views would save on the payloads of a folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from headroom import SharedContext
from headroom_cli.failures import NOT_THERE, Failure, told
from headroom_cli.figures import as_json
from headroom_cli.files import read_text
from headroom_cli.stored import as_text
from headroom_cli.tables import print_table
from headroom_cli.terminal import emit, errors, note, plain
from headroom_cli.viewing import (
    FidelityName,
    FidelityOption,
    MaxTokensOption,
    ModelOption,
    QueryOption,
)

__all__ = ["bench"]

#: Places of one view that are looked up, to see whether they lead back.
_PLACES = 50


@dataclass(frozen=True)
class Row:
    """What became of one payload."""

    name: str
    kind: str
    tokens: int
    view_tokens: int
    seconds: float
    #: Places that were looked up, and those that did not lead back.
    places: int
    lost: int

    def fields(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "name": self.name, "kind": self.kind, "tokens": self.tokens,
            "view_tokens": self.view_tokens, "seconds": round(self.seconds, 4),
            "places": self.places, "places_lost": self.lost,
        }  # fmt: skip


def bench(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="A folder of payloads, or of .jsonl.")
    ],
    query: QueryOption = None,
    max_tokens: MaxTokensOption = None,
    fidelity: FidelityOption = FidelityName.balanced,
    as_json_: Annotated[
        bool, typer.Option("--json", help="A line of JSON for each payload.")
    ] = False,
    model: ModelOption = "gpt-4o",
) -> None:
    """What views save on payloads of your own, their time, and whether every place leads back.

    Every file below DIR is a payload; of a .jsonl file whose lines are objects with a text under
    "content", each line is one. Nothing leaves the machine.

    \b
    headroom bench traces/
    headroom bench traces/ --fidelity compact --json > figures.jsonl
    """
    root = Path(folder)
    if not root.is_dir():
        raise Failure(f"there is no folder {folder}")
    files = sorted(path for path in root.rglob("*") if path.is_file())
    # It is slow to import, and only this command needs it.
    from rich.progress import Progress

    rows: list[Row] = []
    console = errors()
    with (
        told(),
        SharedContext(model) as ctx,
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        ctx.count_tokens("the vocabulary is loaded before the first payload")
        for path in progress.track(files, description="compressing"):
            for name, text in _payloads(path, str(path.relative_to(root))):
                rows.append(_measured(ctx, name, text, query, max_tokens, fidelity))
                if as_json_:
                    emit(as_json(rows[-1].fields()) + "\n")
    if not rows:
        raise Failure(f"there is no text in {folder}", NOT_THERE)
    if not as_json_:
        _table(rows)


def _payloads(path: Path, name: str) -> Iterator[tuple[str, str]]:
    try:
        text = read_text(str(path))
    except Failure as failure:
        note(f"left out of the figures: {failure}")
        return
    if path.suffix == ".jsonl":
        try:
            found = [json.loads(line)["content"] for line in text.splitlines() if line.strip()]
        except (ValueError, TypeError, KeyError, RecursionError):
            found = []
        if found and all(isinstance(one, str) for one in found):
            yield from ((f"{name}:{number}", one) for number, one in enumerate(found, 1))
            return
    yield name, text


def _measured(
    ctx: SharedContext,
    name: str,
    text: str,
    query: str | None,
    max_tokens: int | None,
    fidelity: FidelityName,
) -> Row:
    start = time.perf_counter()
    entry = ctx.put("payload", text, query=query, max_tokens=max_tokens, fidelity=fidelity.value)
    seconds = time.perf_counter() - start
    places = entry.omissions[:_PLACES]
    lost = sum(not _leads_back(ctx, one.where) for one in places)
    return Row(
        name, entry.kind, entry.original_tokens, entry.compressed_tokens, seconds, len(places), lost
    )


def _leads_back(ctx: SharedContext, place: str) -> bool:
    try:
        return bool(ctx.retrieve("payload", place=place, max_tokens=200).where)
    except ValueError:
        return False


def _table(rows: Sequence[Row]) -> None:
    cells = [_cells(row.name, row.kind, [row]) for row in sorted(rows, key=lambda one: -one.tokens)]
    for kind in sorted({row.kind for row in rows}):
        some = [row for row in rows if row.kind == kind]
        cells.append(_cells(f"{len(some)} of {kind}", kind, some))
    cells.append(_cells(f"all {len(rows)}", "", rows))
    figures = ("tokens", "view", "saved %", "ms", "places", "lost")
    print_table(("payload", "kind"), figures, cells, sums=1)


def _cells(name: str, kind: str, rows: Sequence[Row]) -> list[str]:
    tokens, view = sum(row.tokens for row in rows), sum(row.view_tokens for row in rows)
    return [
        name if plain(name) == name else as_text(name),
        kind,
        f"{tokens:,}",
        f"{view:,}",
        f"{(1 - view / tokens) * 100 if tokens else 0:.1f}",
        f"{sum(row.seconds for row in rows) * 1000:,.0f}",
        f"{sum(row.places for row in rows):,}",
        f"{sum(row.lost for row in rows):,}",
    ]
