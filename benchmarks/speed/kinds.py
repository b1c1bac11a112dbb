"""Families of payloads, each payload for the first time, beside other libraries in turn."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.peers import Peer
from benchmarks.quantiles import quantile
from headroom import TokenCounter

__all__ = ["Times", "measure", "ours", "table"]


@dataclass
class Times:
    """Seconds of each payload of a family, by library, and what there was to do."""

    bytes: int = 0
    tokens: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    #: Payloads that a library failed at.
    failed: dict[str, int] = field(default_factory=dict)

    def ratio(self, ours: str, theirs: str) -> float:
        """How many times longer they took than we."""
        return sum(self.seconds[theirs]) / sum(self.seconds[ours])


def ours() -> Peer:
    """Headroom itself, in a process of its own as the others are."""
    program = Path(__file__).parents[1] / "peer_headroom_core.py"
    return Peer("Headroom", sys.executable, program=program, keeps_path=True)


def measure(
    cases: Sequence[Case], peers: Sequence[Peer], counter: TokenCounter
) -> dict[str, Times]:
    """Each payload once by each library, which take turns payload by payload.

    Args:
        cases: The payloads. None may come twice: libraries remember what they saw.
        peers: The libraries.
        counter: Says of how many tokens a payload is.

    """
    families: dict[str, Times] = {}
    for case in cases:
        times = families.get(case.family)
        if times is None:
            times = families[case.family] = Times()
            for peer in peers:
                # What is loaded for a kind when it is first met is told in another table.
                half = case.payload[: len(case.payload) // 2]
                peer.view(Case("", case.family, case.kind, half, case.query, ()))
        times.bytes += len(case.payload.encode("utf-8", "replace"))
        times.tokens += counter.count(case.payload)
        for peer in peers:
            answer = peer.view(case)
            if answer.text is None:
                times.failed[peer.name] = times.failed.get(peer.name, 0) + 1
            times.seconds.setdefault(peer.name, []).append(answer.seconds)
    return families


def table(families: dict[str, Times], names: Sequence[str]) -> list[str]:
    """Markdown: a row a family; then the geometric mean of how many times longer others take."""
    mine, others = names[0], names[1:]
    columns = ["family", "payloads", "KB each", "MB/s", "µs a token", "p50 ms", "p99 ms"]
    columns += [f"{name}: {what}" for name in others for what in ("p50 ms", "p99 ms", "times ours")]
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "--:|" * (len(columns) - 1)]
    for family, times in families.items():
        own = times.seconds[mine]
        cells = [family, str(len(own)), f"{times.bytes / len(own) / 1000:.1f}"]
        cells += [f"{times.bytes / sum(own) / 1e6:.2f}", f"{1e6 * sum(own) / times.tokens:.2f}"]
        cells += _shares(own)
        for name in others:
            failed = f" ({times.failed[name]} failed)" if name in times.failed else ""
            cells += [*_shares(times.seconds[name]), f"{times.ratio(mine, name):.2f}{failed}"]
        lines.append("| " + " | ".join(cells) + " |")
    for name in others:
        ratios = [times.ratio(mine, name) for times in families.values()]
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        lines.append(f"\n{name} takes {mean:.2f} times as long (geometric mean of the families).")
    return lines


def _shares(seconds: Sequence[float]) -> list[str]:
    return [f"{1000 * quantile(seconds, share):.1f}" for share in (0.5, 0.99)]
