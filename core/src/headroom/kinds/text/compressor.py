"""The compressor for plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom.kinds.text.information import information
from headroom.kinds.text.pick import pick
from headroom.kinds.text.question import likelihood
from headroom.kinds.text.render import gap_marker, render
from headroom.kinds.text.words import words_of
from headroom.source import Source
from headroom.toolkit.kind import BaseKind
from headroom.toolkit.markers import SMALLEST, plural
from headroom.toolkit.ranges import spans
from headroom.toolkit.sentences import Sentence, segment
from headroom.view import Omission, Piece, Request, View

__all__ = ["Kompress"]

#: Below this a marker costs more than a sentence is worth.
_SMALLEST_TEXT = 60
#: Shares of the tokens that are kept by default: without a query, and with one.
_SHARE, _SHARE_ASKED = 0.5, 0.2
#: With a query, this many tokens are kept of a text that is short, if that is at most half of it.
_ENOUGH = 300
#: Settings and listings up to this many tokens stay whole if nothing is asked: each line is a fact.
_SMALL_LISTING = 1200
#: Signs of notation, as a share of what is not blank, from which a text may be a listing; and the
#: share of its characters that may stand in lines of running words.
_NOTATION, _RUNNING = 0.13, 0.08
_NOT_NOTATION = re.compile(r"[^0-9=<>{}\[\]()/\\|_;:#$@&*+~^%`\"-]+")
_RUNNING_WORDS = re.compile(r"(?:[^\W_]{1,30}[,;:.'\u2019]? ){5}")
#: What a text tells beside what the query asks for, as a share of that.
_UNASKED = 0.05


class Kompress(BaseKind):
    """Keeps whole sentences of a text, in their order, and says which are left out.

    >>> from headroom.tokens import get_counter
    >>> text = " ".join(f"Sensor {n} reads {n * 7} degrees in room {n % 5}." for n in range(40))
    >>> request = Request("text", get_counter(), get_counter().count(text), query="sensor 31")
    >>> "Sensor 31 reads 217 degrees in room 1." in Kompress().compress(Source(text), request).text
    True
    """

    name = "text"
    compressor = "kompress"
    stands_in_text = False
    unit = "sentences"
    may_be_mixed = True

    def recognise(self, source: Source) -> bool:
        """Never: it is the last resort, what a text is that nothing else takes."""
        return False

    def compress(self, source: Source, request: Request) -> View | None:
        """A view that keeps the most telling sentences, or ``None`` for a text too short."""
        limit = _limit(request)
        if (
            request.max_tokens is None
            and not request.query
            and _is_small_listing(source.text, request)
        ):
            return None
        if limit is None or limit >= request.original_tokens:
            return None
        sentences = source.once(read)
        if len(sentences) < 2:
            return None if request.max_tokens is None else _nothing(sentences, request)
        costs = [max(1, cost) for cost in request.counter.count_many([s.text for s in sentences])]
        values = _values(sentences, costs, request)
        marker_cost = request.counter.count("\n" + gap_marker(len(sentences) // 2, len(sentences)))
        kept, text = _best(sentences, values, costs, marker_cost, limit, request)
        if kept:
            return _view(text, kept, len(sentences))
        return None if request.max_tokens is None else _nothing(sentences, request)

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its sentences, those of a passage together."""
        for number, sentence in enumerate(source.once(read), 1):
            yield Piece(sentence.text, "sentences", number, group=sentence.passage)


def read(source: Source) -> Sequence[Sentence]:
    """The sentences of a source, read once: ``source.once(read)``."""
    return segment(source.text)


def _best(
    sentences: Sequence[Sentence],
    values: Sequence[float],
    costs: Sequence[int],
    marker_cost: int,
    limit: int,
    request: Request,
) -> tuple[list[int], str]:
    """The choice that uses ``limit`` up, and its view; nothing if no sentence fits.

    Counted by themselves, the parts do not quite add up to the whole: a few turns settle that.
    """
    best: list[int] = []
    view = ""
    aim = limit
    for turn in range(6):
        kept = pick(values, costs, marker_cost, aim, request.deadline)
        if not kept or len(kept) == len(sentences):
            break
        text = render(sentences, kept)
        spare = limit - request.counter.count(text)
        if spare >= 0 and sum(values[i] for i in kept) >= sum(values[i] for i in best):
            best, view = kept, text
        if best and (turn > 2 or 0 <= spare <= limit // 200 + 4 or spare > limit // 8 + 16):
            break
        aim += spare if spare > 0 else spare * (1 + turn)
    return best, view


def _limit(request: Request) -> int | None:
    """The most tokens that the view may have; ``None`` where nothing may be left out."""
    if request.max_tokens is not None:
        return request.max_tokens
    total = request.original_tokens
    if request.fidelity == "lossless" or total < _SMALLEST_TEXT:
        return None
    limit = total * _SHARE
    if request.query:
        limit = max(total * _SHARE_ASKED, min(limit, _ENOUGH))
    return int(limit / 2 if request.fidelity == "compact" else limit)


def _is_small_listing(content: str, request: Request) -> bool:
    """Whether a text is settings, addresses or the like: signs and values, but no sentences."""
    if request.original_tokens > _SMALL_LISTING or request.fidelity == "compact":
        return False
    signs = len(_NOT_NOTATION.sub("", content))
    if signs < _NOTATION * sum(map(len, content.split())):
        return False
    running = sum(len(line) for line in content.split("\n") if _RUNNING_WORDS.search(line))
    return running <= _RUNNING * len(content)


def _values(sentences: Sequence[Sentence], costs: Sequence[int], request: Request) -> list[float]:
    words = [words_of(sentence.text) for sentence in sentences]
    told = information(sentences, words, costs, request.deadline)
    if not request.query:
        return told
    asked = likelihood(sentences, words, request.query, request.deadline)
    if asked is None:
        return told
    # Where the query decides nothing, what a sentence tells does.
    total, least = sum(told) or 1.0, min(asked)
    return [one - least + _UNASKED * other / total for one, other in zip(asked, told)]


def _view(text: str, kept: Sequence[int], count: int) -> View:
    there = set(kept)
    gone = tuple(spans(index + 1 for index in range(count) if index not in there))
    return View(text, lossless=False, omissions=(Omission("sentences", gone),))


def _nothing(sentences: Sequence[Sentence], request: Request) -> View:
    """The view for a budget in which no sentence fits: the marker alone."""
    count = max(1, len(sentences))
    omission = Omission("sentences", ((1, count),))
    what = f"{plural(count, 'sentence')}, {plural(request.original_tokens, 'token')}"
    for text in (gap_marker(1, count, what), gap_marker(1, count), "[left out]"):
        if request.fits(text):
            return View(text, lossless=False, omissions=(omission,))
    return View(SMALLEST, lossless=False, omissions=(omission,))
