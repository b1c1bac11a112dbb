"""``headroom serve``: the MCP server."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer

from headroom_cli.failures import Failure

__all__ = ["PASSED_ON", "serve"]

#: All options are those of ``headroom-mcp``.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def serve(context: typer.Context) -> None:
    """The MCP server; its options are those of headroom-mcp: headroom serve --help."""
    for command in entry_points(group="console_scripts", name="headroom-mcp"):
        sys.exit(command.load()(context.args))
    raise Failure(
        "this needs another package: pip install headroom-mcp, or in a checkout "
        "pip install ./packages/mcp"
    )
