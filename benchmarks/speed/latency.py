"""What somebody waits for: import, first view, a put, an event loop, threads and workers."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

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
# As where a program makes its context first, and a model answers before there is a payload.
_FIRST_PUT = (
    "import sys, time, headroom; text = sys.stdin.read(); ctx = headroom.SharedContext(); "
    "time.sleep(1.5); began = time.perf_counter(); "
    "ctx.put('first', text); print(time.perf_counter() - began)"
)
# Warms up with the first of its texts, says so, and compresses the others when it is told.
_SHARE = (
    "import json, sys, headroom; first, *texts = json.loads(sys.stdin.readline()); "
    "headroom.compress(first); print('ready', flush=True); sys.stdin.readline(); "
    "[headroom.compress(text) for text in texts]; print('done', flush=True)"
)
#: Fresh processes for each figure of them, puts for each figure of those, and runs of which the
#: fastest counts.
_PROCESSES, _PUTS, _REPEATS = 11, 40, 3


def measure() -> Iterator[tuple[str, str, str]]:
    """What it is, what was measured, and the goal."""
    yield (
        "`import headroom`, a fresh process",
        _ms(_processes(_NOTHING.format("import headroom"))),
        "40",
    )
    small = LARGE["json rows"](4000)
    yield "first compression of a process, 4 KB of JSON", _ms(_processes(_FIRST, small)), "250"
    yield "first put, the context made 1.5 s before", _ms(_processes(_FIRST_PUT, small)), "250"
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
    with tempfile.TemporaryDirectory() as folder:
        # Whoever installs a package compiles it; the first run does that here.
        env = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        seconds = [
            float(
                subprocess.run(
                    [sys.executable, "-c", program],
                    input=text, env=env, capture_output=True, text=True, check=True,
                ).stdout
            )
            for _ in range(1 + _PROCESSES)
        ]  # fmt: skip
    return seconds[1:]


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
    events = LARGE["json events"](4_800_000).split(",\n")
    each = len(events) // 16
    texts = [f"[{','.join(events[n * each + 1 : (n + 1) * each])}]" for n in range(16)]
    # A context makes no view twice, so what warms it up are others.
    first, texts = texts[:8], texts[8:]
    compress(first[0])
    began = time.perf_counter()
    for text in texts:
        compress(text)
    alone = time.perf_counter() - began
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compress, first[:4]))
        began = time.perf_counter()
        list(pool.map(compress, texts))
        threads = time.perf_counter() - began
    yield "four threads against one, 8 of 300 KB", f"{alone / threads:.2f} times", ""
    one, two = (_best(lambda count=count: _apart(first[0], texts, count)) for count in (1, 2))
    yield (
        "two processes that share nothing against one, the same: what this machine can do",
        f"{one / two:.2f} times",
        "",
    )
    none, one, two = (
        _best(lambda count=count: asyncio.run(_workers(first, texts, count))) for count in (0, 1, 2)
    )
    yield "`workers=2` against `workers=1`, the same", f"{one / two:.2f} times", "1.7"
    yield "`workers=2` against none, the same", f"{none / two:.2f} times", ""


def _best(seconds: Callable[[], float]) -> float:
    return min(seconds() for _ in range(_REPEATS))


def _apart(first: str, texts: list[str], count: int) -> float:
    """Seconds that so many processes take, each with its share from the start."""
    with ExitStack() as stack:
        ones = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _SHARE],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )
            )
            for _ in range(count)
        ]  # fmt: skip
        for number, one in enumerate(ones):
            _tell(one, json.dumps([first, *texts[number::count]]))
        for one in ones:
            _hear(one)
        began = time.perf_counter()
        for one in ones:
            _tell(one, "go")
        for one in ones:
            _hear(one)
        return time.perf_counter() - began


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    if not process.stdout.readline():
        raise RuntimeError("a process that was to compress its share has ended")


async def _workers(first: list[str], texts: list[str], workers: int) -> float:
    async with SharedContext(max_entries=None, workers=workers) as ctx:
        # Starts the processes; each loads its vocabulary.
        await asyncio.gather(*(ctx.aput(f"first {n}", text) for n, text in enumerate(first)))
        began = time.perf_counter()
        await asyncio.gather(*(ctx.aput(str(n), text) for n, text in enumerate(texts)))
        return time.perf_counter() - began
