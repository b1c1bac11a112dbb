"""``headroom report``: a page about what a store holds and saved."""

from __future__ import annotations

from typing import Annotated

import typer

from headroom_cli.failures import Failure
from headroom_cli.report import write_page, write_report
from headroom_cli.stores import opened
from headroom_cli.terminal import emit, note, working
from headroom_cli.viewing import NamespaceOption, StoreOption

__all__ = ["report"]

_STDOUT = "-"


def report(
    output: Annotated[
        str, typer.Option("--output", "-o", help="The file to write, or - for stdout.")
    ] = "report.html",
    payloads: Annotated[
        bool,
        typer.Option("--payloads/--no-payloads", help="Whether originals and views are in it."),
    ] = True,
    store: StoreOption = None,
    namespace: NamespaceOption = "default",
) -> None:
    """One HTML file about a store: what was saved, by agent, kind and time; views beside originals.

    It needs no server and no network. With its payloads it is as confidential as they are.

    \b
    headroom report --store sqlite:///context.db -o report.html
    headroom report --no-payloads -o - | gzip > figures.html.gz
    """
    if not output:
        raise Failure("name the file to write: -o report.html")
    name = "standard output" if output == _STDOUT else output
    with opened(store, namespace) as ctx, working("writing the report"):
        try:
            if output == _STDOUT:
                count = write_page(ctx, emit, payloads=payloads)
            else:
                count = write_report(ctx, output, payloads=payloads)
        except OSError as error:
            raise Failure(f"{name} cannot be written: {error.strerror}") from None
    entries = f"{count:,} entr{'y' if count == 1 else 'ies'}"
    note(f"{name}: {entries}" if count else f"{name}: the store is empty")
