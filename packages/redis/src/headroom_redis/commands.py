"""A script's call as the bytes that go to the server (RESP, https://redis.io/docs/reference/protocol-spec)."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

__all__ = ["Argument", "packed"]

Argument: TypeAlias = "bytes | str | int"

# Calls whose beginning is kept: of some scripts, for the namespaces in use.
_BEGINNINGS = 1024
# Bytes of an argument that is sent by itself rather than copied.
_LARGE = 6000


def packed(sha: str, keys: tuple[bytes, ...], arguments: tuple[Argument, ...]) -> list[bytes]:
    r"""What is sent, piece by piece.

    >>> packed("ab", (b"k",), (7, ""))
    [b'*6\r\n$7\r\nEVALSHA\r\n$2\r\nab\r\n$1\r\n1\r\n$1\r\nk\r\n$1\r\n7\r\n$0\r\n\r\n']

    """
    pieces: list[bytes] = []
    parts = [_beginning(sha, keys, len(arguments))]
    for one in arguments:
        data = one if isinstance(one, bytes) else str(one).encode()
        if len(data) < _LARGE:
            parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
        else:
            parts.append(b"$%d\r\n" % len(data))
            pieces += [b"".join(parts), data]
            parts = [b"\r\n"]
    pieces.append(b"".join(parts))
    return pieces


@lru_cache(maxsize=_BEGINNINGS)
def _beginning(sha: str, keys: tuple[bytes, ...], arguments: int) -> bytes:
    parts = (b"EVALSHA", sha.encode(), b"%d" % len(keys), *keys)
    written = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n%b" % (len(parts) + arguments, written)
