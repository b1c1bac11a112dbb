"""One filter of several."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, overload

from agents import HandoffInputData
from agents.handoffs import HandoffInputFilter
from agents.run import CallModelData, ModelInputData

__all__ = ["compose"]

ModelFilter = Callable[[CallModelData[Any]], "ModelInputData | Awaitable[ModelInputData]"]


@overload
def compose(*filters: HandoffInputFilter) -> HandoffInputFilter: ...


@overload
def compose(*filters: ModelFilter) -> Callable[[CallModelData[Any]], Awaitable[ModelInputData]]: ...


def compose(*filters: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One filter of several, the first one first; each may be sync or async.

    Input filters of handoffs, or filters of models' inputs: all of them of one sort. Ours comes
    last: it then sees what the others left, and the views are only for the model.

    Raises:
        TypeError: One of them cannot be called.

    >>> from agents.extensions.handoff_filters import remove_all_tools
    >>> from headroom import SharedContext
    >>> from headroom_openai_agents import handoff_filter
    >>> both = compose(remove_all_tools, handoff_filter(SharedContext()))

    """
    for one in filters:
        if not callable(one):
            raise TypeError(f"compose takes input filters, not {type(one).__name__}")

    async def composed_filter(data: HandoffInputData | CallModelData[Any]) -> object:
        for one in filters:
            result = one(data)
            result = await result if inspect.isawaitable(result) else result
            # A filter of models' inputs is given more than it gives back.
            data = replace(data, model_data=result) if isinstance(data, CallModelData) else result
        return data.model_data if isinstance(data, CallModelData) else data

    return composed_filter
