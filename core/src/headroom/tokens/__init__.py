"""Counting tokens: exactly where a tokenizer can be had, by an estimate where not."""

from __future__ import annotations

from headroom.tokens.base import TokenCounter, as_counter, count_each, count_lines
from headroom.tokens.estimate import EstimateCounter
from headroom.tokens.resolve import check_model, get_counter, load_early

__all__ = [
    "EstimateCounter",
    "TokenCounter",
    "as_counter",
    "check_model",
    "count_each",
    "count_lines",
    "get_counter",
    "load_early",
]
