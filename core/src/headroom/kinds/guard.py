"""What a kind does wrong is said once, and stops nobody else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, TypeVar

from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.forking import cached_property, undisturbed
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, Condensed, Kind, LeftOut, Symbols, line_pieces
from headroom.view import Piece, Request, View

__all__ = ["WRONG", "BuiltIn", "Guarded"]

logger = logging.getLogger("headroom.kinds")

T = TypeVar("T")

#: What a package may do wrong. One that wants to end the process, as a script does that lacks
#: something, is no reason to end that of the caller.
WRONG = (Exception, SystemExit)

#: Characters within which a line is looked for that a kind has need of, and those of the longest
#: text that it is asked to prove: a parser takes a tenth of a second for it. Chosen.
_SOON, _PROVEN = 24_000, 400_000

#: What a kind says of itself, beside what it does.
_SAYS = tuple(BaseKind.__annotations__)


class Guarded(BaseKind):
    """A kind as the pipeline and retrieval use it.

    Its code may be anybody's. Where it raises, or answers with what is no answer, the default of
    ``BaseKind`` stands in, and a warning says so the first time. Only from ``compress`` an error
    goes on: the pipeline hands the original on then.

    Args:
        kind: A whole one, or one that has just what ``Kind`` asks for.
        package: Whose it is, for warnings; empty for the name of its class.

    """

    def __init__(self, kind: Kind, package: str = "") -> None:
        self._kind = kind if isinstance(kind, BaseKind) else _Completed(kind)
        self.package = package or f"{type(kind).__module__}.{type(kind).__qualname__}"
        #: Whether it is one of the core's own.
        self.is_built_in = type(kind).__module__.startswith("headroom.kinds.")
        self._said: set[str] = set()
        for name in _SAYS:
            setattr(self, name, getattr(self._kind, name))

    @property
    def has_span(self) -> bool:
        """See ``BaseKind``."""
        return self._kind.has_span

    def recognise(self, source: Source) -> bool:
        """See ``Kind``; a recogniser that raises recognises nothing."""
        return self._is_so("recognise", self._kind.recognise, source)

    def may_be(self, source: Source) -> bool:
        """See ``BaseKind``."""
        return self._is_so("may_be", self._kind.may_be, source)

    def compress(self, source: Source, request: Request) -> View | None:
        """See ``Kind``.

        Raises:
            TypeError: What came of it is no view.

        """
        try:
            view = self._kind.compress(source, request)
            if view is not None and not (isinstance(view, View) and isinstance(view.text, str)):
                raise TypeError(f"compress must return a View of text or None, not {_type(view)}")
        except (WrongKind, TimeBudgetExceeded):
            raise
        except WRONG as error:
            self.say(f"compress raised {type(error).__name__}")
            if isinstance(error, SystemExit):
                raise RuntimeError("compress raised SystemExit") from error
            raise
        return view

    def span(self, source: Source, line: int) -> tuple[int, int] | None:
        """See ``BaseKind``; lines that cannot be are none."""
        # Not by ``_asked``: it is called for every line.
        try:
            found = self._kind.span(source, line)
            if found is None:
                return None
            first, end = found
            if line - 1 <= first <= line < end <= len(source.lines) and first >= 0:
                return first, end
            raise ValueError(f"no span at line {line}: {found!r}")
        except WrongKind:
            return None
        except WRONG as error:
            self._failed("span", error, source)
            return None

    def may_stand_in(self, source: Source) -> bool:
        """See ``BaseKind``."""
        return self._asked("may_stand_in", lambda: self._kind.may_stand_in(source), True, source)

    def condense(self, source: Source) -> Condensed | None:
        """See ``BaseKind``."""

        def ask() -> Condensed | None:
            condensed = self._kind.condense(source)
            if condensed is not None and not isinstance(condensed, Condensed):
                raise TypeError(f"condense must return Condensed or None, not {_type(condensed)}")
            return condensed

        return self._asked("condense", ask, None, source)

    def pieces(self, source: Source) -> Iterable[Piece]:
        """See ``BaseKind``."""
        return self.of_pieces(source, lambda piece: piece)

    def of_pieces(self, source: Source, make: Callable[[Piece], T]) -> list[T]:
        """What is made of each piece: all of them take several times the memory of the text."""

        def ask() -> list[T] | None:
            made: list[T] = []
            for piece in source.deadline.over(self._kind.pieces(source)):
                if not isinstance(piece, Piece):
                    raise TypeError("pieces must yield Piece")
                made.append(make(piece))
            return made

        made = self._asked("pieces", ask, None, source)
        return list(map(make, line_pieces(source))) if made is None else made

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """See ``BaseKind``."""

        def ask() -> list[int]:
            arranged = list(self._kind.arrange(source, query, list(order), pieces, left_out))
            if arranged and not 0 <= min(arranged) <= max(arranged) < len(pieces):
                raise ValueError("arrange must return numbers of pieces")
            return arranged

        return self._asked("arrange", ask, order, source)

    def data(self, source: Source) -> object:
        """See ``BaseKind``."""
        return self._must("data", lambda: self._kind.data(source), source)

    def leaves(self, source: Source) -> Iterable[Piece]:
        """See ``BaseKind``."""
        return self._each("leaves", lambda: self._kind.leaves(source), source)

    def symbols(self, source: Source) -> Symbols | None:
        """See ``BaseKind``."""
        return self._asked("symbols", lambda: self._kind.symbols(source), None, source)

    def texts(self, source: Source) -> Iterable[tuple[str, str, bool]]:
        """See ``BaseKind``."""
        return self._each("texts", lambda: self._kind.texts(source), source)

    def without(self, source: Source, paths: set[str]) -> str:
        """See ``BaseKind``."""
        return self._must("without", lambda: self._kind.without(source, paths), source)

    def decode(self, view: str, **options: Any) -> object:
        """See ``BaseKind``."""
        return self._kind.decode(view, **options)

    def gist(self, view: str) -> str:
        """See ``BaseKind``."""
        return self._asked("gist", lambda: str(self._kind.gist(view)), "", None)

    def _asked(self, what: str, ask: Callable[[], T], otherwise: T, source: Source | None) -> T:
        try:
            return ask()
        except WrongKind:
            return otherwise
        except WRONG as error:
            self._failed(what, error, source)
            return otherwise

    def _is_so(self, what: str, ask: Callable[[Source], object], source: Source) -> bool:
        # Not by the one above, whose questions are made for the call: it is asked of every kind and
        # every part.
        try:
            return bool(ask(source))
        except WrongKind:
            return False
        except WRONG as error:
            self._failed(what, error, source)
            return False

    def _must(self, what: str, ask: Callable[[], T], source: Source) -> T:
        try:
            return ask()
        except WrongKind:
            raise
        except WRONG as error:
            self._failed(what, error, source)
            raise WrongKind(f"{what} failed") from error

    def _each(self, what: str, ask: Callable[[], Iterable[T]], source: Source) -> Iterator[T]:
        try:
            yield from ask()
        except WrongKind:
            raise
        except WRONG as error:
            self._failed(what, error, source)

    def _failed(self, what: str, error: BaseException, source: Source | None) -> None:
        if source is not None:
            # The time of all is up, which is nobody's fault.
            source.deadline.check()
        # Not the error's message: it may quote the payload.
        self.say(f"{what} raised {type(error).__name__}")

    def say(self, problem: str) -> None:
        """Warns of a problem with the kind, the first time."""
        if problem not in self._said:
            self._said.add(problem)
            logger.warning("the kind %r of %s: %s", self.name, self.package, problem)


class BuiltIn(Guarded):
    """One of the core's own kinds, which is imported when something is first asked of it.

    Args:
        path: Where its class is, as an entry point says it: ``"headroom.kinds.log:LogCompressor"``.
        package: Whose it is.
        condenses: Whether it has a ``condense`` of its own: every kind is asked for that of every
            text, and one without is not imported for it.
        opens: How lines begin of which each text has one soon that it ``proves``; nothing where it
            proves none. It is imported for no others.

    """

    def __init__(
        self, path: str, package: str, *, condenses: bool, opens: tuple[str, ...] = ()
    ) -> None:
        self._path = path
        self._condenses = condenses
        self._opens = opens
        self.name = path.split(".")[2].partition(":")[0]
        self.package = package
        self.is_built_in = True
        self._said = set()

    @cached_property
    def _kind(self) -> BaseKind:  # type: ignore[override]
        module, _, name = self._path.partition(":")
        # What a fork has of an import by half it would have for good.
        with undisturbed:
            kind: BaseKind = getattr(import_module(module), name)()
        return kind

    def condense(self, source: Source) -> Condensed | None:
        """See ``BaseKind``."""
        return super().condense(source) if self._condenses else None

    def proves(self, source: Source) -> bool:
        """Whether a parser says that a text is of this kind, whatever its lines look like."""
        if not self._opens or len(source.text) > _PROVEN:
            return False
        text = source.text[:_SOON]
        return (
            text.startswith(self._opens) or any(f"\n{begin}" in text for begin in self._opens)
        ) and self._is_so("_proves", self._kind._proves, source)


def _said_by_its_class(name: str) -> property:
    return property(lambda kind: getattr(kind._kind, name))


for _name in _SAYS:
    if _name != "name":
        setattr(BuiltIn, _name, _said_by_its_class(_name))


class _Completed(BaseKind):
    """An object that has what a kind must have, with the defaults for what else it may know."""

    def __init__(self, kind: Kind) -> None:
        self._own = {
            name for name in vars(BaseKind) if not name.startswith("_") and hasattr(kind, name)
        } - {"has_span"}
        for name in ("name", *self._own):
            setattr(self, name, getattr(kind, name))

    @property
    def has_span(self) -> bool:
        """See ``BaseKind``."""
        return "span" in self._own

    # Set by what the object has; here for whoever reads the class.
    name: str


def _type(value: object) -> str:
    return type(value).__name__
