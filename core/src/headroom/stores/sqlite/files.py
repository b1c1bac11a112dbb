"""The file of a store and those beside it: where they are, whose, and whether they still are."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from headroom.errors import StoreError

__all__ = ["GROWTH_BYTES", "Spare", "Watched", "check_owners", "make", "make_private", "resolved"]

_POSIX = os.name == "posix"
# What SQLite puts beside its file.
_BESIDE = ("-wal", "-shm", "-journal")
# Links that a path may lead through; Linux follows as many.
_LINKS = 40
#: Bytes that may wait in the log to come into the file, which is to grow by them.
GROWTH_BYTES = 3 * 1024 * 1024
# Bytes that are kept for deletes on a full disk: for those, and for what a delete writes. That is
# the pages that it changes, and not what it frees: a few dozen of four kilobytes for an entry, one
# in 800 of what ``clear`` frees.
_SPARE_BYTES = GROWTH_BYTES + 1024 * 1024


def resolved(path: str | os.PathLike[str]) -> str:
    """The file that a path leads to, if nobody else can put another in its place.

    Raises:
        StoreError: Somebody could, by a link that is not ours or in a folder that is open to all.

    """
    if not _POSIX:
        return str(Path(path).absolute())
    try:
        file = _followed(Path(path).absolute())
    except OSError as error:
        raise StoreError(f"{path} cannot be opened; check who owns it and its folder") from error
    folder = file.parent
    if _is_shared(folder) and not _is_sticky(folder):
        raise StoreError(
            f"everybody can write to {folder}, and so replace files in it; take that away "
            "(chmod o-w), or give the store a folder of its own"
        )
    return str(file)


def _followed(path: Path) -> Path:
    """A path without links."""
    found, links = Path(path.anchor), 0
    ahead = list(reversed(path.parts[1:]))
    while ahead:
        name = ahead.pop()
        step = found.parent if name == ".." else found / name
        if not step.is_symlink():
            found = step
            continue
        links += 1
        ours = step.lstat().st_uid in (0, os.geteuid())
        if links > _LINKS or (_is_shared(found) and not (ours and _is_sticky(found))):
            raise StoreError(
                f"{step} is a link in a folder that everybody can write to; give the store the "
                "file itself"
            )
        target = Path(step.readlink())
        if target.is_absolute():
            found = Path(target.anchor)
        ahead.extend(part for part in reversed(target.parts) if part != target.anchor)
    return found


def _is_shared(folder: Path) -> bool:
    """Whether everybody can write to a folder. A group is chosen by whoever owns it."""
    try:
        return bool(folder.stat().st_mode & stat.S_IWOTH)
    except OSError:
        return False


def _is_sticky(folder: Path) -> bool:
    """Whether files in a folder can be replaced by their owners alone, as in /tmp."""
    return bool(folder.stat().st_mode & stat.S_ISVTX)


def check_owners(path: str) -> None:
    """Refuses a file, or one beside it, that somebody else laid there for us.

    Raises:
        StoreError: There is one.

    """
    if not _POSIX or not _is_shared(Path(path).parent):
        return
    for end in ("", *_BESIDE):
        try:
            found = os.lstat(path + end)
        except FileNotFoundError:
            continue
        if found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode):
            raise StoreError(
                f"{path}{end} is not ours, in a folder that everybody can write to; give the store "
                "a folder of its own"
            )


def make(path: str) -> None:
    """Makes the file if there is none, for its owner alone; SQLite's side files take after it.

    Nothing here opens a file that may be in use: closing it again would take away the locks that
    another connection of this process has on it.
    """
    file = Path(path)
    if file.exists():
        return
    empty = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    os.close(os.open(empty, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        # Fails where the file has come into being meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(empty, file)
    finally:
        empty.unlink()


def make_private(path: str) -> None:
    """Takes the file, and those beside it, from everybody but their owner.

    Raises:
        StoreError: See ``check_owners``.

    """
    if not _POSIX:
        return
    check_owners(path)
    for file in (Path(path + end) for end in ("", *_BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


class Watched:
    """The files of an open database: SQLite goes on with them where others have taken them away."""

    def __init__(self, path: str) -> None:
        self._file = (Path(path), _identity(Path(path)))
        beside = [Path(f"{path}-wal"), Path(f"{path}-shm")]
        found = [(file, _identity(file)) for file in beside]
        self._all = [self._file, *((file, was) for file, was in found if was is not None)]

    def check(self, *, writing: bool = False) -> None:
        """Refuses to go on with files that nobody else sees any more.

        Raises:
            StoreError: They were deleted, or others were put in their place.

        """
        for file, was in self._all if writing else (self._file,):
            found = _identity(file)
            if found is None or found != was:
                what = "deleted or moved" if found is None else "replaced by another"
                raise StoreError(
                    f"{file} was {what} while it was open, and what was in it is out of reach; put "
                    "it back, or open the store again"
                )


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        # Where it cannot be seen any more, it might as well not be there.
        return None
    return found.st_dev, found.st_ino


class Spare:
    """A file that only takes room, so that there is some for deletes when the disk is full."""

    def __init__(self, path: str) -> None:
        self._file = Path(f"{path}-spare")

    def make(self) -> None:
        """Takes the room, if there is any."""
        try:
            file = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            # There is one, or no room even for its name.
            return
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, _SPARE_BYTES)
            else:
                os.write(file, bytes(_SPARE_BYTES))
        except OSError:
            self.release()
        finally:
            os.close(file)

    def release(self) -> bool:
        """Gives the room back; whether there was any."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True
