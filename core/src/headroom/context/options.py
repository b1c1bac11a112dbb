"""Options that several functions take, here and in adapters."""

from __future__ import annotations

from typing import TypedDict

from headroom.view import Fidelity

__all__ = ["ViewOptions"]


class ViewOptions(TypedDict, total=False):
    """What a view is to be like: for ``SharedContext.put`` and ``get``, and whatever calls them.

    >>> from headroom import SharedContext
    >>> options: ViewOptions = {"max_tokens": 300, "fidelity": "compact"}
    >>> _ = SharedContext().put("key", "Fly on Monday.", **options)

    """

    #: What the reader wants to know, in words.
    query: str | None
    #: The most tokens that a view has, markers included.
    max_tokens: int | None
    #: How much a view may leave out, instead of the context's.
    fidelity: Fidelity | None
