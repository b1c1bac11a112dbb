"""A pytest plugin: LangChain's tests, with ``HeadroomMiddleware`` in each agent."""

from __future__ import annotations

from compat.plugins.context import ctx, options
from compat.plugins.create_agent import put_in_place
from headroom_langgraph import HeadroomMiddleware

put_in_place(lambda: HeadroomMiddleware(ctx, **options))
