"""Every exception that Headroom raises on purpose."""

from __future__ import annotations

from datetime import datetime, timezone

__all__ = [
    "HeadroomError",
    "IntegrityError",
    "KeyEvicted",
    "KeyExpired",
    "KeyNotFound",
    "PayloadTooLarge",
    "StoreError",
    "StoreTimeout",
    "UnsupportedPayload",
    "VersionConflict",
    "WaitTimeout",
]


class HeadroomError(Exception):
    """The base of all errors that Headroom raises."""


class KeyNotFound(HeadroomError, KeyError):
    """Nothing is stored under a key: it was never put, or it was deleted.

    ``KeyExpired`` and ``KeyEvicted`` are kinds of it, so ``except KeyNotFound``
    catches all three.

    >>> from headroom import SharedContext
    >>> SharedContext().require("plan")
    Traceback (most recent call last):
        ...
    headroom.errors.KeyNotFound: nothing is stored under 'plan' here

    """

    def __init__(self, message: str, *, key: str, when: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        #: The key that was asked for.
        self.key = key
        #: When it went, in seconds since the epoch; ``None`` if it was never there.
        self.when = when

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which is no way to print a sentence.
        return self.message


class KeyExpired(KeyNotFound):
    """The entry was there, and its time to live has passed."""


class KeyEvicted(KeyNotFound):
    """The entry was there, and made room for newer ones, or its store lost it."""


class PayloadTooLarge(HeadroomError, ValueError):
    """A payload is larger than the context takes."""


class UnsupportedPayload(HeadroomError, TypeError):
    """A payload is neither text nor JSON at heart."""


class StoreError(HeadroomError):
    """A store could not do what it was asked to."""


class StoreTimeout(StoreError):
    """A store did not answer in time, now or just before."""


class IntegrityError(StoreError):
    """What a store gave back is not what was put: it was cut or changed."""


class VersionConflict(HeadroomError):
    """A key holds another version than the writer expected: somebody else was faster.

    Read the entry again, redo the change, and put it with the version found.

    >>> from headroom import SharedContext, VersionConflict
    >>> ctx = SharedContext()
    >>> seen = ctx.put("plan", "Fly on Monday.")
    >>> _ = ctx.put("plan", "Fly on Tuesday.")
    >>> try:
    ...     _ = ctx.put("plan", "Take the train.", expected_version=seen.version)
    ... except VersionConflict as error:
    ...     print(error.key, error.expected)
    plan 1

    """

    def __init__(self, message: str, *, key: str, expected: int) -> None:
        super().__init__(message)
        #: The key that was to be written.
        self.key = key
        #: The version that was expected there; 0 is nothing.
        self.expected = expected


class WaitTimeout(HeadroomError, TimeoutError):
    """What was waited for was not put in time."""

    def __init__(self, message: str, *, key: str) -> None:
        super().__init__(message)
        #: The key that was waited for.
        self.key = key


def clock_time(timestamp: float) -> str:
    """A point in time as people and models read it, in UTC."""
    return datetime.fromtimestamp(timestamp, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


class WrongKind(Exception):
    """A compressor says that the content is not of the kind that it was sent as."""


class TimeBudgetExceeded(HeadroomError):
    """A compression took longer than it may."""
