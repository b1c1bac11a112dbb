"""Excerpts: pieces with their places, within a budget, and how to read on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from headroom.retrieval.onward import onward, onward_in_words
from headroom.tokens import TokenCounter
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.ranges import spans
from headroom.view import EVERYTHING, Piece, Within, spelled, spelled_path

__all__ = [
    "Found",
    "fill",
    "holding",
    "largest",
    "largest_with_how",
    "place_of",
    "rendered",
    "spelt",
]

# With more parts than this, lines have one heading and their numbers.
_SCATTERED = 3
# A line that could be taken for a heading or the note of an excerpt.
_HEADING = re.compile(
    r"^[^\w\n]{0,9}\[(?:(?:line|row|sentence)s? \d|everything|\"?/|\d+ more )"
    r"[^\n]*\][^\S\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
# A place of so many characters is said, however small the budget.
_SHORT = 60
# Where such a share of the budget is left, it goes to pieces that have no more than so many
# characters for each token of it: few enough that each surely has room.
_MUCH, _FEW_CHARS = 0.25, 2
# How much is said beside a part of a piece, and what share of the room for the part is worth it.
_FULL, _SHORTER, _BARE = range(3)
_WORTH = 3


@dataclass(frozen=True)
class Found:
    """The part that was found."""

    text: str = ""
    #: The places that the text holds.
    where: str = ""
    #: Whether more was found than there was room for.
    truncated: bool = False
    #: The place that reads on.
    next: str = ""


def fill(
    pieces: Sequence[Piece], order: Sequence[int], max_tokens: int, counter: TokenCounter,
    focus: Callable[[str], int], beside: Sequence[Piece] = (), *, passes_over: bool = False,
) -> Found:  # fmt: skip
    """As many of the pieces as the budget has room for, the first ones of ``order`` first.

    Args:
        pieces: What there is.
        order: The numbers of those that were found, the best first.
        max_tokens: The most tokens of the excerpt.
        counter: Counts them.
        focus: Where in a text the best part stands, for a piece that is too large to be shown.
        beside: What was found beside them, and is left out here.
        passes_over: Whether what has no room gives it to shorter pieces that come later.

    """
    in_place = sorted(order)

    def left_by(size: int) -> list[Piece]:
        shown = set(order[:size])
        return [*(pieces[number] for number in in_place if number not in shown), *beside]

    def render(size: int, how: str) -> Found:
        shown = [pieces[number] for number in sorted(order[:size])]
        return _render(shown, len(order) - size + len(beside), how)

    size, how = largest_with_how(len(order), render, left_by, max_tokens, counter)
    if passes_over and 0 < size < len(order):
        room = max_tokens - counter.count(render(size, how).text)
        if room >= max_tokens * _MUCH:
            order = [
                *order[:size],
                *sorted(order[size:], key=lambda n: len(pieces[n].text) > room * _FEW_CHARS),
            ]
            size, how = largest_with_how(len(order), render, left_by, max_tokens, counter)
    if size == 0 and order:
        return _cut(pieces[order[0]], left_by(1), max_tokens, counter, focus)
    return replace(render(size, how), next=onward(left_by(size)))


def largest_with_how(
    most: int,
    render: Callable[[int, str], Found],
    left_by: Callable[[int], list[Piece]],
    max_tokens: int,
    counter: TokenCounter,
) -> tuple[int, str]:
    """How much fits, and how to read on after that.

    All that is left is looked at a few times, and not at every attempt.
    """
    about = _how(left_by(0), max_tokens)
    size = largest(most, lambda size: counter.count(render(size, about).text) <= max_tokens)
    while True:
        left = left_by(size)
        how = _how(left, max_tokens) if left else ""
        if not size or counter.count(render(size, how).text) <= max_tokens:
            return size, how
        size = min(size - 1, size * 19 // 20)


def _how(left: Sequence[Piece], max_tokens: int) -> str:
    """How to read on, in at most about a quarter of the tokens."""
    return onward_in_words(left, max(_SHORT, max_tokens)) or "ask for a narrower part"


def _render(shown: Sequence[Piece], left: int, how: str) -> Found:
    blocks: list[str] = []
    places: list[str] = []
    for (key, is_part), group in groupby(shown, key=lambda one: (_holder(one), bool(one.chars))):
        own = list(group)
        if is_part:
            for piece in own:
                place = place_of(piece)
                places.append(place)
                blocks.append(f"[{place}]\n{piece.text}")
            continue
        here = {piece.number: piece.text for piece in own}
        parts = list(spans(sorted(here)))
        is_scattered = key[0] == "lines" and len(parts) > _SCATTERED
        if is_scattered or (key[0] != "rows" and any(map(_HEADING.search, here.values()))):
            # One heading, and each line with its number, as grep prints them.
            place = holding(*key, spelt(parts))
            places.append(place)
            numbered = "\n".join(f"{number}: {here[number]}" for number in sorted(here))
            blocks.append(f"[{place}, each after its number]\n{numbered}")
            continue
        for first, last in parts:
            place = _place(*key, first, last)
            places.append(place)
            # Sentences of a text carry the white space between them; those of a value do not.
            prose = key[0] == "sentences"
            joint = "" if prose and not key[1] else "\n"
            body = joint.join(here[number] for number in range(first, last + 1))
            blocks.append(f"[{place}]\n{body.strip() if prose else body}")
    if left:
        blocks.append(f"[{left} more found, left out here: {how}]")
    return Found("\n".join(blocks), "; ".join(places), bool(left))


def rendered(shown: Sequence[Piece]) -> Found:
    """Some pieces, of which none is left out."""
    return _render(shown, 0, "")


def place_of(piece: Piece) -> str:
    """Where a piece stands, as ``retrieve`` takes it."""
    chars = "{}-{}".format(*piece.chars) if piece.chars else ""
    return _place(*_holder(piece), piece.number, piece.number, chars)


def _holder(piece: Piece) -> tuple[str, str, Within | None]:
    return piece.unit, piece.path, piece.within


def _place(
    unit: str, path: str, within: Within | None, first: int, last: int, chars: str = ""
) -> str:
    if first == 0:
        place = (spelled_path(path) or EVERYTHING) + (f" characters {chars}" if chars else "")
        return _placed(place, within)
    numbers = f"{first}" if first == last else f"{first}-{last}"
    return holding(unit, path, within, numbers + (f":{chars}" if chars else ""))


def _placed(place: str, within: Within | None) -> str:
    return place if within is None else f"{place} within {spelled(within)}"


def spelt(ranges: Iterable[tuple[int, int]]) -> str:
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in ranges)


def holding(unit: str, path: str, within: Within | None, ranges: str) -> str:
    """A place with any ranges, as ``retrieve`` takes it."""
    return _placed(f"{unit} {ranges}" + (f" of {spelled_path(path)}" if path else ""), within)


def _cut(
    piece: Piece,
    others: Sequence[Piece],
    max_tokens: int,
    counter: TokenCounter,
    focus: Callable[[str], int],
) -> Found:
    """One piece that is larger than the budget: the part of it that answers best.

    With little room, the excerpt says no more than that something is left out, and, where its
    place is long, not even where it stands: a part of a text is worth more than its place.
    """
    length = len(piece.text)
    if not length:
        # Of an empty line there is no part: it is read, and what comes after it is left.
        return Found(SMALLEST, place_of(piece), bool(others), onward(others))
    middle = focus(piece.text)
    # A part of a piece counts from where it begins.
    before = piece.chars[0] - 1 if piece.chars else 0

    def part(start: int, end: int) -> Piece:
        return replace(piece, chars=(before + start + 1, before + end))

    def span(size: int) -> tuple[int, int]:
        start = max(0, min(middle - size // 3, length - size))
        return start, start + size

    def left_by(start: int, end: int) -> list[Piece]:
        found = [part(end, length)] if end < length else []
        return [*found, *([part(0, start)] if start else []), *others]

    def cut(size: int, how: str, fullness: int) -> Found:
        start, end = span(size)
        place = place_of(part(start, end) if size < length or piece.chars else piece)
        note = f", {len(others)} more found" if others else ""
        notice = f"[{length - size} more characters left out here{note}"
        notice += f": {how}]" if fullness == _FULL else "]"
        is_all = size == length and not others
        shown = (f"[{place}]", piece.text[start:end], "" if is_all else notice)
        if fullness == _BARE:
            shown = (SMALLEST, piece.text[start:end], "" if is_all else SMALLEST)
        return Found("\n".join(filter(None, shown)), place, not is_all)

    best, most = None, 0
    for fullness in (_FULL, _SHORTER, _BARE):
        size, how = largest_with_how(
            length,
            lambda size, how: cut(size, how, fullness),  # noqa: B023
            lambda size: left_by(*span(size)),
            max_tokens,
            counter,
        )
        if size > most * _WORTH:
            best, most = replace(cut(size, how, fullness), next=onward(left_by(*span(size)))), size
    return best or Found(SMALLEST, "", truncated=True)


def largest(most: int, fits: Callable[[int], bool]) -> int:
    # By doubling: a huge piece is never counted whole.
    low, high = 0, 1
    while high <= most and fits(high):
        low, high = high, high * 2
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
