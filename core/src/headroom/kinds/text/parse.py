"""Reads a text once: its sentences, and the words of each."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.text.words import words_of
from headroom.source import Source
from headroom.toolkit.sentences import Sentence, segment

__all__ = ["read_sentences", "read_words"]


def read_sentences(source: Source) -> Sequence[Sentence]:
    """The sentences of a text: ``source.once(read_sentences)``."""
    return segment(source.text)


def read_words(source: Source) -> Sequence[Sequence[str]]:
    """The words of each of its sentences: ``source.once(read_words)``."""
    return [words_of(sentence.text) for sentence in source.once(read_sentences)]
