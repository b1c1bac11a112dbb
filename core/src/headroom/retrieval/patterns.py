"""Regular expressions over untrusted text, by an engine that never backtracks."""

from __future__ import annotations

from typing import Protocol

from headroom.forking import undisturbed

__all__ = ["Pattern", "compile_pattern"]

_LONGEST = 1000
# Bytes that a compiled expression may take.
_MAX_MEMORY = 8 << 20


class _Match(Protocol):
    def start(self) -> int:
        """Where it begins."""


class Pattern(Protocol):
    """A compiled expression."""

    def search(self, text: str) -> _Match | None:
        """Where it occurs first in a text, if it does."""


def compile_pattern(pattern: str) -> Pattern:
    """A regular expression in the syntax of RE2, whose time is linear in the text.

    Cox, "Regular Expression Matching in the Wild" (2010), describes the engine.

    Raises:
        TypeError: It is no text.
        ValueError: It cannot be read, it is too long, or the package is missing.

    """
    if not isinstance(pattern, str):
        raise TypeError(f"pattern must be text, not {type(pattern).__name__}")
    if len(pattern) > _LONGEST:
        raise ValueError(f"a pattern has at most {_LONGEST} characters")
    try:
        with undisturbed:
            import re2  # type: ignore[import-untyped, unused-ignore]
    except ModuleNotFoundError as error:
        raise ValueError(
            'pattern needs a package: pip install "headroom-core[patterns]"; query needs none'
        ) from error
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    # It would print what it cannot read.
    options.log_errors = False
    try:
        compiled: Pattern = re2.compile(pattern, options)
    except re2.error as error:
        # It says what is wrong in bytes.
        said = b"".join(one for one in error.args if isinstance(one, bytes))
        raise ValueError(
            f"this pattern cannot be read by RE2: {said.decode(errors='replace') or error}"
        ) from error
    except UnicodeEncodeError as error:
        raise ValueError("this pattern cannot be read by RE2: half of a character") from error
    return compiled
