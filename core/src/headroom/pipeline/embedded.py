"""Payloads within the strings of data: each goes its own way.

Tools wrap what they found: the output of a command, a file, a page, or JSON written into a string,
as protocols between tools do. The data keeps its form, and these texts follow it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headroom.kinds.registry import LAST_RESORT, Kinds
from headroom.pipeline.apportion import ViewOf, apportion
from headroom.pipeline.segments import NAME, parts_of
from headroom.pipeline.terminal import shown
from headroom.source import Source
from headroom.toolkit.kind import BaseKind
from headroom.view import Omission, Request, View

__all__ = ["Embedded", "compress_embedded", "find_embedded"]

#: Of plain texts of this size, in characters, something may be left out; of shorter ones, the data
#: says which sentences it shows.
_LEAST_LOSSY = 4000
#: A shorter text is one of another kind than plain text where it has so many lines.
_LINES = 8
#: More payloads than this are rows, of which most can be left out; so many strings are looked at.
_MOST, _MOST_LOOKED_AT = 12, 100
#: How data may begin in a text.
_DATA = re.compile(r"^[ \t]*[{[]", re.MULTILINE)
#: The share of the characters of the whole that the payloads must have together.
_SHARE = 0.3
#: A line that could be taken for the heading of a text that follows the data.
_HEADING = re.compile(r"^[^\w\n]*below[^\S\n]*:", re.MULTILINE | re.IGNORECASE)
#: Pointers that can stand in a marker, and be read from one.
_POINTER = re.compile(r"(?:/[\w@.~$:+-]{0,100}){1,30}")


@dataclass(frozen=True)
class Embedded:
    """A text within data, or some of its lines."""

    #: As ``Omission.within`` has it.
    within: str
    kind: BaseKind
    source: Source
    #: Whether terminal codes of it are not shown.
    lacks_codes: bool = False


def find_embedded(
    source: Source, kind: BaseKind, kinds: Kinds, *, of_any_name: bool = False
) -> tuple[Embedded, list[Embedded]] | None:
    r"""The payloads in the strings of data, and the data without them.

    Args:
        source: The whole.
        kind: Its kind.
        kinds: Those that the payloads may be of.
        of_any_name: Whether their names need not be such that they can stand in a marker.

    Returns:
        ``None`` where there are none, or too many, or where they are a small part of it.

    Raises:
        WrongKind: The whole is not of its kind.

    >>> import json
    >>> from headroom.kinds.registry import default_kinds
    >>> rows = [{"id": n, "name": "Ada"} for n in range(20)]
    >>> whole = Source(json.dumps({"ok": True, "text": json.dumps(rows)}))
    >>> kinds = default_kinds()
    >>> rest, (text,) = find_embedded(whole, kinds.kind_of(whole), kinds)
    >>> rest.source.text, text.within, text.kind.name
    ('{"ok":true,"text":"see below"}', '/text', 'json')

    """
    found: list[Embedded] = []
    paths: set[str] = set()
    total = 0
    for number, (path, text, of_records) in enumerate(kind.texts(source)):
        if number == _MOST_LOOKED_AT:
            return None
        if not _may_be_payload(text):
            continue
        if _HEADING.search(text):
            # Within the data, in quotes, it is that of no other text.
            continue
        parts = _parts(path, Source(text, source.deadline), kinds)
        telling = any(
            (part.lacks_codes and (len(text) >= _LEAST_LOSSY or "\x1b" in text))
            or part.kind.name != LAST_RESORT
            or (len(part.source.text) >= _LEAST_LOSSY and not of_records)
            for part in parts
        )
        if telling and (of_any_name or _POINTER.fullmatch(path)):
            paths.add(path)
            total += len(text)
            found += parts
            if len(found) > _MOST:
                return None
    if total < max(1, _SHARE * len(source.text)):
        return None
    rest = Source(kind.without(source, paths), source.deadline)
    return Embedded("", kind, rest), found


def _may_be_payload(text: str) -> bool:
    return (
        len(text) >= _LEAST_LOSSY
        or text.count("\n") >= _LINES
        or _DATA.search(text) is not None
        or "\x1b" in text
    )


def _parts(path: str, source: Source, kinds: Kinds) -> list[Embedded]:
    bare = source.once(shown)
    lacks = bare is not None
    source = bare or source
    kind = kinds.kind_of(source)
    parts = parts_of(source, kind, kinds)
    if parts is None:
        return [Embedded(path, kind, source, lacks)]
    return [
        Embedded(
            _lines_of(path, part.first + 1, part.end),
            part.kind,
            source.part(part.first, part.end),
            lacks,
        )
        for part in parts
    ]


def _lines_of(path: str, first: int, last: int) -> str:
    return f"lines {first}-{last} of {path}" if last > first else f"lines {first} of {path}"


def compress_embedded(
    rest: Embedded,
    found: Sequence[Embedded],
    request: Request,
    view_of: ViewOf,
) -> View | None:
    """The view of data, and below it those of the texts in it.

    Args:
        rest: The data without the texts.
        found: The texts.
        request: What is asked for.
        view_of: Makes the view of the data, or of one text.

    Returns:
        ``None`` where no text has a view, and where nothing fits.

    """

    def view_of_part(source: Source, part: Request) -> View | None:
        small = part.kind == LAST_RESORT and len(source.text) < _LEAST_LOSSY
        return None if small and part.max_tokens is None else view_of(source, part)

    def join(views: Sequence[View | None]) -> View | None:
        outer, *inner = views
        if not any(inner) and not any(one.lacks_codes for one in found):
            return None
        blocks = [rest.source.text if outer is None else outer.text]
        omissions = [] if outer is None else list(outer.omissions)
        names = [] if outer is None else list(outer.transforms)
        for one, view in zip(found, inner):
            said = "; nothing is"
            if view is not None and view.omissions:
                begins = one.source.first_line
                is_own = begins == 1 or view.counted_apart(begins)
                said = ", numbered from 1; some is" if is_own else "; some is"
            if one.lacks_codes:
                said = f"{said if 'some' in said else ''}; terminal codes are"
                every = (1, len(one.source.lines))
                omissions.append(Omission("lines", (every,), within=one.within, in_part=True))
            blocks.append(f"[below: {one.within}{said} left out]")
            blocks.append(one.source.text if view is None else view.text)
            if view is not None:
                omissions.extend(
                    gone.of_part(one.within, view.first_line) for gone in view.omissions
                )
                names.extend(name for name in view.transforms if name not in names)
        return View("\n".join(blocks), False, tuple(omissions), (*names, NAME))

    everything = [rest, *found]
    return apportion(
        [one.source for one in everything],
        [one.kind.name for one in everything],
        request,
        view_of_part,
        join,
    )
