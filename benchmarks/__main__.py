"""``python -m benchmarks``: one table of tokens saved, facts kept and speed."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from benchmarks.cases import load_corpus
from benchmarks.material import build
from benchmarks.methods import Results, Row, measure
from benchmarks.peers import PROGRAMS, Peer
from benchmarks.picture import draw
from headroom import __version__, compress, get_counter


def lost_to(name: str, rows: dict[str, Row]) -> list[str]:
    """The other methods that keep no less in no more tokens, and are better in one of the two.

    A lossless view stands beside what is lossless, a view with a budget beside what has the same.
    """
    mine = rows[name]
    if name == "Headroom lossless":
        rivals = {"minified", "TOON"}
    elif name.endswith("%"):
        rivals = {other for other in rows if other.endswith(f" {name.split()[-1]}")}
    elif ", tokens of " in name:
        rivals = {name.rpartition(" of ")[2]}
    else:
        rivals = {other for other in rows if not other.endswith("%")}
    return [
        other
        for other, row in rows.items()
        if other in rivals
        and not other.startswith("Headroom")
        and row.probes == mine.probes
        and row.after <= mine.after
        and row.kept >= mine.kept
        and (row.after, row.kept) != (mine.after, mine.kept)
    ]


def table(rows: dict[str, dict[str, Row]]) -> list[str]:
    """The lines of the Markdown table; a row of ours that is beaten says by what."""
    lines = [
        "| family | method | tokens | saved | kept | by class | MB/s | beaten by |",
        "|---|---|--:|--:|--:|---|--:|---|",
    ]
    for family, methods in rows.items():
        for name, row in methods.items():
            groups = ", ".join(
                f"{group} {kept}/{count}" for group, (kept, count) in sorted(row.groups.items())
            )
            speed = f"{row.bytes / 1e6 / row.seconds:.2f}" if row.seconds else "-"
            beaten = ", ".join(lost_to(name, methods)) if name.startswith("Headroom") else ""
            no_answer = f" ({row.failed} without an answer)" if row.failed else ""
            lines.append(
                f"| {family} | {name}{no_answer} | {row.after} | {row.saved:.1%} | {row.share:.1%} "
                f"| {groups} | {speed} | {beaten} |"
            )
    return lines


def peers_of(named: list[str], cache: Path | None) -> list[Peer]:
    """The libraries that ``--peer NAME=PYTHON`` names; a bare interpreter has ``headroom-ai``."""
    peers = []
    for one in named:
        name, _, python = one.rpartition("=")
        kept = cache.with_suffix(f".{name}{cache.suffix}") if cache is not None and name else cache
        peers.append(Peer(name or "headroom-ai", python, kept))
    return peers


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of *.jsonl cases, not the built-in")
    parser.add_argument("--families", default="", help="only these, with commas between")
    parser.add_argument("--limit", type=int, help="at most so many cases of a family")
    parser.add_argument("--budget", default="", help="fractions of the tokens: 0.5,0.25,0.1")
    parser.add_argument("--repeat", type=int, default=3, help="times that each view is made")
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help=f"the Python of an environment with one of {', '.join(PROGRAMS)}; may come again",
    )
    parser.add_argument("--peer-cache", type=Path, help="file that keeps the answers of peers")
    parser.add_argument("--svg", type=Path, help="draw what is kept against the tokens")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    options = parser.parse_args(arguments)
    families = [family for family in options.families.split(",") if family]
    cases = load_corpus(options.corpus, families) if options.corpus else build(families)
    groups = groupby(cases, key=lambda case: case.family)
    cases = [case for _, group in groups for case in list(group)[: options.limit]]
    counter = get_counter("gpt-4o")
    budgets = [float(budget) for budget in options.budget.split(",") if budget]
    for kind in {case.family: case for case in cases}.values():
        # What is loaded at the first view is no part of the speed.
        compress(kind.payload, query=kind.query, counter=counter)
    peers = peers_of(options.peer, options.peer_cache)
    try:
        results = measure(cases, counter, budgets, peers, max(1, options.repeat))
    finally:
        for peer in peers:
            peer.close()
    exact = "exact" if counter.exact else "estimated"
    beside = "".join(f", {peer.name} {peer.version}" for peer in peers)
    print(
        f"Headroom {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"tokens by {counter.name} ({exact}), toons {version('toons')}{beside}, "
        f"{len(cases)} cases.\nMB/s: the median of {options.repeat} runs of each case, one run of "
        "the others, each in its own process; counting tokens included.\n"
    )
    print("\n".join(table(results.rows)))
    print("\nDetected kinds:")
    for family, counts in results.kinds.items():
        print(f"- {family}: " + ", ".join(f"{kind} {n}" for kind, n in sorted(counts.items())))
    for problem in results.problems:
        print(f"PROBLEM {problem}", file=sys.stderr)
    if options.json:
        options.json.write_text(_as_json(results), encoding="utf-8")
    if options.svg:
        options.svg.write_text(draw(results.rows), encoding="utf-8")
    return 1 if results.problems else 0


def _as_json(results: Results) -> str:
    figures = {
        family: {
            name: {
                "before": row.before,
                "after": row.after,
                "kept": row.kept,
                "probes": row.probes,
                "seconds": row.seconds,
                "failed": row.failed,
                "classes": row.groups,
            }
            for name, row in methods.items()
        }
        for family, methods in results.rows.items()
    }
    report = {"rows": figures, "kinds": results.kinds, "problems": results.problems}
    return json.dumps(report, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
