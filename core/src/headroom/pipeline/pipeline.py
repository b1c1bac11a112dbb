"""Tell the kind, compress within the budget, check, hand back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from headroom.arguments import brief, check_text, check_whole, seconds
from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.forking import cached_property
from headroom.kinds.guard import BuiltIn, Guarded
from headroom.kinds.registry import LAST_RESORT, MIXED, Kinds, default_kinds
from headroom.pipeline.apportion import ViewOf
from headroom.pipeline.condense import condense
from headroom.pipeline.embedded import compress_embedded, find_embedded
from headroom.pipeline.own_words import with_own_words_told
from headroom.pipeline.segments import Part, compress_parts, is_cut, parts_of, split
from headroom.pipeline.terminal import NOTE_TOKENS, shown, with_codes_marked
from headroom.source import Source
from headroom.tokens import TokenCounter
from headroom.toolkit.excerpt import EXCERPT, excerpt, nothing_fits
from headroom.toolkit.kind import BaseKind, Kind
from headroom.toolkit.markers import SMALLEST
from headroom.view import FIDELITIES, CompressResult, Deadline, Fidelity, Request, View

__all__ = ["MIXED", "Pipeline", "check_options", "check_query"]

logger = logging.getLogger("headroom.pipeline")

#: A view that leaves something out and saves less than this share of the tokens is not worth
#: what the reader misses.
WORTH_LEAVING_OUT = 0.1

#: Characters of a query. With one of so many, each word another, a view of 70 KB takes 0.1 to 2.5
#: seconds more (measured on rows, logs and prose); a handoff shortens what its readers are told.
_LONGEST_QUERY = 50_000

#: Where so many tokens at the most, and such a share, are left of a text less what nobody reads,
#: nothing more is left out: it is read at once, and most is saved.
_SMALL_REST, _SMALL_SHARE = 3000, 0.32


def check_options(
    query: str | None, max_tokens: int | None, fidelity: str, kind: str | None = None
) -> None:
    """Says what is wrong with the options that every entry point shares.

    Raises:
        TypeError: ``query`` is not text, or ``max_tokens`` is no whole number.
        ValueError: ``max_tokens`` is below 1, ``fidelity`` is none of the three words.

    """
    if query is not None:
        check_text("query", query)
    if max_tokens is not None:
        if isinstance(max_tokens, bool) or not isinstance(max_tokens, int):
            raise TypeError(f"max_tokens must be a whole number, not {type(max_tokens).__name__}")
        if max_tokens < 1:
            raise ValueError(
                f"max_tokens must be at least 1, not {brief(max_tokens)}; "
                "leave it out to let fidelity decide"
            )
    if fidelity not in FIDELITIES:
        raise ValueError(f"fidelity must be one of {', '.join(FIDELITIES)}, not {brief(fidelity)}")
    if kind is not None and not isinstance(kind, str):
        raise TypeError(f"kind must be text or None, not {type(kind).__name__}")


def check_query(query: str) -> None:
    """Says what is wrong with a query by which something is looked up.

    Raises:
        TypeError: It is no text.
        ValueError: It is too long.

    """
    check_text("query", query)
    if len(query) > _LONGEST_QUERY:
        raise ValueError(f"a query has at most {_LONGEST_QUERY} characters")


class Pipeline:
    """Makes views, and keeps the laws that hold for all of them.

    Whatever a compressor does, the view has at most as many tokens as the original, keeps to
    ``max_tokens``, and an exception gives the original back.

    Args:
        kinds: Asked before those that are installed, and instead of those of the same name.
        max_chars: Payloads with more characters are not compressed.
        max_seconds: What a compression may take; then the original is handed on.
        clock: Where the time is read, in seconds.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: One has a value that makes no sense.

    >>> from headroom.tokens import get_counter
    >>> result = Pipeline().compress("short", counter=get_counter())
    >>> result.text, result.lossless
    ('short', True)

    """

    def __init__(
        self,
        kinds: Iterable[Kind] = (),
        *,
        max_chars: int = 50_000_000,
        max_seconds: float | None = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_whole("max_chars", max_chars, optional=False)
        self._own = Kinds(kinds)
        self._max_chars = max_chars
        self._max_seconds = seconds(max_seconds, "max_seconds")
        self._clock = clock

    @cached_property
    def kinds(self) -> Kinds:
        """Those that were handed in, then those that are installed."""
        return Kinds([*self._own, *default_kinds()])

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
        if query is not None and len(query) > _LONGEST_QUERY:
            # No run ends for a task that is long: what is wanted is said at its start or its end.
            half = _LONGEST_QUERY // 2
            query = f"{query[:half]} {query[-half:]}"
        if kind not in (None, MIXED) and self.kinds.named(kind) is None:
            known = ", ".join(sorted({MIXED, *self.kinds.names}))
            raise ValueError(f"kind must be one of {known}, not {brief(kind)}")
        request = Request(
            kind=kind or LAST_RESORT,
            counter=counter,
            original_tokens=counter.count(content),
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            deadline=Deadline(self._max_seconds, self._clock),
        )
        source = Source(content, request.deadline)
        if len(content) > self._max_chars:
            too_large = f"more than {self._max_chars} characters are not compressed"
            return _checked(source, None, request, too_large)

        def made(limit: int | None) -> CompressResult:
            result = self._made(source, replace(request, max_tokens=limit), kind)
            # What was read of it, which may take many times its memory, is of no more use.
            source.forget()
            return result

        return with_own_words_told(made(max_tokens), content, counter, max_tokens, made)

    def _made(self, source: Source, request: Request, kind: str | None) -> CompressResult:
        if request.fidelity == "lossless" and request.max_tokens is None:
            return _checked(source, *self._route(source, request, kind))
        try:
            rest = self._rest(source, request, kind)
            return rest or _checked(source, *self._shown(source, request, kind))
        except TimeBudgetExceeded as error:
            failure = _failure(None, "this payload", error)
            logger.warning("%s; the original is handed on", failure)
            return _checked(source, None, request, failure)

    def _shown(
        self, source: Source, request: Request, name: str | None
    ) -> tuple[View | None, Request, str | None]:
        """The view of a text as a terminal shows it."""
        bare = source.once(shown)
        if bare is None:
            return self._route(source, request, name)
        limit = request.max_tokens
        own = replace(
            request,
            original_tokens=request.counter.count(bare.text),
            max_tokens=None if limit is None else max(1, limit - NOTE_TOKENS),
        )
        view, own, failure = self._route(bare, own, name)
        request = replace(request, kind=own.kind)
        if failure is not None and view is None:
            return None, request, failure
        return with_codes_marked(view, source, bare, request), request, failure

    def _rest(self, source: Source, request: Request, name: str | None) -> CompressResult | None:
        """The view of a text less what nobody reads; ``None`` where that saves nothing."""
        try:
            found = condense(source, self.kinds)
        except TimeBudgetExceeded:
            raise
        except Exception as error:
            # Not the error's message: it may quote the payload. The text itself is compressed.
            logger.warning("what nobody reads was not found: %s", type(error).__name__)
            return None
        if found is None or found[1] == name:
            return None
        condensed, by = found
        before, rest = request.original_tokens, request.counter.count(condensed.source.text)
        own = replace(request, original_tokens=rest)
        if request.max_tokens is None and rest <= min(_SMALL_REST, _SMALL_SHARE * before):
            own = replace(own, fidelity="lossless")
        routed = self._shown(condensed.source, own, name)
        result = _checked(condensed.source, *routed)
        names = (by, *result.transforms)
        if _shows_no_line(result):
            # What it counts are lines and tokens of the text with notes.
            view = replace(nothing_fits(source, request), transforms=names)
        else:
            view = View(
                condensed.finished(result.text),
                lossless=False,
                omissions=condensed.with_notes(result.omissions),
                transforms=names,
            )
        after = request.counter.count(view.text)
        if after > before * (1 - WORTH_LEAVING_OUT) and _fits(before, request):
            return None
        whole = replace(request, kind=result.kind)
        return _result(view, before, after, whole, result.failure)

    def _route(
        self, source: Source, request: Request, name: str | None
    ) -> tuple[View | None, Request, str | None]:
        """The first view that a kind makes, the request it was made for, what went wrong."""
        named = None if name is None else self.kinds.named(name)
        kind: Guarded | None = None
        failures: list[str] = []
        view_of_part = partial(self._view_of_part, failures)
        try:
            for kind in (named,) if named is not None else self.kinds.candidates(source):
                request = replace(request, kind=kind.name)
                parts = self._parts(source, kind, name)
                if parts is not None and len(parts) > 1:
                    kind, request = None, replace(request, kind=MIXED)
                    view = self._mixed(source, parts, request, view_of_part)
                    return view, request, next(iter(failures), None)
                if parts is not None:
                    kind = parts[0].kind
                    request = replace(request, kind=kind.name)
                try:
                    with source.forgetting_if_wrong():
                        view = self._embedded(kind, source, request, view_of_part)
                        view = view or _compressed(kind, source, request)
                    return view, request, next(iter(failures), None)
                except WrongKind:
                    continue
        except Exception as error:
            failure = _failure(kind, f"this {request.kind}", error)
            logger.warning("%s; the original is handed on", failure)
            return None, request, failure
        return None, replace(request, kind=name or LAST_RESORT), None

    def _parts(self, source: Source, kind: Guarded, name: str | None) -> list[Part] | None:
        is_sure = kind.is_sure or (isinstance(kind, BuiltIn) and kind.proves(source))
        if name == MIXED or (name is None and not is_sure and is_cut(source)):
            return split(source, self.kinds)
        return parts_of(source, kind, self.kinds) if name is None else None

    def _mixed(
        self, source: Source, parts: Sequence[Part], request: Request, view_of_part: ViewOf
    ) -> View | None:
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        return compress_parts(source, parts, request, view_of_part)

    def _embedded(
        self, kind: BaseKind, source: Source, request: Request, view_of_part: ViewOf
    ) -> View | None:
        """The view of data around payloads; ``None`` where it is best treated as data alone."""
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        found = find_embedded(source, kind, self.kinds)
        if found is None:
            return None
        if request.max_tokens is not None:
            whole = replace(request, fidelity="lossless", max_tokens=None)
            view = _compressed(kind, source, whole)
            if view is not None and request.fits(view.text):
                return view
        return compress_embedded(*found, request, view_of_part)

    def _view_of_part(self, failures: list[str], source: Source, request: Request) -> View | None:
        """The view of a part of a text or of data, by the first kind that takes it.

        What goes wrong with one part costs the others nothing: it stays as it is, and the failure
        is added to ``failures``.
        """
        first = self.kinds.named(request.kind)
        assert first is not None
        view = None
        for kind in chain((first,), self.kinds.candidates(source)):
            try:
                with source.forgetting_if_wrong():
                    view = _compressed(kind, source, replace(request, kind=kind.name))
                break
            except WrongKind:
                continue
            except TimeBudgetExceeded:
                raise
            except Exception as error:
                # The warning is that of whoever guards the kind.
                failures.append(_failure(kind, f"a part that is {kind.name}", error))
                break
        within = view is not None and request.fits(view.text)
        if within or _fits(request.original_tokens, request):
            return view
        return _excerpt(source, request)


def _failure(kind: BaseKind | None, on: str, error: Exception) -> str:
    # Not the error's message: it may quote the payload.
    who = "the router" if kind is None else kind.compressor or kind.name
    return f"{who} failed on {on}: {type(error).__name__}"


def _compressed(kind: BaseKind, source: Source, request: Request) -> View | None:
    view = kind.compress(source, request)
    if view is None or view.transforms:
        return view
    return replace(view, transforms=(kind.compressor or kind.name,))


def _checked(
    source: Source, view: View | None, request: Request, failure: str | None
) -> CompressResult:
    """The view if it keeps the laws; else the original; else what the budget allows of it."""
    before = request.original_tokens
    if view is not None:
        after = request.counter.count(view.text)
        within = request.max_tokens is None or after <= request.max_tokens
        most = before * (1 - WORTH_LEAVING_OUT) if view.omissions else before - 1
        if within and (after <= most or not _fits(before, request)):
            return _result(view, before, after, request, failure)
    if _fits(before, request):
        original = View(source.text, lossless=True)
        return _result(original, before, before, request, failure)
    rest = _excerpt(source, request)
    return _result(rest, before, request.counter.count(rest.text), request, failure)


def _shows_no_line(result: CompressResult) -> bool:
    """Whether a view is a single note that counts the lines of a text."""
    text = result.text
    is_note = text == SMALLEST or (text[:1] == "[" and text[-1:] == "]" and "\n" not in text)
    gone = result.omissions
    return is_note and bool(gone) and all(one.unit != "values" and not one.path for one in gone)


def _fits(tokens: int, request: Request) -> bool:
    return request.max_tokens is None or tokens <= request.max_tokens


def _excerpt(source: Source, request: Request) -> View:
    try:
        request.deadline.check()
        view = excerpt(source, request)
    except Exception as error:
        logger.warning("no excerpt could be made: %s", type(error).__name__)
        view = None
    if view is None or not request.fits(view.text):
        view = nothing_fits(source, request)
    return replace(view, transforms=(EXCERPT,))


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
