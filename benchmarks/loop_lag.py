"""``python -m benchmarks.loop_lag``: how long awaited puts keep an event loop waiting."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time

from benchmarks.quantiles import quantile
from headroom import SharedContext

_BEAT = 0.005
_STATES = ("ok", "late", "failed")
_WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def payload(seed: int, size: int) -> str:
    """Rows of JSON of about so many bytes."""
    choice = random.Random(seed)
    rows: list[str] = []
    length = 0
    while length < size:
        row = {
            "id": choice.randrange(10**6),
            "status": choice.choice(_STATES),
            "note": " ".join(choice.choices(_WORDS, k=8)),
            "delay": choice.randrange(500),
        }
        rows.append(json.dumps(row))
        length += len(rows[-1])
    return f"[{','.join(rows)}]"


async def measure(store: str, puts: int, size: int, workers: int) -> tuple[float, list[float]]:
    """Seconds that so many puts at once take, and by how many the loop was late, in order."""
    async with SharedContext(store=store, max_entries=None, workers=workers) as ctx:
        # The first reads the vocabulary and starts what there is to start.
        await ctx.aput("first", payload(puts, size))
        payloads = [payload(number, size) for number in range(puts)]
        lags: list[float] = []
        is_over = asyncio.Event()

        async def beat() -> None:
            while not is_over.is_set():
                began = time.perf_counter()
                await asyncio.sleep(_BEAT)
                lags.append(time.perf_counter() - began - _BEAT)

        beating = asyncio.create_task(beat())
        began = time.perf_counter()
        await asyncio.gather(*(ctx.aput(f"{n}", text) for n, text in enumerate(payloads)))
        seconds = time.perf_counter() - began
        is_over.set()
        await beating
    return seconds, sorted(lags)


def main(arguments: list[str] | None = None) -> None:
    """Prints by how much the loop was late."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loop_lag", description=__doc__)
    parser.add_argument("--store", default="memory://")
    parser.add_argument("--puts", type=int, default=40)
    parser.add_argument("--size", type=int, default=43_000, help="bytes of a payload")
    parser.add_argument("--workers", type=int, default=0)
    chosen = parser.parse_args(arguments)
    seconds, lags = asyncio.run(measure(chosen.store, chosen.puts, chosen.size, chosen.workers))
    late = ", ".join(
        f"p{100 * share:g} {1000 * quantile(lags, share):.0f}" for share in (0.5, 0.9, 0.99)
    )
    print(
        f"{chosen.puts} puts of {chosen.size // 1000} KB in {seconds:.2f} s; the loop was late by "
        f"{late}, at most {1000 * lags[-1]:.0f} ms"
    )


if __name__ == "__main__":
    main()
