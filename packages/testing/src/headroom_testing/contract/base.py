"""What a store's test class says of the store, and which tests follow from it."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from headroom import Store, open_store

__all__ = ["Capability", "ContractBase", "capability_of", "needs"]

_Test = TypeVar("_Test", bound=Callable[..., Any])


class Capability(enum.Enum):
    """What not every store does; a test class claims what its store does."""

    #: What was put is there after the store was closed and opened again.
    DURABLE = "durable"
    #: Several handles, in several processes, work on the same entries.
    SHARED = "shared"
    #: A process killed in the middle of a write loses at most that write.
    CRASH_SAFE = "crash safe"
    #: ``watch`` also wakes for what another handle writes.
    NOTIFIES = "notifies"
    #: ``asynchronous()`` gives the operations to be awaited.
    ASYNC = "async"
    #: ``lease`` holds what somebody needs, against limits and time.
    LEASES = "leases"
    #: What is changed behind its back is not handed out as what was put.
    CHECKED = "checked"


def needs(*capabilities: Capability) -> Callable[[_Test], _Test]:
    """Marks a test that runs only where a store claims all these; it is about the first."""

    def mark(test: _Test) -> _Test:
        test._headroom_capabilities = capabilities  # type: ignore[attr-defined]
        return test

    return mark


def capability_of(test: object) -> Capability | None:
    """The capability that a test is about; ``None`` for what every store does."""
    return next(iter(_needed(test)), None)


def _needed(test: object) -> tuple[Capability, ...]:
    found: tuple[Capability, ...] = getattr(test, "_headroom_capabilities", ())
    return found


class ContractBase(ABC):
    """How the contract reaches the store under test."""

    #: What the store does beyond what all do. Tests of other capabilities are not collected.
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    _claimable: ClassVar[dict[str, Callable[..., object]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: test for name, test in vars(cls).items() if capability_of(test) is not None}
        # In the order of definition, so that a subclass can put its own in the place of a test.
        inherited: dict[str, Callable[..., object]] = {}
        for base in reversed(cls.__bases__):
            inherited.update(getattr(base, "_claimable", {}))
        cls._claimable = {
            name: test for name, test in inherited.items() if name not in vars(cls)
        } | own
        for name, test in cls._claimable.items():
            # pytest collects what can be called; a claim of a subclass brings a test back.
            setattr(cls, name, test if cls.capabilities.issuperset(_needed(test)) else None)

    @abstractmethod
    def open(self) -> Store:
        """A new, empty store."""

    @abstractmethod
    def advance(self, seconds: float) -> None:
        """Lets time pass for the store that was opened last."""

    def locator(self) -> str:
        """For DURABLE and SHARED: the URL of the store that was opened last.

        Other processes open it with ``headroom.open_store``.
        """
        raise NotImplementedError("a durable or shared store says its URL in locator()")

    def open_again(self) -> Store:
        """For DURABLE and SHARED: another handle on the data of the store that was opened last.

        Override it where the handle needs the test's clock.
        """
        return open_store(self.locator())

    def damage(self, namespace: str, reference: str) -> None:
        """For CHECKED: changes what is stored of a content, by another way than the store's.

        The content is of several thousand bytes; change some in their middle.
        """
        raise NotImplementedError("a store that checks what it reads is damaged by damage()")
