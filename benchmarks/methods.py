"""The ways to make a payload smaller that are set beside each other."""

from __future__ import annotations

import hashlib
import importlib
import json
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.cases import Case, fold
from headroom import CompressResult, TokenCounter, compress, decode

__all__ = ["Peer", "Row", "measure"]


@dataclass
class Row:
    """The sums of one method over one family."""

    before: int = 0
    after: int = 0
    kept: int = 0
    probes: int = 0
    bytes: int = 0
    seconds: float = 0.0
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


class Peer:
    """The older library in its own environment; its answers may be kept in a file."""

    def __init__(self, python: str, cache: Path | None) -> None:
        self._python, self._cache = python, cache
        self._known: dict[str, str] = {}
        if cache is not None and cache.exists():
            self._known = json.loads(cache.read_text(encoding="utf-8"))
        self._process: subprocess.Popen[str] | None = None

    def view(self, case: Case) -> str:
        """What the peer makes of a payload."""
        asked = json.dumps({"payload": case.payload, "query": case.query})
        key = hashlib.sha256(asked.encode()).hexdigest()
        if key not in self._known:
            if self._process is None:
                self._process = subprocess.Popen(
                    [self._python, str(Path(__file__).with_name("peer.py"))],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            process = self._process
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(asked + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the peer ended at case {case.id}")
            self._known[key] = json.loads(line)["text"]
        return self._known[key]

    def close(self) -> None:
        """Ends the peer and writes its answers down."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(timeout=30)
        if self._cache is not None:
            self._cache.write_text(json.dumps(self._known), encoding="utf-8")


def _parsed(payload: str) -> Any:
    try:
        return json.loads(payload, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: ``true`` is not ``1``."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _cut(payload: str, tokens: int, counter: TokenCounter, end: bool) -> str:
    """The longest start (or end) of a payload that has at most so many tokens."""
    low, high = 0, len(payload)
    while high - low > 8:
        middle = (low + high) // 2
        part = payload[len(payload) - middle :] if end else payload[:middle]
        low, high = (middle, high) if counter.count(part) <= tokens else (low, middle)
    return payload[len(payload) - low :] if end else payload[:low]


def _problems(case: Case, name: str, result: CompressResult, tokens: int, most: int) -> list[str]:
    found = []
    if tokens > most:
        found.append(f"{tokens} tokens where {most} are allowed")
    if tokens != result.tokens_after:
        found.append(f"says {result.tokens_after} tokens, has {tokens}")
    if result.failure:
        found.append(result.failure)
    if result.lossless and result.kind == "json" and result.text != case.payload:
        value = _parsed(case.payload)
        try:
            lossless = _same(value, decode(result.text, parse_float=Decimal))
        except ValueError:
            lossless = False
        if not lossless:
            found.append("said to be lossless, but decodes to other data")
    return [f"{case.id}, {name}: {what}" for what in found]


def measure(
    cases: list[Case], counter: TokenCounter, budgets: list[float], peer: Peer | None
) -> tuple[dict[str, dict[str, Row]], dict[str, dict[str, int]], list[str]]:
    """Rows by family and method, detected kinds by family, and the laws that were broken."""
    rows: dict[str, dict[str, Row]] = defaultdict(lambda: defaultdict(Row))
    kinds: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    problems: list[str] = []
    toon: Callable[[object], str] = importlib.import_module("toons").dumps
    for case in cases:
        table, payload = rows[case.family], case.payload
        before = counter.count(payload)

        def add(name: str, text: str, seconds: float = 0.0) -> int:
            after = counter.count(text)
            table[name].add(case, text, before, after, seconds)  # noqa: B023
            return after

        def ours(name: str, **options: Any) -> tuple[CompressResult, int]:
            start = time.perf_counter()
            result = compress(case.payload, query=case.query, counter=counter, **options)  # noqa: B023
            tokens = add(name, result.text, time.perf_counter() - start)
            most = min(before, options.get("max_tokens") or before)  # noqa: B023
            problems.extend(_problems(case, name, result, tokens, most))  # noqa: B023
            return result, tokens

        add("unchanged", payload)
        value = _parsed(payload)
        compact = payload
        if value is not None:
            plain = json.loads(payload)
            compact = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
            add("TOON", toon(plain))
        add("minified", compact)
        ours("Headroom lossless", fidelity="lossless")
        result, tokens = ours("Headroom")
        kinds[case.family][result.kind] += 1
        add("head, same tokens", _cut(payload, tokens, counter, end=False))
        add("tail, same tokens", _cut(payload, tokens, counter, end=True))
        for budget in budgets:
            most = max(1, int(before * budget))
            ours(f"Headroom {budget:.0%}", max_tokens=most)
            add(f"head {budget:.0%}", _cut(payload, most, counter, end=False))
        if peer is not None:
            add("headroom-ai", peer.view(case))
    return rows, kinds, problems
