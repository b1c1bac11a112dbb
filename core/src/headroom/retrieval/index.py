"""Which pieces have which words: built once per original, then asked in a moment."""

from __future__ import annotations

from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence

from headroom.forking import cached_property, lock
from headroom.kinds.registry import Kinds
from headroom.retrieval.document import Document
from headroom.source import Source
from headroom.toolkit.bm25 import mean, rarity, score
from headroom.toolkit.relevance import Asked, terms
from headroom.toolkit.thesaurus import meanings
from headroom.toolkit.vocabulary import Vocabulary
from headroom.view import Piece

__all__ = ["Index", "IndexCache", "Searchable"]

# A piece between white space that is longer than this is data, and found by its beginning.
_LONGEST_WORD = 2000
# A word that a larger share of the pieces has is looked for only where the query has no other.
_COMMON = 0.3
# Sentences in a row that make a passage at the most.
_LONGEST_GROUP, _LONGEST_RECORD = 12, 500


class Index:
    """An inverted index with the scores of BM25.

    >>> index = Index(["the refund failed", "all is well"])
    >>> sorted(index.scores("failed refunds"))
    [0]

    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
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

    def scores(self, query: str) -> dict[int, float]:
        """The pieces that have a word of the query, by number, with their scores."""
        total = len(self._lengths)
        found: dict[int, float] = {}
        weights = Asked(query).weights_among(self._vocabulary)
        known = [(*self._postings[term], weights[term]) for term in weights if self.has(term)]
        # What most pieces have says little, and takes the longest.
        telling = [posting for posting in known if len(posting[0]) <= total * _COMMON]
        for numbers, counts, share in telling or known:
            weight = share * rarity(total, len(numbers))
            for number, count in zip(numbers, counts):
                part = score(weight, count, self._lengths[number], self._average)
                found[number] = found.get(number, 0.0) + part
        return found

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._postings)

    def has(self, term: str) -> bool:
        """Whether any piece has a term."""
        return term in self._postings

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 8 * self._entries + 200 * len(self._postings) + 4 * len(self._lengths)


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
        """Of the pieces."""
        return Index([piece.text for piece in self.pieces])

    @cached_property
    def leaf_index(self) -> Index:
        """Of the scalar values, each with the names that lead to it."""
        return Index([_leaf_text(piece) for piece in self.leaves])

    @cached_property
    def groups(self) -> list[list[int]]:
        """Pieces that stand together, by number."""
        found: list[list[int]] = []
        last: object = None
        for number, piece in enumerate(self.pieces):
            key = (piece.within, piece.group)
            # What is of use together stays together; of a passage, so much is.
            longest = _LONGEST_RECORD if piece.is_inseparable else _LONGEST_GROUP
            if key != last or piece.group < 0 or len(found[-1]) >= longest:
                found.append([])
            found[-1].append(number)
            last = key
        return found

    @cached_property
    def group_index(self) -> Index:
        """Of the groups."""
        return Index([" ".join(self.pieces[n].text for n in group) for group in self.groups])

    @property
    def size(self) -> int:
        """About how many bytes it takes, with what has been built so far."""
        built, taken = vars(self), vars(self.document)
        indexes = [built[name] for name in ("index", "leaf_index", "group_index") if name in built]
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


def _leaf_text(piece: Piece) -> str:
    # The nearest names say what a value is; those farther up are those of many.
    return f"{' '.join(piece.path.split('/')[-2:])} {piece.text}"
