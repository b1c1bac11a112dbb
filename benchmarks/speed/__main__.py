"""``python -m benchmarks.speed``: what compression costs, exact counts of tokens included.

    python -m benchmarks.speed --corpus DIR --peer headroom-ai=PYTHON --svg speed.svg

Tables: families of payloads, each payload for the first time, beside other libraries in turn; one
payload of each kind from 4 KB to 10 MB; instructions a byte, where Valgrind is installed; what
somebody waits for. What memory it takes is measured by ``python -m benchmarks.memory``.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from itertools import groupby
from pathlib import Path

from benchmarks.__main__ import peers_of
from benchmarks.cases import Case, load_corpus
from benchmarks.material import build
from benchmarks.speed import growth, instructions, kinds, latency
from headroom import __version__, get_counter
from headroom_testing.large import LARGE

_PARTS = ("kinds", "growth", "instructions", "latency")


def main(arguments: list[str] | None = None) -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--parts", default=",".join(_PARTS), help="which, with ',' between")
    parser.add_argument("--corpus", type=Path, help="folder of *.jsonl cases, not the built-in")
    parser.add_argument("--families", default="", help="only these, with ',' between")
    parser.add_argument("--limit", type=int, help="at most so many payloads of a family")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--only", default="", help=f"with ';' between: {'; '.join(LARGE)}")
    parser.add_argument("--kilobytes", default=",".join(map(str, growth.KILOBYTES)))
    parser.add_argument("--svg", type=Path, help="draw the cost of a byte against the size")
    options = parser.parse_args(arguments)
    parts = options.parts.split(",")
    if unknown := set(parts) - set(_PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    names = [name for name in options.only.split(";") if name] or list(LARGE)
    counter = get_counter("gpt-4o")
    print(
        f"Headroom {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"tokens by {counter.name} ({'exact' if counter.exact else 'estimated'})."
    )
    if "kinds" in parts:
        families = [family for family in options.families.split(",") if family]
        cases = load_corpus(options.corpus, families) if options.corpus else build(families)
        _kinds(_once(cases, options.limit), options.peer)
    if "growth" in parts:
        _growth(names, [int(size) for size in options.kilobytes.split(",")], options.svg)
    if "instructions" in parts:
        _instructions(names)
    if "latency" in parts:
        print("\n| what | measured | goal |\n|---|---|--:|")
        for row in latency.measure():
            print(f"| {' | '.join(row)} |", flush=True)
    return 0


def _once(cases: list[Case], limit: int | None) -> list[Case]:
    """Each payload once, and at most so many of a family."""
    seen = {case.payload: case for case in reversed(cases)}
    kept = [case for case in cases if seen[case.payload] is case]
    families = groupby(kept, key=lambda case: case.family)
    return [case for _, family in families for case in list(family)[:limit]]


def _kinds(cases: list[Case], named: list[str]) -> None:
    peers = [kinds.ours(), *peers_of(named, None)]
    try:
        families = kinds.measure(cases, peers, get_counter("gpt-4o"))
    finally:
        for peer in peers:
            peer.close()
    print("Beside it: " + (", ".join(f"{p.name} {p.version}" for p in peers[1:]) or "nothing"))
    print("\n".join(["", *kinds.table(families, [peer.name for peer in peers])]), flush=True)


def _growth(names: list[str], kilobytes: list[int], svg: Path | None) -> None:
    rows = {name: growth.measure(name, kilobytes) for name in names}
    print("\n".join(["", *growth.table(rows, kilobytes)]), flush=True)
    if svg is not None:
        svg.write_text(growth.draw(rows, kilobytes), encoding="utf-8")


def _instructions(names: list[str]) -> None:
    if not instructions.available():
        print("\nInstructions: Valgrind is not installed.")
        return
    print("\n| payload, 32 KB | instructions a byte |\n|---|--:|")
    for name, counted in instructions.measure(names).items():
        print(f"| {name} | {counted:,.0f} |")


if __name__ == "__main__":
    sys.exit(main())
