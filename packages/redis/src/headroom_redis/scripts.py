"""The Lua scripts. Each operation is one, which the server runs whole and alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Script", "script"]

# Lets a script run where the memory of the server is used up. Known from Redis 7 on.
_MAY_EXCEED = "#!lua flags=allow-oom\n"


@dataclass(frozen=True)
class Script:
    """A script, and the hash by which a server knows it once it has seen it."""

    source: str
    sha: str
    #: Whether it is for writing.
    writes: bool

    @property
    def freeing(self) -> str:
        """The source for a server whose memory is used up: for scripts that make room."""
        return _MAY_EXCEED + self.source


# Those that change nothing, and do without the part that does.
_READING = frozenset({"fields", "find", "get", "headers", "time", "values", "view_origin"})


# Where a put has what most do without.
_WHERE_NEEDED = "-- writing.lua\n"


def _part(name: str) -> str:
    return (files("headroom_redis") / "lua" / f"{name}.lua").read_text(encoding="utf-8")


@cache
def script(name: str) -> Script:
    """One of the scripts of this package."""
    own = _part(name)
    if name in _READING:
        parts = [_part("common"), own]
    elif name == "put":
        parts = [_part("common"), _part("state"), own.replace(_WHERE_NEEDED, _part("writing"))]
    else:
        parts = [_part("common"), _part("state"), _part("writing"), own]
    source = "\n".join(parts)
    # The protocol of Redis demands SHA-1; nothing is kept safe by it.
    sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
    # That one writes only where the server has taken something away.
    return Script(source, sha, name not in _READING and name != "usage")
