"""The kinds that installed packages bring, by their entry points."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["ENTRY_POINT_GROUP", "installed", "package_of"]

logger = logging.getLogger("headroom.kinds")

#: A package adds a kind by an entry point of this group: an object that is a ``Kind``, or the
#: class of one that takes no arguments.
ENTRY_POINT_GROUP = "headroom.kinds"

_UNKNOWN = "an unknown package"
#: What the folders that say what a package is end with.
_INFO = (".dist-info", ".egg-info")


def installed() -> Sequence[EntryPoint]:
    """The entry points of kinds, of all packages whose entry points can be read.

    Of two packages that bring one name, it is always the same one that comes first.
    """
    return sorted(_read(), key=_sort_key) if _may_be_some() else ()


def package_of(point: EntryPoint) -> str:
    """The name of the package that has an entry point."""
    return (point.dist.name if point.dist is not None else None) or _UNKNOWN


def _may_be_some() -> bool:
    """Whether a package may bring a kind, by a look at all that ``importlib.metadata`` would read.

    Mostly none does, and to import that module and to have it read the entry points of all
    packages takes longer than to compress a small payload, as does pathlib, which is not used here
    either. Where this cannot look, ``importlib.metadata`` is asked.
    """
    others = (finder for finder in sys.meta_path if finder is not PathFinder)
    # Packages are found by more than the path: in a program that was frozen, for one.
    if any(hasattr(finder, "find_distributions") for finder in others):
        return True
    return any(not isinstance(folder, str) or _has_some(folder) for folder in sys.path)


def _has_some(folder: str) -> bool:
    try:
        with os.scandir(folder or ".") as entries:
            packages = [entry.path for entry in entries if entry.name.lower().endswith(_INFO)]
        # What stands in an egg has another name.
        return folder.lower().endswith(".egg") or any(map(_names_one, packages))
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        # An archive, or what cannot be read.
        return True


def _names_one(package: str) -> bool:
    try:
        with open(f"{package}/entry_points.txt", "rb") as file:  # noqa: PTH123
            return ENTRY_POINT_GROUP.encode() in file.read()
    except (FileNotFoundError, NotADirectoryError):
        return False


def _read() -> Sequence[EntryPoint]:
    # Slow to import.
    from importlib.metadata import distributions, entry_points

    try:
        return list(entry_points(group=ENTRY_POINT_GROUP))
    except Exception:
        # Those of one package cannot be read: each is asked for its own.
        found: dict[str, Sequence[EntryPoint]] = {}
    for package in distributions():
        name = package.name or _UNKNOWN
        if name in found:
            # Another version of it, farther back on the path.
            continue
        try:
            found[name] = list(package.entry_points.select(group=ENTRY_POINT_GROUP))
        except Exception as error:
            found[name] = []
            logger.warning("the entry points of %s are not used: %s", name, type(error).__name__)
    return [point for points in found.values() for point in points]


def _sort_key(point: EntryPoint) -> tuple[str, str, str]:
    return point.name, package_of(point), point.value
