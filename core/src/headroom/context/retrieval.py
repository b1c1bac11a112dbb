"""Finding parts of an original: by words, by range, by JSON pointer, within a budget."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from headroom.compression import WrongKind
from headroom.compression.detect import candidates
from headroom.compression.fit import spans
from headroom.compression.relevance import bm25
from headroom.context.arguments import range_text
from headroom.tokens import TokenCounter

__all__ = ["Found", "Selection", "find", "parse_ranges"]

_RANGES = re.compile(r"\d{1,12}(?:-\d{1,12})?(?:,\d{1,12}(?:-\d{1,12})?)*")

# A part of a JSON document that has at most this many characters is shown whole.
_WHOLE_CHARS = 2000


@dataclass(frozen=True)
class Selection:
    """Which part of an original is asked for."""

    query: str | None = None
    lines: str | None = None
    rows: str | None = None
    sentences: str | None = None
    path: str | None = None
    within: str | None = None

    @classmethod
    def of(
        cls,
        *,
        query: str | None,
        rows: str | int | None,
        lines: str | int | None,
        sentences: str | int | None,
        path: str | None,
        within: str | None,
    ) -> Selection:
        """What the arguments of ``retrieve`` select."""
        return cls(
            query=query,
            lines=range_text("lines", lines),
            rows=range_text("rows", rows),
            sentences=range_text("sentences", sentences),
            path=path,
            within=within,
        )


@dataclass(frozen=True)
class Found:
    """The part that was found."""

    text: str
    where: str
    truncated: bool


@dataclass(frozen=True)
class _Unit:
    """A piece of the original that is shown whole or not at all."""

    number: int
    text: str
    #: JSON pointer of what the number counts in.
    path: str = ""


def parse_ranges(value: str | int, name: str) -> list[tuple[int, int]]:
    """Reads ``"3-111"`` or ``"3,7-9"``: 1-based, inclusive.

    Raises:
        ValueError: It is written in another way.

    >>> parse_ranges("3,7-9", "rows")
    [(3, 3), (7, 9)]

    """
    text = str(value).replace(" ", "")
    if not _RANGES.fullmatch(text):
        raise ValueError(f'{name} must look like "3-111" or "3,7-9", counted from 1')
    ranges = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = int(first), int(last or first)
        if start < 1 or end < start:
            raise ValueError(f"{name} are counted from 1, and a range goes upwards, as in 3-111")
        ranges.append((start, end))
    return ranges


def find(
    content: str, kind: str, selection: Selection, max_tokens: int, counter: TokenCounter
) -> Found:
    """The part of ``content`` that a selection names, in at most ``max_tokens`` tokens.

    Raises:
        ValueError: The selection cannot apply: a range that is misspelt, rows of what has none, a
            pointer to nothing.

    """
    suffix = ""
    if selection.within is not None:
        ((first, last),) = parse_ranges(selection.within, "within")[:1]
        content = "\n".join(content.split("\n")[first - 1 : last])
        kind = next(candidates(content))
        suffix = f" within lines {first}-{last}"
    unit, units = _units(content, kind, selection)
    ranges = selection.lines or selection.rows or selection.sentences
    if ranges is not None:
        wanted = parse_ranges(ranges, unit)
        units = [u for u in units if any(first <= u.number <= last for first, last in wanted)]
    order = range(len(units))
    if selection.query:
        scores = bm25([u.text for u in units], selection.query)
        found = [index for index in order if scores[index] > 0]
        ranked = sorted(found, key=lambda index: (-scores[index], index))
    else:
        ranked = list(order)
    return _fill(units, ranked, unit, suffix, max_tokens, counter)


def _units(content: str, kind: str, selection: Selection) -> tuple[str, list[_Unit]]:
    # Like the compressors: imported when first needed.
    from headroom.compression.kompress import sentences as sentences_of_text
    from headroom.compression.smart_crusher.texts import sentences as sentences_of_value

    if selection.lines is not None:
        return "lines", _numbered(content.split("\n"))
    if selection.sentences is not None and selection.path:
        value = _resolve(_require_data(content, kind), selection.path)
        if not isinstance(value, str):
            raise ValueError("there are no sentences at this path: it is no text")
        return "sentences", _numbered(sentences_of_value(value) or [value], selection.path)
    if selection.sentences is not None or (
        kind == "text" and selection.rows is None and selection.path is None
    ):
        return "sentences", _numbered(sentences_of_text(content))
    if selection.rows is not None or selection.path is not None:
        return "rows", _json_units(_require_data(content, kind), selection)
    if kind in ("json", "table") and (document := _parse(content, kind)) is not None:
        return "rows", _json_units(document.value, selection)
    return "lines", _numbered(content.split("\n"))


def _require_data(content: str, kind: str) -> object:
    document = _parse(content, kind)
    if document is None:
        raise ValueError("this original has no rows and no paths: ask for lines, or by query")
    return document.value


def _numbered(texts: Sequence[str], path: str = "") -> list[_Unit]:
    return [_Unit(number, text, path) for number, text in enumerate(texts, 1)]


@dataclass(frozen=True)
class _Document:
    value: object


def _parse(content: str, kind: str) -> _Document | None:
    from headroom.compression.smart_crusher.delimited import parse_table

    if kind == "table":
        try:
            return _Document(parse_table(content))
        except WrongKind:
            return None
    try:
        return _Document(json.loads(content))
    except (ValueError, RecursionError):
        pass
    try:
        rows = [json.loads(line) for line in content.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None
    return _Document(rows)


def _json_units(document: object, selection: Selection) -> list[_Unit]:
    value = _resolve(document, selection.path or "")
    if selection.rows is not None:
        if not isinstance(value, (list, dict)):
            raise ValueError("there are no rows at this path: it is a single value")
        return list(_children(value, selection.path or ""))
    if selection.query is None:
        return [_Unit(0, _dump(value), selection.path or "")]
    return list(_parts(value, selection.path or ""))


def _resolve(value: object, pointer: str) -> object:
    """The value at a JSON pointer (RFC 6901)."""
    if pointer and not pointer.startswith("/"):
        raise ValueError('a path is a JSON pointer: it begins with "/", as in "/data/0/name"')
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise ValueError("there is nothing at this path")
    return value


def _children(value: list[object] | dict[str, object], path: str) -> Iterator[_Unit]:
    if isinstance(value, dict):
        for number, (name, child) in enumerate(value.items(), 1):
            yield _Unit(number, _dump({name: child}), path)
    else:
        for number, child in enumerate(value, 1):
            yield _Unit(number, _dump(child), path)


def _parts(value: object, path: str) -> Iterator[_Unit]:
    """A document in pieces of a size to show: rows, or the small members of an object together."""
    if not isinstance(value, (list, dict)):
        yield _Unit(0, _dump(value), path)
        return
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for number, ((name, child), unit) in enumerate(zip(members, _children(value, path)), 1):
        if isinstance(child, (list, dict)) and len(unit.text) > _WHOLE_CHARS:
            token = str(name).replace("~", "~0").replace("/", "~1")
            yield from _parts(child, f"{path}/{token}")
        else:
            yield _Unit(number, unit.text, path)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _fill(
    units: list[_Unit],
    ranked: list[int],
    unit: str,
    suffix: str,
    max_tokens: int,
    counter: TokenCounter,
) -> Found:
    def render(size: int) -> Found:
        chosen = [units[index] for index in sorted(ranked[:size])]
        return _render(chosen, unit, suffix, more=len(ranked) - size)

    low, high = 0, len(ranked)
    # Doubling first: a few units are rendered often, all of them hardly ever.
    size = 1
    while size < high and counter.count(render(size).text) <= max_tokens:
        low, size = size, size * 2
    high = min(high, size)
    if low < high and counter.count(render(high).text) <= max_tokens:
        low = high
    while high - low > 1:
        middle = (low + high) // 2
        if counter.count(render(middle).text) <= max_tokens:
            low = middle
        else:
            high = middle
    if low == 0 and ranked:
        return _cut(units[ranked[0]], unit, suffix, len(ranked) - 1, max_tokens, counter)
    return render(low)


def _render(chosen: list[_Unit], unit: str, suffix: str, more: int) -> Found:
    blocks: list[str] = []
    places: list[str] = []
    for path in dict.fromkeys(u.path for u in chosen):
        here = {u.number: u.text for u in chosen if u.path == path}
        for first, last in spans(sorted(here)):
            place = _place(unit, first, last, path) + suffix
            places.append(place)
            # Sentences of a text carry the white space between them; those of a value do not.
            joint = "" if unit == "sentences" and not path else "\n"
            body = joint.join(here[number] for number in range(first, last + 1))
            blocks.append(f"[{place}]\n{body.strip() if unit == 'sentences' else body}")
    if more:
        blocks.append(f"[{more} more found, left out here: ask for a narrower part]")
    return Found("\n".join(blocks), "; ".join(places), truncated=more > 0)


def _place(unit: str, first: int, last: int, path: str) -> str:
    if first == 0:
        return path or "everything"
    numbers = f"{first}" if first == last else f"{first}-{last}"
    return f"{unit} {numbers}" + (f" of {path}" if path else "")


def _cut(
    unit: _Unit, name: str, suffix: str, more: int, max_tokens: int, counter: TokenCounter
) -> Found:
    """One unit that is larger than the budget: its beginning, and that it goes on."""
    place = _place(name, unit.number, unit.number, unit.path) + suffix
    note = f", {more} more found" if more else ""

    def text(size: int) -> str:
        rest = len(unit.text) - size
        return f"[{place}]\n{unit.text[:size]}\n[{rest} more characters left out here{note}]"

    size = _largest(len(unit.text), lambda size: counter.count(text(size)) <= max_tokens)
    if size:
        return Found(text(size), place, truncated=True)
    notice = f"[{place} is larger than max_tokens={max_tokens}]"
    if counter.count(notice) > max_tokens:
        notice = "\u2026"
    return Found(notice, "", truncated=True)


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    low, high = 0, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
