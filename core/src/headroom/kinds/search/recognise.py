"""Whether a text is what a search prints."""

from __future__ import annotations

from headroom.kinds.search.parse import form
from headroom.source import Source

__all__ = ["looks_like_search"]


def looks_like_search(source: Source) -> bool:
    r"""Whether a text is the output of a search, or a list of paths, by its beginning.

    >>> found = "src/a.py:12:import os\nsrc/a.py:40:os.getcwd()\nb.py:3:import os\n"
    >>> looks_like_search(Source(found))
    True
    >>> looks_like_search(Source("12:30:05 the server is up\n12:30:06 the first request\n"))
    False

    """
    return source.once(form) is not None
