"""The laws of a view, checked on every case."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from benchmarks.cases import Case
from headroom import CompressResult, decode

__all__ = ["parsed", "problems"]


def problems(case: Case, name: str, results: list[CompressResult], most: int) -> list[str]:
    """What is wrong with a view that was made several times over."""
    result = results[0]
    found = []
    if any(other != result for other in results):
        found.append("not the same each time")
    if result.tokens_after > most:
        found.append(f"{result.tokens_after} tokens where {most} are allowed")
    if result.failure:
        found.append(result.failure)
    if result.lossless and result.kind == "json" and result.text != case.payload:
        try:
            lossless = _same(parsed(case.payload), decode(result.text, parse_float=Decimal))
        except ValueError:
            lossless = False
        if not lossless:
            found.append("said to be lossless, but decodes to other data")
    if not result.lossless and not result.omissions:
        found.append("something is missing, and nothing says what")
    for omission in result.omissions:
        last = omission.ranges[-1][1] if omission.ranges else 0
        lines = _lines_within(case.payload, omission.within)
        if not lines or (omission.unit == "lines" and last > lines):
            found.append(f"{omission.where} does not exist")
    return [f"{case.id}, {name}: {what}" for what in found]


def parsed(payload: str) -> Any:
    """The value of JSON, or of JSON Lines as a list; ``None`` for anything else."""
    try:
        return json.loads(payload, parse_float=Decimal)
    except (ValueError, RecursionError):
        pass
    try:
        lines = [line for line in payload.split("\n") if line.strip()]
        return [json.loads(line, parse_float=Decimal) for line in lines] or None
    except (ValueError, RecursionError):
        return None


def _lines_within(payload: str, within: tuple[int, int] | str | None) -> int:
    """How many lines the part has in which units are counted; 0 where there is none."""
    text = payload
    if isinstance(within, str):
        place, _, path = within.rpartition(" of ")
        value = parsed(payload)
        for name in path.split("/")[1:]:
            value = value[int(name) if isinstance(value, list) else name]
        text = str(value)
        first, _, last = place.removeprefix("lines ").partition("-")
        within = (int(first), int(last or first)) if place else None
    lines = text.count("\n") + 1
    if within is None:
        return lines
    return within[1] - within[0] + 1 if within[1] <= lines else 0


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: ``true`` is not ``1``."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
