"""The methods that are set beside each other, and what each makes of every case."""

from __future__ import annotations

import importlib
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cases import Case, fold
from benchmarks.checks import parsed, problems
from benchmarks.cuts import head, random_pieces, tail
from benchmarks.peers import Peer
from headroom import CompressResult, TokenCounter, compress

__all__ = ["Results", "Row", "measure"]


@dataclass
class Row:
    """The sums of one method over one family."""

    before: int = 0
    after: int = 0
    kept: int = 0
    probes: int = 0
    bytes: int = 0
    seconds: float = 0.0
    #: Cases that got no answer.
    failed: int = 0
    groups: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, case: Case, text: str, before: int, after: int, seconds: float) -> None:
        """Counts one view."""
        folded = fold(text)
        self.before += before
        self.after += after
        self.seconds += seconds
        self.bytes += len(case.payload.encode("utf-8", "replace"))
        for probe in case.probes:
            held = probe.holds(folded)
            self.kept += held
            self.probes += 1
            self.groups[probe.group][0] += held
            self.groups[probe.group][1] += 1

    @property
    def saved(self) -> float:
        """The share of the tokens that is saved."""
        return 1 - self.after / self.before if self.before else 0.0

    @property
    def share(self) -> float:
        """The share of the probes that is kept."""
        return self.kept / self.probes if self.probes else 1.0


@dataclass
class Results:
    """Everything that was measured."""

    #: By family and method.
    rows: dict[str, dict[str, Row]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Row))
    )
    #: How often each kind was detected, by family.
    kinds: dict[str, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    #: Laws that were broken.
    problems: list[str] = field(default_factory=list)


def measure(
    cases: Sequence[Case],
    counter: TokenCounter,
    budgets: Sequence[float],
    peers: Sequence[Peer],
    repeat: int,
) -> Results:
    """Runs every method on every case.

    Args:
        cases: What they are run on.
        counter: Counts the tokens of all methods.
        budgets: Shares of the tokens for rows with a budget.
        peers: Other libraries.
        repeat: How often each view of ours is made; its time is the median.

    """
    results = Results()
    for case in cases:
        _Measured(case, counter, repeat, results).all(budgets, peers)
    return results


class _Measured:
    """One case."""

    def __init__(self, case: Case, counter: TokenCounter, repeat: int, results: Results) -> None:
        self._case, self._counter, self._repeat = case, counter, repeat
        self._results = results
        self._table = results.rows[case.family]
        self._before = counter.count(case.payload)

    def all(self, budgets: Sequence[float], peers: Sequence[Peer]) -> None:
        """All methods."""
        payload = self._case.payload
        self._add("unchanged", payload)
        self._reencoded()
        self._ours("Headroom lossless", fidelity="lossless")
        result = self._ours("Headroom")
        self._results.kinds[self._case.family][result.kind] += 1
        self._cuts("same tokens", result.tokens_after)
        for budget in budgets:
            most = max(1, int(self._before * budget))
            self._ours(f"Headroom {budget:.0%}", max_tokens=most)
            self._cuts(f"{budget:.0%}", most)
        for peer in peers:
            tokens = self._theirs(peer, peer.name)
            if tokens is not None and tokens < self._before:
                self._ours(f"Headroom, tokens of {peer.name}", max_tokens=tokens)
            else:
                self._add(f"Headroom, tokens of {peer.name}", payload)
            for budget in budgets if peer.takes_budget else ():
                self._theirs(peer, f"{peer.name} {budget:.0%}", int(self._before * budget))

    def _add(self, name: str, text: str, seconds: float = 0.0) -> int:
        after = self._counter.count(text)
        self._table[name].add(self._case, text, self._before, after, seconds)
        return after

    def _cuts(self, what: str, tokens: int) -> None:
        cuts: dict[str, Callable[[str, int, TokenCounter], str]] = {
            "head": head, "tail": tail, "random": random_pieces,
        }  # fmt: skip
        for name, cut in cuts.items():
            joint = ", " if what == "same tokens" else " "
            self._add(f"{name}{joint}{what}", cut(self._case.payload, tokens, self._counter))

    def _reencoded(self) -> None:
        value = parsed(self._case.payload)
        if value is None:
            return
        try:
            plain = json.loads(self._case.payload)
        except ValueError:
            return
        toon: Callable[[object], str] = importlib.import_module("toons").dumps
        self._add("minified", json.dumps(plain, separators=(",", ":"), ensure_ascii=False))
        self._add("TOON", toon(plain))

    def _ours(self, name: str, **options: Any) -> CompressResult:
        views, times = [], []
        for _ in range(self._repeat):
            start = time.perf_counter()
            views.append(
                compress(
                    self._case.payload, query=self._case.query, counter=self._counter, **options
                )
            )
            times.append(time.perf_counter() - start)
        tokens = self._add(name, views[0].text, statistics.median(times))
        most = min(self._before, options.get("max_tokens") or self._before)
        self._results.problems.extend(problems(self._case, name, views, most))
        if tokens != views[0].tokens_after:
            wrong = f"says {views[0].tokens_after} tokens, has {tokens}"
            self._results.problems.append(f"{self._case.id}, {name}: {wrong}")
        return views[0]

    def _theirs(self, peer: Peer, name: str, max_tokens: int | None = None) -> int | None:
        answer = peer.view(self._case, max_tokens)
        if answer.text is None:
            # Its caller would go on with the original.
            self._table[name].failed += 1
            self._add(name, self._case.payload, answer.seconds)
            return None
        return self._add(name, answer.text, answer.seconds)
