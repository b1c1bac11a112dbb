"""Which pieces have which words: built once per original, then asked in a moment."""

from __future__ import annotations

from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import TypeAlias

from headroom.forking import cached_property, lock
from headroom.kinds.registry import Kinds
from headroom.retrieval.dated import IS_DATE, dated
from headroom.retrieval.document import Document
from headroom.scanning.bm25 import mean, rarity, score
from headroom.source import Source
from headroom.toolkit.relevance import Asked, terms
from headroom.toolkit.thesaurus import meanings
from headroom.toolkit.vocabulary import Vocabulary
from headroom.view import Piece, Unit, Within

__all__ = ["Index", "IndexCache", "Searchable"]

# A piece between white space that is longer than this is data, and found by its beginning.
_LONGEST_WORD = 2000
# A word that a larger share of the pieces has is looked for only where the query has no other.
_COMMON = 0.3
# Sentences, or lines, in a row that make a passage at the most.
_LONGEST_GROUP, _LONGEST_LINES, _LONGEST_RECORD = 12, 40, 500
# Characters of half of a neighbourhood of values.
_NEAR_CHARS = 170

#: The texts that have a term, by number, and how often each has it.
_Posting: TypeAlias = "tuple[array[int], array[int]]"


class Index:
    """An inverted index with the scores of BM25.

    >>> index = Index(["the refund failed", "all is well"])
    >>> sorted(index.scores("failed refunds"))
    [0]

    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._postings: dict[str, _Posting] = {}
        self._lengths = array("I")
        known: dict[str, tuple[int, list[str]]] = {}
        for number, text in enumerate(texts):
            found: list[str] = []
            length = 0
            for word in text.split():
                of_word = known.get(word)
                if of_word is None:
                    said = terms(word[:_LONGEST_WORD])
                    of_word = known[word] = (len(said), said + meanings(said))
                length += of_word[0]
                found += of_word[1]
            self._lengths.append(length)
            for term, count in Counter(found).items():
                posting = self._postings.get(term)
                if posting is None:
                    posting = self._postings[term] = (array("I"), array("I"))
                posting[0].append(number)
                posting[1].append(count)
        self._entries = sum(len(numbers) for numbers, _ in self._postings.values())
        self._average = mean(self._lengths)

    def merged(self, groups: Sequence[Sequence[int]]) -> Index:
        """An index of some texts that each consist of several, by the numbers of these."""
        return _Merged(self, groups)

    def scores(self, query: str) -> dict[int, float]:
        """The pieces that have a word of the query, by number, with their scores."""
        found: dict[int, float] = {}
        for weight, (numbers, counts) in self._asked(query, common=False):
            for number, count in zip(numbers, counts):
                part = score(weight, count, self._lengths[number], self._average)
                found[number] = found.get(number, 0.0) + part
        return found

    def covered(self, query: str) -> dict[int, float]:
        """The share of a query that each piece has, by number, however often and in how much."""
        found: dict[int, float] = {}
        whole = 0.0
        for weight, (numbers, _) in self._asked(query, common=True):
            whole += weight
            for number in numbers:
                found[number] = found.get(number, 0.0) + weight
        return {number: weight / whole for number, weight in found.items()}

    def _asked(self, query: str, *, common: bool) -> Iterator[tuple[float, _Posting]]:
        """What each word of a query tells, and the pieces that have it."""
        total = len(self._lengths)
        asked = Asked(query)
        weights = asked.weights_among(self._vocabulary)
        known = {term: self._posting(term) for term in weights if self.has(term)}
        # What most pieces have says little, and takes the longest.
        telling = [term for term in known if len(known[term][0]) <= total * _COMMON]
        # Other forms of its words do not stand for all of it.
        for term in known if common or asked.terms.isdisjoint(telling) else telling:
            yield weights[term] * rarity(total, len(known[term][0])), known[term]
        for date in dated(query):
            # Each day of a month is a term of its own: together they are one.
            found = self._together(filter(date.term.fullmatch, self._dates))
            in_words = [self._together(filter(self.has, words)) for words in date.words]
            found |= dict.fromkeys(sorted(set.intersection(*map(set, in_words))), 1)
            if found and (len(found) <= total * _COMMON or not telling):
                yield rarity(total, len(found)), (array("I", found), array("I", found.values()))

    def _together(self, terms: Iterable[str]) -> dict[int, int]:
        """The texts that have any of some terms, and how often."""
        found: Counter[int] = Counter()
        for term in terms:
            found.update(dict(zip(*self._posting(term))))
        return dict(found)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._postings)

    def tells(self, terms: Iterable[str]) -> float:
        """What some terms tell together; one that no piece has tells nothing."""
        total = len(self._lengths)
        return sum(rarity(total, len(self._posting(term)[0])) for term in terms if self.has(term))

    @cached_property
    def _dates(self) -> list[str]:
        return list(filter(IS_DATE.match, self._vocabulary))

    def has(self, term: str) -> bool:
        """Whether any piece has a term."""
        return term in self._postings

    def _posting(self, term: str) -> _Posting:
        return self._postings[term]

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 8 * self._entries + 200 * len(self._postings) + 4 * len(self._lengths)


class _Merged(Index):
    """An index of texts that each consist of several; of a term, it is made when it is asked for.

    Args:
        whole: The index of these.
        groups: Their numbers, by text.

    """

    def __init__(self, whole: Index, groups: Sequence[Sequence[int]]) -> None:
        super().__init__(())
        self._whole = whole
        self._lengths = array("I", (sum(whole._lengths[n] for n in one) for one in groups))
        self._average = mean(self._lengths)
        # The texts that each of the several is part of: where its own begin, and all of them.
        having = Counter(chain.from_iterable(groups))
        sizes = map(having.__getitem__, range(len(whole._lengths)))
        self._starts = array("I", accumulate(sizes, initial=0))
        self._having = array("I", bytes(self._starts.itemsize * self._starts[-1]))
        places = self._starts[:]
        for group, members in enumerate(groups):
            for member in members:
                self._having[places[member]] = group
                places[member] += 1

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return self._whole._vocabulary

    @cached_property
    def _dates(self) -> list[str]:
        return self._whole._dates

    def has(self, term: str) -> bool:
        return self._whole.has(term)

    def _posting(self, term: str) -> _Posting:
        posting = self._postings.get(term)
        if posting is None:
            starts, having = self._starts, self._having
            of_group: dict[int, int] = {}
            for number, count in zip(*self._whole._posting(term)):
                for group in having[starts[number] : starts[number + 1]]:
                    of_group[group] = of_group.get(group, 0) + count
            posting = self._postings[term] = array("I", of_group), array("I", of_group.values())
            self._entries += len(of_group)
        return posting

    @property
    def size(self) -> int:
        return super().size + 4 * (len(self._starts) + len(self._having))


class Searchable:
    """The pieces of a document with their indexes, each built when first needed.

    Args:
        document: What they are of.
        pieces: Some pieces of it; ``None`` is all.

    """

    def __init__(self, document: Document, pieces: list[Piece] | None = None) -> None:
        self.document = document
        self._some = pieces
        # Held while it is asked: whoever comes second waits for the index of the first.
        self.lock = lock(waits=False)

    @property
    def pieces(self) -> list[Piece]:
        """What can be found."""
        return self.document.pieces if self._some is None else self._some

    @property
    def leaves(self) -> list[Piece]:
        """The scalar values in it; none for some pieces only."""
        return self.document.leaves if self._some is None else []

    @cached_property
    def index(self) -> Index:
        """Of the pieces, each with the names that lead to it."""
        return Index([_named_text(piece) for piece in self.pieces])

    @cached_property
    def leaf_index(self) -> Index:
        """Of the scalar values, each with the names that lead to it."""
        return Index([_named_text(piece) for piece in self.leaves])

    @cached_property
    def records(self) -> list[list[list[int]]]:
        """The scalar values by the records that they are in, and by the objects."""
        found: list[dict[tuple[Within | None, str], list[int]]] = [{}, {}]
        for number, leaf in enumerate(self.leaves):
            for grouping, record in zip(found, _records_of(leaf.path)):
                grouping.setdefault((leaf.within, record), []).append(number)
        return [list(grouping.values()) for grouping in found]

    @cached_property
    def record_indexes(self) -> list[Index]:
        """Of the records, and of the objects."""
        return [self.leaf_index.merged(records) for records in self.records]

    @cached_property
    def neighbourhoods(self) -> list[list[int]]:
        """Scalar values near each other, whatever holds them; each is in two of these."""
        found: list[list[int]] = []
        half: list[int] = []
        before: list[int] = []
        within, size = None, 0
        for number, leaf in enumerate(self.leaves):
            if size > _NEAR_CHARS or leaf.within != within:
                found.append(before + half)
                before = half if leaf.within == within else []
                half, size, within = [], 0, leaf.within
            half.append(number)
            size += len(leaf.text)
        return [*filter(None, found), before + half]

    @cached_property
    def neighbourhood_index(self) -> Index:
        """Of these."""
        return self.leaf_index.merged(self.neighbourhoods)

    @cached_property
    def groups(self) -> list[list[int]]:
        """Pieces that stand together, by number."""
        found: list[list[int]] = []
        last: object = None
        for number, piece in enumerate(self.pieces):
            key = (piece.within, piece.group)
            # What is of use together stays together; of a passage, so much is.
            longest = _LONGEST_LINES if piece.unit == "lines" else _LONGEST_GROUP
            longest = _LONGEST_RECORD if piece.is_inseparable else longest
            if key != last or piece.group < 0 or len(found[-1]) >= longest:
                found.append([])
            found[-1].append(number)
            last = key
        return found

    @cached_property
    def group_of(self) -> list[int]:
        """For each piece the group that it stands in."""
        return [number for number, group in enumerate(self.groups) for _ in group]

    @cached_property
    def group_sizes(self) -> list[int]:
        """The characters of each group."""
        return [sum(len(self.pieces[number].text) for number in group) for group in self.groups]

    @cached_property
    def above(self) -> list[tuple[int, ...]]:
        """For each piece those that say what it is part of, by number, the nearest first.

        In a text of several kinds, headings stand over what comes below them in other parts, too.
        """
        pieces = self.pieces
        wanted = {key for piece in pieces for key in _heads_of(piece)}
        place = {
            key: number
            for number, piece in enumerate(pieces)
            if (key := (piece.within, piece.unit, piece.number)) in wanted
        }
        parts = self.document.parts if self.document.is_mixed else []
        headed = {part.within for part in parts if part.kind.has_headings}
        found: list[tuple[int, ...]] = []
        headings: tuple[int, ...] = ()
        for piece in pieces:
            own = tuple(place[key] for key in _heads_of(piece) if key in place)
            if piece.within in headed:
                headings = own or headings
                own = ()
            found.append((*own, *headings))
        return found

    @cached_property
    def heads(self) -> list[list[int]]:
        """For each group the pieces of its part that say what it is part of, by number."""
        pieces, found = self.pieces, []
        for group in self.groups:
            within, above = pieces[group[0]].within, self.above[group[0]]
            there = (number for number in above if pieces[number].within == within)
            found.append([number for number in there if not group[0] <= number <= group[-1]])
        return found

    @cached_property
    def below(self) -> dict[int, list[tuple[int, int]]]:
        """Below each piece that says what others are part of: their numbers, and how far up it is.

        0 is the nearest one.
        """
        found: dict[int, list[tuple[int, int]]] = {}
        for number, heads in enumerate(self.above):
            for far, head in enumerate(heads):
                if head != number:
                    found.setdefault(head, []).append((number, far))
        return found

    @cached_property
    def is_grouped(self) -> bool:
        """Whether any pieces stand together, or below others."""
        return any(piece.group >= 0 for piece in self.pieces) or any(self.above)

    @cached_property
    def group_index(self) -> Index:
        """Of the groups, each with what says what it is part of."""
        # What stands alone below a title shares nothing with it but the title.
        return self.index.merged(
            [
                [*heads, *group] if self.pieces[group[0]].group >= 0 else group
                for heads, group in zip(self.heads, self.groups)
            ]
        )

    @property
    def size(self) -> int:
        """About how many bytes it takes, with what has been built so far."""
        built, taken = vars(self), vars(self.document)
        names = ("index", "leaf_index", "group_index", "neighbourhood_index")
        indexes = [built[name] for name in names if name in built]
        indexes += built.get("record_indexes", [])
        pieces = sum(len(taken[name]) for name in ("pieces", "leaves") if name in taken)
        texts = 4 * len(self.document.source.text) + 150 * pieces
        return texts + sum(index.size for index in indexes if isinstance(index, Index))


class IndexCache:
    """Documents that were asked lately, by reference, within a budget of bytes."""

    def __init__(self, max_bytes: int, kinds: Callable[[], Kinds]) -> None:
        self._max_bytes = max_bytes
        self._kinds = kinds
        self._lock = lock()
        self._kept: OrderedDict[tuple[str, str], tuple[Searchable, int]] = OrderedDict()
        self._bytes = 0

    def get(self, reference: str, kind: str) -> Searchable | None:
        """The document with a reference, if it is kept."""
        with self._lock:
            kept = self._kept.get((reference, kind))
            if kept is None:
                return None
            self._kept.move_to_end((reference, kind))
            return kept[0]

    def keep(self, reference: str, kind: str, content: str) -> Searchable:
        """Keeps a document."""
        found = Searchable(Document(Source(content), kind, self._kinds()))
        with self._lock:
            # Another thread may have been faster: all of them use one.
            return self._kept.setdefault((reference, kind), (found, 0))[0]

    def weigh(self, reference: str, kind: str) -> None:
        """Counts anew what a document takes, and lets the least recent go where it is too much."""
        with self._lock:
            kept = self._kept.get((reference, kind))
            if kept is None:
                return
            size = kept[0].size
            self._kept[reference, kind] = (kept[0], size)
            self._bytes += size - kept[1]
            while self._bytes > self._max_bytes and self._kept:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped

    def keep_only(self, references: set[str]) -> None:
        """Drops the documents with other references."""
        with self._lock:
            gone = [key for key in self._kept if key[0] not in references]
            for key in gone:
                self._bytes -= self._kept.pop(key)[1]

    def forget(self, reference: str | None = None) -> None:
        """Drops a document, or all of them."""
        with self._lock:
            gone = [key for key in self._kept if reference in (None, key[0])]
            for key in gone:
                self._bytes -= self._kept.pop(key)[1]


def _heads_of(piece: Piece) -> list[tuple[Within | None, Unit, int]]:
    return [(piece.within, piece.unit, number) for number in piece.heads]


def _records_of(path: str) -> tuple[str, str]:
    """The outermost element of an array on a path, and the object at it."""
    tokens = path.split("/")
    place = next((place for place, token in enumerate(tokens) if token.isdecimal()), None)
    return path if place is None else "/".join(tokens[: place + 1]), path


def _named_text(piece: Piece) -> str:
    # The nearest names say what a value is; those farther up are those of many.
    return f"{' '.join(piece.path.split('/')[-2:])} {piece.text}"
