"""Whether a text is one of records."""

from __future__ import annotations

from headroom.kinds.records.parse import Records, find_records, read
from headroom.source import Source

__all__ = ["looks_like_records", "may_be_records"]

#: Characters that are looked at: some hundred records. It bounds the time.
_LOOKED_AT = 20_000


def looks_like_records(source: Source) -> bool:
    r"""Whether a text is one of records of several lines; looks at its beginning.

    >>> people = "\n\n".join(f"name: n{n}\nage: {n}\ncity: Oslo" for n in range(9))
    >>> looks_like_records(Source(people))
    True
    """
    found = source.once(_beginning)
    return found is not None and any(end - first > 1 for first, end in found.spans)


def may_be_records(source: Source) -> bool:
    """Whether a text is one of records, or a listing: logs may be in columns, too."""
    return source.once(_beginning) is not None


def _beginning(source: Source) -> Records | None:
    """The records in the part that is looked at."""
    if len(source.text) <= _LOOKED_AT:
        return source.once(read)
    start = source.text[:_LOOKED_AT]
    return find_records(start[: start.rfind("\n") + 1], source.deadline.check)
