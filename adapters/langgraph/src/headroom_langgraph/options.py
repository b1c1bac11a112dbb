"""The options that every road takes, checked in one place."""

from __future__ import annotations

from collections.abc import Callable, Collection

from headroom import ContextEntry, Fidelity, Handoff, RetrievalTool, SharedContext

__all__ = ["checked_names", "handoff_of"]


def handoff_of(
    ctx: SharedContext,
    *,
    query: str | None,
    max_tokens: int | None,
    fidelity: Fidelity | None,
    min_tokens: int,
    exclude: Collection[str] | None,
    on_compress: Callable[[ContextEntry], object] | None,
    mention_tool: bool,
) -> Handoff:
    """What makes the views.

    Raises:
        ValueError: An option makes no sense.
        TypeError: An option has the wrong type.

    """
    if not isinstance(ctx, SharedContext):
        # Said now, for a run would go on without a single view. @compress_node is easily written
        # in place of @compress_node(ctx).
        raise TypeError(f"the first argument must be a SharedContext, not {type(ctx).__name__}")
    return Handoff(
        ctx,
        query=query,
        max_tokens=max_tokens,
        fidelity=fidelity,
        min_tokens=min_tokens,
        exclude=checked_names("exclude", exclude) or frozenset(),
        on_compress=on_compress,
        tool=RetrievalTool.name if mention_tool else None,
    )


def checked_names(what: str, names: Collection[str] | None) -> frozenset[str] | None:
    """Names that do not change any more, so that they can be compared and hashed.

    Raises:
        TypeError: It is one text, where several are asked for.

    """
    if isinstance(names, str):
        raise TypeError(f'{what} takes several names: {what}=["name"]')
    return None if names is None else frozenset(names)
