"""The options that every adapter takes, by ``**options: Unpack[HandoffOptions]``."""

from __future__ import annotations

from collections.abc import Callable, Collection

from headroom.context import ContextEntry, Decision, Savings, ViewOptions

__all__ = ["HandoffOptions"]


class HandoffOptions(ViewOptions, total=False):
    """The options of a ``Handoff``, which checks them: for functions that hand them on to one.

    >>> from headroom import Handoff, SharedContext
    >>> options: HandoffOptions = {"min_tokens": 500, "exclude": ["secrets"]}
    >>> Handoff(SharedContext(), **options).min_tokens
    500

    """

    #: Payloads with fewer tokens go on untouched; 200 if not given.
    min_tokens: int
    #: Sources whose payloads go on untouched: names of tools, tasks, nodes or agents.
    exclude: Collection[str]
    #: Readers that get originals: names of tasks, agents or nodes, or roles.
    full_for: Collection[str]
    #: Called with each decision, whether a payload became a view or not, and why.
    on_handoff: Callable[[Decision], object] | None
    #: Adds up what this run saves, beside the context's own sum.
    savings: Savings
    #: Called with the entry of each payload that was replaced by a view.
    on_compress: Callable[[ContextEntry], object] | None
