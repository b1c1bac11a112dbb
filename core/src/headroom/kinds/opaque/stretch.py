"""A stretch of a text that nobody reads."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEAST", "Stretch"]

#: Shorter ones, in characters, stay: digests (a SHA-512 has 128 in hex), signatures, identifiers
#: and short tokens are facts, and a note has some thirty characters itself.
LEAST = 200


@dataclass(frozen=True)
class Stretch:
    """Characters of a text: ``start`` is an index, ``end`` is exclusive."""

    start: int
    end: int
    #: What it is, without any character that ends a cell, a string or a tag.
    what: str
    #: The same without what differs from one to the next.
    kind: str
    #: Whether it is an array, so that a string must stand in its place.
    is_array: bool = False
