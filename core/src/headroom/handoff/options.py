"""The options that every adapter takes, by ``**options: Unpack[HandoffOptions]``; their checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict

from headroom.arguments import brief
from headroom.context import ContextEntry, Decision, Payload, Reader, Savings
from headroom.handoff.question import as_query
from headroom.pipeline.pipeline import check_options
from headroom.view import Fidelity

if TYPE_CHECKING:
    from headroom.handoff.handoff import Handoff

__all__ = ["HandoffOptions", "TokenLimits", "check_handoff_options", "check_payloads"]


class HandoffOptions(TypedDict, total=False):
    """The options of a ``Handoff``, which checks them: for functions that hand them on to one.

    >>> from headroom import Handoff, SharedContext
    >>> options: HandoffOptions = {"min_tokens": 500, "exclude": ["secrets"]}
    >>> Handoff(SharedContext(), **options).min_tokens
    500

    """

    #: What the reader wants to know, in words.
    query: str | None
    #: The most tokens that each view has, markers included; of a mapping, each view of what the
    #: tool, task, node or agent of that name hands on.
    max_tokens: int | Mapping[str, int] | None
    #: How much a view may leave out, instead of the context's.
    fidelity: Fidelity | None
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


class TokenLimits(Mapping[str, int]):
    """The most tokens of a view by the name of its producer; it never changes."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = dict(limits)

    def __getitem__(self, name: str) -> int:
        return self._limits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._limits)

    def __len__(self) -> int:
        return len(self._limits)

    def __hash__(self) -> int:
        # Adapters look up by its options what they made for a handoff before.
        return hash(frozenset(self._limits.items()))

    def __repr__(self) -> str:
        return repr(self._limits)


def check_handoff_options(handoff: Handoff) -> None:
    """Says what is wrong with the options of a handoff.

    Raises:
        ValueError: An option makes no sense.
        TypeError: It has the wrong type.

    """
    limits, query = handoff.max_tokens, handoff.query
    if isinstance(query, str):
        # As it is asked: one that is too long is shortened.
        query = as_query(query)
    for limit in limits.values() if isinstance(limits, Mapping) else [limits]:
        check_options(query, limit, handoff.fidelity or "balanced")
    least = handoff.min_tokens
    if isinstance(least, bool) or not isinstance(least, int):
        raise TypeError(f"min_tokens must be a whole number, not {type(least).__name__}")
    if least < 0:
        raise ValueError(f"min_tokens must be 0 or more, not {brief(least)}")
    for option in ("exclude", "full_for"):
        names = getattr(handoff, option)
        if isinstance(names, str) or not isinstance(names, Collection):
            raise TypeError(f'{option} takes several names: {option}=["name"]')
    for option in ("on_compress", "on_handoff"):
        function = getattr(handoff, option)
        if function is not None and not callable(function):
            raise TypeError(f"{option} must be callable, not {type(function).__name__}")
    if not isinstance(handoff.savings, Savings):
        raise TypeError(f"savings must be Savings, not {type(handoff.savings).__name__}")


def check_payloads(payloads: Sequence[Payload], reader: Reader) -> None:
    """Says what is wrong with what is handed on, or with who reads it.

    Raises:
        TypeError: They are no payloads, or there is no reader.

    """
    if isinstance(payloads, (str, Payload)) or not isinstance(payloads, Sequence):
        raise TypeError(f"payloads must be a list of Payload, not {type(payloads).__name__}")
    for one in payloads:
        if not isinstance(one, Payload):
            raise TypeError(f"payloads must be a list of Payload, not of {type(one).__name__}")
    if not isinstance(reader, Reader):
        raise TypeError(f"reader must be a Reader, not {type(reader).__name__}")
