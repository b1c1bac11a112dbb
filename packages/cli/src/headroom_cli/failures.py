"""What the command ends with: a sentence on stderr, and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headroom import HeadroomError, KeyNotFound, StoreError

__all__ = ["BAD_INPUT", "BROKEN_PIPE", "NOT_THERE", "STORE_FAILED", "Failure", "told"]

#: What was asked for is not there.
NOT_THERE = 1
#: A file, an option or a payload is no good.
BAD_INPUT = 2
#: The store cannot be reached, or failed.
STORE_FAILED = 3
#: Whoever reads the output has gone, as a shell says it: 128 and the number of the signal.
BROKEN_PIPE = 141


class Failure(Exception):
    """Ends the command.

    Args:
        message: What is wrong and what to do, in a sentence.
        status: The exit status.

    """

    def __init__(self, message: str, status: int = BAD_INPUT) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def told() -> Iterator[None]:
    """Turns what the core raises into a ``Failure``."""
    try:
        yield
    except KeyNotFound as error:
        raise Failure(str(error), NOT_THERE) from error
    except StoreError as error:
        raise Failure(str(error), STORE_FAILED) from error
    except (HeadroomError, ValueError, TypeError) as error:
        raise Failure(str(error)) from error
