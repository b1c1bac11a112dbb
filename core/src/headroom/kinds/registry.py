"""Which compressor handles which kind: those of the core, and those of plugins."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable
from functools import lru_cache

from headroom.view import Compressor

__all__ = ["ENTRY_POINT_GROUP", "Registry", "default_registry"]

logger = logging.getLogger("headroom.view")

#: A package adds a compressor by an entry point of this group: the name is the compressor's, the
#: object is a ``Compressor``, or the class of one that takes no arguments.
ENTRY_POINT_GROUP = "headroom.compressors"

# Imported when first needed, so that "import headroom" stays quick.
_BUILT_IN = (
    "headroom.kinds.json:SmartCrusher",
    "headroom.kinds.code:CodeCompressor",
    "headroom.kinds.text:Kompress",
    "headroom.kinds.log:LogCompressor",
    "headroom.kinds.search:SearchCompressor",
    "headroom.kinds.records:RecordCompressor",
    "headroom.kinds.diff:DiffCompressor",
    "headroom.kinds.html:HtmlExtractor",
)


class Registry:
    """Finds the compressor for a kind among some compressors.

    Args:
        compressors: Where two of them take one kind, the first gets it.

    """

    def __init__(self, compressors: Iterable[Compressor] = ()) -> None:
        self._by_kind: dict[str, Compressor] = {}
        for compressor in compressors:
            if not isinstance(compressor, Compressor):
                raise TypeError(
                    f"{type(compressor).__name__} is no compressor: it needs a name, kinds and "
                    "compress(content, request)"
                )
            for kind in compressor.kinds:
                self._by_kind.setdefault(kind, compressor)

    def for_kind(self, kind: str) -> Compressor | None:
        """The compressor for a kind; ``None`` where there is none."""
        return self._by_kind.get(kind)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that have a compressor."""
        return frozenset(self._by_kind)


@lru_cache(maxsize=1)
def default_registry() -> Registry:
    """The compressors of installed packages, then the core's. Read once per process."""
    # Slow to import, and not needed before the first compression.
    from importlib.metadata import entry_points

    found: list[Compressor] = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        try:
            loaded = point.load()
            compressor = loaded() if isinstance(loaded, type) else loaded
            if not isinstance(compressor, Compressor):
                raise TypeError(f"{point.value} is no compressor")
        except Exception as error:
            # A broken plugin must not take the others, or the caller's run, down with it.
            logger.warning("the compressor %r is not used: %r", point.name, error)
            continue
        found.append(compressor)
    for path in _BUILT_IN:
        module, _, name = path.partition(":")
        found.append(getattr(importlib.import_module(module), name)())
    return Registry(found)
