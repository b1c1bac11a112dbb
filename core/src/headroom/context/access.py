"""One namespace of a store, and what happens when the store fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, TypeVar

from headroom.context.steps import Steps, StoreCall
from headroom.errors import IntegrityError, StoreError
from headroom.stores import Header, Limits, Missing, Record, Store, Usage

__all__ = ["OnError", "StoreAccess"]

logger = logging.getLogger("headroom.context")

OnError = Literal["raise", "passthrough"]

T = TypeVar("T")

_NO_LIMITS = Limits()


class StoreAccess:
    """The operations of a store within one namespace, as steps, with ``on_error`` applied.

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

    def next_version(self) -> Steps[int | None]:
        otherwise: int | None = None
        return self._call(otherwise, "next_version")

    def put(
        self,
        record: Record,
        ttl: float | None,
        limits: Limits = _NO_LIMITS,
        expected: int | None = None,
    ) -> Steps[bool | None]:
        otherwise: bool | None = None
        return self._call(otherwise, "put", record, ttl=ttl, limits=limits, expected=expected)

    def get(self, key: str, *, with_original: bool = True) -> Steps[Record | Missing]:
        absent: Record | Missing = Missing("absent")
        return self._call(absent, "get", key, with_original=with_original)

    def find(self, reference: str) -> Steps[Record | None]:
        otherwise: Record | None = None
        return self._call(otherwise, "find", reference)

    def delete(self, key: str) -> Steps[bool]:
        return self._call(False, "delete", key)

    def clear(self) -> Steps[int]:
        return self._call(0, "clear")

    def headers(self) -> Steps[list[Header]]:
        nothing: list[Header] = []
        return self._call(nothing, "headers")

    def usage(self) -> Steps[Usage]:
        return self._call(Usage(0, 0, 0, 0), "usage")

    def remember_view(self, view_reference: str, reference: str) -> Steps[None]:
        return self._call(None, "remember_view", view_reference, reference)

    def view_origin(self, view_reference: str) -> Steps[str | None]:
        nothing: str | None = None
        return self._call(nothing, "view_origin", view_reference)

    def watch(self, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Blocking, and brief."""
        try:
            return self.store.watch(self.namespace, key, wake)
        except Exception as error:
            self._failed(error)
            return lambda: None

    def _call(self, otherwise: T, method: str, *arguments: object, **options: object) -> Steps[T]:
        try:
            answer: T = yield StoreCall(method, (self.namespace, *arguments), options)
        except IntegrityError:
            raise
        except Exception as error:
            self._failed(error)
            return otherwise
        return answer

    def _failed(self, error: Exception) -> None:
        """Raises the error, or counts it and says so."""
        if self._on_error == "raise":
            if isinstance(error, StoreError):
                raise error
            raise StoreError(f"the store failed: {type(error).__name__}: {error}") from error
        self.errors += 1
        logger.warning("the store failed (%s); going on without it", type(error).__name__)
