"""Says it where the module ``headroom`` is another distribution's, or could be taken for it.

Importing it asks whether ``headroom`` is headroom-core's. It stands beside that package and not in
it, since what stands in it is what the other distribution replaces.
"""

from __future__ import annotations

import logging
import os
import sys

__all__ = ["warn"]

logger = logging.getLogger("headroom")

#: Other distributions with a module of that name, as their folder in site-packages begins.
_OTHERS = ("headroom_ai-",)
_REMEDY = "Give each an environment of its own: pip uninstall {} headroom-core, then install one."


def warn() -> None:
    """Logs a sentence where another distribution with a module ``headroom`` is installed."""
    found = _installed()
    if found:
        logger.warning(
            "%s is installed as well, and its module is also called headroom: headroom-core "
            "answers here, and what needs the other fails. %s",
            found,
            _REMEDY.format(found.split()[0]),
        )


def _installed() -> str:
    """The other distribution and its version, or nothing; ``importlib.metadata`` takes longer."""
    for folder in sys.path:
        try:
            # By os, since pathlib takes longer to import than all of this.
            with os.scandir(folder or ".") as entries:
                names = [entry.name for entry in entries]
        except OSError:
            continue
        for name in names:
            if name.startswith(_OTHERS) and name.endswith(".dist-info"):
                distribution, _, version = name.removesuffix(".dist-info").partition("-")
                return f"{distribution.replace('_', '-')} {version}"
    return ""


def _ask() -> None:
    problem: ImportError | None = None
    try:
        import headroom
    except ImportError as error:
        problem = error
    else:
        if getattr(headroom, "__distribution__", None) == "headroom-core":
            return
    found = _installed()
    if not found and problem is not None:
        raise problem
    remedy = _REMEDY.format(found.split()[0]) if found else "Take it off the path, or rename it."
    raise ImportError(
        "the module headroom that Python finds is not that of headroom-core but "
        f"{f'that of {found}' if found else headroom.__file__}. {remedy}",
        name="headroom",
    ) from problem


_ask()
