"""From which size on a handoff pays: what is decided of small payloads, and what that saves.

    python -m benchmarks.break_even [--tool TOKENS]

Payloads of 100 to 1,000 tokens of four kinds, for a reader to which the retrieval tool must be
attached. ``a fixed limit`` is what a rule of "a view from 200 tokens on" comes to.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator

from headroom import Decision, Handoff, Payload, Reader, RetrievalTool, SharedContext

SIZES = (100, 200, 300, 400, 500, 750, 1000)
#: Tokens from which on a rule without a policy would show a view.
LIMIT = 200

_WORDS = (
    "harbour clerk letters evening mayor Oslo ships ledger promise winter bridge money daughter "
    "silence argument window table engine border market answer weather doctor journey garden"
).split()


def orders(chance: random.Random) -> Iterator[str]:
    """An answer of an API, a row at a time."""
    for number in range(1000):
        yield json.dumps(
            {
                "id": 41000 + number,
                "customer": f"c{chance.getrandbits(20):05x}",
                "status": "paid" if chance.random() > 0.05 else "refund_failed",
                "total": chance.randrange(10, 900),
            }
        )


def log(chance: random.Random) -> Iterator[str]:
    """A service's log."""
    for number in range(1000):
        stamp = f"2026-11-02T08:{number // 60 % 60:02}:{number % 60:02}"
        level = "INFO" if chance.random() > 0.03 else "ERROR"
        yield f"{stamp} {level} request {chance.getrandbits(24):06x} {chance.randrange(400)} ms"


def matches(chance: random.Random) -> Iterator[str]:
    """What a search in a repository prints."""
    for number in range(1000):
        file = f"src/{_WORDS[number // 6 % 25]}/{_WORDS[number // 3 % 7]}.py"
        names = " ".join(chance.sample(_WORDS, 3))
        yield f"{file}:{number * 7 % 400 + 1}: {names} = retry({chance.choice(_WORDS)})"


def prose(chance: random.Random) -> Iterator[str]:
    """A draft, a sentence at a time."""
    for _ in range(1000):
        few = chance.sample(_WORDS, chance.randrange(3, 7))
        others = " near the ".join(few[2:])
        yield f"The {few[0]} that she remembered had a {few[1]}, and {others}."


KINDS: dict[str, tuple[Callable[[random.Random], Iterator[str]], Callable[[list[str]], str]]] = {
    "JSON rows": (orders, lambda units: f"[{', '.join(units)}]"),
    "log": (log, "\n".join),
    "search results": (matches, "\n".join),
    "prose": (prose, " ".join),
}


def payload(ctx: SharedContext, kind: str, tokens: int) -> str:
    """A payload of about so many tokens."""
    make, joined = KINDS[kind]
    units: list[str] = []
    for unit in make(random.Random(7)):
        units.append(unit)
        if ctx.count_tokens(joined(units)) >= tokens:
            break
    return joined(units)


def decided(ctx: SharedContext, text: str, reader: Reader) -> Decision:
    """What the policy says of a payload."""
    (decision,) = Handoff(ctx, min_tokens=0).plan([Payload(text)], reader)
    return decision


def by_a_limit(ctx: SharedContext, text: str, cost: int) -> int:
    """Tokens that a view from 200 tokens on saves, tool included; negative where it costs."""
    before = ctx.count_tokens(text)
    if before < LIMIT:
        return 0
    view = ctx.put("payload-0123456789ab", text, tool=RetrievalTool.name)
    return before - view.compressed_tokens - (cost if view.omissions else 0)


def table(ctx: SharedContext, cost: int) -> Iterator[str]:
    """The table, in Markdown."""
    reader = Reader("reader", tool_tokens=cost)
    yield "| payload | tokens | what happens | saves | a fixed limit saves |"
    yield "|---|--:|---|--:|--:|"
    for kind in KINDS:
        for size in SIZES:
            text = payload(ctx, kind, size)
            decision = decided(ctx, text, reader)
            what = "stays whole"
            if decision.is_view:
                what = "a view, and the tool" if decision.needs_tool else "a view without loss"
            before = ctx.count_tokens(text)
            limit = by_a_limit(ctx, text, cost)
            yield f"| {kind} | {before:,} | {what} | {decision.saved:,} | {limit:,} |"


def main() -> None:
    """Prints the table."""
    ctx = SharedContext()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", type=int, help="tokens that the tool costs, instead of its own")
    cost = parser.parse_args().tool or RetrievalTool(ctx).tokens
    print(f"The tool costs {cost} tokens in each call of a model.\n")
    for line in table(ctx, cost):
        print(line)


if __name__ == "__main__":
    main()
