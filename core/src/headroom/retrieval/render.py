"""Excerpts: pieces with their places, within a budget, and how to read on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from headroom.pipeline.own_words import as_it_looks
from headroom.retrieval.onward import onward, onward_in_words
from headroom.retrieval.tables import Tables
from headroom.tokens import TokenCounter
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.ranges import spans
from headroom.view import EVERYTHING, Piece, Within, spelled, spelled_path

__all__ = [
    "Found",
    "Parts",
    "called",
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
# A code of a terminal, which nobody sees.
_CODE = r"\x1b\[[\d;?]{0,20}[@-~]"
# What begins a line, for a reader or for a terminal.
_BEGINS = rf"(?:^|[\r\v\f\x1c-\x1e\x85\u2028\u2029]|{_CODE})"
# A line that could be taken for a heading or the note of an excerpt.
_HEADING = re.compile(
    rf"{_BEGINS}[^\w\n]{{0,9}}\[\s{{0,9}}"
    r"(?:(?:[l1i|]ine|row|sentence)s?[^\w\n]{1,9}\d|everything|\"?/|\d+\s{1,9}more\s)"
    # No further: a line may begin many times.
    rf"[^\n]{{0,500}}\](?:[^\w\n]|{_CODE}){{0,9}}$",
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


class Parts:
    """Parts of a piece, each around what answers best.

    Args:
        piece: As it was put: a place counts characters of that.
        middle: Where in it the best part stands; ``None`` where none is better than another.

    """

    def __init__(self, piece: Piece, middle: int | None) -> None:
        self.piece = piece
        self.middle = middle
        self._length = len(piece.text)
        # A part of a piece counts from where it begins.
        self._before = piece.chars[0] - 1 if piece.chars else 0

    def shown(self, size: int) -> Piece:
        """A part of so many characters."""
        return self._part(*self._span(size))

    def left(self, size: int) -> list[Piece]:
        """What is left of it then: what follows, and what is before."""
        start, end = self._span(size)
        spans = ((end, self._length), (0, start))
        return [self._part(*span) for span in spans if span[0] < span[1]]

    def _span(self, size: int) -> tuple[int, int]:
        start = max(0, min((self.middle or 0) - size // 3, self._length - size))
        return start, start + size

    def _part(self, start: int, end: int) -> Piece:
        chars = self._before + start + 1, self._before + end
        return replace(self.piece, text=self.piece.text[start:end], chars=chars)


def fill(
    pieces: Sequence[Piece], order: Sequence[int], max_tokens: int, counter: TokenCounter,
    parts_of: Callable[[Piece], Parts], beside: Sequence[Piece] = (), *,
    tables: Tables | None = None, passes_over: bool = False,
) -> Found:  # fmt: skip
    """As many of the pieces as the budget has room for, the first ones of ``order`` first.

    Args:
        pieces: What there is.
        order: The numbers of those that were found, the best first.
        max_tokens: The most tokens of the excerpt.
        counter: Counts them.
        parts_of: The parts of a piece that is too large to be shown.
        beside: What was found beside them, and is left out here.
        tables: Says rows shortly where not all fit as they are written.
        passes_over: Whether what has no room gives it to shorter pieces that come later.

    """
    in_place = sorted(order)
    said: Tables | None = None

    def left_by(size: int) -> list[Piece]:
        shown = set(order[:size])
        return [*(pieces[number] for number in in_place if number not in shown), *beside]

    def render(size: int, how: str) -> Found:
        shown = [pieces[number] for number in sorted(order[:size])]
        return _render(shown, len(order) - size + len(beside), how, said)

    def most() -> tuple[int, str]:
        return largest_with_how(len(order), render, left_by, max_tokens, counter)

    def much_room(found: Found) -> int:
        room = max_tokens - counter.count(found.text)
        return room if room >= max_tokens * _MUCH else 0

    size, how = most()
    if size == 0 and order:
        return _cut(parts_of(pieces[order[0]]), left_by(1), max_tokens, counter)
    if tables is not None and size < len(order):
        said = tables
        more, how_then = most()
        said, size, how = (said, more, how_then) if more > size else (None, size, how)
    found = replace(render(size, how), next=onward(left_by(size)))
    if not passes_over or size == len(order) or not (room := much_room(found)):
        return found
    best = order[size]
    rest = sorted(order[size:], key=lambda n: len(pieces[n].text) > room * _FEW_CHARS)
    order = [*order[:size], *rest]
    size, how = most()
    found = replace(render(size, how), next=onward(left_by(size)))
    if best in order[:size] or not much_room(found):
        return found
    # What answers better than the rest is larger than what is left: a part of it.
    shown = [pieces[number] for number in sorted(order[:size])]
    before = sum(number < best for number in order[:size])
    left = [one for one in left_by(size) if one is not pieces[best]]
    parts = parts_of(pieces[best])
    return _with_part(shown, before, parts, left, said, max_tokens, counter) or found


def _with_part(
    shown: Sequence[Piece], before: int, parts: Parts, left: Sequence[Piece],
    tables: Tables | None, max_tokens: int, counter: TokenCounter,
) -> Found | None:  # fmt: skip
    """Some pieces, with a part of another behind so many of them, if any part of it answers."""
    if parts.middle is None:
        return None

    def render(size: int, how: str) -> Found:
        several = [*shown[:before], parts.shown(size), *shown[before:]]
        return _render(several, len(left) + 1, how, tables)

    def left_by(size: int) -> list[Piece]:
        return [*parts.left(size), *left]

    most = len(parts.piece.text) - 1
    size, how = largest_with_how(most, render, left_by, max_tokens, counter)
    return replace(render(size, how), next=onward(left_by(size))) if size >= _SHORT else None


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


def _render(shown: Sequence[Piece], left: int, how: str, tables: Tables | None = None) -> Found:
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
        if tables is not None and key[0] == "rows" and own[0].number:
            for numbers, table in tables.said(here):
                place, heading = _heading(*key, spans(numbers))
                places.append(place)
                blocks.append(f"[{heading}, each after its number]\n{table}")
                here = {number: here[number] for number in here.keys() - set(numbers)}
        parts = list(spans(sorted(here)))
        is_scattered = key[0] == "lines" and len(parts) > _SCATTERED
        if is_scattered or (key[0] != "rows" and any(map(_looks_like_heading, here.values()))):
            # One heading, and each line with its number, as grep prints them.
            place, heading = _heading(*key, parts)
            places.append(place)
            numbered = "\n".join(f"{number}: {here[number]}" for number in sorted(here))
            blocks.append(f"[{heading}, each after its number]\n{numbered}")
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


def _looks_like_heading(text: str) -> bool:
    """Whether a line could be taken for one of ours, also for signs that only look the same."""
    looked_at = text if text.isascii() else as_it_looks(text)
    return _HEADING.search(looked_at) is not None


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


def _heading(
    unit: str, path: str, within: Within | None, ranges: Sequence[tuple[int, int]]
) -> tuple[str, str]:
    place, around = called(unit, path, within, ranges)
    return place, around if around == place else f"{around}, in part"


def called(
    unit: str, path: str, within: Within | None, ranges: Sequence[tuple[int, int]]
) -> tuple[str, str]:
    """The place of what has its numbers, and what a heading calls it: it need not repeat them."""
    place = holding(unit, path, within, spelt(ranges))
    if len(ranges) <= _SCATTERED:
        return place, place
    return place, holding(unit, path, within, spelt([(ranges[0][0], ranges[-1][1])]))


def holding(unit: str, path: str, within: Within | None, ranges: str) -> str:
    """A place with any ranges, as ``retrieve`` takes it."""
    return _placed(f"{unit} {ranges}" + (f" of {spelled_path(path)}" if path else ""), within)


def _cut(parts: Parts, others: Sequence[Piece], max_tokens: int, counter: TokenCounter) -> Found:
    """One piece that is larger than the budget: the part of it that answers best.

    With little room, the excerpt says no more than that something is left out, and, where its
    place is long, not even where it stands: a part of a text is worth more than its place.
    """
    piece, length = parts.piece, len(parts.piece.text)
    if not length:
        # Of an empty line there is no part: it is read, and what comes after it is left.
        return Found(SMALLEST, place_of(piece), bool(others), onward(others))

    def left_by(size: int) -> list[Piece]:
        return [*parts.left(size), *others]

    def cut(size: int, how: str, fullness: int) -> Found:
        part = parts.shown(size)
        place = place_of(part if size < length or piece.chars else piece)
        note = f", {len(others)} more found" if others else ""
        left = f"{length - size} more characters left out here{note}"
        notice = f"[{left if size < length else f'{len(others)} more found, left out here'}"
        notice += f": {how}]" if fullness == _FULL else "]"
        is_all = size == length and not others
        shown = (f"[{place}]", part.text, "" if is_all else notice)
        if fullness == _BARE:
            shown = (SMALLEST, part.text, "" if is_all else SMALLEST)
        return Found("\n".join(filter(None, shown)), place, not is_all)

    best, most = None, 0
    for fullness in (_FULL, _SHORTER, _BARE):
        size, how = largest_with_how(
            length,
            lambda size, how: cut(size, how, fullness),  # noqa: B023
            left_by,
            max_tokens,
            counter,
        )
        if size > most * _WORTH:
            best, most = replace(cut(size, how, fullness), next=onward(left_by(size))), size
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
