"""The command ``headroom-mcp``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from headroom import HeadroomError, SharedContext
from headroom_mcp._version import __version__

__all__ = ["main"]

_TOKEN_VARIABLE = "HEADROOM_MCP_TOKEN"  # noqa: S105 - the name of it


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves a store to an MCP client, until the client or the user ends it.

    Returns:
        The exit status: 2 where the arguments or the store are no good.

    """
    options = _parser().parse_args(arguments)
    token = options.token or os.environ.get(_TOKEN_VARIABLE) or None
    if options.transport == "http" and token is None and not _is_loopback(options.host):
        return _fail(
            f"{options.host} can be reached by others: set {_TOKEN_VARIABLE} to a secret that "
            "clients send as a bearer token, or bind to 127.0.0.1"
        )
    try:
        ctx = SharedContext(
            options.model,
            options.ttl or None,
            options.max_entries or None,
            store=options.store,
            namespace=options.namespace,
        )
    except (HeadroomError, ValueError, TypeError) as error:
        return _fail(str(error))
    # Only now: the SDK is slow to import, and not needed to say what is wrong.
    from headroom_mcp.http import CannotListen, serve
    from headroom_mcp.server import HeadroomServer

    with ctx:
        server = HeadroomServer(ctx, namespace=options.namespace)
        try:
            if options.transport == "stdio":
                server.run("stdio")
            else:
                serve(
                    server,
                    host=options.host,
                    port=options.port,
                    token=token,
                    origins=options.allow_origin,
                )
        except KeyboardInterrupt:
            return 0
        except CannotListen as error:
            return _fail(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="headroom-mcp",
        description="Keeps large payloads for agents, and serves views and excerpts over MCP.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--store",
        default="memory://",
        help="where payloads are kept: memory:// (default), sqlite:///context.db, redis://host",
    )
    parser.add_argument("--namespace", default="default", help="entries of others are out of reach")
    parser.add_argument("--model", default="gpt-4o", help="whose tokens are counted")
    parser.add_argument("--ttl", type=float, default=86_400, help="seconds; 0 is for ever")
    parser.add_argument("--max-entries", type=int, default=1000, help="0 is without limit")
    parser.add_argument("--transport", choices=("stdio", "http"), default="stdio")
    parser.add_argument("--host", default="127.0.0.1", help="address to bind to, for http")
    parser.add_argument("--port", type=_port, default=8000, help="port to bind to, for http")
    parser.add_argument(
        "--token", help=f"what clients send as a bearer token; better in {_TOKEN_VARIABLE}"
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a web page that may use the server, as https://example.org; may come again",
    )
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        sys.exit(_fail(f"{message}; --help lists the options"))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 65535, not {text!r}")
    return int(text)


def _is_loopback(host: str) -> bool:
    from headroom_mcp.http import is_loopback

    return is_loopback(host)


def _fail(message: str) -> int:
    print(f"headroom-mcp: {message}", file=sys.stderr)
    return 2
