"""How near in meaning each sentence is to a query, where its words may be others.

Three measures over static word vectors: the cosine between the query and the sentence, and
between the query and its passage, each the mean of its words weighted by how rare they are
(after Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017);
and for each word of the query the word of the sentence that is nearest to it (after Khattab and
Zaharia, "ColBERT", 2020), weighted likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from headroom.kinds.text.vectors import WordVectors
from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import LONGEST_WORD, STOP_WORDS
from headroom.view import Deadline

__all__ = ["Nearness", "nearness"]

#: Bounds of memory: words of a text beyond so many different ones, and of a query, have no vector.
_MOST_WORDS, _MOST_ASKED = 32_768, 64
#: Words of sentences that are worked on at a time.
_BATCH = 16_384
#: Below this no word of a text means what a word of the query does.
_ALIKE = 0.5
#: What is rounded off: the last bits of sums are not the same on every machine.
_DECIMALS = 4


class Nearness(NamedTuple):
    """How near each sentence is to the query, in three ways, each at most 1."""

    sentence: list[float]
    passage: list[float]
    words: list[float]
    #: Whether some word of the text means what some telling word of the query does.
    is_telling: bool


def nearness(
    words: Words,
    groups: Sequence[Sequence[int]],
    query: Sequence[str],
    vectors: WordVectors,
    deadline: Deadline,
) -> Nearness | None:
    """The nearness of sentences.

    Args:
        words: The words of each sentence.
        groups: The sentences of each passage, one after another.
        query: The words of the query.
        vectors: What words mean.
        deadline: Checked now and then.

    Returns:
        ``None`` if the text or the query has no words.

    """
    numpy = vectors.numpy
    number_of, ids = _numbered(numpy, words)
    asked = list(dict.fromkeys(word[:LONGEST_WORD].lower() for word in query))[:_MOST_ASKED]
    if not number_of or not asked:
        return None
    lengths = numpy.diff(numpy.asarray(words.starts))
    rarity, asked_rarity = _rarities(numpy, ids, lengths, number_of, asked)
    table = vectors.of(list(number_of))
    asked_table = vectors.of(asked)
    aim = _unit(numpy, (asked_table * asked_rarity[:, None]).sum(axis=0))
    alike = _products(numpy, _unit(numpy, table), _unit(numpy, asked_table))
    table *= rarity[:, None]
    telling = numpy.array([word not in STOP_WORDS for word in asked])
    # The last row is that of words without a vector.
    nothing = numpy.zeros((1, table.shape[1]), numpy.float32)
    table = numpy.concatenate([table, nothing])
    alike = numpy.concatenate([alike, numpy.zeros((1, len(asked)), alike.dtype)])
    sums = numpy.zeros((len(words), table.shape[1]), numpy.float32)
    best = numpy.zeros((len(words), len(asked)), numpy.float32)
    for first, last, start, stop in _batches(lengths.tolist()):
        deadline.check()
        some = numpy.flatnonzero(lengths[first:last])
        if not len(some):
            continue
        starts = (numpy.cumsum(lengths[first:last]) - lengths[first:last])[some]
        part = ids[start:stop]
        sums[first + some] = numpy.add.reduceat(table[part], starts, axis=0)
        best[first + some] = numpy.maximum.reduceat(alike[part], starts, axis=0)
    heads = numpy.array([group[0] for group in groups])
    of_passages = _cosines(numpy, numpy.add.reduceat(sums, heads, axis=0), aim)
    return Nearness(
        _rounded(_cosines(numpy, sums, aim)),
        _rounded(numpy.repeat(of_passages, [len(group) for group in groups])),
        _rounded((best * (asked_rarity / asked_rarity.sum())).sum(axis=1)),
        bool((alike[:, telling] >= _ALIKE).any()),
    )


def _numbered(numpy: Any, words: Words) -> tuple[dict[str, int], Any]:
    """A number for each word in small letters, and those of a text's words, one after another."""
    number_of: dict[str, int] = {}
    known: list[int] = []
    for word in words.distinct:
        plain = word[:LONGEST_WORD].lower()
        if plain not in number_of and len(number_of) < _MOST_WORDS:
            number_of[plain] = len(number_of)
        known.append(number_of.get(plain, -1))
    return number_of, numpy.array(known, numpy.int64)[numpy.asarray(words.numbers)]


def _rarities(
    numpy: Any, ids: Any, lengths: Any, number_of: dict[str, int], asked: Sequence[str]
) -> tuple[Any, Any]:
    """The inverse sentence frequency of each word of the text, and of the query."""
    count = len(lengths)
    width = len(number_of) + 1
    sentence = numpy.repeat(numpy.arange(count, dtype=numpy.int64), lengths)
    pairs = numpy.unique(sentence * width + ids + 1)
    frequency = numpy.bincount(pairs % width, minlength=width)[1:]
    of_asked = numpy.array(
        [frequency[number_of[word]] if word in number_of else 0.5 for word in asked]
    )
    rarity, of_query = (
        numpy.log(1 + (count - some + 0.5) / (some + 0.5)).astype(numpy.float32)
        for some in (frequency, of_asked)
    )
    return rarity, of_query


def _batches(lengths: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Runs of sentences, each with the run of its words."""
    found: list[tuple[int, int, int, int]] = []
    first = start = position = 0
    for index, length in enumerate(lengths):
        position += length
        if position - start >= _BATCH or index == len(lengths) - 1:
            found.append((first, index + 1, start, position))
            first, start = index + 1, position
    return found


def _unit(numpy: Any, rows: Any) -> Any:
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=-1, keepdims=True), 1e-6)


def _products(numpy: Any, rows: Any, others: Any) -> Any:
    """What each row has in common with each of the others, 0 at the least."""
    # Not `@`: for a few rows the threads of a BLAS cost more than they save.
    return numpy.clip(numpy.einsum("ij,kj->ik", rows, others), 0, 1)


def _cosines(numpy: Any, rows: Any, unit: Any) -> Any:
    lengths = numpy.sqrt(numpy.einsum("ij,ij->i", rows, rows))
    return numpy.einsum("ij,j->i", rows, unit) / numpy.maximum(lengths, 1e-6)


def _rounded(values: Any) -> list[float]:
    found: list[float] = values.round(_DECIMALS).tolist()
    return found
