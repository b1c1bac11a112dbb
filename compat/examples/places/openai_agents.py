"""The Agents SDK with what ``headroom_run_config`` gives in each run, beside what the run has."""

from __future__ import annotations

import functools
from typing import Any

from agents import RunConfig

from compat.examples.record import ctx, options
from headroom_openai_agents import headroom_run_config

_init = RunConfig.__init__
_ours: set[int] = set()


@functools.wraps(_init)
def _with_ours(self: RunConfig, *args: Any, **settings: Any) -> None:
    _init(self, *args, **settings)
    # A copy of a configuration has it already.
    if id(self.call_model_input_filter) not in _ours:
        self.call_model_input_filter = headroom_run_config(
            ctx, self, **options
        ).call_model_input_filter
        _ours.add(id(self.call_model_input_filter))
        _held.append(self.call_model_input_filter)


# Held, so that no other object has the id of one of them.
_held: list[Any] = []
RunConfig.__init__ = _with_ours  # type: ignore[method-assign]
