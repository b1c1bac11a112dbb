"""``headroom demo``: the two-minute story, offline."""

from __future__ import annotations

import json

from rich.console import Console
from rich.text import Text

from headroom import SharedContext
from headroom_cli.terminal import output

__all__ = ["demo"]

_LINES = 20


def demo() -> None:
    """Two agents and 13,000 tokens: what the second one is sent, and how it looks up the rest."""
    console = output()
    orders = _orders()
    original = json.dumps(orders)
    with SharedContext() as ctx:
        entry = ctx.put("orders", original, agent="searcher")
        _say(console, "1. An agent found 500 orders. A framework hands the next agent all of it:")
        _show(console, f"{original[:150]} ...")
        console.print(f"   {entry.original_tokens:,} tokens, at every hop and in every turn.\n")

        query = "which refund failed?"
        view = ctx.get("orders", query=query, max_tokens=170) or ""
        _say(console, "2. Headroom stores it once, and hands on a view for the question it is for:")
        _show(console, view)
        tokens = ctx.count_tokens(view)
        share = (1 - tokens / entry.original_tokens) * 100
        console.print(f"   {tokens:,} tokens, {share:.1f} % fewer; the failed refund is in it.\n")

        place = "rows 100-103"
        _say(console, f'3. The agent wants more, and looks up "{place}", or asks in words:')
        _show(console, ctx.retrieve("orders", place=place).text)
        _show(console, ctx.retrieve("orders", query="order 41077", max_tokens=60).text)
        console.print()

        same = ctx.get("orders", full=True) == original
        _say(console, f"4. The original is there, byte for byte: {same}")
    console.print(
        "\n   Your own: headroom compress FILE, headroom diff FILE\n"
        "   In your agents: https://github.com/headroom-dev/headroom#use-it"
    )


def _orders() -> list[dict[str, object]]:
    orders: list[dict[str, object]] = [
        {"order": 41000 + n, "customer": f"c{n * 37 % 900}", "status": "paid", "total": 10 + n % 40}
        for n in range(500)
    ]
    orders[321].update(status="refund_failed", total=9120)
    return orders


def _say(console: Console, text: str) -> None:
    console.print(Text(text, "bold"))


def _show(console: Console, text: str) -> None:
    lines = text.split("\n")
    shown = lines[:_LINES] + (
        [f"... {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
    )
    for line in shown:
        console.print(Text(f"   {line}", "cyan"), soft_wrap=console.width >= 80)
