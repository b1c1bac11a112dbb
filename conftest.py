"""What holds for the tests of all packages."""

from __future__ import annotations

from hypothesis.internal.conjecture.providers import GLOBAL_CONSTANTS, HypothesisProvider

# Beside what its seed gives, Hypothesis draws the constants of all modules that it takes for the
# project's own. Which these are depends on what a machine has where, so that a run elsewhere would
# draw other payloads, and be red where this one is green. There is no setting for that.
HypothesisProvider._local_constants = type(GLOBAL_CONSTANTS)()  # type: ignore[assignment]
