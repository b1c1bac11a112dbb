"""The functions of `headroom.scanning` in plain Python, which say what is right."""

from __future__ import annotations

from headroom.scanning.bm25 import scores
from headroom.scanning.cells import plain_numbers, shapes_of
from headroom.scanning.columns import columns_of
from headroom.scanning.html import markup
from headroom.scanning.masks import masked
from headroom.scanning.sentences import sentence_starts
from headroom.scanning.wordforms import numbered_words, terms, terms_of_word, words

__all__ = [
    "columns_of",
    "markup",
    "masked",
    "numbered_words",
    "plain_numbers",
    "scores",
    "sentence_starts",
    "shapes_of",
    "terms",
    "terms_of_word",
    "words",
]
