"""Payloads within the strings of a JSON document: each goes its own way.

Tools wrap what they found: the output of a command, a file, a page, or JSON written into a string,
as protocols between tools do. The document keeps its form, and these texts follow it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from headroom.errors import WrongKind
from headroom.kinds.json.parse import parse
from headroom.pipeline.apportion import apportion
from headroom.pipeline.detection import candidates
from headroom.pipeline.segments import NAME, split
from headroom.toolkit.rows.notation import flow, pointer
from headroom.toolkit.rows.values import Json
from headroom.view import Omission, Request, View

__all__ = ["BELOW", "Embedded", "compress_embedded", "find_embedded"]

#: What stands in the document where the text was.
BELOW = "see below"

# Shorter texts stay where they are.
_LEAST = 300
# Of texts of this size something may be left out; JSON loses nothing where it is small.
_LEAST_LOSSY = 4000
# More are rows, of which most can be left out. So many strings are looked at.
_MOST, _MOST_LOOKED_AT = 12, 100
# How JSON may begin in a text.
_JSON = re.compile(r"^[ \t]*[{[]", re.MULTILINE)
# Of records with long texts a query wants some, and those whole: so many elements make an array one
# of records.
_RECORDS = 4
# The share of the document that they must have together.
_SHARE = 0.3
# Pointers that can stand in a marker, and be read from one.
_POINTER = re.compile(r"(?:/[\w@.~$:+-]{0,100}){1,30}")


@dataclass(frozen=True)
class Embedded:
    """A text within a document, or some of its lines."""

    #: As ``Omission.within`` has it.
    within: str
    kind: str
    text: str


def find_embedded(content: str) -> tuple[Json, list[Embedded]] | None:
    r"""The payloads in the strings of a document, and the document without them.

    Returns:
        ``None`` where the document holds none, or too many, or where they are a small part of it.

    Raises:
        WrongKind: The content is not JSON.

    >>> import json
    >>> rows = [{"id": n, "name": "Ada"} for n in range(20)]
    >>> rest, (text,) = find_embedded(json.dumps({"ok": True, "text": json.dumps(rows)}))
    >>> rest, text.within, text.kind
    ({'ok': True, 'text': 'see below'}, '/text', 'json')

    """
    if _longest_string(content) < _LEAST or f'"{BELOW}"' in content:
        return None
    document, _ = parse(content)
    found: list[Embedded] = []
    paths: set[str] = set()
    for number, (path, text, of_records) in enumerate(_texts(document, "", False)):
        if number == _MOST_LOOKED_AT:
            return None
        if len(text) < _LEAST_LOSSY and not _JSON.search(text):
            continue
        parts = _parts(path, text)
        telling = any(
            part.kind == "json"
            or (len(part.text) >= _LEAST_LOSSY and not (of_records and part.kind == "text"))
            for part in parts
        )
        if telling and _POINTER.fullmatch(path):
            paths.add(path)
            found += parts
            if len(found) > _MOST:
                return None
    if sum(len(one.text) for one in found) < max(1, _SHARE * len(content)):
        return None
    return _without(document, "", paths), found


def _longest_string(content: str) -> int:
    """About how long the longest string is, without reading the document."""
    if "\\" in content:
        content = content.replace("\\\\", "").replace('\\"', "")
    return max(map(len, content.split('"')[1::2]), default=0)


def _parts(path: str, text: str) -> list[Embedded]:
    kind = _kind_of(text)
    parts = split(text, _kind_of) if kind in ("text", "log") else None
    if parts is None:
        return [Embedded(path, kind, text)]
    lines = text.split("\n")
    found: list[Embedded] = []
    for part in parts:
        place = Omission("lines", ((part.first + 1, part.end),), path).where
        found.append(Embedded(place, part.kind, "\n".join(lines[part.first : part.end])))
    return found


def _texts(value: Json, path: str, of_records: bool) -> Iterator[tuple[str, str, bool]]:
    """The long strings below a value, each with its pointer and whether it is in a record."""
    if isinstance(value, dict):
        members: Sequence[tuple[str | int, Json]] = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
        of_records = of_records or len(value) >= _RECORDS
    else:
        return
    for key, member in members:
        if type(member) is str:
            if len(member) >= _LEAST:
                yield pointer(path, key), member, of_records
        elif isinstance(member, (dict, list)):
            yield from _texts(member, pointer(path, key), of_records)


def _kind_of(text: str) -> str:
    """The kind of a text; JSON only where it can be read."""
    for kind in candidates(text):
        if kind != "json":
            return kind
        try:
            if isinstance(parse(text)[0], (dict, list)):
                return kind
        except WrongKind:
            continue
    return "text"


def _without(value: Json, path: str, gone: set[str]) -> Json:
    if path in gone:
        return BELOW
    if isinstance(value, dict):
        return {key: _without(member, pointer(path, key), gone) for key, member in value.items()}
    if isinstance(value, list):
        return [_without(member, pointer(path, n), gone) for n, member in enumerate(value)]
    return value


def compress_embedded(
    rest: Json,
    found: Sequence[Embedded],
    request: Request,
    view_of: Callable[[str, Request], View | None],
) -> View | None:
    """The view of a document, and below it those of the texts in it.

    Args:
        rest: The document without the texts.
        found: The texts.
        request: What is asked for.
        view_of: Makes the view of the document, or of one text.

    Returns:
        ``None`` where no text has a view, and where nothing fits.

    """
    document = flow(rest)

    def view_of_part(text: str, part: Request) -> View | None:
        small = part.kind != "json" and len(text) < _LEAST_LOSSY
        return None if small and part.max_tokens is None else view_of(text, part)

    def join(views: Sequence[View | None]) -> View | None:
        outer, *inner = views
        if not any(inner):
            return None
        blocks = [document if outer is None else outer.text]
        omissions = [] if outer is None else list(outer.omissions)
        names = [] if outer is None else list(outer.transforms)
        for one, view in zip(found, inner):
            lost = view is not None and view.omissions
            said = ", counted by itself; some is" if lost else "; nothing is"
            blocks.append(f"[below: {one.within}{said} left out]")
            blocks.append(one.text if view is None else view.text)
            if view is not None:
                omissions.extend(replace(gone, within=one.within) for gone in view.omissions)
                names.extend(name for name in view.transforms if name not in names)
        return View("\n".join(blocks), False, tuple(omissions), (*names, NAME))

    texts = [document, *(one.text for one in found)]
    return apportion(texts, ["json", *(one.kind for one in found)], request, view_of_part, join)
