"""The file of a store and those beside it: where they are, whose, and whether they still are."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from headroom.arguments import brief
from headroom.errors import StoreError

__all__ = ["GROWTH_BYTES", "Spare", "Watched", "check_files", "make", "make_private", "resolved"]

_POSIX = os.name == "posix"
# What SQLite puts beside its file.
_BESIDE = ("-wal", "-shm", "-journal")
# Links that a path may lead through; Linux follows as many.
_LINKS = 40
# Bytes of a path, as on Linux.
_LONGEST = 4096
#: Bytes that may wait in the log to come into the file, which is to grow by them.
GROWTH_BYTES = 3 * 1024 * 1024
# Bytes that are kept for deletes on a full disk: for those, and for what a delete writes. That is
# the pages that it changes, and not what it frees: a few dozen of four kilobytes for an entry, one
# in 800 of what ``clear`` frees.
_SPARE_BYTES = GROWTH_BYTES + 1024 * 1024
# Bytes of these that stay when the file is closed: to open it, and to delete the first entry.
_RESTING_BYTES = 384 * 1024
# With less, not even one entry can be deleted.
_LEAST_BYTES = 128 * 1024
# A new file before it has its name, see ``make``.
_UNNAMED = re.compile(r"[0-9a-f]{16}")


def resolved(path: str | os.PathLike[str]) -> str:
    """The file that a path leads to, if nobody else can put another in its place.

    Raises:
        StoreError: Somebody could, by a link that is not ours or in a folder above it.
        TypeError: It is no path.
        ValueError: No file can be called so.

    """
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path must be that of a file, not {type(path).__name__}")
    try:
        name = os.fsencode(path)
        is_name = b"\0" not in name and len(name) <= _LONGEST
    except UnicodeEncodeError:
        is_name = False
    if not is_name:
        raise ValueError(
            f"no file can be called {brief(os.fspath(path))}: too long, or with NULs and the like"
        )
    if not _POSIX:
        return str(Path(path).absolute())
    try:
        file = _followed(Path(path).absolute())
    except OSError as error:
        raise StoreError(f"{path} cannot be opened; check who owns it and its folder") from error
    _check_folders(file)
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
        _check_folders(step)
        links += 1
        ours = step.lstat().st_uid in (0, os.geteuid())
        if links > _LINKS or (_is_shared(found) and not ours):
            raise StoreError(
                f"{step} is a link in a folder that everybody can write to; give the store the "
                "file itself"
            )
        target = Path(step.readlink())
        if target.is_absolute():
            found = Path(target.anchor)
        ahead.extend(part for part in reversed(target.parts) if part != target.anchor)
    return found


def _check_folders(file: Path) -> None:
    """Refuses a file that others can replace, or a folder above it.

    Raises:
        StoreError: They can: somewhere above it is a folder that is open to all.

    """
    for folder in file.parents:
        if _is_shared(folder) and not _is_sticky(folder):
            raise StoreError(
                f"everybody can write to {folder}, and so replace what is in it; take that away "
                "(chmod o-w), or give the store a folder of its own elsewhere"
            )


def _is_shared(folder: Path) -> bool:
    """Whether everybody can write to a folder. A group is chosen by whoever owns it."""
    try:
        return bool(folder.stat().st_mode & stat.S_IWOTH)
    except OSError:
        return False


def _is_sticky(folder: Path) -> bool:
    """Whether files in a folder can be replaced by their owners alone, as in /tmp."""
    return bool(folder.stat().st_mode & stat.S_ISVTX)


def check_files(path: str) -> None:
    """Refuses a file, or one beside it, that is no ordinary one, or that somebody else laid for us.

    Raises:
        StoreError: There is one.

    """
    if not _POSIX:
        return
    shared = _is_shared(Path(path).parent)
    for end in ("", *_BESIDE):
        try:
            found = os.lstat(path + end)
        except OSError:
            # What else is wrong with it, SQLite says.
            continue
        if shared and found.st_uid != os.geteuid():
            raise StoreError(
                f"{path}{end} is not ours, in a folder that everybody can write to; give the store "
                "a folder of its own"
            )
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
            raise StoreError(f"{path}{end} is {what}; give the store a file of its own")
        if found.st_nlink > 1 and not _unlinked(Path(path + end)):
            # By another name SQLite would take it for another file, and damage it.
            raise StoreError(
                f"{path}{end} has another name as well (a hard link); take that away, or give the "
                "store a copy"
            )


def _unlinked(file: Path) -> bool:
    """Takes away the name that a file had before its own, as where ``make`` was killed."""
    for other in file.parent.glob(f"{glob.escape(file.name)}.*"):
        if _UNNAMED.fullmatch(other.name[len(file.name) + 1 :]):
            # Whoever makes the file takes that name away as well, perhaps just now.
            with contextlib.suppress(FileNotFoundError):
                if other.samefile(file):
                    other.unlink()
    return os.lstat(file).st_nlink < 2


def make(path: str) -> None:
    """Makes the file if there is none, for its owner alone; SQLite's side files take after it.

    Nothing here opens a file that may be in use: closing it again would take away the locks that
    another connection of this process has on it.
    """
    file = Path(path)
    if file.exists():
        return
    empty = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    opened = os.open(empty, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _keep_private(opened)
    finally:
        os.close(opened)
    try:
        # Fails where the file has come into being meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(empty, file)
    finally:
        empty.unlink(missing_ok=True)


def _keep_private(opened: int) -> None:
    """Its owner may read and write it, and nobody else, whatever the umask says."""
    if _POSIX:
        os.fchmod(opened, 0o600)


def make_private(path: str) -> None:
    """Takes the file, and those beside it, from everybody but their owner.

    Raises:
        StoreError: See ``check_files``.

    """
    if not _POSIX:
        return
    check_files(path)
    for file in (Path(path + end) for end in ("", *_BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


class Watched:
    """The files of an open database: SQLite goes on with them where others have taken them away."""

    def __init__(self, path: str) -> None:
        all_ = [(file, _identity(file)) for file in map(Path, (path, f"{path}-wal", f"{path}-shm"))]
        self._all = [(file, was[:2]) for file, was in all_ if was is not None]
        self._file = self._all[0]

    def check(self, *, writing: bool = False) -> None:
        """Refuses to go on with files that nobody else sees any more.

        Raises:
            StoreError: They were deleted or emptied, or others were put in their place.

        """
        for file, was in self._all if writing else (self._file,):
            found = _identity(file)
            # A log may be empty.
            is_empty = file is self._file[0] and found is not None and found[2] == 0
            if found is None or found[:2] != was or is_empty:
                what = "replaced by another"
                if found is None or is_empty:
                    what = "deleted or moved" if found is None else "emptied"
                raise StoreError(
                    f"{file} was {what} while it was open, and what was in it is out of reach; put "
                    "it back, or open the store again"
                )


def _identity(file: Path) -> tuple[int, int, int] | None:
    """Which file it is, and its size."""
    try:
        found = file.stat()
    except OSError:
        # Where it cannot be seen any more, it might as well not be there.
        return None
    return found.st_dev, found.st_ino, found.st_size


def _grown(file: int, size: int) -> bool:
    """Whether a file has so many bytes now; if not, it has as many as before."""
    before = os.fstat(file).st_size
    try:
        if before < size and hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, 0, size)
        elif before < size:
            os.write(file, bytes(size))
    except OSError:
        os.ftruncate(file, before)
        return False
    return True


class Spare:
    """A file that only takes room, so that there is some for deletes when the disk is full."""

    def __init__(self, path: str) -> None:
        self._file = Path(f"{path}-spare")

    def make(self) -> None:
        """Takes the room, or as much of it as there is."""
        with self._opened() as file:
            size = _SPARE_BYTES
            while file is not None and size >= _LEAST_BYTES and not _grown(file, size):
                size //= 2

    def rest(self) -> None:
        """Gives back most of it, when the file is closed."""
        with self._opened() as file:
            if file is not None and os.fstat(file).st_size > _RESTING_BYTES:
                os.ftruncate(file, _RESTING_BYTES)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int | None]:
        """The file, if it can be had and is ours."""
        # Neither through a link nor into a pipe.
        flags = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            file = os.open(self._file, flags | os.O_CREAT, 0o600)
        except OSError:
            # There is something else, or no room even for its name.
            yield None
            return
        try:
            found = os.fstat(file)
            is_ours = not _POSIX or found.st_uid == os.geteuid()
            if is_ours and stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                _keep_private(file)
                yield file
                if os.fstat(file).st_size == 0:
                    self.release()
            else:
                yield None
        finally:
            os.close(file)

    def release(self) -> bool:
        """Gives the room back; whether there was any."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True
