"""What observers are told of an operation: figures and names, never a payload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from headroom.context.decisions import Decision
from headroom.context.entry import ContextEntry, Excerpt
from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.observing import Attribute, Operation, observed
from headroom.view import CompressResult

__all__ = ["note_result", "run_told", "run_told_async"]

T = TypeVar("T")


def run_told(store: StoreNamespace, steps: StoreSteps[T], operation: str | None) -> T:
    """Does the steps, blocking; an operation with a name is told to those who watch."""
    if operation is None:
        return store.run(steps)
    with observed(operation, namespace=store.name) as told:
        result = store.run(steps)
        note_result(told, result)
        return result


async def run_told_async(store: StoreNamespace, steps: StoreSteps[T], operation: str | None) -> T:
    """``run_told``, without blocking the event loop."""
    if operation is None:
        return await store.run_async(steps)
    with observed(operation, namespace=store.name) as told:
        result = await store.run_async(steps)
        note_result(told, result)
        return result


def note_result(operation: Operation | None, result: object) -> None:
    """Notes what came of an operation, where somebody watches it."""
    if operation is None:
        return
    known = operation.attributes
    if isinstance(result, ContextEntry):
        known.update(_of_entry(result))
    elif isinstance(result, CompressResult):
        known.update(_of_view(result))
    elif isinstance(result, Excerpt):
        known["headroom.found"] = bool(result.where)
        known["headroom.tokens.retrieved"] = result.tokens
        known["headroom.kind"] = result.kind
        known["headroom.truncated"] = result.truncated
    elif isinstance(result, list):
        if operation.name == "handoff":
            _note_decisions(operation, result)
        else:
            known["headroom.found"] = bool(result)
    elif operation.name in ("get", "delete"):
        known["headroom.found"] = result is not None and result is not False


def _of_entry(entry: ContextEntry) -> dict[str, Attribute]:
    agent = {} if entry.agent is None else {"gen_ai.agent.name": entry.agent}
    return {
        "headroom.found": True,
        "headroom.key": entry.key,
        "headroom.kind": entry.kind,
        "headroom.tokens.before": entry.original_tokens,
        "headroom.tokens.after": entry.compressed_tokens,
        "headroom.complete": entry.complete,
        "headroom.failed": entry.failure is not None,
        **agent,
    }


def _of_view(result: CompressResult) -> dict[str, Attribute]:
    return {
        "headroom.kind": result.kind,
        "headroom.tokens.before": result.tokens_before,
        "headroom.tokens.after": result.tokens_after,
        "headroom.complete": result.complete,
        "headroom.failed": result.failure is not None,
        "headroom.transforms": ",".join(result.transforms),
    }


def _note_decisions(operation: Operation, decisions: Sequence[Decision]) -> None:
    for one in decisions:
        operation.decisions.append(
            {
                "headroom.source": one.source,
                "headroom.reader": one.reader,
                "headroom.is_view": one.is_view,
                "headroom.reason": one.reason,
                "headroom.tokens.before": one.tokens * one.calls,
                "headroom.tokens.after": one.sent_tokens * one.calls,
                "headroom.tokens.tool": one.tool_tokens * one.calls,
                "headroom.failed": one.failed,
            }
        )
    operation.attributes["headroom.payloads"] = len(decisions)
    operation.attributes["headroom.views"] = sum(one.is_view for one in decisions)
    for name in ("before", "after", "tool"):
        key = f"headroom.tokens.{name}"
        operation.attributes[key] = sum(int(one[key]) for one in operation.decisions)
