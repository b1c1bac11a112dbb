"""The notes that stand where something is left out that nobody reads."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from headroom.kinds.opaque.stretch import Stretch
from headroom.toolkit.markers import marker
from headroom.view import Omission

__all__ = ["Note", "notes_of"]

#: From so many on, what stands at the same place in each of many records is called the same, so
#: that a table can say it once.
_MANY = 4
#: Places that can stand in a marker, and be read from one.
_SAYABLE = re.compile(r"[\w@.~$:+/ -]{1,200}")


@dataclass(frozen=True)
class Note:
    """A stretch and where it stood."""

    stretch: Stretch
    omission: Omission
    #: The line breaks in it.
    breaks: int = 0


def notes_of(found: Sequence[tuple[tuple[str | int, ...], Note]]) -> list[str]:
    """The notes for some stretches: each with its place, unless there are many at like places.

    Args:
        found: The path of the value that each stands in, and the stretch.

    """
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    shapes = []
    for path, one in found:
        steps = tuple("*" if isinstance(key, int) else key for key in path)
        shape = (one.stretch.kind, one.omission.unit, *steps)
        shapes.append(shape)
        if path:
            alike[shape].append(one.stretch.what)
    many = {
        shape: same[0] if len(set(same)) == 1 else ""
        for shape, same in alike.items()
        if len(same) >= _MANY
    }
    notes: list[str] = []
    for shape, (_, one) in zip(shapes, found):
        if shape in many:
            notes.append(f"[left out: {many[shape] or one.stretch.kind}]")
        elif _SAYABLE.fullmatch(one.omission.where):
            where = one.omission.where
            if one.omission.ranges and one.omission.count == 1:
                where = where.replace("lines", "line", 1)
            notes.append(marker(where, one.stretch.what))
        else:
            notes.append(f"[left out: {one.stretch.what}]")
    return notes
