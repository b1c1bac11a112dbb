"""From the errors of SQLite and of the file system to ours."""

from __future__ import annotations

import sqlite3

from headroom.errors import IntegrityError, StoreError

__all__ = ["explained", "is_full", "of_other_types"]


def of_other_types(path: str) -> IntegrityError:
    """The error for what SQLite takes in any column."""
    return IntegrityError(f"{path} has values of other types than were put: it was changed")


def explained(error: Exception, path: str, timeout: float) -> StoreError:
    """The error in words that say what to do."""
    # Without the path, whose words are none of the error's.
    text = str(error.strerror if isinstance(error, OSError) else error)
    if "decode" in text:
        # The text of the error quotes the value.
        return of_other_types(path)
    for symptom, sentence in (
        ("full", f"the disk with {path} is full; make room, then try again"),
        ("No space left", f"the disk with {path} is full; make room, then try again"),
        ("disk I/O", f"the disk with {path} does not write or read; see whether it is full"),
        (
            "locked",
            f"another process has locked {path} for more than {timeout:g} seconds; "
            "raise timeout, or see what holds it",
        ),
        ("readonly", f"{path}, or its folder, cannot be written; check who owns it"),
        ("not a database", f"{path} is not a SQLite database; give the store another file"),
        ("malformed", f"{path} is damaged; restore it, or salvage it by sqlite3's .recover"),
        (
            "unable to open",
            f"{path} cannot be opened; check its folder, and who owns it",
        ),
        ("No such file", f"the folder of {path} does not exist; create it first"),
        ("Permission denied", f"{path} cannot be opened; check who owns it and its folder"),
        ("Is a directory", f"{path} is a folder; give the store a file"),
    ):
        if symptom in text:
            return StoreError(sentence)
    return StoreError(f"{path}: {type(error).__name__}: {text}")


def is_full(error: BaseException | None) -> bool:
    """Whether a disk may be full: past the file itself SQLite calls that an error of the disk."""
    symptoms = ("full", "disk I/O", "unable to open")
    return isinstance(error, sqlite3.Error) and any(word in str(error) for word in symptoms)
