"""Agents hand each other real payloads, at a fraction of the tokens.

Needs headroom-core and nothing else: no key, no network, no framework. Three agents put what
they found into a shared context; the analyst reads views of it, and looks one detail up.

    python examples/handoff.py
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
from datetime import datetime, timedelta
from pathlib import Path
from pydoc_data.topics import topics

from headroom import ContextEntry, SharedContext

WIDTH = 100


def payments() -> str:
    """What a payments API answers: 300 records, and one of them is not like the others."""
    chance = random.Random(7)
    records = [
        {
            "payment_id": f"pay_{chance.getrandbits(32):08x}",
            "order": 41_000 + number,
            "customer": {
                "id": chance.randrange(1000, 9999),
                "country": chance.choice("DE FR US".split()),
            },
            "amount": {"value": chance.randrange(500, 20_000) / 100, "currency": "EUR"},
            "method": chance.choice(["card", "card", "card", "transfer"]),
            "status": "captured",
            "attempts": 1,
        }
        for number in range(300)
    ]
    records[187] |= {"status": "chargeback_pending", "attempts": 9, "note": "issuer timed out"}
    return json.dumps({"object": "list", "has_more": False, "data": records}, indent=2)


def worker_log() -> str:
    """What a worker logs while it settles these payments, one of which fails."""
    stream = io.StringIO()
    log = logging.Logger("settlement")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(stamp)s %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    chance = random.Random(11)
    for number in range(900):
        time = datetime(2026, 3, 2, 9) + timedelta(seconds=number * 2 + chance.random())
        stamp = {"stamp": time.isoformat(timespec="milliseconds")}
        order = 41_000 + number // 3
        if number % 3 == 0:
            log.info("claimed order %d (queue depth %d)", order, chance.randrange(80), extra=stamp)
        elif number == 562:
            try:
                raise TimeoutError(f"issuer gave no answer for order {order} after 30.0 s")
            except TimeoutError:
                log.exception("order %d could not be settled, attempt 9 of 9", order, extra=stamp)
        elif number % 3 == 1:
            log.info("captured order %d in %d ms", order, chance.randrange(40, 400), extra=stamp)
        else:
            log.info("heartbeat worker-%d ok", chance.randrange(1, 5), extra=stamp)
    return stream.getvalue()


def source_file() -> str:
    """A module of the standard library."""
    return Path(argparse.__file__).read_text(encoding="utf-8")


def report() -> str:
    """A chapter of the Python reference, which comes with every Python."""
    return topics["compound"]


def show(entry: ContextEntry, question: str, lines: int = 6) -> None:
    """Prints what became of one payload."""
    made_by = ", ".join(entry.transforms) or "as it is"
    print(f"\n{entry.key}, put by {entry.agent}, read to answer: {question}")
    print(
        f"  {entry.original_tokens:,} tokens -> {entry.compressed_tokens:,} "
        f"({entry.savings_percent:.0f} % saved; {entry.kind}, {made_by})"
    )
    for line in entry.compressed.split("\n")[:lines]:
        print("  | " + (line if len(line) <= WIDTH else line[: WIDTH - 4] + " ..."))
    print("  | ...")


def main() -> None:
    """Puts four payloads, shows their views, looks one detail up."""
    context = SharedContext(ttl=1800)
    handed_over = (
        ("payments", payments(), "searcher", "which payment of order 41187 is in trouble?"),
        ("worker-log", worker_log(), "operator", "why did a settlement fail?"),
        ("argparse.py", source_file(), "engineer", "how does parse_known_args work?"),
        ("reference", report(), "librarian", "what does the else clause of a loop do?"),
    )
    print("Four agents put what they found. The analyst gets views:")
    for key, payload, agent, question in handed_over:
        show(context.put(key, payload, agent=agent, query=question), question)

    print("\nWhatever a view leaves out is one call away. The analyst asks for order 41042:")
    excerpt = context.retrieve("payments", query="order 41042", max_tokens=120)
    for line in excerpt.text.split("\n"):
        print("  | " + line)
    assert context.get("payments", full=True) == payments(), "the original is there, byte for byte"

    stats = context.stats()
    print(
        f"\nIn total: {stats.entries} entries, {stats.total_original_tokens:,} tokens -> "
        f"{stats.total_compressed_tokens:,} ({stats.savings_percent} % saved), "
        f"counted by {stats.tokenizer}."
    )


if __name__ == "__main__":
    main()
