"""Detect, pick a compressor, compress within the budget, check, hand back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from headroom.errors import WrongKind
from headroom.kinds.registry import Registry, default_registry
from headroom.pipeline.detection import candidates
from headroom.pipeline.segments import Part, compress_parts, split
from headroom.tokens import TokenCounter
from headroom.toolkit.excerpt import Excerpt, nothing_fits
from headroom.view import (
    FIDELITIES,
    KINDS,
    Compressor,
    CompressResult,
    Deadline,
    Fidelity,
    Request,
    View,
)

__all__ = ["Pipeline", "check_options"]

logger = logging.getLogger("headroom.view")

#: A view that leaves something out and saves less than this share of the tokens is not worth
#: what the reader misses.
WORTH_LEAVING_OUT = 0.1


# What has parts of several kinds looks like one of these as a whole: a parser, or the signs of a
# diff or a page, speak for the whole text.
_MAY_BE_MIXED = ("log", "table", "text")


def check_options(
    query: str | None, max_tokens: int | None, fidelity: str, kind: str | None = None
) -> None:
    """Says what is wrong with the options that every entry point shares.

    Raises:
        TypeError: ``query`` is not text, or ``max_tokens`` is no whole number.
        ValueError: ``max_tokens`` is below 1, ``fidelity`` is none of the three words.

    """
    if query is not None and not isinstance(query, str):
        raise TypeError(f"query must be text or None, not {type(query).__name__}")
    if max_tokens is not None:
        if isinstance(max_tokens, bool) or not isinstance(max_tokens, int):
            raise TypeError(f"max_tokens must be a whole number, not {type(max_tokens).__name__}")
        if max_tokens < 1:
            raise ValueError(
                f"max_tokens must be at least 1, not {max_tokens}; "
                "leave it out to let fidelity decide"
            )
    if fidelity not in FIDELITIES:
        raise ValueError(f"fidelity must be one of {', '.join(FIDELITIES)}, not {fidelity!r}")
    if kind is not None and not isinstance(kind, str):
        raise TypeError(f"kind must be text or None, not {type(kind).__name__}")


class Pipeline:
    """Makes views, and keeps the laws that hold for all of them.

    Whatever a compressor does, the view has at most as many tokens as the original, keeps to
    ``max_tokens``, and an exception gives the original back.

    Args:
        compressors: Used before those that are installed, for the kinds that they name.
        max_chars: Payloads with more characters are not compressed.
        max_seconds: What a compression may take; then the original is handed on.
        clock: Where the time is read, in seconds.

    >>> from headroom.tokens import get_counter
    >>> result = Pipeline().compress("short", counter=get_counter())
    >>> result.text, result.lossless
    ('short', True)

    """

    def __init__(
        self,
        compressors: Iterable[Compressor] = (),
        *,
        max_chars: int = 50_000_000,
        max_seconds: float | None = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._compressors = Registry(compressors)
        self._max_chars = max_chars
        self._max_seconds = max_seconds
        self._clock = clock

    def compress(
        self,
        content: str,
        *,
        counter: TokenCounter,
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity = "balanced",
        kind: str | None = None,
    ) -> CompressResult:
        """The best view of ``content`` under the options.

        Args:
            content: The original.
            counter: Counts the tokens.
            query: What the reader wants to know, in words.
            max_tokens: The most tokens that the view may have.
            fidelity: How much may be left out where there is no ``max_tokens``.
            kind: What the content is, where the caller knows it.

        Raises:
            TypeError: An option has the wrong type.
            ValueError: An option has a value that makes no sense.

        """
        check_options(query, max_tokens, fidelity, kind)
        self._check_kind(kind)
        tokens = counter.count(content)
        request = Request(
            kind=kind or "text",
            counter=counter,
            original_tokens=tokens,
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            deadline=Deadline(self._max_seconds, self._clock),
        )
        if len(content) > self._max_chars:
            too_large = f"more than {self._max_chars} characters are not compressed"
            return self._checked(content, None, request, too_large)
        view, request, failure = self._route(content, request, kind)
        return self._checked(content, view, request, failure)

    def _check_kind(self, kind: str | None) -> None:
        if kind is None:
            return
        known = {*KINDS, *self._compressors.kinds, *default_registry().kinds}
        if kind not in known:
            raise ValueError(f"kind must be one of {', '.join(sorted(known))}, not {kind!r}")

    def _compressor(self, kind: str) -> Compressor | None:
        return self._compressors.for_kind(kind) or default_registry().for_kind(kind)

    def _route(
        self, content: str, request: Request, kind: str | None
    ) -> tuple[View | None, Request, str | None]:
        """The first view that a compressor makes, the request it was made for, what went wrong."""
        try:
            wanted = (kind,) if kind not in (None, "mixed") else candidates(content)
            for candidate in wanted:
                request = replace(request, kind=candidate)
                if kind == "mixed" or (kind is None and candidate in _MAY_BE_MIXED):
                    parts = split(content, self._kind_of)
                    if parts is not None:
                        request = replace(request, kind="mixed")
                        return self._mixed(content, parts, request), request, None
                try:
                    view = self._embedded(content, request) if candidate == "json" else None
                    return view or self._compressed(content, request), request, None
                except WrongKind:
                    continue
        except Exception as error:
            # Not the error's message: it may quote the payload.
            failure = f"{self._name(request.kind)} failed on this {request.kind}"
            failure = f"{failure}: {type(error).__name__}"
            logger.warning("%s; the original is handed on", failure)
            return None, request, failure
        return None, replace(request, kind=kind or "text"), None

    def _compressed(self, content: str, request: Request) -> View | None:
        """The view by the compressor of the request's kind; ``None`` where there is none."""
        compressor = self._compressor(request.kind)
        view = None if compressor is None else compressor.compress(content, request)
        if compressor is None or view is None or view.transforms:
            return view
        return replace(view, transforms=(compressor.name,))

    def _name(self, kind: str) -> str:
        compressor = self._compressor(kind)
        return "the router" if compressor is None else compressor.name

    def _mixed(self, content: str, parts: Sequence[Part], request: Request) -> View | None:
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        return compress_parts(content, parts, request, self._view_of_part)

    def _embedded(self, content: str, request: Request) -> View | None:
        """The view of JSON around payloads; ``None`` where it is best treated as JSON alone."""
        # Like the compressors: imported when first needed.
        from headroom.pipeline.embedded import compress_embedded, find_embedded

        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        split = find_embedded(content)
        if split is None:
            return None
        if request.max_tokens is not None:
            whole = replace(request, fidelity="lossless", max_tokens=None)
            view = self._compressed(content, whole)
            if view is not None and request.fits(view.text):
                return view
        return compress_embedded(*split, request, self._view_of_part)

    def _view_of_part(self, text: str, part: Request) -> View | None:
        try:
            view = self._compressed(text, part)
        except WrongKind:
            view = self._compressed(text, replace(part, kind="text"))
        within = view is not None and part.fits(view.text)
        if within or self._fits(part.original_tokens, part):
            return view
        return self._excerpt(text, part)

    def _kind_of(self, content: str) -> str:
        return next(candidates(content))

    def _checked(
        self, content: str, view: View | None, request: Request, failure: str | None
    ) -> CompressResult:
        """The view if it keeps the laws; else the original; else what the budget allows of it."""
        before = request.original_tokens
        if view is not None:
            after = request.counter.count(view.text)
            within = request.max_tokens is None or after <= request.max_tokens
            most = before - 1 if view.lossless else before * (1 - WORTH_LEAVING_OUT)
            if within and (after <= most or not self._fits(before, request)):
                return _result(view, before, after, request, failure)
        if self._fits(before, request):
            original = View(content, lossless=True)
            return _result(original, before, before, request, failure)
        rest = self._excerpt(content, request)
        return _result(rest, before, request.counter.count(rest.text), request, failure)

    @staticmethod
    def _fits(tokens: int, request: Request) -> bool:
        return request.max_tokens is None or tokens <= request.max_tokens

    @staticmethod
    def _excerpt(content: str, request: Request) -> View:
        excerpt = Excerpt()
        try:
            view = excerpt.compress(content, request)
        except Exception as error:
            logger.warning("no excerpt could be made: %s", type(error).__name__)
            view = None
        if view is None or not request.fits(view.text):
            view = nothing_fits(content, request)
        return replace(view, transforms=(excerpt.name,))


def _result(
    view: View, before: int, after: int, request: Request, failure: str | None
) -> CompressResult:
    return CompressResult(
        text=view.text,
        tokens_before=before,
        tokens_after=after,
        transforms=view.transforms,
        kind=request.kind,
        lossless=view.lossless,
        omissions=view.omissions,
        failure=failure,
    )
