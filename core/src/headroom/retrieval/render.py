"""Excerpts: pieces with their places, within a budget, and how to read on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from headroom.tokens import TokenCounter
from headroom.toolkit.ranges import spans
from headroom.view import Piece, Within, spelled

__all__ = ["Found", "fill", "fill_with_leaves", "place_of"]

# With more parts than this, lines have one heading and their numbers.
_SCATTERED = 3
# Ranges that are named for reading on; more of them say less.
_NAMED = 8


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
    focus: Callable[[str], int],
) -> Found:  # fmt: skip
    """As many of the pieces as the budget has room for, the first ones of ``order`` first.

    Args:
        pieces: What there is.
        order: The numbers of those that were found, the best first.
        max_tokens: The most tokens of the excerpt.
        counter: Counts them.
        focus: Where in a text the best part stands, for a piece that is too large to be shown.

    """
    rest = _Rest(pieces, order)

    def render(size: int) -> Found:
        shown = [pieces[number] for number in sorted(order[:size])]
        return _render(shown, len(order) - size, rest.after(set(order[:size])))

    size = _largest(len(order), lambda size: counter.count(render(size).text) <= max_tokens)
    if size == 0 and order:
        return _cut(pieces[order[0]], len(order) - 1, max_tokens, counter, focus)
    return render(size)


def fill_with_leaves(
    pieces: Sequence[Piece],
    order: Sequence[int],
    leaves: Sequence[Piece],
    leaf_order: Sequence[int],
    max_tokens: int,
    counter: TokenCounter,
    focus: Callable[[str], int],
) -> Found:
    """Where not all pieces fit: the best ones whole, and of the others the values that match."""

    def best(size: int) -> Found:
        return _render([pieces[number] for number in sorted(order[:size])], 0, "")

    half = max_tokens // 2
    size = _largest(len(order), lambda size: counter.count(best(size).text) <= half)
    # A piece that is too large for half of the room is better shown by its values that match.
    whole = best(size)
    shown = {_pointer(pieces[number]) for number in order[:size]}
    others = [leaves[number] for number in leaf_order if not _stands_in(leaves[number], shown)]

    def render(size: int) -> Found:
        blocks, places = [whole.text], [whole.where]
        by_holder: dict[tuple[str, Within | None], list[Piece]] = {}
        for leaf in others[:size]:
            by_holder.setdefault((leaf.path, leaf.within), []).append(leaf)
        for (path, within), members in by_holder.items():
            members.sort(key=lambda leaf: leaf.number)
            numbers = _spelt(spans([leaf.number for leaf in members]))
            place = _holding("rows", path, within, numbers)
            places.append(place)
            blocks.append(f"[{place}]\n" + ", ".join(leaf.text for leaf in members))
        more = len(others) - size
        if more:
            blocks.append(f"[{more} more values found, left out here: ask for a narrower part]")
        text = "\n".join(filter(None, blocks))
        return Found(text, "; ".join(filter(None, places)), truncated=more > 0 or whole.truncated)

    size = _largest(len(others), lambda size: counter.count(render(size).text) <= max_tokens)
    return render(size) if size else fill(pieces, order, max_tokens, counter, focus)


def _pointer(piece: Piece) -> tuple[str, int, Within | None]:
    return piece.path, piece.number, piece.within


def _stands_in(leaf: Piece, shown: set[tuple[str, int, Within | None]]) -> bool:
    """Whether a value is part of a row that is shown."""
    if _pointer(leaf) in shown or (leaf.path, 0, leaf.within) in shown:
        return True
    path = leaf.path
    while path:
        path, _, name = path.rpartition("/")
        if name.isdecimal() and (path, int(name) + 1, leaf.within) in shown:
            return True
    return False


class _Rest:
    """What an excerpt has no room for, and the place that asks for it."""

    def __init__(self, pieces: Sequence[Piece], order: Sequence[int]) -> None:
        self._pieces = pieces
        self._sorted = sorted(order)
        self._holders = {_holder(pieces[number]) for number in order}
        #: Whether all of some place is asked for, and not what answers a query.
        self._by_place = len(order) == len(pieces)

    def after(self, shown: set[int]) -> str:
        """The place; empty where there are several, or none that can be named."""
        if len(self._holders) != 1:
            return ""
        ranges: list[tuple[int, int]] = []
        for number in self._sorted:
            if number in shown:
                continue
            own = self._pieces[number].number
            if own == 0:
                return ""
            if ranges and ranges[-1][1] + 1 == own:
                ranges[-1] = (ranges[-1][0], own)
            elif len(ranges) < _NAMED:
                ranges.append((own, own))
            elif self._by_place:
                # The last one takes in what is between: no more are named, and none is lost.
                ranges[-1] = (ranges[-1][0], own)
            else:
                break
        (holder,) = self._holders
        return _holding(*holder, _spelt(ranges)) if ranges else ""


def _render(shown: Sequence[Piece], left: int, more: str) -> Found:
    blocks: list[str] = []
    places: list[str] = []
    for key, group in groupby(shown, key=_holder):
        own = list(group)
        if own[0].chars is not None:
            for piece in own:
                place = _place(*key, piece.number, piece.number, "{}-{}".format(*piece.chars or ()))
                places.append(place)
                blocks.append(f"[{place}]\n{piece.text}")
            continue
        here = {piece.number: piece.text for piece in own}
        parts = list(spans(sorted(here)))
        if key[0] == "lines" and len(parts) > _SCATTERED:
            # One heading, and each line with its number, as grep prints them.
            place = _placed(f"lines {_spelt(parts)}", key[2])
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
        how = more or "ask for a narrower part"
        blocks.append(f"[{left} more found, left out here: {how}]")
    return Found("\n".join(blocks), "; ".join(places), left > 0, more)


def place_of(piece: Piece) -> str:
    """Where a piece stands, as ``retrieve`` takes it."""
    return _place(*_holder(piece), piece.number, piece.number)


def _holder(piece: Piece) -> tuple[str, str, Within | None]:
    return piece.unit, piece.path, piece.within


def _place(
    unit: str, path: str, within: Within | None, first: int, last: int, chars: str = ""
) -> str:
    if first == 0:
        place = (path or "everything") + (f" characters {chars}" if chars else "")
    else:
        numbers = f"{first}" if first == last else f"{first}-{last}"
        numbers += f":{chars}" if chars else ""
        place = f"{unit} {numbers}" + (f" of {path}" if path else "")
    return _placed(place, within)


def _placed(place: str, within: Within | None) -> str:
    return place if within is None else f"{place} within {spelled(within)}"


def _spelt(ranges: Iterable[tuple[int, int]]) -> str:
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in ranges)


def _holding(unit: str, path: str, within: Within | None, ranges: str) -> str:
    """A place with any ranges, as ``retrieve`` takes it."""
    return _placed(f"{unit} {ranges}" + (f" of {path}" if path else ""), within)


def _cut(
    piece: Piece, more: int, max_tokens: int, counter: TokenCounter, focus: Callable[[str], int]
) -> Found:
    """One piece that is larger than the budget: the part of it that answers best."""
    length = len(piece.text)
    middle = focus(piece.text)
    holder = _holder(piece)
    # A part of a piece counts from where it begins.
    before = piece.chars[0] - 1 if piece.chars else 0
    until = piece.chars[1] if piece.chars else ""

    def cut(size: int) -> Found:
        start = max(0, min(middle - size // 3, length - size))
        end = start + size
        rest = length - size
        number = piece.number
        place = _place(*holder, number, number, f"{before + start + 1}-{before + end}")
        onward = f"{before + end + 1}-{until}" if end < length else f"{before + 1}-{before + start}"
        can_go_on = number > 0 or bool(piece.path)
        how = _place(*holder, number, number, onward) if can_go_on else "ask for a narrower path"
        note = f", {more} more found" if more else ""
        notice = f"[{rest} more characters left out here{note}: {how}]"
        text = f"[{place}]\n{piece.text[start:end]}\n{notice}"
        return Found(text, place, truncated=True, next=how if can_go_on else "")

    size = _largest(length, lambda size: counter.count(cut(size).text) <= max_tokens)
    if size:
        return cut(size)
    place = _place(*holder, piece.number, piece.number)
    notice = f"[{place} is larger than max_tokens={max_tokens}]"
    if counter.count(notice) > max_tokens:
        notice = "\u2026"
    return Found(notice, "", truncated=True)


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    # By doubling: a huge piece is never counted whole.
    low, high = 0, 1
    while high <= most and fits(high):
        low, high = high, high * 2
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
