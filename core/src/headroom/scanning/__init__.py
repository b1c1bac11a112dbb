"""The functions that scan text, behind one door, so that native code can stand in for them.

Texts, numbers, arrays and JSON go in and come out, no object of this library: each is called with
much at once, and none knows what its answer is for. Here they are in plain Python. A distribution
that has them as native code brings a module ``headroom_native`` with ``INTERFACE``, the number
below, and as many of these functions as it likes; what it lacks is taken from here.
``headroom_testing`` has the contract, `ScanningContract`, that such a module must meet: the same
answer to every text.

The environment variable ``HEADROOM_NATIVE=0`` keeps to plain Python.
"""

from __future__ import annotations

import importlib
import logging
import os
from types import ModuleType

from headroom.scanning import plain
from headroom.scanning.plain import (
    columns_of,
    markup,
    masked,
    numbered_words,
    plain_numbers,
    scores,
    sentence_starts,
    shapes_of,
    terms,
    terms_of_word,
    words,
)

__all__ = [
    "FUNCTIONS",
    "INTERFACE",
    "columns_of",
    "markup",
    "masked",
    "numbered_words",
    "plain",
    "plain_numbers",
    "scores",
    "sentence_starts",
    "shapes_of",
    "terms",
    "terms_of_word",
    "words",
]

logger = logging.getLogger("headroom.scanning")

#: Changes where a function is added, or answers otherwise than before.
INTERFACE = 1

#: The names of the functions that may be native.
FUNCTIONS = tuple(plain.__all__)

_MODULE = "headroom_native"


def _find() -> ModuleType | None:
    """The native module, if one is installed that fits."""
    if os.environ.get("HEADROOM_NATIVE") == "0":
        return None
    try:
        native = importlib.import_module(_MODULE)
    except ModuleNotFoundError as error:
        if error.name == _MODULE:
            return None
        logger.warning("%s needs %s; plain Python scans instead", _MODULE, error.name)
        return None
    except Exception as error:  # what is built for another machine fails in its own ways
        name = type(error).__name__
        logger.warning("%s cannot be used (%s); plain Python scans instead", _MODULE, name)
        return None
    if getattr(native, "INTERFACE", None) != INTERFACE:
        logger.warning("%s is for another headroom; plain Python scans instead", _MODULE)
        return None
    return native


_native = _find()


# Chosen once: nothing stands between a caller and a function.
globals().update({name: getattr(_native, name) for name in FUNCTIONS if hasattr(_native, name)})
