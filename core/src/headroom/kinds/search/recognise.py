"""Whether a text is what a search prints."""

from __future__ import annotations

from headroom.kinds.search.parse import SAMPLE_LINES, form_of
from headroom.source import Source

__all__ = ["looks_like_search"]

#: Characters that are looked at.
_SAMPLE_CHARS = 65_536


def looks_like_search(source: Source) -> bool:
    r"""Whether a text is the output of a search, or a list of paths, by its beginning.

    >>> found = "src/a.py:12:import os\nsrc/a.py:40:os.getcwd()\nb.py:3:import os\n"
    >>> looks_like_search(Source(found))
    True
    >>> looks_like_search(Source("12:30:05 the server is up\n12:30:06 the first request\n"))
    False

    """
    lines = source.text[:_SAMPLE_CHARS].split("\n")[:SAMPLE_LINES]
    if len(source.text) > _SAMPLE_CHARS and len(lines) > 1:
        lines.pop()
    return form_of([line for line in lines if line]) is not None
