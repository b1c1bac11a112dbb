"""Payloads from files and from standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from headroom_cli.failures import Failure

__all__ = ["MOST_BYTES", "STDIN", "name_of", "read_text"]

#: How standard input is called.
STDIN = "-"
#: More bytes are not read: as many as a context takes as one payload.
MOST_BYTES = 64 * 1024 * 1024
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def name_of(file: str) -> str:
    """What a payload is called: the name of its file."""
    return "stdin" if file == STDIN else Path(file).name


def read_text(file: str) -> str:
    """The text in a file, or in standard input for ``-``.

    Raises:
        Failure: There is no such file, it is too large, or it is not text.

    """
    data = _read(file)
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Failure(
            f"{_called(file)} is not text in UTF-8: at byte {error.start:,} no character begins"
        ) from None


def _read(file: str) -> bytes:
    try:
        if file == STDIN:
            if sys.stdin is None:
                raise Failure("standard input is closed")
            if sys.stdin.isatty():
                raise Failure("nothing is piped in; give a file, or pipe a payload in")
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise Failure(f"there is no file {file}") from None
    except IsADirectoryError:
        raise Failure(f"{file} is a folder; name a file in it, or see: headroom bench") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failure(f"{_called(file)} cannot be read: {reason}") from None
    if len(data) > MOST_BYTES:
        raise Failure(f"{_called(file)} is larger than {MOST_BYTES // 1024**2} MB; split it")
    return data


def _called(file: str) -> str:
    return "standard input" if file == STDIN else file
