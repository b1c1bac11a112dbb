"""The command ``headroom``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from headroom_cli import bench, demo, diffing, doctor, reporting, serving, stored, viewing
from headroom_cli._version import __version__
from headroom_cli.failures import BAD_INPUT, Failure
from headroom_cli.terminal import nobody_reads, note

__all__ = ["app", "main"]

app = typer.Typer(
    name="headroom",
    help="Views of large payloads at a fraction of the tokens, and the way back to the originals.",
    epilog="The two-minute story: headroom demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command, name in (
    (viewing.compress, "compress"),
    (diffing.diff, "diff"),
    (stored.retrieve, "retrieve"),
    (stored.get, "get"),
    (stored.ls, "ls"),
    (stored.stats, "stats"),
    (reporting.report, "report"),
    (bench.bench, "bench"),
    (demo.demo, "demo"),
    (doctor.doctor, "doctor"),
):
    app.command(name)(command)
app.command("serve", context_settings=serving.PASSED_ON, add_help_option=False)(serving.serve)


def _version(value: bool) -> None:
    if value:
        print(f"headroom {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What holds for every command."""


def main() -> None:
    """Runs the command, and ends the process."""
    try:
        app(prog_name="headroom")
    except Failure as failure:
        note(f"headroom: {failure}", "red")
        sys.exit(failure.status)
    except OSError as error:
        # Of stdout, or of a shell's files: what else may fail is told where it is done.
        note(
            f"headroom: {error.filename or 'the output'} cannot be written: {error.strerror}", "red"
        )
        nobody_reads(BAD_INPUT)
