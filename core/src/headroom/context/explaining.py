"""What would become of a payload: the policy of handoffs says, and stands on a floor above."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from headroom.context.decisions import Decision, Payload, Reader
from headroom.context.store_namespace import StoreSteps
from headroom.forking import undisturbed
from headroom.payload import to_text
from headroom.steps import work
from headroom.view import Fidelity

if TYPE_CHECKING:
    from headroom.context.shared_context import SharedContext

__all__ = ["Policy", "decided_by", "explained"]


class Policy(Protocol):
    """What decides of a payload, without storing it."""

    def __call__(
        self,
        ctx: SharedContext,
        payload: Payload,
        reader: Reader | str,
        *,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity | None,
    ) -> StoreSteps[Decision]: ...


_policy: Policy | None = None


def decided_by(policy: Policy) -> Policy:
    """Makes this the policy by which contexts explain."""
    global _policy
    _policy = policy
    return policy


def _load() -> None:
    # The floor above brings it, and where nobody has handed anything on yet, it is not loaded.
    with undisturbed:
        import_module("headroom.handoff")


def explained(
    ctx: SharedContext,
    data: object,
    source: str,
    reader: Reader | str | None,
    *,
    query: str | None,
    max_tokens: int | None,
    fidelity: Fidelity | None,
) -> StoreSteps[Decision]:
    """What the policy says of a payload."""
    if _policy is None:
        yield from work(_load)
    assert _policy is not None
    if not isinstance(data, Payload):
        data = Payload((yield from work(lambda: to_text(data))), source)
    return (
        yield from _policy(
            ctx, data, reader or "", query=query, max_tokens=max_tokens, fidelity=fidelity
        )
    )
