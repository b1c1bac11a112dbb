"""The shortest road: one configuration for a run."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy

from agents import RunConfig
from typing_extensions import Unpack

from headroom import HandoffOptions, SharedContext
from headroom_openai_agents.composing import compose
from headroom_openai_agents.inputs import input_filter
from headroom_openai_agents.roles import DEFAULT_ROLES
from headroom_openai_agents.tenants import Namespace

__all__ = ["headroom_run_config"]


def headroom_run_config(
    ctx: SharedContext,
    run_config: RunConfig | None = None,
    *,
    namespace: Namespace | None = None,
    max_input_tokens: int | None = None,
    roles: Collection[str] = DEFAULT_ROLES,
    **options: Unpack[HandoffOptions],
) -> RunConfig:
    """A configuration with which models are sent views, on every turn and after handoffs.

    For ``Runner.run(agent, question, run_config=headroom_run_config(ctx))``. Results, sessions and
    tools keep the originals. Views leave something out for agents that have ``retrieve_tool(ctx)``
    among their tools, and are without loss for all others: the SDK lets no configuration give an
    agent a tool.

    An ``OpenAIResponsesCompactionSession`` is to be compacted after the run, by
    ``await session.run_compaction({"force": True})``: by itself it compacts only what was sent.

    Args:
        ctx: Where the originals go.
        run_config: What else the run is to have; it stays as it is. A ``call_model_input_filter``
            of it goes before ours.
        namespace: As ``model_input_filter`` takes it.
        max_input_tokens: As ``model_input_filter`` takes it.
        roles: As ``model_input_filter`` takes them.
        options: See ``headroom.HandoffOptions``; as ``model_input_filter`` takes them.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> headroom_run_config(SharedContext(), RunConfig(workflow_name="Incident")).workflow_name
    'Incident'

    """
    if run_config is not None and not isinstance(run_config, RunConfig):
        raise TypeError(f"run_config must be a RunConfig, not {type(run_config).__name__}")
    ours = input_filter(ctx, namespace, max_input_tokens, roles, must_have_tool=True, **options)
    config = RunConfig() if run_config is None else copy(run_config)
    theirs = config.call_model_input_filter
    config.call_model_input_filter = ours if theirs is None else compose(theirs, ours)
    return config
