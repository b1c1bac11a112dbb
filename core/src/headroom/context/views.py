"""Making views: each once, however often and from however many threads it is asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headroom.context.hints import hint, most_telling
from headroom.context.observing import note_result
from headroom.forking import lock, on_fork
from headroom.observing import observed
from headroom.pipeline import Pipeline
from headroom.tokens import TokenCounter
from headroom.view import CompressResult, Fidelity, or_original

if TYPE_CHECKING:
    from headroom.context.processes import CompressionProcesses

__all__ = ["ViewMaker", "ViewRequest"]

# Characters of views that are kept for the next one who asks; the least recent go first.
_CACHED_CHARS = 16_000_000
# One in so many tokens of a budget is for the view itself, or no tool is named.
_LEAST_SHARE = 2


@dataclass(frozen=True)
class ViewRequest:
    """Everything that a view depends on, beside the content."""

    query: str | None = None
    max_tokens: int | None = None
    fidelity: Fidelity = "balanced"
    kind: str | None = None
    #: The retrieval tool that the reader has, and the key to give it.
    tool: str | None = None
    key: str | None = None


class ViewMaker:
    """Compresses outside of every lock, and the same thing at the same time only once."""

    def __init__(
        self,
        pipeline: Pipeline,
        counter: Callable[[], TokenCounter],
        processes: CompressionProcesses | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._counter = counter
        self._processes = processes
        self._lock = lock()
        self._cache: OrderedDict[tuple[str, ViewRequest], CompressResult] = OrderedDict()
        self._cached_chars = 0
        self._under_way: dict[tuple[str, ViewRequest], Future[CompressResult]] = {}
        self.failures = 0
        # What other threads are at is never done in the child of a fork.
        on_fork(self._forget_others)

    def make(self, reference: str, content: str, options: ViewRequest) -> CompressResult:
        """The view of ``content``, whose hash is ``reference``."""
        work = (reference, options)
        with self._lock:
            kept = self._cache.get(work)
            if kept is not None:
                self._cache.move_to_end(work)
                return kept
            future = self._under_way.get(work)
            mine = future is None
            if future is None:
                future = self._under_way[work] = Future()
        if not mine:
            return future.result()
        try:
            with observed("compress") as told:
                result = self._compress(content, options)
                note_result(told, result)
        except BaseException as error:
            with self._lock:
                self._under_way.pop(work, None)
            future.set_exception(error)
            raise
        with self._lock:
            self._under_way.pop(work, None)
            self._keep(work, result)
            self.failures += result.failure is not None
        future.set_result(result)
        return result

    def forget(self) -> None:
        """Drops all cached views."""
        with self._lock:
            self._cache.clear()
            self._cached_chars = 0

    def _forget_others(self) -> None:
        self._under_way.clear()

    def _keep(self, work: tuple[str, ViewRequest], result: CompressResult) -> None:
        self._cache[work] = result
        self._cached_chars += len(result.text)
        while self._cached_chars > _CACHED_CHARS:
            _, dropped = self._cache.popitem(last=False)
            self._cached_chars -= len(dropped.text)

    def _compress(self, content: str, options: ViewRequest) -> CompressResult:
        counter = self._counter()

        def compress(max_tokens: int | None) -> CompressResult:
            if self._processes is not None:
                result = self._processes.compress(
                    content,
                    query=options.query,
                    max_tokens=max_tokens,
                    fidelity=options.fidelity,
                    kind=options.kind,
                )
                if result is not None:
                    return result
            return self._pipeline.compress(
                content,
                counter=counter,
                query=options.query,
                max_tokens=max_tokens,
                fidelity=options.fidelity,
                kind=options.kind,
            )

        result = compress(options.max_tokens)
        if options.tool is None or not result.omissions:
            return result
        # With a place that can be asked for, or, where a budget has no room for it, without.
        for has_place in (True, False):
            shown = result
            line = self._hint(shown, content, options, has_place=has_place)
            if options.max_tokens is not None and not self._fits(shown, line, options):
                # A hint is worth a few tokens of the budget, not half of it.
                room = options.max_tokens - counter.count(line) - 1
                if room < options.max_tokens // _LEAST_SHARE:
                    continue
                shown = compress(room)
                line = self._hint(shown, content, options, has_place=has_place)
                if not self._fits(shown, line, options):
                    continue
            text = f"{shown.text}\n{line}"
            return or_original(shown, text, counter.count(text), content)
        return result

    def _hint(
        self, result: CompressResult, content: str, options: ViewRequest, *, has_place: bool
    ) -> str:
        place = most_telling(result.omissions, content) if has_place else None
        return hint(options.tool or "", options.key or "", place)

    def _fits(self, result: CompressResult, line: str, options: ViewRequest) -> bool:
        assert options.max_tokens is not None
        return self._counter().count(f"{result.text}\n{line}") <= options.max_tokens
