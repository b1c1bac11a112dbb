"""What goes to stdout, and what to stderr."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

from rich.console import Console

from headroom_cli.failures import BROKEN_PIPE, Failure

__all__ = [
    "emit",
    "errors",
    "is_terminal",
    "nobody_reads",
    "note",
    "output",
    "plain",
    "working",
]

#: Seconds after which something is shown to move.
_PATIENCE = 1.0
# What moves the cursor, changes colours, or turns the direction of writing. A payload must not.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


class _Output(Console):
    """Ends as ``emit`` does where nobody reads any more."""

    def on_broken_pipe(self) -> NoReturn:
        nobody_reads(BROKEN_PIPE)


def output() -> Console:
    """The console of stdout, made anew for the streams and the width of now."""
    if sys.stdout is None:
        raise Failure("standard output is closed")
    return _Output(file=sys.stdout, highlight=False)


def nobody_reads(status: int) -> NoReturn:
    """Ends the command, since stdout takes no more."""
    _give_up(sys.stdout)
    raise SystemExit(status)


def _give_up(stream: TextIO) -> None:
    # Python flushes at its end, and would say the same once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def errors() -> Console:
    """The console of stderr; where that is closed, of nothing, and never of stdout."""
    return Console(file=io.StringIO() if sys.stderr is None else sys.stderr, highlight=False)


def is_terminal() -> bool:
    """Whether a person looks at stdout."""
    return sys.stdout is not None and sys.stdout.isatty()


def plain(text: str) -> str:
    r"""A text without what a terminal would obey, each such character as an escape.

    >>> plain("red: \x1b[31m\ttab")
    'red: \\x1b[31m\ttab'

    """
    return _CONTROLS.sub(lambda match: ascii(match[0])[1:-1], text)


def emit(text: str) -> None:
    """A payload to stdout: to a terminal made harmless, elsewhere as it is."""
    if is_terminal():
        text = plain(text) + ("" if text.endswith("\n") else "\n")
    if sys.stdout is None:
        raise Failure("standard output is closed")
    rest = memoryview(text.encode("utf-8", "surrogatepass"))
    try:
        sys.stdout.flush()
        while rest:
            # Without a buffer (PYTHONUNBUFFERED), as much is written as a pipe takes at a time.
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        nobody_reads(BROKEN_PIPE)


def note(text: str, style: str = "") -> None:
    """A line to stderr, as long as it is; where it cannot be written, the rest goes on."""
    try:
        errors().print(plain(text), style=style, markup=False, soft_wrap=True)
    except OSError:
        _give_up(sys.stderr)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Shows on a terminal that something takes its time, from the second second on."""
    console = errors()
    if not console.is_terminal:
        yield
        return
    status = console.status(plain(what))
    timer = threading.Timer(_PATIENCE, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()
