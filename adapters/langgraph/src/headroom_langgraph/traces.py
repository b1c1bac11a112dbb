"""What handoffs saved, in the metadata of the LangSmith run that is traced."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from typing import TypeVar

from headroom import Decision, Handoff

__all__ = ["traced"]

H = TypeVar("H", bound=Handoff)

#: Names of sources and readers that a run keeps.
_NAMES = 20

logger = logging.getLogger("headroom.langgraph")


def traced(handoff: H) -> H:
    """The same handoff, which also adds its figures to the run that is traced, where one is."""
    told = handoff.on_handoff

    def note(decision: Decision) -> None:
        try:
            _note(decision)
        except Exception as error:
            logger.warning("a handoff is not traced: %s", type(error).__name__)
        if told is not None:
            told(decision)

    return replace(handoff, on_handoff=note)


def _note(decision: Decision) -> None:
    # LangChain imports it once something is traced; before that there is no run.
    helpers = sys.modules.get("langsmith.run_helpers")
    run = None if helpers is None else helpers.get_current_run_tree()
    if run is None:
        return
    known = run.metadata
    figures = {
        "payloads": 1,
        "views": int(decision.is_view),
        "failed": int(decision.failed),
        "tokens.before": decision.tokens * decision.calls,
        "tokens.after": decision.sent_tokens * decision.calls,
        "tokens.tool": decision.tool_tokens * decision.calls,
    }
    run.add_metadata(
        {f"headroom.{name}": known.get(f"headroom.{name}", 0) + n for name, n in figures.items()}
    )
    for role, name in (("sources", decision.source), ("readers", decision.reader)):
        names = known.setdefault(f"headroom.{role}", [])
        if name and name not in names and len(names) < _NAMES:
            names.append(name)
