"""One namespace of a store, and what happens when the store fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, TypeVar

from headroom.errors import IntegrityError, StoreError
from headroom.stores import Header, Limits, Missing, Record, Store, Usage

__all__ = ["OnError", "StoreAccess"]

logger = logging.getLogger("headroom.context")

OnError = Literal["raise", "passthrough"]

T = TypeVar("T")


class StoreAccess:
    """The operations of a store within one namespace, with ``on_error`` applied.

    With ``"passthrough"`` a failure is logged and counted, and the operation answers as if nothing
    were there; ``put`` and ``next_version`` answer ``None``. What a store gives back changed is an
    error in either case: it must not pass for data.
    """

    def __init__(self, store: Store, namespace: str, on_error: OnError) -> None:
        self.store = store
        self.namespace = namespace
        self._on_error = on_error
        #: How often the store failed.
        self.errors = 0

    def next_version(self) -> int | None:
        return self._guarded(lambda: self.store.next_version(self.namespace), None)

    def put(self, record: Record, ttl: float | None, limits: Limits) -> bool | None:
        return self._guarded(
            lambda: self.store.put(self.namespace, record, ttl=ttl, limits=limits), None
        )

    def get(self, key: str) -> Record | Missing:
        absent: Record | Missing = Missing("absent")
        return self._guarded(lambda: self.store.get(self.namespace, key), absent)

    def find(self, reference: str) -> Record | None:
        return self._guarded(lambda: self.store.find(self.namespace, reference), None)

    def delete(self, key: str) -> bool:
        return self._guarded(lambda: self.store.delete(self.namespace, key), False)

    def clear(self) -> None:
        self._guarded(lambda: self.store.clear(self.namespace), 0)

    def headers(self) -> list[Header]:
        return self._guarded(lambda: self.store.headers(self.namespace), [])

    def usage(self) -> Usage:
        return self._guarded(lambda: self.store.usage(self.namespace), Usage(0, 0, 0, 0))

    def remember_view(self, view_reference: str, reference: str) -> None:
        self._guarded(
            lambda: self.store.remember_view(self.namespace, view_reference, reference), None
        )

    def is_view(self, reference: str) -> bool:
        origin = self._guarded(lambda: self.store.view_origin(self.namespace, reference), None)
        return origin is not None

    def _guarded(self, operation: Callable[[], T], otherwise: T) -> T:
        try:
            return operation()
        except IntegrityError:
            raise
        except Exception as error:
            if self._on_error == "raise":
                if isinstance(error, StoreError):
                    raise
                raise StoreError(f"the store failed: {type(error).__name__}: {error}") from error
            self.errors += 1
            logger.warning("the store failed (%s); going on without it", type(error).__name__)
            return otherwise
