"""A pytest plugin: the Agents SDK's tests, with a filter in each run that changes nothing.

Any filter of handoffs switches things of the SDK off, ``nest_handoff_history`` for one. What goes
otherwise with this one, too, is the SDK's.
"""

from __future__ import annotations

from agents import HandoffInputData

from compat.plugins.run_config import put_in_place


def as_it_is(data: HandoffInputData) -> HandoffInputData:
    return data


put_in_place("handoff_input_filter", as_it_is)
