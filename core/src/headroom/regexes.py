"""Regular expressions that are compiled when they are first used.

The core has some hundreds, and a payload has need of a few; to compile all takes longer than most
views do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

__all__ = ["regex"]


class _Late:
    """Stands for a pattern; its methods are its own from their first use on."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._written = pattern, flags

    def __getattr__(self, name: str) -> object:
        # ``re.compile`` keeps what it has compiled.
        value = getattr(re.compile(*self._written), name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:

    def regex(pattern: str, flags: int = 0) -> re.Pattern[str]: ...

else:

    def regex(pattern: str, flags: int = 0) -> _Late:
        """A pattern that is compiled when it is first used.

        Args:
            pattern: As ``re.compile`` takes it; one that is wrong raises at its first use.
            flags: As ``re.compile`` takes them.

        >>> word = regex(r"[a-z]+")
        >>> word.findall("three blind mice")
        ['three', 'blind', 'mice']

        """
        return _Late(pattern, flags)
