"""A pytest plugin: the Agents SDK's tests, with ``handoff_filter`` in each run's default."""

from __future__ import annotations

from compat.plugins.context import ctx, options
from compat.plugins.run_config import put_in_place
from headroom_openai_agents import handoff_filter

put_in_place("handoff_input_filter", handoff_filter(ctx, **options))
