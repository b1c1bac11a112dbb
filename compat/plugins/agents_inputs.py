"""A pytest plugin: the Agents SDK's tests, with ``model_input_filter`` in each run's default."""

from __future__ import annotations

from compat.plugins.context import ctx, options
from compat.plugins.run_config import put_in_place
from headroom_openai_agents import model_input_filter

put_in_place("call_model_input_filter", model_input_filter(ctx, **options))
