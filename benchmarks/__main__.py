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
from benchmarks.methods import Peer, Row, measure
from headroom import __version__, get_counter


def lost_to(name: str, rows: dict[str, Row]) -> list[str]:
    """The other methods that keep no less in no more tokens, and are better in one of the two.

    A lossless view stands beside what is lossless, a view with a budget beside a cut to it.
    """
    mine = rows[name]
    lossless = name == "Headroom lossless"
    cuts = {f"head {name.split()[-1]}", "headroom-ai"} if name.endswith("%") else set(rows)
    rivals = {"minified", "TOON"} if lossless else cuts
    return [
        other
        for other, row in rows.items()
        if other in rivals
        and not other.startswith("Headroom")
        and (name.endswith("%") or not other.endswith("%"))
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
            lines.append(
                f"| {family} | {name} | {row.after} | {row.saved:.1%} | {row.share:.1%} "
                f"| {groups} | {speed} | {beaten} |"
            )
        if "TOON" not in methods:
            lines.append(f"| {family} | TOON | - | - | - | - | - | |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of *.jsonl cases, not the built-in")
    parser.add_argument("--families", default="", help="only these, with commas between")
    parser.add_argument("--limit", type=int, help="at most so many cases of a family")
    parser.add_argument("--budget", default="", help="fractions of the tokens: 0.5,0.25,0.1")
    parser.add_argument("--peer", help="the Python of an environment with headroom-ai")
    parser.add_argument("--peer-cache", type=Path, help="file that keeps the peer's answers")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    options = parser.parse_args(arguments)
    families = [family for family in options.families.split(",") if family]
    cases = load_corpus(options.corpus, families) if options.corpus else build(families)
    groups = groupby(cases, key=lambda case: case.family)
    cases = [case for _, group in groups for case in list(group)[: options.limit]]
    counter = get_counter("gpt-4o")
    budgets = [float(budget) for budget in options.budget.split(",") if budget]
    peer = Peer(options.peer, options.peer_cache) if options.peer else None
    try:
        rows, kinds, problems = measure(cases, counter, budgets, peer)
    finally:
        if peer is not None:
            peer.close()
    exact = "exact" if counter.exact else "estimated"
    print(
        f"Headroom {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"tokens by {counter.name} ({exact}), toons {version('toons')}, {len(cases)} cases.\n"
        "MB/s: one run of each case, counting tokens included.\n"
    )
    print("\n".join(table(rows)))
    print("\nDetected kinds:")
    for family, counts in kinds.items():
        print(f"- {family}: " + ", ".join(f"{kind} {n}" for kind, n in sorted(counts.items())))
    for problem in problems:
        print(f"PROBLEM {problem}", file=sys.stderr)
    if options.json:
        figures = {
            family: {
                name: {
                    "before": row.before,
                    "after": row.after,
                    "kept": row.kept,
                    "probes": row.probes,
                    "seconds": row.seconds,
                    "classes": row.groups,
                }
                for name, row in methods.items()
            }
            for family, methods in rows.items()
        }
        report = {"rows": figures, "kinds": kinds, "problems": problems}
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
