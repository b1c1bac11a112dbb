"""The incident of the examples in the OpenAI Agents SDK, each way that it can go.

Run by ``benchmarks.frameworks``, in an environment that has headroom-openai-agents.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"
os.environ.pop("OPENAI_API_KEY", None)
sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from agents import RunConfig
from agents.extensions import ToolOutputTrimmer
from agents.extensions.handoff_filters import remove_all_tools
from incident import Mind
from incident_openai_agents import job

from headroom import SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    nested_handoff_filter,
    retrieve_tool,
)

TOOL = "headroom_retrieve, from the context"


def ways() -> Iterator[tuple[str, str, Callable[[SharedContext], dict[str, Any]]]]:
    """The name of each way, its way back to what is not sent, and the options of the job."""
    yield "the SDK alone", "all is sent", lambda _: {}
    yield (
        "nest_handoff_history", "all is sent",
        lambda _: {"config": RunConfig(nest_handoff_history=True)},
    )  # fmt: skip
    yield (
        "ToolOutputTrimmer", "none",
        lambda _: {"config": RunConfig(call_model_input_filter=ToolOutputTrimmer())},
    )  # fmt: skip
    yield "remove_all_tools", "none", lambda _: {"input_filter": remove_all_tools}
    yield (
        "Headroom, handoff_filter", TOOL,
        lambda ctx: {"input_filter": handoff_filter(ctx), "tools": [retrieve_tool(ctx)]},
    )  # fmt: skip
    yield (
        "Headroom, nested_handoff_filter", TOOL,
        lambda ctx: {"input_filter": nested_handoff_filter(ctx), "tools": [retrieve_tool(ctx)]},
    )  # fmt: skip
    yield (
        "Headroom, headroom_run_config", TOOL,
        lambda ctx: {
            "config": headroom_run_config(ctx),
            "tools": [retrieve_tool(ctx)],
        },
    )  # fmt: skip


def main() -> None:
    """Prints a line of JSON for each way."""
    logging.getLogger().setLevel(logging.ERROR)
    print(json.dumps({"framework": f"openai-agents {version('openai-agents')}"}))
    for name, way_back, options in ways():
        ctx = SharedContext()
        mind = Mind(ctx.count_tokens, looks_up=False)
        outcome = mind.outcome(asyncio.run(job(mind, **options(ctx))))
        row = {"way": name, "sent": outcome.tokens_sent, "calls": outcome.calls}
        print(json.dumps({**row, "kept": outcome.facts_kept, "back": way_back}), flush=True)


if __name__ == "__main__":
    main()
