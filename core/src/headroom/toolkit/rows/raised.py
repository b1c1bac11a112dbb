"""Stack traces in long strings: which of their lines go first, and which row failed otherwise."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice

from headroom.toolkit.outliers import rare_values
from headroom.toolkit.rows.texts import sentences
from headroom.toolkit.rows.tree import Tree
from headroom.toolkit.traces import traces_in
from headroom.view import NO_LIMIT, Deadline

__all__ = ["FRAME", "ODD", "PLACE", "RAISED", "failed_otherwise", "roles"]

#: What a line of a trace is: it says what went wrong, as nowhere else or as others do; where that
#: was; or what led there.
ODD, RAISED, PLACE, FRAME = range(4)
#: Cells in which a trace is looked for before all are read. Chosen.
_LOOKED_AT = 50
#: A shorter cell, in characters, has no trace that is worth reading. Chosen.
_SHORTEST = 60


def roles(tree: Tree, start: Callable[[int], int], deadline: Deadline) -> dict[int, int]:
    """What the lines of traces are, by unit; other units are not in it.

    Args:
        tree: The value.
        start: Says the first unit of a block, by its number.
        deadline: Watches the time.

    """
    found: dict[int, int] = {}
    by_key: defaultdict[str | int, list[tuple[str, int]]] = defaultdict(list)
    for node, value in enumerate(deadline.over(tree.values)):
        if type(value) is not str or "\n" not in value:
            continue
        lines = sentences(value)
        traces = traces_in(lines, deadline)
        if not traces.said:
            continue
        first = start(node)
        found.update((first + line, FRAME) for line in traces.frames)
        found.update((first + line, PLACE) for inner in traces.inner for line in _first(inner))
        found.update((first + line, RAISED) for line in traces.said)
        last = traces.said[-1]
        by_key[tree.keys[node]].append((_name(lines[last]), first + last))
    for raised in by_key.values():
        for row in rare_values([name for name, _ in raised]):
            found[raised[row][1]] = ODD
    return found


def failed_otherwise(cells: Sequence[str], check: Callable[[], None]) -> list[int]:
    r"""The cells whose trace ends in another exception than those of most others.

    >>> frame = '  File "/srv/a.py", line {0}, in f\n    return f({0}, {0})\n'
    >>> trace = "Traceback (most recent call last):\n" + "".join(map(frame.format, range(3)))
    >>> cells = [json.dumps(f"{trace}KeyError: {n}") for n in range(50)]
    >>> cells[7] = cells[7].replace("KeyError", "OSError")
    >>> failed_otherwise(cells, NO_LIMIT.check)
    [7]

    """
    some = list(islice(cells, _LOOKED_AT))
    if "\\n" not in "".join(some) or not any(_raised(cell, check) for cell in some):
        return []
    return rare_values([_raised(cell, check) for cell in cells])


def _raised(cell: str, check: Callable[[], None]) -> str:
    """What a cell's trace ends in; nothing where it has none."""
    if len(cell) < _SHORTEST or cell[:1] != '"' or "\\n" not in cell:
        return ""
    check()
    try:
        lines = str(json.loads(cell)).split("\n")
    except ValueError:
        return ""
    said = traces_in(lines, NO_LIMIT).said
    return _name(lines[said[-1]]) if said else ""


def _name(line: str) -> str:
    """What an exception is called, without what it says."""
    return line.strip(" |+").partition(": ")[0]


def _first(spans: Sequence[range]) -> range:
    return spans[0] if spans else range(0)
