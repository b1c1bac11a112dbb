"""What a left-out object is made of: its keys, and theirs."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.toolkit.pointers import unescape
from headroom.toolkit.rows.blocks import Block, Line, Section, TableBlock

__all__ = ["key_of", "outline"]

#: Longer names, in characters, are cut in a marker.
_LONGEST_NAME = 60
#: An outline has so many names at the most, and goes so many levels deep. Chosen.
_NAMES, _DEPTH = 40, 3


def key_of(block: Block) -> str:
    """The key of a block, as a marker writes it."""
    return _short(unescape(block.path.rpartition("/")[2]))


def outline(blocks: Sequence[Block]) -> str:
    """The keys of some blocks, the keys of each within braces after it.

    >>> line = Line("unit", "unit=m", "m", "/0/size/unit")
    >>> outline([Section("size", "/0/size", 1, [line]), Line("id", "id=1", "1", "/0/id")])
    'size{unit}, id'
    """
    return _listed(blocks, _DEPTH, [_NAMES])


def _listed(blocks: Sequence[Block], depth: int, left: list[int]) -> str:
    """The keys of blocks; ``left`` has how many more names there may be."""
    found: list[str] = []
    for place, block in enumerate(blocks):
        if left[0] <= 0:
            found.append(f"{len(blocks) - place} more")
            break
        left[0] -= 1
        inner = _within(block, depth - 1, left) if depth > 1 else ""
        found.append(key_of(block) + (f"{{{inner}}}" if inner else ""))
    return ", ".join(found)


def _within(block: Block, depth: int, left: list[int]) -> str:
    if isinstance(block, Section):
        return "" if block.of_rows else _listed(block.members, depth, left)
    keys: Sequence[str] = ()
    if isinstance(block, TableBlock):
        keys = block.table.keys or ()
    elif isinstance(block, Line) and isinstance(block.value, dict):
        keys = list(block.value)
    names = [_short(key) for key in keys[: max(0, left[0])]]
    left[0] -= len(names)
    if len(keys) > len(names):
        names.append(f"{len(keys) - len(names)} more")
    return ", ".join(names)


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST_NAME else key[: _LONGEST_NAME - 1] + "\u2026"
