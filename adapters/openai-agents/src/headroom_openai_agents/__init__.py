"""Headroom for the OpenAI Agents SDK: views of large payloads wherever they go to a model."""

from __future__ import annotations

import _headroom_namesake  # noqa: F401 - says where another module is called headroom
from headroom_openai_agents._version import __version__
from headroom_openai_agents.composing import compose
from headroom_openai_agents.filters import handoff_filter, nested_handoff_filter
from headroom_openai_agents.hooks import headroom_hooks
from headroom_openai_agents.inputs import model_input_filter, session_input_callback
from headroom_openai_agents.run_config import headroom_run_config
from headroom_openai_agents.sources import output_extractor, tool_output_guardrail
from headroom_openai_agents.tools import retrieve_tool

__all__ = [
    "__version__",
    "compose",
    "handoff_filter",
    "headroom_hooks",
    "headroom_run_config",
    "model_input_filter",
    "nested_handoff_filter",
    "output_extractor",
    "retrieve_tool",
    "session_input_callback",
    "tool_output_guardrail",
]
