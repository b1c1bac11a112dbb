"""A pytest plugin: the Agents SDK's tests, with a filter of model inputs that changes nothing."""

from __future__ import annotations

from typing import Any

from agents.run import CallModelData, ModelInputData

from compat.plugins.run_config import put_in_place


async def as_it_is(data: CallModelData[Any]) -> ModelInputData:
    return data.model_data


put_in_place("call_model_input_filter", as_it_is)
