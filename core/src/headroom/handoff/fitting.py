"""Making what a model is sent fit a budget for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headroom.context import Decision, Payload
from headroom.context.store_namespace import StoreSteps
from headroom.handoff.notices import Notices
from headroom.steps import work

if TYPE_CHECKING:
    from headroom.handoff.deciding import Deciding

__all__ = ["fitted"]

# Fewer tokens than that say little beside how to look up the rest. Chosen.
_LEAST = 100

# Where what was sent before must change, so that the provider's cache of the prompt is lost from
# there on, it is made so much smaller that the next turns need not do the same. Chosen.
_AFTERWARDS = 3 / 4


def fitted(
    deciding: Deciding, payloads: Sequence[Payload], decided: Sequence[Decision], room: int
) -> StoreSteps[list[Decision]]:
    """Decisions with which all payloads together have no more tokens than there is room for.

    Views are tightened, the oldest first: of those that no model was sent yet, and only where that
    is not enough of those that one was sent before.

    Args:
        deciding: Makes the views.
        payloads: What is handed on, the oldest first.
        decided: What was decided of each.
        room: Tokens.

    """
    fits = list(decided)
    sizes: list[int] = yield from work(
        lambda: [one.sent_tokens or deciding.ctx.count_tokens(one.text) for one in fits]
    )
    total = sum(sizes)
    # What is excluded or small was not counted, and stays.
    free = [place for place, one in enumerate(fits) if one.tokens and not one.failed]
    fresh = [place for place in free if fits[place].is_new]
    sent = [place for place in free if not fits[place].is_new]
    for places, goal in ((fresh, room), (sent, int(room * _AFTERWARDS))):
        if total <= room:
            break
        for place in places:
            if total <= goal:
                break
            limit = max(_LEAST, sizes[place] - (total - goal))
            if limit < sizes[place]:
                one = yield from deciding.tightened(payloads[place], fits[place], limit)
                total += one.sent_tokens - sizes[place]
                fits[place], sizes[place] = one, one.sent_tokens
    if total > room and deciding.stored is not None:
        Notices.of(deciding.ctx).say(
            "room", "the input of a model has more tokens than max_input_tokens: no view is smaller"
        )
    return fits
