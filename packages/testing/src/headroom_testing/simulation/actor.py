"""One process: a context that does what the seed chooses, and a check of each answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from headroom import (
    ContextEntry,
    KeyEvicted,
    KeyExpired,
    KeyNotFound,
    Pipeline,
    Request,
    SharedContext,
    Source,
    StoreError,
    VersionConflict,
    View,
)
from headroom.toolkit import view_of_lines
from headroom_testing.contract.records import digest
from headroom_testing.simulation.mirror import Snapshot
from headroom_testing.simulation.store import SimulatedStore
from headroom_testing.simulation.world import NAMESPACES, World

__all__ = ["Actor", "MakeContext"]

_KEYS = ("a", "b", "c")
# Where views are put, which are contents as others are.
_KEY_OF_VIEWS = "view"
_CONTENTS = 6
_LINES = 6
# The clock moves by hundreds of seconds, and an entry ends between two of them: what happens in the
# very moment of an end is left open. Far more than a seed takes: contexts renew by the real time.
_TTLS = (None, None, 50, 250, 950)
_LEASE_SECONDS = (250, 50_050)

MakeContext = Callable[..., SharedContext]


class _Heads:
    """A kind whose view is the first line, and the last where somebody asks: views cost next to
    nothing.
    """

    name = "heads"

    def recognise(self, source: Source) -> bool:  # noqa: ARG002 - there is no other
        return True

    def compress(self, source: Source, request: Request) -> View | None:
        last = len(source.lines) - 1 if request.query else 0
        return view_of_lines(source.lines, {0, last})


_PIPELINE = Pipeline([_Heads()])


def _content(namespace: str, number: int) -> str:
    return "\n".join(f"{namespace} {number} says in line {line}" for line in range(_LINES))


class Actor:
    """A process with a context.

    Args:
        world: What it shares with others.
        who: Its number.
        make: Makes its context.

    """

    def __init__(self, world: World, who: int, make: MakeContext) -> None:
        self.world, self.who, self.choice = world, who, world.choice
        self._passes: bool = self.choice.random() < 0.3
        on_error: Literal["raise", "passthrough"] = "passthrough" if self._passes else "raise"
        ctx = make(
            store=SimulatedStore(world, who), namespace=NAMESPACES[0], ttl=None,
            max_entries=world.limits.max_entries, max_bytes=world.limits.max_bytes,
            pipeline=_PIPELINE, counter=_count, on_error=on_error, store_timeout=None,
        )  # fmt: skip
        self._contexts = {NAMESPACES[0]: ctx, NAMESPACES[1]: ctx.in_namespace(NAMESPACES[1])}
        self._leases = 0
        # Where it is, when what it does now began, and the faults up to then.
        self._name, self._began, self._faults = "", 0, 0
        self._seen: dict[tuple[str, str], ContextEntry] = {}

    async def run(self, verbs: int) -> None:
        """Does so many things, one after the other."""
        try:
            await self.world.turns.take(self.who)
            for _ in range(verbs):
                await self._one()
        except AssertionError as error:
            self.world.violation = self.world.violation or error
        finally:
            self.world.turns.done()

    def close(self) -> None:
        """Ends what its context does in the background."""
        for ctx in self._contexts.values():
            ctx.close()

    async def _one(self) -> None:
        if self.choice.random() < 0.25:
            await self._leased()
            return
        verb = self.choice.choice(
            [self._put, self._put, self._put_expected, self._get, self._get, self._get_anew,
             self._require, self._retrieve, self._original_of, self._is_view, self._put_view,
             self._keys, self._delete, self._clear]
        )  # fmt: skip
        await self._guarded(verb, self.choice.choice(NAMESPACES))

    async def _guarded(self, verb: Callable[[str], object], namespace: str) -> object:
        self._name, self._began = namespace, self.world.now
        self._faults = self.world.faults.get(self.who, 0)
        self.world.log.append(f"{self.who} {namespace}: begins {verb.__name__.strip('_')}")
        try:
            return await verb(namespace)  # type: ignore[misc]
        except StoreError as error:
            if not self._met_faults:
                raise AssertionError(f"{error!r}, and nothing had failed") from error
            return None

    # What it knows

    @property
    def _met_faults(self) -> bool:
        return self.world.faults.get(self.who, 0) > self._faults

    def _ever(self, holds: Callable[[Snapshot], bool]) -> bool:
        """Whether something held at any time since this verb began."""
        return any(holds(one) for one in self.world.since(self._name, self._began))

    def _step(self, holds: Callable[[Snapshot, Snapshot], bool]) -> bool:
        """Whether any step since then was so, from what was before to what was after it."""
        after = self.world.since(self._name, self._began)
        return any(holds(one, other) for one, other in pairwise(after))

    def _may_fail(self) -> bool:
        """Whether an answer may be as if nothing were there."""
        return self._passes and self._met_faults

    def _note(self, entry: ContextEntry) -> None:
        self._seen[self._name, entry.key] = entry
        if entry.compressed != entry.original:
            self.world.shown.append((self._name, entry.compressed, entry.reference))

    # Verbs

    async def _put(self, namespace: str) -> ContextEntry | None:
        return await self._put_with(namespace, None)

    async def _put_expected(self, namespace: str) -> ContextEntry | None:
        key = self.choice.choice(_KEYS)
        seen = self._seen.get((namespace, key))
        return await self._put_with(namespace, seen.version if seen else 0, key)

    async def _put_with(
        self, namespace: str, expected: int | None, key: str | None = None
    ) -> ContextEntry | None:
        key = key or self.choice.choice(_KEYS)
        content = _content(namespace, self.choice.randrange(_CONTENTS))
        ttl = self.choice.choice(_TTLS)
        try:
            entry = await self._contexts[namespace].aput(
                key, content, ttl=ttl, kind="heads", expected_version=expected
            )
        except VersionConflict:
            assert expected is not None
            # What was deleted or cleared meanwhile has changed, too, if nothing was there.
            assert self._ever(lambda one: one.version(key) != expected) or self._step(
                lambda one, other: one.floor(key) != other.floor(key)
            ), "no conflict"
            return None
        reference = digest(content)
        assert entry.original == content, "put hands another original back"
        assert entry.reference == reference, "another reference"
        if entry.version:
            self._check_written(entry, expected)
        else:
            assert entry.compressed == content, "a view whose original was not written"
            is_older = self._ever(lambda one: not one.holds(key, reference))
            assert self._may_fail() or (expected is None and is_older), "put wrote nothing"
        self._note(entry)
        return entry

    async def _put_view(self, namespace: str) -> None:
        """A view that somebody was shown goes on as a content, and is not compressed again."""
        views = [view for name, view, _ in self.world.shown if name == namespace]
        if not views:
            return
        view = self.choice.choice(views)
        entry = await self._contexts[namespace].aput(_KEY_OF_VIEWS, view, kind="heads")
        assert entry.original == view, "put hands another original back"
        assert entry.compressed == view or self._ever(lambda one: digest(view) not in one.views), (
            "a view of a view"
        )
        if entry.version:
            self._check_written(entry, None)

    def _check_written(self, entry: ContextEntry, expected: int | None) -> None:
        key, reference = entry.key, entry.reference
        assert self._ever(lambda one: one.holds(key, reference)), (
            f"put says that {key!r} is written, and it never was"
        )
        if expected is not None:
            assert self._step(
                lambda one, other: (
                    one.version(key) == expected and other.version(key) == entry.version
                )
            ), f"put replaced another version of {key!r} than {expected}: an update is lost"

    async def _get(self, namespace: str) -> str | None:
        key, full = self.choice.choice(_KEYS), self.choice.random() < 0.5
        text = await self._contexts[namespace].aget(key, full=full)
        if text is None:
            assert self._may_fail() or self._ever(lambda one: key not in one.live), (
                f"{key!r} is not found, though it was there all the time"
            )
            return None
        shown = digest(text)
        assert self._ever(
            lambda one: (
                key in one.live
                and shown == (one.live[key].reference if full else one.live[key].view_reference)
            )
        ), f"get shows what was not under {key!r}"
        return text

    async def _get_anew(self, namespace: str) -> str | None:
        key = self.choice.choice(_KEYS)
        text = await self._contexts[namespace].aget(key, query="what does the last line say")
        if text is None:
            assert self._may_fail() or self._ever(lambda one: key not in one.live), "not found"
            return None
        origin = self.world.mirrors[namespace].model.views.get(digest(text))
        cleared = self._ever(lambda one: not one.live)
        assert (
            self._may_fail()
            or cleared
            or self._ever(
                lambda one: key in one.live and one.live[key].reference in (origin, digest(text))
            )
        ), "a view of something else"
        if origin is not None and origin != digest(text):
            self.world.shown.append((namespace, text, origin))
        return text

    async def _require(self, namespace: str) -> ContextEntry | None:
        key = self.choice.choice(_KEYS)
        try:
            entry = await self._contexts[namespace].arequire(key)
        except KeyNotFound as error:
            self._check_missing(key, error)
            return None
        assert digest(entry.original) == entry.reference, "another original"
        assert self._ever(
            lambda one: one.version(key) == entry.version and one.holds(key, entry.reference)
        ), f"require shows what was not under {key!r}"
        self._note(entry)
        return entry

    def _check_missing(self, key: str, error: KeyNotFound) -> None:
        said = {KeyExpired: "expired", KeyEvicted: "evicted"}.get(type(error), "absent")
        if said == "absent" and error.when is not None:
            said = "deleted"

        def is_so(one: Snapshot) -> bool:
            return key not in one.live and one.gone.get(key, "absent") == said

        # What a key's end was is open after its namespace was cleared.
        is_open = self.world.mirrors[self._name].cleared
        assert self._may_fail() or is_open or self._ever(is_so), f"{key!r} was not {said}"
        assert self._may_fail() or self._ever(lambda one: key not in one.live), "it is there"

    async def _retrieve(self, namespace: str) -> None:
        key = self.choice.choice(_KEYS)
        try:
            excerpt = await self._contexts[namespace].aretrieve(key, lines=f"2-{_LINES}")
        except KeyNotFound:
            # It may have gone between two calls of the store.
            assert self._may_fail() or self._ever(lambda one: key not in one.live) or self._step(
                lambda one, other: one.live.get(key) != other.live.get(key)
            ), f"{key!r} is not found"  # fmt: skip
            return
        assert self._ever(lambda one: one.holds(key, excerpt.reference)), "of another entry"
        for number in range(_CONTENTS):
            whole = _content(namespace, number)
            if digest(whole) == excerpt.reference:
                found = [line for line in excerpt.text.split("\n") if not line.startswith("[")]
                assert found == whole.split("\n")[1:], "an excerpt of something else"
                return
        raise AssertionError("an excerpt from another namespace")

    async def _is_view(self, namespace: str) -> str | None:
        if not self.world.shown:
            return None
        _, view, _ = self.choice.choice(self.world.shown)
        found = await self._contexts[namespace].ais_view(view)
        assert self._may_fail() or self._ever(lambda one: (digest(view) in one.views) == found), (
            "a view is not known" if not found else "what is no view passes for one"
        )
        return self.world.mirrors[namespace].model.views.get(digest(view)) if found else None

    async def _original_of(self, namespace: str) -> str | None:
        if not self.world.shown:
            return None
        _, view, _ = self.choice.choice(self.world.shown)
        found = await self._contexts[namespace].aoriginal_of(view)

        def leads(one: Snapshot) -> str | None:
            reference = one.views.get(digest(view))
            return reference if reference in one.contents else None

        if found is None:
            assert self._may_fail() or self._ever(lambda one: leads(one) is None), (
                "no way back to an original that is there"
            )
            return None
        # The view and the content are looked up one after the other.
        assert self._ever(lambda one: digest(found) in one.contents), "an original from elsewhere"
        return digest(found)

    async def _keys(self, namespace: str) -> None:
        keys = await self._contexts[namespace].akeys()
        assert self._may_fail() or self._ever(lambda one: list(one.live) == keys), "other keys"

    async def _delete(self, namespace: str) -> None:
        key = self.choice.choice(_KEYS)
        existed = await self._contexts[namespace].adelete(key)
        if not self._may_fail():
            there = self._ever(lambda one: key in one.live)
            assert there or not existed, "what was not there is deleted"
            assert self._ever(lambda one: key not in one.live), "it is still there"
            self.world.log.append(f"{self.who} {namespace}: deleted {key}: {existed}")

    async def _clear(self, namespace: str) -> None:
        if self.choice.random() < 0.5:
            return
        await self._contexts[namespace].aclear()
        assert self._may_fail() or self._ever(lambda one: not one.live), "it was not cleared"

    # Leases

    async def _leased(self) -> None:
        """What is put or read within a lease is held until it ends."""
        namespace, mirror = NAMESPACES[0], self.world.mirrors[NAMESPACES[0]]
        self._leases += 1
        holder = f"run {self.who} {self._leases}"
        run = self._contexts[namespace].lease(holder, seconds=self.choice.choice(_LEASE_SECONDS))
        with run.active():
            for _ in range(self.choice.randrange(1, 4)):
                verb = self.choice.choice(
                    [self._put, self._put, self._require, self._original_of, self._is_view]
                )
                found = await self._guarded(verb, namespace)
                if isinstance(found, ContextEntry) and found.version:
                    found = found.reference
                if not isinstance(found, str) or self._met_faults:
                    continue
                is_held = mirror.holds(holder, found) or holder in mirror.lapsed
                assert is_held, f"{holder} does not hold what it was shown, or told to be a view"
        try:
            await run.arelease()
        finally:
            self._name = namespace


def _count(text: str) -> int:
    return len(text.split())
