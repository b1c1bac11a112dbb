"""What nobody reads, left out before anything else looks at a text."""

from __future__ import annotations

from headroom.kinds.registry import Kinds
from headroom.source import Source
from headroom.toolkit.kind import Condensed

__all__ = ["condense"]


def condense(source: Source, kinds: Kinds) -> tuple[Condensed, str] | None:
    """A text with notes in place of what nobody reads, and the name of what wrote them.

    ``None`` where there is nothing of that, and where there is nothing else.
    """
    for kind in kinds:
        condensed = kind.condense(source)
        if condensed is not None:
            if kind.recognise(source):
                return None
            return condensed, kind.compressor or kind.name
    return None
