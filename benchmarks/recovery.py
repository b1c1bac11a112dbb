"""``python -m benchmarks.recovery``: whether one retrieval brings back what a small view lost.

Each case gets a view of a tenth of its tokens. For each probe that is not in it, one ``retrieve``
of at most 600 tokens: with the case's question where it has one, otherwise with words that stand
near the probe on its own line. Such words may stand in half of the payload, and then no answer of
that size can be sure to have the probe: the last columns are of those that tell where it stands.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cases import Case, Probe, fold, load_corpus
from benchmarks.material import build
from headroom import SharedContext

_SHARE = 0.1
_MAX_TOKENS = 600
# How far around a probe its words are taken, and how many.
_NEAR_CHARS = 120
_WORDS = 12
_WORD = re.compile(r"[^\W_]{2,}")
# Words tell where a probe stands if all lines, and stretches of longer ones, that have all of them
# have so many characters together: some 600 tokens.
_TELLING_CHARS = 2000
_LONG_LINE, _STRETCH, _STEP = 500, 360, 120


@dataclass
class Recovery:
    """Of one family."""

    lost: int = 0
    recovered: int = 0
    #: The same of probes whose words tell where they stand.
    lost_told: int = 0
    recovered_told: int = 0
    #: Probes whose line has no other words.
    wordless: int = 0
    seconds: list[float] = field(default_factory=list)


def words_near(payload: str, probe: Probe) -> str | None:
    """Words of the probe's own line, without those of the probe."""
    for wanted in probe.any:
        position = payload.find(wanted)
        if position < 0:
            continue
        end = position + len(wanted)
        line_start = payload.rfind("\n", 0, position) + 1
        line_end = payload.find("\n", end)
        line_end = len(payload) if line_end < 0 else line_end
        before = payload[max(line_start, position - _NEAR_CHARS) : position]
        after = payload[end : min(line_end, end + _NEAR_CHARS)]
        # A word that the edge of the window cuts is none of the line.
        if position - _NEAR_CHARS > line_start:
            before = before.partition(" ")[2] or before
        if end + _NEAR_CHARS < line_end:
            after = after.rpartition(" ")[0] or after
        own = set(_WORD.findall(wanted.lower()))
        near = [*_WORD.findall(before)[-_WORDS // 2 :], *_WORD.findall(after)[: _WORDS // 2]]
        words = [word for word in near if word.lower() not in own]
        return " ".join(words) or None
    return None


def stretches(payload: str) -> list[tuple[set[str], int]]:
    """The words and the size of each line of a payload, and of each stretch of a long one."""
    found = []
    for line in payload.split("\n"):
        starts = range(0, len(line), _STEP) if len(line) > _LONG_LINE else (0,)
        size = _STRETCH if len(line) > _LONG_LINE else _LONG_LINE
        some = (line[start : start + size] for start in starts)
        found.extend((set(_WORD.findall(part.lower())), len(part)) for part in some)
    return found


def measure(case: Case, of: Recovery, missed: list[str]) -> None:
    """Puts a case, and tries to get back each probe that its view lost."""
    ctx = SharedContext()
    tokens = ctx.count_tokens(case.payload)
    budget = max(50, int(tokens * _SHARE))
    view = fold(ctx.put("case", case.payload, query=case.query, max_tokens=budget).compressed)
    original = fold(case.payload)
    parts = stretches(case.payload)
    for probe in case.probes:
        if probe.holds(view) or not probe.holds(original):
            continue
        query = case.query or words_near(case.payload, probe)
        if query is None:
            of.wordless += 1
            continue
        asked = set(_WORD.findall(query.lower()))
        tells = sum(size for words, size in parts if asked <= words) <= _TELLING_CHARS
        of.lost += 1
        of.lost_told += tells
        start = time.perf_counter()
        excerpt = ctx.retrieve("case", query=query, max_tokens=_MAX_TOKENS)
        of.seconds.append(time.perf_counter() - start)
        if probe.holds(fold(excerpt.text)):
            of.recovered += 1
            of.recovered_told += tells
        else:
            missed.append(f"{case.id}\t{probe.group}\t{probe.any[0][:60]!r}\t{query!r}")


def _share(some: int, of: int) -> str:
    return f"{some / of:.1%}" if of else "-"


def main(arguments: list[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recovery", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of *.jsonl cases, not the built-in")
    parser.add_argument("--families", default="", help="only these, with commas between")
    parser.add_argument("--missed", action="store_true", help="name each probe that stays lost")
    options = parser.parse_args(arguments)
    families = [family for family in options.families.split(",") if family]
    cases = load_corpus(options.corpus, families) if options.corpus else build(families)
    found: dict[str, Recovery] = defaultdict(Recovery)
    missed: list[str] = []
    for case in cases:
        measure(case, found[case.family], missed)
    print(
        "| family | lost at a tenth | recovered | share | median ms | without words | lost, words "
        "tell where | recovered | share |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for family, of in found.items():
        middle = sorted(of.seconds)[len(of.seconds) // 2] * 1000 if of.seconds else 0.0
        print(
            f"| {family} | {of.lost} | {of.recovered} | {_share(of.recovered, of.lost)} "
            f"| {middle:.1f} | {of.wordless} | {of.lost_told} | {of.recovered_told} "
            f"| {_share(of.recovered_told, of.lost_told)} |"
        )
    if options.missed:
        print("\n".join(missed), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
