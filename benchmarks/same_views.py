"""``python -m benchmarks.same_views``: whether a refactoring left every view as it was.

    python -m benchmarks.same_views --corpus DIR --write before.json
    python -m benchmarks.same_views --corpus DIR --check before.json

Each payload is compressed with the default options, without loss, and with three budgets; what is
kept of a view is a hash of its text and of everything that is known of it. A compressor that fails
gives the original back, which looks like a view that is quickly made: failures are problems, too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.cases import Case, load_corpus
from benchmarks.material import build
from headroom import compress, get_counter

__all__ = ["changes", "views"]

#: Budgets, as shares of the tokens of the original.
BUDGETS = (0.5, 0.25, 0.1)


def views(case: Case) -> dict[str, str]:
    """A hash for each view of a payload, by its options; what went wrong instead, if it did."""
    counter = get_counter("gpt-4o")
    tokens = counter.count(case.payload)
    hashes: dict[str, str] = {}
    for name, max_tokens in (
        ("default", None),
        ("lossless", None),
        *((f"{share:.0%}", max(1, int(tokens * share))) for share in BUDGETS),
    ):
        result = compress(
            case.payload,
            query=case.query,
            max_tokens=max_tokens,
            fidelity="lossless" if name == "lossless" else "balanced",
            counter=counter,
        )
        known = (result.text, result.kind, result.transforms, result.lossless, result.omissions)
        digest = hashlib.sha256(repr(known).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        hashes[f"{case.id} {name}"] = digest if result.failure is None else f"! {result.failure}"
    return hashes


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What differs, and every failure, a line each."""
    differ = [
        f"{name}: the view is another one"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
    failed = [f"{name}: {digest[2:]}" for name, digest in after.items() if digest[:1] == "!"]
    return differ + failed


def measure(cases: Iterable[Case], processes: int) -> dict[str, str]:
    """The hashes of all views of all payloads."""
    found: dict[str, str] = {}
    with ProcessPoolExecutor(processes) as pool:
        for hashes in pool.map(views, cases, chunksize=4):
            found.update(hashes)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Writes the hashes, or compares them; 1 if a view differs or a compressor failed."""
    text = partial(argparse.RawDescriptionHelpFormatter, max_help_position=30)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.same_views", description=__doc__, formatter_class=text
    )
    parser.add_argument("--corpus", type=Path, help="folder of *.jsonl cases, not the built-in")
    parser.add_argument("--families", default="", help="only these, with commas between")
    parser.add_argument("--processes", type=int, default=2)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", type=Path, help="write the hashes to this file")
    what.add_argument("--check", type=Path, help="compare with the hashes in this file")
    options = parser.parse_args(arguments)
    families = [family for family in options.families.split(",") if family]
    cases = load_corpus(options.corpus, families) if options.corpus else build(families)
    found = measure(cases, options.processes)
    if options.write:
        options.write.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        problems = changes(found, found)
    else:
        before = json.loads(options.check.read_text(encoding="utf-8"))
        if families:
            before = {name: digest for name, digest in before.items() if name in found}
        problems = changes(before, found)
    print("\n".join([*problems, f"{len(found)} views, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
