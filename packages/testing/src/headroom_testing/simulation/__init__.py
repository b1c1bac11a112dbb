"""Several contexts on one store, in every order that a seed can think of, beside a model.

One seed decides all that happens: which context goes on at each call of the store, which calls
fail, before they have an effect or after it, or are damaged, who crashes, and when time passes. So
what went wrong goes wrong again: ``python -m headroom_testing.simulation --seed 17``.

The idea is that of FoundationDB: Zhou et al., "FoundationDB: A Distributed Unbundled Transactional
Key Value Store" (SIGMOD 2021), section 4, deterministic simulation.
"""

from __future__ import annotations

from headroom_testing.simulation.running import SimulationFailure, simulate

__all__ = ["SimulationFailure", "simulate"]
