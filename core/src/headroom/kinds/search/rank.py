"""Which lines of a search output matter most."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from headroom.kinds.search.definitions import defined_name, is_import
from headroom.kinds.search.parse import Entry
from headroom.regexes import regex
from headroom.scanning.bm25 import mean, rarity, score
from headroom.scanning.wordforms import squashed
from headroom.toolkit.relevance import in_pieces, query_terms, terms
from headroom.view import Request

__all__ = ["File", "Ranking", "by_file", "rank"]

_NO_TERMS: frozenset[str] = frozenset()
# A sign that begins with a class is found by it alone, one that begins with a repeat is tried at
# each place. In ASCII, the second one has them all, and asks less of each sign.
_DIGITS, _PLAIN_DIGITS = re.compile(r"\d\d*"), re.compile("[0-9][0-9]*")
#: What `_folded` folds, as far as it is ASCII.
_FOLDED = b"0123456789 \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
#: So many lines tell what was searched for; chosen.
_SAMPLE = 2000
#: A match longer than this, in characters, is mostly a file without line breaks; chosen.
_LONG = 400
#: So many answers come before everything else; chosen.
_ANSWERS = 5
#: Matches of which the texts are there at a time. Chosen.
_TOGETHER = 256
#: Places for the hashes of so many matches for each match: of fewer, more would share one. Chosen.
_SLOTS = 8
_TWICE = 2
#: A word that this share of the matches has is what was searched for; chosen.
_SUBJECT_SHARE = 0.6
#: A word that a smaller share of the matches has than this tells them apart; chosen.
_TELLING_SHARE = 0.5


@dataclass
class File:
    """A file with matches, or a line by itself that is no match."""

    path: str
    #: Where its path stands by itself in the output.
    alone: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Ranking:
    """Entries by their index in the output."""

    #: The few that answer the query best, where it says more than what was searched for.
    answers: list[int]
    #: What defines a thing that the search is about.
    definitions: list[int]
    #: All other entries, the most important first.
    others: Sequence[int]
    #: The few lines that answer the query best, definitions among them, to be said as they are.
    cited: frozenset[int]


def by_file(entries: Iterable[Entry]) -> tuple[list[File], list[int]]:
    """The files in the order of the output, and the lines that only separate them."""
    files: dict[str, File] = {}
    separators: list[int] = []
    for entry in entries:
        if entry.is_alone and entry.path.rstrip("\r") in ("", "--"):
            separators.append(entry.index)
            continue
        file = files.get(entry.path)
        if file is None:
            file = files[entry.path] = File(entry.path)
        if entry.is_alone:
            file.alone.append(entry.index)
        else:
            file.entries.append(entry)
    return list(files.values()), separators


def rank(files: Sequence[File], request: Request) -> Ranking:
    """Definitions of what is searched for, other definitions, answers, then the files in turn.

    In each file imports, repeats of a line
    that has been seen, context and very long lines come last.
    """
    entries = [entry for file in files for entry in file.entries]
    matches = _matches(entries, request)
    definitions: list[int] = []
    cited: list[tuple[float, int]] = []
    headed: list[tuple[int, int]] = []
    answers: list[tuple[float, int]] = []
    turns = array("Q")
    # An entry is told among the others by its index, and by its place among those of its file.
    most = 1 + max((file.entries[-1].index for file in files if file.entries), default=0)
    seen: set[str] = set()
    told = zip(matches.scores, matches.hits, _may_repeat(entries, request))
    for file in files:
        levels: list[tuple[int, float, int]] = []
        heads = 0
        for entry in request.deadline.over(file.entries):
            score, found, may_repeat = next(told)
            text = entry.text
            is_repeated = False
            if may_repeat:
                folded = _folded(text[:_LONG])
                is_repeated = folded in seen
                seen.add(folded)
            name = None if entry.context else defined_name(text)
            if name is not None and matches.are_about(name):
                definitions.append(entry.index)
                if score:
                    cited.append((-score, entry.index))
            elif name is not None and not is_repeated:
                headed.append((heads, entry.index))
                heads += 1
            elif matches.telling & found and not is_repeated and len(text) <= _LONG:
                answers.append((-score, entry.index))
            else:
                level = _level(text, context=entry.context, repeated=is_repeated)
                levels.append((level, -score, entry.index))
        for place, (level, _, index) in enumerate(sorted(levels)):
            turn = (level > _LAST_LEVEL_IN_TURN) * most + place
            turns.append((turn * _LEVELS + level) * most + index)
    best = [index for _, index in sorted(answers)]
    others = array("I", [index for _, index in sorted(headed)])
    others.extend(best[_ANSWERS:])
    others.extend(turn % most for turn in sorted(turns))
    return Ranking(
        best[:_ANSWERS],
        definitions,
        others,
        frozenset(best[:_ANSWERS]).union(index for _, index in sorted(cited)[:_ANSWERS]),
    )


def _texts(entries: Sequence[Entry], request: Request) -> Iterator[list[str]]:
    """What some of the matches say, and what those after them do."""
    for first in range(0, len(entries), _TOGETHER):
        request.deadline.check()
        yield [entry.text[:_LONG] for entry in entries[first : first + _TOGETHER]]


def _folded(text: str) -> str:
    """What a match has in common with its repeats."""
    digits = _PLAIN_DIGITS if text.isascii() else _DIGITS
    return digits.sub("0", " ".join(text.split()))


def _said(text: str) -> bytes:
    """The same less all that is folded, which takes less: repeats have that in common as well."""
    text = text if text.isascii() else _folded(text)
    return text.encode("utf-8", "surrogatepass").translate(None, _FOLDED)


def _may_repeat(entries: Sequence[Entry], request: Request) -> bytes:
    """Of each match, whether it may be told again, or was before.

    Those that surely are not need not be kept to be told from others: all of them would be twice
    the output.
    """
    size = _SLOTS * len(entries)
    slots = array("Q")
    told = bytearray(size)
    for said in map(_said, chain.from_iterable(_texts(entries, request))):
        slot = hash(said) % size
        slots.append(slot)
        if told[slot] < _TWICE:
            told[slot] += 1
    return bytes(map(_TWICE.__eq__, map(told.__getitem__, slots)))


@dataclass(frozen=True)
class _Matches:
    """What the matches of a search have to do with the query, in the order of their files."""

    #: The words of the query that each of them has, and how well it answers.
    hits: Sequence[frozenset[str]]
    scores: Sequence[float]
    #: What was searched for: the words of the query, or those that most of the matches have.
    subject: frozenset[str]
    #: The words of the query that tell some of the matches from the others.
    telling: frozenset[str]

    def are_about(self, name: str) -> bool:
        """Whether a name is one that was searched for."""
        return not self.subject or not self.subject.isdisjoint(terms(name))


def _matches(entries: Sequence[Entry], request: Request) -> _Matches:
    asked = query_terms(request.query)
    if not asked:
        # What most of the lines have, some of them tell.
        subject = _said_by_most([e.text[:_LONG] for e in entries[:: len(entries) // _SAMPLE + 1]])
        return _Matches([_NO_TERMS] * len(entries), [0.0] * len(entries), subject, _NO_TERMS)
    found_in = _Words(asked)
    hits: list[frozenset[str]] = []
    lengths = array("I")
    for texts in _texts(entries, request):
        hits += found_in.of_each(texts)
        lengths.extend(map(len, texts))
    frequency = Counter(chain.from_iterable(hits))
    most = _TELLING_SHARE * len(entries)
    telling = frozenset(word for word in asked if 0 < frequency[word] < most)
    return _Matches(hits, _scores(lengths, hits, frequency), asked, telling)


def _said_by_most(texts: Sequence[str]) -> frozenset[str]:
    """The words that most of some texts have."""
    least = _SUBJECT_SHARE * len(texts)
    counts: Counter[str] = Counter()
    known: dict[str, Sequence[str]] = {}
    for number, text in enumerate(texts, 1):
        found: set[str] = set()
        pieces, terms_of = in_pieces(text)
        for piece in pieces:
            of_piece = known.get(piece)
            if of_piece is None:
                of_piece = known[piece] = terms_of(piece)
            found.update(of_piece)
        counts.update(found)
        is_half = number == len(texts) // 2
        if is_half and max(counts.values(), default=0) + len(texts) - number < least:
            # Though all others had it, it would be none that most have.
            return frozenset()
    return frozenset(word for word, count in counts.items() if count >= least)


class _Words:
    """Finds the words of a query in lines; most are none, which a glance tells."""

    def __init__(self, asked: frozenset[str]) -> None:
        self._asked = asked
        # An ending may be folded into a stem that is one letter off: "entries" is about an entry.
        self._starts = sorted({term[:-1] if len(term) > 1 else term for term in asked})
        glance = "|".join(map(re.escape, self._starts))
        self._glance = regex(glance, re.IGNORECASE)
        # In small letters of ASCII, these are all that letters can be written as.
        self._is_plain = glance.isascii()
        self._squashed = list(map(squashed, self._starts))
        self._known: dict[str, frozenset[str]] = {}
        #: What lines have, each once: few are different.
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def of_each(self, texts: Sequence[str]) -> list[frozenset[str]]:
        """The words of the query that each of some texts has."""
        pieces = [text.split() if self._may_have(text) else [] for text in texts]
        found = self._found_in(set(chain.from_iterable(pieces)))
        hits = (_NO_TERMS.union(*map(found.__getitem__, found.keys() & some)) for some in pieces)
        return [self._sets.setdefault(one, one) for one in hits]

    def _found_in(self, pieces: Iterable[str]) -> dict[str, frozenset[str]]:
        """The words of the query that pieces between blanks have; those alone that have any."""
        if self._is_plain:
            # In ASCII, terms are as they are written, but for the signs between them.
            plain = [piece for piece in pieces if piece.isascii()]
            bare = squashed("\n".join(plain)).split("\n")
            having = {
                piece
                for start in self._squashed
                for piece, text in zip(plain, bare)
                if start in text
            }
            pieces = having.union(piece for piece in pieces if not piece.isascii())
        hits = ((piece, self._in_piece(piece)) for piece in pieces)
        return {piece: found for piece, found in hits if found}

    def _in_piece(self, text: str) -> frozenset[str]:
        found = _NO_TERMS
        pieces, terms_of = in_pieces(text)
        for piece in pieces:
            of_piece = self._known.get(piece)
            if of_piece is None:
                may_have = not (self._is_plain and piece.isascii()) or any(
                    map(squashed(piece).__contains__, self._squashed)
                )
                of_piece = self._asked.intersection(terms_of(piece)) if may_have else _NO_TERMS
                self._known[piece] = of_piece
            if of_piece:
                found = found | of_piece
        return found

    def _may_have(self, text: str) -> bool:
        if not (self._is_plain and text.isascii()):
            return self._glance.search(text) is not None
        return any(map(text.lower().__contains__, self._starts))


def _scores(
    lengths: Sequence[int], hits: Sequence[frozenset[str]], frequency: Counter[str]
) -> list[float]:
    """How well each line answers: BM25 where a word counts once, by the length in signs."""
    count = len(lengths)
    average = mean(lengths)
    weight = {word: rarity(count, n) for word, n in frequency.items()}
    weights = {found: sum(weight[word] for word in sorted(found)) for found in set(hits)}
    return [
        score(weights[found], 1, length, average) if found else 0.0
        for length, found in zip(lengths, hits)
    ]


#: How many there are.
_LEVELS = 6
#: What is at a higher level than this comes after the first matches of all files.
_LAST_LEVEL_IN_TURN = 2


def _level(text: str, *, context: bool, repeated: bool) -> int:
    """How little a match tells, from 0."""
    if len(text) > _LONG:
        return 5
    if context or not text.strip():
        return 4
    if repeated:
        return 3
    return 2 if is_import(text) else 1
