"""Which kinds there are: those of installed packages, then the core's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from headroom.errors import TimeBudgetExceeded
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, Kind

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["ENTRY_POINT_GROUP", "LAST_RESORT", "Kinds", "default_kinds"]

logger = logging.getLogger("headroom.kinds")

#: A package adds a kind by an entry point of this group: an object that is a ``Kind``, or the
#: class of one that takes no arguments.
ENTRY_POINT_GROUP = "headroom.kinds"

#: The core's own kinds, as its entry points: in a list, since programs that are packed into one
#: file have no entry points. The first that recognises a text has it: the surest signs first, plain
#: text last.
_BUILT_IN = (
    "headroom.kinds.opaque:Opaque",
    "headroom.kinds.json:SmartCrusher",
    "headroom.kinds.diff:DiffCompressor",
    "headroom.kinds.html:HtmlExtractor",
    "headroom.kinds.xml:XmlCompressor",
    "headroom.kinds.table:TableCrusher",
    "headroom.kinds.records:RecordCompressor",
    "headroom.kinds.log:LogCompressor",
    "headroom.kinds.search:SearchCompressor",
    "headroom.kinds.code:CodeCompressor",
    "headroom.kinds.text:Kompress",
)

#: What a text is that no other kind takes.
LAST_RESORT = "text"

#: Texts of which nobody takes all for one kind.
_UNLIKE = (
    "",
    "It rained all night. In the morning the river was over its banks.\n" * 3,
    '{"id": 1, "tags": ["a", "b"], "ok": true}',
    "import os\n\n\ndef here() -> str:\n    return os.getcwd()\n",
    "2026-03-02T09:14:10 INFO started\n2026-03-02T09:14:11 ERROR disk full\n" * 3,
)


class Kinds:
    """Some kinds, in the order in which they are asked.

    Args:
        kinds: Of two with one name, the first counts.

    Raises:
        TypeError: One of them is no kind; says what it lacks.

    """

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._by_name: dict[str, BaseKind] = {}
        self._failed: set[str] = set()
        for kind in kinds:
            lacks = _lacks(kind)
            if lacks:
                raise TypeError(f"{type(kind).__name__} is no kind: it has no {lacks}")
            whole = kind if isinstance(kind, BaseKind) else _Completed(kind)
            self._by_name.setdefault(whole.name, whole)

    def __iter__(self) -> Iterator[BaseKind]:
        """Each of them, the first to be asked first."""
        return iter(self._by_name.values())

    @property
    def names(self) -> frozenset[str]:
        """What they are called."""
        return frozenset(self._by_name)

    def named(self, name: str) -> BaseKind | None:
        """The kind of a name; ``None`` where there is none."""
        return self._by_name.get(name)

    def candidates(self, source: Source) -> Iterator[BaseKind]:
        """The kinds that a text may be, the likeliest first.

        One that finds, on a closer look, that the text is not of its kind says so, and the next one
        is asked: only a parser can tell whether text in brackets is JSON. A recogniser that raises
        has recognised nothing; a warning names the kind the first time.

        >>> [kind.name for kind in default_kinds().candidates(Source('{"a": 1}'))]
        ['json', 'text']

        """
        asked: list[BaseKind] = []
        for kind in self:
            if self.recognises(kind, source):
                yield kind
            else:
                asked.append(kind)
        yield from (kind for kind in asked if self._says_so(kind, kind.may_be, source))
        last = self._by_name.get(LAST_RESORT)
        if last is not None:
            yield last

    def kind_of(self, source: Source) -> BaseKind:
        """The likeliest kind of a text; among these must be the last resort."""
        return next(self.candidates(source))

    def recognises(self, kind: BaseKind, source: Source) -> bool:
        """Whether a kind recognises a text; a recogniser that raises does not."""
        return self._says_so(kind, kind.recognise, source)

    def _says_so(self, kind: BaseKind, recognise: Callable[[Source], bool], source: Source) -> bool:
        try:
            return bool(recognise(source))
        except TimeBudgetExceeded:
            raise
        except Exception as error:
            # Not the error's message: it may quote the payload.
            if kind.name not in self._failed:
                self._failed.add(kind.name)
                logger.warning(
                    "the kind %r (%s) cannot tell whether a text is of it: %s",
                    kind.name,
                    _origin(kind),
                    type(error).__name__,
                )
            return False


class _Completed(BaseKind):
    """An object that has what a kind must have, with the defaults for what else it may know."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        for name in ("name", *vars(BaseKind)):
            if not name.startswith("_") and hasattr(kind, name):
                setattr(self, name, getattr(kind, name))


@lru_cache(maxsize=1)
def default_kinds() -> Kinds:
    """The kinds of installed packages, then the core's. Read once per process.

    One that cannot be used is left out, and a warning says of which package it is, and why.
    """
    # Slow to import, and not needed before the first compression.
    from importlib.metadata import EntryPoint, entry_points

    built_in = [
        _loaded(EntryPoint(path.split(".")[2].partition(":")[0], path, ENTRY_POINT_GROUP))
        for path in _BUILT_IN
    ]
    names = {kind.name for kind in built_in}
    found: list[Kind] = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        try:
            kind = _loaded(point)
            problem = _problem(kind, names)
        except Exception as error:
            # A broken package must not take the others, or the caller's run, down with it.
            kind, problem = None, f"it cannot be loaded: {error!r}"
        if kind is None or problem:
            package = "?" if point.dist is None else point.dist.name
            logger.warning("the kind %r of %s is not used: %s", point.name, package, problem)
            continue
        names.add(kind.name)
        found.append(kind)
    return Kinds([*found, *built_in])


def _loaded(point: EntryPoint) -> Kind:
    loaded = point.load()
    kind: Kind = loaded() if isinstance(loaded, type) else loaded
    return kind


def _problem(kind: Kind, taken: set[str]) -> str:
    """Why an installed kind cannot be used; empty if it can."""
    lacks = _lacks(kind)
    if lacks:
        return f"it has no {lacks}"
    if kind.name in taken:
        return f"there is a kind {kind.name!r} already"
    try:
        if all(kind.recognise(Source(text)) for text in _UNLIKE):
            return "it takes every text for its own"
    except Exception as error:
        return f"its recogniser raises {type(error).__name__}"
    return ""


def _lacks(kind: object) -> str:
    """What an object lacks to be a kind; empty if nothing."""
    name = getattr(kind, "name", None)
    if not isinstance(name, str) or not name:
        return "name"
    methods = ("recognise", "compress")
    return " and no ".join(one for one in methods if not callable(getattr(kind, one, None)))


def _origin(kind: BaseKind) -> str:
    made_of = kind.kind if isinstance(kind, _Completed) else kind
    return f"{type(made_of).__module__}.{type(made_of).__qualname__}"
