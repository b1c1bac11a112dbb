"""The long strings of a document, each of which may be a payload of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headroom.kinds.json.parse import read
from headroom.source import Source
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.notation import pointer
from headroom.toolkit.rows.stretches import may_have_long
from headroom.toolkit.rows.values import SCALARS, Json

__all__ = ["BELOW", "long_texts", "without"]

#: What stands in the document where the text was.
BELOW = "see below"

#: Shorter texts, in characters, stay where they are. Chosen: a small payload.
_LEAST = 300
#: Of records with long texts a query wants some, and those whole: so many elements make an array
#: one of records.
_RECORDS = 4


def long_texts(source: Source) -> Iterator[tuple[str, str, bool]]:
    """Each long string with its JSON pointer, and whether it stands in one of several records.

    Raises:
        WrongKind: The text is not JSON.

    """
    if not may_have_long(source.text, _LEAST) or f'"{BELOW}"' in source.text:
        return iter(())
    return _texts(source.once(read), "", False)


def _texts(value: Json, path: str, of_records: bool) -> Iterator[tuple[str, str, bool]]:
    if isinstance(value, dict):
        members: Iterable[tuple[str | int, Json]] = value.items()
    elif isinstance(value, (list, Lazy)):
        members = enumerate(value)
        of_records = of_records or len(value) >= _RECORDS
    else:
        return
    for key, member in members:
        if type(member) is str:
            if len(member) >= _LEAST:
                yield pointer(path, key), member, of_records
        elif type(member) not in SCALARS:
            yield from _texts(member, pointer(path, key), of_records)


def without(value: Json, path: str, gone: set[str]) -> Json:
    """A value in which some strings, by their pointers, are but a word."""
    if path in gone:
        return BELOW
    if isinstance(value, dict):
        return {key: without(member, pointer(path, key), gone) for key, member in value.items()}
    if isinstance(value, (list, Lazy)):
        return [without(member, pointer(path, n), gone) for n, member in enumerate(value)]
    return value
