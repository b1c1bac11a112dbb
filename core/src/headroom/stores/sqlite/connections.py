"""Connections to the file: one that writes, some that read, none that crosses a fork.

SQLite remembers for a process which locks it has on a file. A fork copies what it remembers, and
not the locks: a child that opens the file then has none at all, whatever it believes, and others
may take the log of writes away from under it. So there is no connection at a fork: all are closed
before it, and opened anew on either side when they are needed.
https://www.sqlite.org/howtocorrupt.html, "Carrying an open database connection across a fork()".
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from headroom.errors import IntegrityError, StoreError
from headroom.forking import lock, on_fork, undisturbed
from headroom.stores.sqlite.connect import Durability, connect
from headroom.stores.sqlite.explaining import explained, is_full, of_other_types
from headroom.stores.sqlite.files import (
    GROWTH_BYTES,
    Spare,
    Watched,
    check_files,
    make,
    make_private,
)
from headroom.stores.sqlite.schema import check_format, prepare

__all__ = ["Connections"]

T = TypeVar("T")

# Readers that are kept open for the next one.
_READERS_KEPT = 8
# Writes that wait at the same time go into one transaction, at most this many.
_TOGETHER = 64
# The log of writes is cut back to this many bytes at a checkpoint.
_LOG_BYTES = 64 * 1024 * 1024
# Bytes that must have become free before pages go back to the file system, and pages each time.
_FREED_BYTES, _FREED_PAGES = 4 * 1024 * 1024, 1024
# How often that is done at once where the disk is full.
_FREED_TIMES = 16
# Seconds to wait for other threads where there is no time to wait for other processes.
_TURN = 1.0
# Milliseconds by which the wait for other processes may be too long.
_BUSY_SLACK = 50
# Seconds between attempts to open a file that another process is making.
_PAUSE = 0.01


class _Write(Generic[T]):
    """An operation within a transaction, and what came of it. The lock guards it."""

    __slots__ = ("done", "failure", "operation", "result")

    result: T

    def __init__(self, operation: Callable[[sqlite3.Connection], T]) -> None:
        self.operation = operation
        self.failure: Exception | None = None
        self.done = False


class Connections:
    """Runs operations on the file, and turns SQLite's errors into ours."""

    def __init__(self, path: str, timeout: float, durability: Durability) -> None:
        self.path = path
        self._timeout = timeout
        self._durability = durability
        self._lock = lock(waits=False)
        self._waiting: deque[_Write[object]] = deque()
        self._closed = False
        self._spare = Spare(path)
        # Whether a fork came into the middle of a call: the file cannot be used in this process.
        self._is_lost = self._is_parted = False
        with undisturbed:
            self._begin()
        on_fork(self._in_child, self._part)

    def _begin(self) -> None:
        self._freed = 0
        self._busy = int(1000 * self._timeout)
        self._readers: list[sqlite3.Connection] = []
        try:
            make(self.path)
            try:
                self._writer = self._open()
            except sqlite3.Error as error:
                # SQLite needs some room beside the file.
                if not is_full(error) or not self._spare.release():
                    raise
                self._writer = self._open()
            self._page_bytes = self._number("page_size")
            # Bytes that the file had when it was last seen to grow.
            self._grown = self._number("page_count") * self._page_bytes
            self._is_parted = False
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self.path, self._timeout) from error
        self._spare.make()

    def read(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """Does something that changes nothing."""
        with undisturbed:
            self._check(writing=False)
            return self._read(operation)

    def _read(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        try:
            try:
                reader = self._readers.pop()
            except IndexError:
                reader = self._connect()
            try:
                check_format(reader, self.path)
                return operation(reader)
            finally:
                if len(self._readers) < _READERS_KEPT and not self._closed:
                    self._readers.append(reader)
                else:
                    reader.close()
        except sqlite3.Error as error:
            told = explained(error, self.path, self._timeout)
            raise told from None if isinstance(told, IntegrityError) else error

    def write(self, operation: Callable[[sqlite3.Connection], T], *, frees: bool = False) -> T:
        """Does something within a transaction; it is on its way to the disk on return.

        Threads that wait for the one writer at the same time share a transaction: one change of
        the file then serves all of them.

        Args:
            operation: What to do.
            frees: Whether it makes room, so that it is to be done on a full disk too.

        """
        with undisturbed:
            self._check(writing=True)
            try:
                return self._written(operation)
            except StoreError as error:
                if not frees or not is_full(error.__cause__):
                    raise
            with self._spared():
                return self._written(operation)

    def _written(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        write = _Write(operation)
        began = time.monotonic()
        self._waiting.append(write)  # type: ignore[arg-type]
        try:
            with self._turn():
                # Whoever had the lock before may have done it already.
                while not write.done:
                    self._wait_at_most(self._timeout - (time.monotonic() - began))
                    self._write_together()
        finally:
            if not write.done:
                # Nobody has done it in time, and nobody will, unless it has just begun.
                with contextlib.suppress(ValueError):
                    self._waiting.remove(write)  # type: ignore[arg-type]
        if write.failure is None:
            return write.result
        if isinstance(write.failure, sqlite3.Error):
            raise explained(write.failure, self.path, self._timeout) from write.failure
        raise write.failure

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """The lock, if other threads leave it in time."""
        if not self._lock.acquire(timeout=self._timeout or _TURN):
            raise StoreError(
                f"other writes of this process to {self.path} have taken more than "
                f"{self._timeout:g} seconds; see whether its disk answers"
            )
        try:
            yield
        finally:
            self._lock.release()

    def freed(self, size: int) -> None:
        """Notes, within a write, that so many bytes are no longer needed."""
        self._freed += size

    def settle(self) -> None:
        """Leaves nothing of what was overwritten, in the log or in free pages.

        As far as others let it: while one reads, the log stays.
        """
        with undisturbed:
            self._check(writing=True)
            with self._turn(), contextlib.suppress(sqlite3.Error):
                self._empty_log()
                self._give_all_back(1 + self._number("freelist_count") // _FREED_PAGES)

    def close(self) -> None:
        """Closes the file."""
        with undisturbed, self._lock:
            if not self._closed and not self._is_parted and not self._is_lost:
                self._close_all()
            if not self._closed and not Path(f"{self.path}-wal").exists():
                # Nobody else has the file open.
                self._spare.rest()
            self._closed = True

    def _close_all(self) -> None:
        while self._readers:
            self._readers.pop().close()
        self._writer.close()

    def _check(self, *, writing: bool) -> None:
        if self._closed:
            raise StoreError("this store is closed")
        if self._is_lost:
            raise StoreError(
                f"this process was forked while a call of {self.path} was under way that did not "
                "end, so that it cannot use the file; start it anew, by spawn say"
            )
        if self._is_parted:
            with self._lock:
                if self._is_parted:
                    # Another file may have come in its place since.
                    self._watched.check()
                    self._begin()
        self._watched.check(writing=writing)

    def _part(self) -> None:
        """Before a fork. Nobody is at the file then, but for a call that does not end."""
        if not (self._closed or self._is_parted or undisturbed.is_broken):
            self._is_parted = True
            self._close_all()

    def _in_child(self) -> None:
        self._waiting.clear()
        if not (self._closed or self._is_parted):
            # Neither used nor closed here: either would be an act on the parent's file.
            _ABANDONED.append((self._writer, self._readers))
            self._readers, self._is_lost = [], True

    # All below: the lock is held, or there is one thread yet.

    def _wait_at_most(self, seconds: float) -> None:
        """How long the writer waits for other processes: what is left of its time."""
        milliseconds = int(1000 * seconds)
        # Setting it takes longer than the difference, most of the time.
        if abs(milliseconds - self._busy) > _BUSY_SLACK:
            self._busy = max(milliseconds, min(_BUSY_SLACK, int(1000 * self._timeout)))
            self._writer.execute(f"PRAGMA busy_timeout = {self._busy}")

    def _write_together(self) -> None:
        writes: list[_Write[object]] = []
        while self._waiting and len(writes) < _TOGETHER:
            writes.append(self._waiting.popleft())
        try:
            if self._closed:
                raise StoreError("this store is closed")
            self._writer.execute("BEGIN IMMEDIATE")
            check_format(self._writer, self.path)
            for write in writes:
                self._attempt(write, alone=len(writes) == 1)
            self._writer.execute("COMMIT")
            self._shrink()
            self._grow()
        except BaseException as error:
            self._roll_back()
            failure = error if isinstance(error, Exception) else StoreError("it was interrupted")
            for write in writes:
                write.failure = failure
            if failure is not error:
                raise
        finally:
            for write in writes:
                write.done = True

    def _attempt(self, write: _Write[object], *, alone: bool) -> None:
        """One of several writes: what fails takes back itself and none of the others."""
        if alone:
            self._do(write)
            return
        self._writer.execute("SAVEPOINT one")
        try:
            self._do(write)
        except Exception as error:
            if not self._writer.in_transaction:
                raise
            self._writer.execute("ROLLBACK TO one")
            write.failure = error
        self._writer.execute("RELEASE one")

    def _do(self, write: _Write[T]) -> None:
        try:
            write.result = write.operation(self._writer)
        except (AttributeError, TypeError) as error:
            # SQLite keeps values of any type in any column.
            raise of_other_types(self.path) from error

    def _roll_back(self) -> None:
        if not self._closed and self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _shrink(self) -> None:
        # Where it fails, what was written stands, and there is a next time.
        with contextlib.suppress(sqlite3.Error):
            if self._freed >= _FREED_BYTES:
                self._freed = 0
                self._give_back()

    def _grow(self) -> None:
        """Has the file grow before more waits in the log than a full disk had spare room for."""
        with contextlib.suppress(sqlite3.Error):
            size = self._number("page_count") * self._page_bytes
            if size - self._grown > GROWTH_BYTES:
                # Where others still read the log, it stays until the next time.
                self._grown = size
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._grown = min(self._grown, size)

    def _number(self, pragma: str) -> int:
        return int(self._writer.execute(f"PRAGMA {pragma}").fetchone()[0])

    def _give_back(self) -> None:
        # "execute" would stop after the first page: the statement has no rows to wait for.
        self._writer.executescript(f"PRAGMA incremental_vacuum({_FREED_PAGES})")

    @contextlib.contextmanager
    def _spared(self) -> Iterator[None]:
        """Lets a write take the room that was kept for it, and gives back what it frees."""
        with self._turn():
            self._spare.release()
            # What is freed is neither overwritten nor written before its time.
            (secure,) = self._writer.execute("PRAGMA secure_delete").fetchone()
            self._writer.execute("PRAGMA secure_delete = OFF")
            self._writer.execute("PRAGMA cache_spill = OFF")
            # Where it is the log that may grow no more, it begins anew.
            with contextlib.suppress(sqlite3.Error):
                self._empty_log()
        try:
            yield
        finally:
            with self._turn():
                self._writer.execute(f"PRAGMA secure_delete = {secure}")
                self._writer.execute("PRAGMA cache_spill = ON")
                with contextlib.suppress(sqlite3.Error):
                    self._empty_log()
                    self._give_all_back(_FREED_TIMES)
                self._spare.make()

    def _give_all_back(self, times: int) -> None:
        for _ in range(times):
            if self._number("freelist_count") == 0:
                break
            self._give_back()
            self._empty_log()

    def _empty_log(self) -> None:
        """Takes the log of writes into the file, as far as others let it."""
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _connect(self) -> sqlite3.Connection:
        """A connection to the file that is open already."""
        connection = connect(self.path, self._timeout, self._durability)
        try:
            # Between the last look and now, another may have come in its place.
            self._watched.check()
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self) -> sqlite3.Connection:
        check_files(self.path)
        connection = connect(self.path, self._timeout, self._durability)
        deadline = time.monotonic() + self._timeout
        try:
            while True:
                try:
                    prepare(connection, self.path)
                    make_private(self.path)
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
                    # So that the files beside it are there.
                    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                    make_private(self.path)
                    self._watched = Watched(self.path)
                    return connection
                except sqlite3.OperationalError as error:  # noqa: PERF203
                    # SQLite does not wait where processes open a new file at the same time.
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(_PAUSE)
        except BaseException:
            connection.close()
            raise


# Connections of a parent process. Never closed: that would be an act on its file.
_ABANDONED: list[object] = []
