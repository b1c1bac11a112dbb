"""Figures in words, and values as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence

from headroom import CompressResult, ContextEntry, Omission

__all__ = ["age", "as_json", "gone_in_words", "omission_fields", "result_fields", "summary", "why"]


def summary(name: str, result: CompressResult) -> str:
    """One line on what became of a payload.

    >>> from headroom import compress
    >>> summary("note.txt", compress("A short note."))
    'note.txt: text, 4 tokens; stays as it is'

    """
    before = f"{name}: {result.kind}, {result.tokens_before:,} tokens"
    if result.failure:
        return f"{before}; stays as it is: {result.failure}"
    if not result.transforms:
        return f"{before}; stays as it is"
    return (
        f"{before} become {result.tokens_after:,}, {result.savings_percent} % saved "
        f"({', '.join(result.transforms)}); {gone_in_words(result.omissions)}"
    )


def gone_in_words(omissions: Sequence[Omission]) -> str:
    """How much a view leaves out.

    >>> gone_in_words([Omission("rows", ((3, 40),)), Omission("values", (), "/log")])
    'left out: 38 rows, 1 value'

    """
    counts: dict[str, int] = {}
    for one in omissions:
        counts[one.unit] = counts.get(one.unit, 0) + one.count
    if not counts:
        return "nothing left out"
    parts = (f"{count:,} {unit[:-1] if count == 1 else unit}" for unit, count in counts.items())
    in_part = " (some in part)" if any(one.in_part for one in omissions) else ""
    return f"left out: {', '.join(parts)}{in_part}"


def why(
    kind: str, transforms: Sequence[str], omissions: Sequence[Omission], failure: str | None
) -> str:
    """Why a view is what it is, in a sentence."""
    if failure:
        return f"The original, since something failed: {failure}."
    if not transforms:
        return f"The original: too short for a view, or none of this {kind} is enough smaller."
    by = f"Read as {kind} by {', '.join(transforms)}"
    if not omissions:
        return f"{by}; nothing is left out, it is only written more briefly."
    return f"{by}; {gone_in_words(omissions)}, each place marked."


def omission_fields(one: Omission) -> dict[str, object]:
    """An omission as JSON has it."""
    return {"where": one.where, "unit": one.unit, "count": one.count, "in_part": one.in_part}


def result_fields(result: CompressResult) -> dict[str, object]:
    """A result as JSON has it."""
    return {
        "text": result.text,
        "kind": result.kind,
        "tokens_before": result.tokens_before,
        "tokens_after": result.tokens_after,
        "tokens_saved": result.tokens_saved,
        "savings_percent": result.savings_percent,
        "transforms": list(result.transforms),
        "lossless": result.lossless,
        "complete": result.complete,
        "omissions": [omission_fields(one) for one in result.omissions],
        "failure": result.failure,
    }


def entry_fields(entry: ContextEntry) -> dict[str, object]:
    """What is known of an entry, without its texts, as JSON has it."""
    return {
        "key": entry.key,
        "kind": entry.kind,
        "agent": entry.agent,
        "original_tokens": entry.original_tokens,
        "compressed_tokens": entry.compressed_tokens,
        "savings_percent": entry.savings_percent,
        "transforms": list(entry.transforms),
        "complete": entry.complete,
        "timestamp": entry.timestamp,
        "version": entry.version,
        "reference": entry.reference,
        "failure": entry.failure,
    }


def as_json(value: Mapping[str, object]) -> str:
    """A value on a line, in ASCII: no name in it breaks the line."""
    return json.dumps(value)


def age(timestamp: float) -> str:
    """How long ago something was, in words.

    >>> age(time.time() - 7200)
    '2 h'

    """
    seconds = max(0.0, time.time() - timestamp)
    for name, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length or (name == "h" and seconds >= length):
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} s"
