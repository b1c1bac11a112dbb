"""Large payloads are compressed in other processes, so that this one goes on."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import threading
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from headroom.forking import lock, on_fork, undisturbed
from headroom.pipeline import Pipeline
from headroom.tokens import TokenCounter, get_counter
from headroom.view import CompressResult, Fidelity

__all__ = ["CompressionProcesses"]

logger = logging.getLogger("headroom.context")

# Characters from which on a process of its own is worth the way there and back; by eye.
_LARGE = 256 * 1024
# After so many processes that died, no other is started.
_MOST_DEATHS = 3


class CompressionProcesses:
    """Processes that make views; they are started for the first large payload.

    Args:
        count: How many.
        pipeline: What makes the views; ``None`` is the core's.
        counter: What counts the tokens; ``None`` is that of the model.
        model: Whose tokens are counted.

    """

    def __init__(
        self, count: int, pipeline: Pipeline | None, counter: TokenCounter | None, model: str
    ) -> None:
        self._count = count
        self._parts = (pipeline, counter, model)
        self._lock = lock()
        self._executor: ProcessPoolExecutor | None = None
        self._deaths = 0
        self._ended = threading.Event()
        on_fork(self._leave_behind)

    def compress(
        self,
        content: str,
        *,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity,
        kind: str | None,
    ) -> CompressResult | None:
        """What the pipeline makes of a payload; ``None`` where that is to be done here."""
        if self._ended.is_set() or len(content) < _LARGE:
            return None
        executor = self._running()
        if executor is None:
            return None
        try:
            with undisturbed:
                # The first one starts the processes.
                made = executor.submit(_compress, content, query, max_tokens, fidelity, kind)
            return made.result()
        except (BrokenProcessPool, CancelledError) as error:
            self._died(executor, error)
            return None
        except RuntimeError:
            if self._ended.is_set():
                # It was closed meanwhile.
                return None
            # A process that runs an unguarded main module again: it must not go on with that.
            raise

    def close(self) -> None:
        """Ends the processes; what they are at is done here."""
        self._ended.set()
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor | None:
        with self._lock:
            if self._executor is None and not self._ended.is_set():
                if not self._can_be_sent():
                    return None
                self._executor = ProcessPoolExecutor(
                    self._count,
                    # Forking would copy locks that other threads have.
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_begin,
                    initargs=self._parts,
                )
            return self._executor

    def _leave_behind(self) -> None:
        """They are children of the process that this one was forked from."""
        if self._executor is not None:
            _LEFT_BEHIND.append(self._executor)
            self._executor = None

    def _can_be_sent(self) -> bool:
        try:
            pickle.dumps(self._parts)
        except Exception as error:
            self._ended.set()
            logger.warning(
                "workers= is without effect: the pipeline or the counter cannot be handed to a "
                "process (%s)",
                type(error).__name__,
            )
        return not self._ended.is_set()

    def _died(self, executor: ProcessPoolExecutor, error: Exception) -> None:
        with self._lock:
            if self._executor is not executor:
                return
            self._executor = None
            self._deaths += 1
            if self._deaths >= _MOST_DEATHS:
                self._ended.set()
        executor.shutdown(wait=False, cancel_futures=True)
        logger.warning(
            "a compression process died (%s); going on in a thread%s", type(error).__name__,
            ", for good: is the main module guarded by __name__ == '__main__'?"
            if self._ended.is_set() else "",
        )  # fmt: skip


# Those of a parent process. Never let go: its own would be told, by a pipe that both have.
_LEFT_BEHIND: list[ProcessPoolExecutor] = []

# What a process works with.
_ours: tuple[Pipeline, TokenCounter]


def _begin(pipeline: Pipeline | None, counter: TokenCounter | None, model: str) -> None:
    global _ours
    _ours = pipeline or Pipeline(), counter or get_counter(model)


def _compress(
    content: str,
    query: str | None,
    max_tokens: int | None,
    fidelity: Fidelity,
    kind: str | None,
) -> CompressResult:
    pipeline, counter = _ours
    return pipeline.compress(
        content, counter=counter, query=query, max_tokens=max_tokens, fidelity=fidelity, kind=kind
    )
