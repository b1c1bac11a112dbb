"""``python -m headroom_testing.simulation --seed 17``, or ``--seeds 1000-20000``."""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module

from headroom_testing.simulation.running import SimulationFailure, memory_store, simulate


def main(arguments: list[str] | None = None) -> int:
    """Runs seeds, and says which one fails, and how."""
    parser = argparse.ArgumentParser(
        prog="python -m headroom_testing.simulation", description=sys.modules[__name__].__doc__
    )
    parser.add_argument("--seed", type=int, help="one seed, again")
    parser.add_argument("--seeds", default="0-999", help="the first and the last")
    parser.add_argument("--store", help="module:function, which takes a clock and makes a store")
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if options.seed is not None:
        seeds = range(options.seed, options.seed + 1)
    make = memory_store
    if options.store:
        module, _, function = options.store.partition(":")
        make = getattr(import_module(module), function)
    began = time.monotonic()
    try:
        steps = simulate(seeds, make)
    except SimulationFailure as failure:
        print(failure)
        return 1
    print(f"{len(seeds)} seeds, {steps} steps, {time.monotonic() - began:.1f} seconds: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
