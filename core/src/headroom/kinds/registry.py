"""Which kinds there are: those of installed packages, then the core's."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from headroom.errors import WrongKind
from headroom.forking import undisturbed
from headroom.kinds.guard import WRONG, BuiltIn, Guarded
from headroom.kinds.installed import installed, package_of
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, Kind
from headroom.toolkit.rows.values import whole

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["LAST_RESORT", "MIXED", "Kinds", "decoded", "default_kinds"]

logger = logging.getLogger("headroom.kinds")

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
#: Those of them that leave out of texts of all kinds what nobody reads.
_CONDENSING = ("headroom.kinds.opaque:Opaque",)
#: Those that a parser may prove, and how lines begin of which it proves no text without one.
_PROVEN = {
    "headroom.kinds.code:CodeCompressor": ("import ", "from ", "def ", "class ", "async ", "@")
}
#: The first that goes by what lines look like: before it, these are asked for what they prove.
_BY_SHAPES = "table"
_PACKAGE = "headroom-core"

#: What a text is that no other kind takes.
LAST_RESORT = "text"

#: What a text of several kinds is called: no kind has that name.
MIXED = "mixed"

#: Texts of which no kind has a right to more than a few.
_UNLIKE = (
    "It rained all night. In the morning the river was over its banks.\n\n" * 20,
    '{"id": 1, "tags": ["a", "b"], "ok": true, "note": "' + "all is well, " * 80 + '"}',
    "import os\n\n\ndef here() -> str:\n    return os.getcwd()\n\n\n" * 20,
    "2026-03-02T09:14:10 INFO started\n2026-03-02T09:14:11 ERROR disk full\n" * 20,
    "<html><body><p>It rained.</p>\n" + "<p>The river rose.</p>\n" * 40 + "</body></html>",
    "--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n" + "-old\n+new\n" * 9,
    "id,state,total\n" + "1,paid,20\n2,open,17\n" * 30,
)
#: So many times one below the other they are as long as large payloads.
_LONG_TIMES = 12
_MOST_CLAIMED = len(_UNLIKE) // 2


class Kinds:
    """Some kinds, in the order in which they are asked.

    Args:
        kinds: Of two with one name, the first counts.

    Raises:
        TypeError: One of them is no kind; says what it lacks.
        ValueError: One has a name that no kind may have.

    """

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._by_name: dict[str, Guarded] = {}
        for kind in kinds:
            lacks = _lacks(kind)
            if lacks:
                raise TypeError(f"{type(kind).__name__} is no kind: it has no {lacks}")
            if kind.name == MIXED:
                raise ValueError(f"no kind may be called {MIXED!r}: texts of several kinds are")
            guarded = kind if isinstance(kind, Guarded) else Guarded(kind)
            self._by_name.setdefault(guarded.name, guarded)

    def __iter__(self) -> Iterator[Guarded]:
        """Each of them, the first to be asked first."""
        return iter(self._by_name.values())

    @property
    def names(self) -> frozenset[str]:
        """What they are called."""
        return frozenset(self._by_name)

    def named(self, name: str) -> Guarded | None:
        """The kind of a name; ``None`` where there is none."""
        return self._by_name.get(name)

    def candidates(self, source: Source) -> Iterator[Guarded]:
        """The kinds that a text may be, the likeliest first.

        One that finds, on a closer look, that the text is not of its kind says so, and the next one
        is asked: only a parser can tell whether text in brackets is JSON.

        Raises:
            TimeBudgetExceeded: The time is up.

        >>> [kind.name for kind in default_kinds().candidates(Source('{"a": 1}'))]
        ['json', 'text']

        """
        asked: list[Guarded] = []
        check = source.deadline.check
        for kind in self:
            check()
            if kind.name == _BY_SHAPES:
                yield from (one for one in self if isinstance(one, BuiltIn) and one.proves(source))
            if kind.recognise(source):
                yield kind
            else:
                asked.append(kind)
        for kind in asked:
            check()
            if kind.may_be(source):
                yield kind
        last = self._by_name.get(LAST_RESORT)
        if last is not None:
            yield last

    def kind_of(self, source: Source) -> Guarded:
        """The likeliest kind of a text; among these must be the last resort."""
        return next(self.candidates(source))


@lru_cache(maxsize=1)
def default_kinds() -> Kinds:
    """The kinds of installed packages, then the core's. Read once per process.

    One that cannot be used is left out, and a warning says of which package it is, and why.
    """
    # What a fork has by half it would have for good: the locks of imports come along.
    with undisturbed:
        return _found()


def _found() -> Kinds:
    import _headroom_namesake

    _headroom_namesake.warn()
    built_in = [
        BuiltIn(path, _PACKAGE, condenses=path in _CONDENSING, opens=_PROVEN.get(path, ()))
        for path in _BUILT_IN
    ]
    taken = {MIXED: _PACKAGE, **{kind.name: _PACKAGE for kind in built_in}}
    found: list[Guarded] = []
    for point in installed():
        package = package_of(point)
        try:
            kind = _loaded(point)
            problem = _problem(kind, taken)
            guarded = None if problem else Guarded(kind, package)
        except WRONG as error:
            # A broken package must not take the others, or the caller's run, down with it.
            guarded, problem = None, f"it cannot be loaded: {error!r}"
        if guarded is None:
            logger.warning("the kind %r of %s is not used: %s", point.name, package, problem)
            continue
        taken[guarded.name] = package
        found.append(guarded)
    return Kinds([*found, *built_in])


def decoded(kind: BaseKind, view: str, **options: Any) -> object:
    """The data of a view in the notation of JSON's, or of a text that stayed as it was put.

    Args:
        kind: Reads such a text, whose values are texts themselves.
        view: The view.
        options: See ``headroom.decode``.

    Raises:
        ValueError: It is neither.

    """
    data = default_kinds().named("json")
    assert data is not None
    try:
        return data.decode(view, **options)
    except ValueError:
        try:
            return whole(kind.data(Source(view)))
        except WrongKind:
            pass
        raise


def _loaded(point: EntryPoint) -> Kind:
    loaded = point.load()
    kind: Kind = loaded() if isinstance(loaded, type) else loaded
    return kind


def _problem(kind: Kind, taken: dict[str, str]) -> str:
    """Why an installed kind cannot be used; empty if it can."""
    lacks = _lacks(kind)
    if lacks:
        return f"it has no {lacks}"
    if kind.name in taken:
        return f"there is a kind {kind.name!r} already, of {taken[kind.name]}"
    try:
        long = ["\n".join([text] * _LONG_TIMES) for text in _UNLIKE]
        sources = [Source(text) for text in ("", *_UNLIKE, *long)]
        claimed = [_claims(kind, source) for source in sources]
    except WRONG as error:
        return f"its recogniser raised {type(error).__name__}"
    if any("\n".join(source.lines) != source.text for source in sources):
        return "its recogniser changes the lines of a source, which are everybody's"
    most = max(sum(claimed[: -len(long)]), sum(claimed[-len(long) :]))
    return "its recogniser claims texts of every sort" if most > _MOST_CLAIMED else ""


def _claims(kind: Kind, source: Source) -> bool:
    try:
        return bool(kind.recognise(source))
    except WrongKind:
        return False


def _lacks(kind: object) -> str:
    """What an object lacks to be a kind; empty if nothing."""
    name = getattr(kind, "name", None)
    missing = [] if isinstance(name, str) and name else ["name"]
    missing += [one for one in ("recognise", "compress") if not callable(getattr(kind, one, None))]
    return " and no ".join(missing)
