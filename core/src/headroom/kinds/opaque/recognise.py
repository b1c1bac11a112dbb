"""Whether a text is nothing but what nobody reads."""

from __future__ import annotations

import re

from headroom.kinds.opaque.parse import data_of, find, is_data_of_small_values, is_vector
from headroom.kinds.opaque.scan import is_likely
from headroom.kinds.opaque.stretch import LEAST
from headroom.source import Source

__all__ = ["looks_opaque"]

#: What else is in it, of what is no blank, has at most such a share of it, and so many characters:
#: more than that is read by whoever reads such texts.
_SHARE, _MOST = 0.1, 300
_BLANK = re.compile(r"\s+")
#: Characters that are looked at a time. Chosen.
_CHUNK = 4096


def looks_opaque(source: Source) -> bool:
    """Whether nearly all of a text is of no use to a reader.

    >>> looks_opaque(Source("7f454c4602010100" * 40)), looks_opaque(Source("It rains. " * 40))
    (True, False)
    """
    text = source.text
    if len(text) < LEAST or source.once(is_data_of_small_values) or not is_likely(text):
        return False
    value = data_of(source)
    if value is not None and not is_vector(value):
        return False
    most = min(_MOST, _SHARE * len(text))
    edges = [*((one.start, one.end) for one in source.once(find)), (len(text), len(text))]
    rest, position = 0, 0
    for start, end in edges:
        for at in range(position, start, _CHUNK):
            rest += len(_BLANK.sub("", text[at : min(start, at + _CHUNK)]))
            if rest > most:
                return False
        position = end
    return True
