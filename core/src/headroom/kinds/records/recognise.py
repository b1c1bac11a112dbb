"""Whether a text is one of records."""

from __future__ import annotations

from headroom.kinds.records.parse import find_records, read
from headroom.source import Source
from headroom.toolkit.chapters import has_chapters

__all__ = ["looks_like_records"]

#: Characters that are looked at: some hundred records. It bounds the time.
_LOOKED_AT = 20_000


def looks_like_records(source: Source) -> bool:
    r"""Whether a text is one of records, or a listing; looks at its beginning.

    >>> people = "\n\n".join(f"name: n{n}\nage: {n}\ncity: Oslo" for n in range(9))
    >>> looks_like_records(Source(people))
    True
    """
    if source.once(has_chapters):
        return False
    if len(source.text) <= _LOOKED_AT:
        return source.once(read) is not None
    start = source.text[:_LOOKED_AT]
    return find_records(start[: start.rfind("\n") + 1], source.deadline.check) is not None
