"""A pytest plugin: CrewAI's tests, with hooks that do nothing.

CrewAI tells of each hook that it calls, by an event. What changes with these is CrewAI's.
"""

from __future__ import annotations

import pytest
from crewai.hooks import InterceptionPoint, get_hooks, register_hook

_POINTS = (
    InterceptionPoint.EXECUTION_START,
    InterceptionPoint.INPUT,
    InterceptionPoint.PRE_STEP,
    InterceptionPoint.POST_STEP,
    InterceptionPoint.PRE_MODEL_CALL,
    InterceptionPoint.PRE_TOOL_CALL,
    InterceptionPoint.POST_TOOL_CALL,
    InterceptionPoint.EXECUTION_END,
)


def _as_it_is(context: object) -> None:
    pass


@pytest.fixture(autouse=True)
def _hooks() -> None:
    # Each time anew: some of the tests clear all hooks.
    for point in _POINTS:
        if _as_it_is not in get_hooks(point):
            register_hook(point, _as_it_is)
