"""What somebody waits for: import, first view, a put, an event loop, threads and workers."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks import loop_lag
from benchmarks.quantiles import quantile
from headroom import SharedContext, compress
from headroom_testing.large import LARGE

__all__ = ["measure"]

_NOTHING = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"
_FIRST = (
    "import sys, time, headroom; text = sys.stdin.read(); began = time.perf_counter(); "
    "headroom.compress(text); print(time.perf_counter() - began)"
)
#: Fresh processes for each figure of them, and puts for each figure of those.
_PROCESSES, _PUTS = 11, 40


def measure() -> Iterator[tuple[str, str, str]]:
    """What it is, what was measured, and the goal."""
    yield (
        "`import headroom`, a fresh process",
        _ms(_processes(_NOTHING.format("import headroom"))),
        "40",
    )
    small = LARGE["json rows"](4000)
    yield "first compression of a process, 4 KB of JSON", _ms(_processes(_FIRST, small)), "250"
    yield "put of 100 KB of JSON, 134 nested rows", _puts(_nested), "8"
    yield "put of 100 KB of JSON, 1,000 flat rows", _puts(_flat), "12"
    prose = LARGE["prose"](400_000)
    pieces = iter(prose[at : at + 4000] for at in range(0, len(prose), 4000))
    yield "compress 4 KB of prose", _ms(_timed(lambda _: next(pieces), compress, _PUTS)), "2"
    for puts, size, goal in ((1, 5_000_000, "30"), (40, 43_000, "50")):
        _, lags = asyncio.run(loop_lag.measure("memory://", puts, size, 0))
        what = f"event loop late, {puts} `aput` of {size / 1000:,.0f} KB"
        yield what, f"p99 {1000 * quantile(lags, 0.99):.0f} ms", goal
    yield from _at_once()


def _processes(program: str, text: str = "") -> list[float]:
    return [
        float(
            subprocess.run(
                [sys.executable, "-c", program],
                input=text, capture_output=True, text=True, check=True,
            ).stdout
        )
        for _ in range(_PROCESSES)
    ]  # fmt: skip


def _timed(make: Callable[[int], str], what: Callable[[str], object], times: int) -> list[float]:
    seconds = []
    for number in range(times):
        text = make(number)
        began = time.perf_counter()
        what(text)
        seconds.append(time.perf_counter() - began)
    return seconds


def _puts(make: Callable[[int], str]) -> str:
    with SharedContext(max_entries=None) as ctx:
        ctx.put("first", make(_PUTS))
        return _ms(_timed(make, lambda text: ctx.put(str(len(ctx.keys())), text), _PUTS))


def _ms(seconds: list[float]) -> str:
    return f"p50 {1000 * quantile(seconds, 0.5):.1f} ms, p99 {1000 * quantile(seconds, 0.99):.1f}"


def _nested(seed: int) -> str:
    """An answer of an API: rows with objects and lists in them, about 100 KB."""
    choice = random.Random(seed)
    rows = [
        {
            "id": f"evt_{choice.randrange(10**12)}",
            "created": 1_760_000_000 + 60 * number + choice.randrange(60),
            "type": choice.choice(("invoice.paid", "invoice.sent", "charge.failed")),
            "actor": {"id": choice.randrange(10**6), "name": f"user {choice.randrange(900)}"},
            "lines": [
                {"sku": f"sku-{choice.randrange(400)}", "count": choice.randrange(1, 9),
                 "price": {"amount": choice.randrange(10_000) / 100, "currency": "EUR"}}
                for _ in range(choice.randrange(4, 8))
            ],
            "note": " ".join(choice.choices(("late", "again", "customer", "asked", "for"), k=12)),
        }
        for number in range(134)
    ]  # fmt: skip
    return json.dumps(rows, indent=1)


def _flat(seed: int) -> str:
    """Rows of a table, about 100 KB."""
    choice = random.Random(seed)
    rows = [
        {
            "id": number,
            "name": f"item {choice.randrange(10**5)}",
            "state": choice.choice(("open", "paid", "late")),
            "total": choice.randrange(10**6) / 100,
            "since": f"2026-0{choice.randrange(1, 10)}-{choice.randrange(10, 29)}",
        }
        for number in range(1000)
    ]
    return json.dumps(rows)


def _at_once() -> Iterator[tuple[str, str, str]]:
    """Eight payloads of 300 KB, by one thread, by four, and by processes."""
    events = LARGE["json events"](2_400_000).split(",\n")
    each = len(events) // 8
    texts = [f"[{','.join(events[n * each + 1 : (n + 1) * each])}]" for n in range(8)]
    compress(texts[0])
    began = time.perf_counter()
    for text in texts:
        compress(text)
    alone = time.perf_counter() - began
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compress, texts[:4]))
        began = time.perf_counter()
        list(pool.map(compress, texts))
        threads = time.perf_counter() - began
    yield "four threads against one, 8 of 300 KB", f"{alone / threads:.2f} times", ""
    one, two = (asyncio.run(_workers(texts, count)) for count in (1, 2))
    yield "`workers=2` against `workers=1`, the same", f"{one / two:.2f} times", "1.7"
    yield (
        "`workers=2` against none, the same",
        f"{asyncio.run(_workers(texts, 0)) / two:.2f} times",
        "",
    )


async def _workers(texts: list[str], workers: int) -> float:
    async with SharedContext(max_entries=None, workers=workers) as ctx:
        # Starts the processes; each loads its vocabulary.
        await asyncio.gather(*(ctx.aput(f"first {n}", text) for n, text in enumerate(texts)))
        began = time.perf_counter()
        await asyncio.gather(*(ctx.aput(str(n), text) for n, text in enumerate(texts)))
        return time.perf_counter() - began
