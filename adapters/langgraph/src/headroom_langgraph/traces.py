"""What handoffs saved, in the metadata of the LangSmith run that is traced."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock

from headroom.observing import Attribute, Operation, observe

__all__ = ["trace_handoffs"]

#: Names of sources and readers that a run keeps.
_NAMES = 20
# Whose the figures are: a run takes over the metadata of the one that it is a child of.
_RUN = "headroom.run"

# Threads of one run add to the same figures.
_lock = Lock()


@lru_cache(maxsize=1)
def trace_handoffs() -> None:
    """From the first call on, handoffs add their figures to the run that is traced, if one is."""
    observe(_added)


@contextmanager
def _added(operation: Operation) -> Iterator[None]:
    yield
    if operation.decisions:
        _add(operation.decisions)


def _add(decisions: Sequence[Mapping[str, Attribute]]) -> None:
    # LangChain imports it once something is traced; before that there is no run.
    helpers = sys.modules.get("langsmith.run_helpers")
    run = None if helpers is None else helpers.get_current_run_tree()
    if run is None:
        return
    with _lock:
        known = run.metadata if run.metadata.get(_RUN) == str(run.id) else {}
        figures = {
            "headroom.payloads": len(decisions),
            "headroom.views": sum(bool(one["headroom.is_view"]) for one in decisions),
            "headroom.failed": sum(bool(one["headroom.failed"]) for one in decisions),
        }
        for name in ("before", "after", "tool"):
            key = f"headroom.tokens.{name}"
            figures[key] = sum(int(one[key]) for one in decisions)
        told = {_RUN: str(run.id), **{key: known.get(key, 0) + n for key, n in figures.items()}}
        for role in ("source", "reader"):
            names = dict.fromkeys([*known.get(f"headroom.{role}s", ())])
            names.update(dict.fromkeys(str(one[f"headroom.{role}"]) for one in decisions))
            told[f"headroom.{role}s"] = [name for name in names if name][:_NAMES]
        run.add_metadata(told)
