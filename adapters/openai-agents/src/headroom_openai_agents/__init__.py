"""Headroom for the OpenAI Agents SDK: views of large payloads at every handoff."""

from __future__ import annotations

from headroom_openai_agents._version import __version__
from headroom_openai_agents.filters import handoff_filter
from headroom_openai_agents.tools import retrieve_tool

__all__ = ["__version__", "handoff_filter", "retrieve_tool"]
