"""What kind of content a text is, told from its shape."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import lru_cache

__all__ = ["candidates"]

# The surest signs first. Each looks at a bounded part of the text. Imported when first needed, as
# the compressors are.
_RECOGNISERS = (
    ("diff", "headroom.kinds.diff:looks_like_diff"),
    ("html", "headroom.kinds.html:looks_like_html"),
    ("table", "headroom.kinds.json:looks_like_aligned_table"),
    ("records", "headroom.kinds.records:looks_like_records"),
    ("log", "headroom.kinds.log.recognise:looks_like_log"),
    ("search", "headroom.kinds.search:looks_like_search"),
    ("table", "headroom.kinds.json:looks_like_table"),
    ("code", "headroom.kinds.code.recognise:looks_like_code"),
    ("log", "headroom.kinds.log.recognise:looks_like_output"),
)


@lru_cache(maxsize=1)
def _recognisers() -> tuple[tuple[str, Callable[[str], bool]], ...]:
    loaded = []
    for kind, path in _RECOGNISERS:
        module, _, name = path.partition(":")
        loaded.append((kind, getattr(importlib.import_module(module), name)))
    return tuple(loaded)


def candidates(content: str) -> Iterator[str]:
    """The kinds that a text may be, the likeliest first, ``"text"`` last.

    A compressor that finds its kind wrong says so, and the next one is asked: only a parser can
    tell whether text in brackets is JSON.

    >>> list(candidates('{"a": 1}'))
    ['json', 'text']
    """
    start = content.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        yield "json"
    for kind, looks_like in _recognisers():
        if looks_like(content):
            yield kind
    yield "text"
