"""Somebody who can write to the server changes what lies there, field by field."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator
from typing import cast

import pytest
import redis
from redis_server import OpenStore

from headroom import (
    Codec,
    IntegrityError,
    Limits,
    Missing,
    Record,
    StoreError,
    new_encryption_key,
)
from headroom_redis import RedisStore
from headroom_redis.keys import names_of
from headroom_redis.values import MOST_PARTS, Values, _entry_place
from headroom_testing import ManualClock
from headroom_testing.store import digest, make, write

SPACES = ("space", "other")
DATA, _, _, _, GONE, _, SEEN, _, _, HOLDS, _, _ = names_of("headroom", "space").keys

#: The parts of an entry, and whether one is bound to it where nothing is sealed.
PARTS = {
    "expires": (slice(0, 8), False),
    "number": (slice(8, 16), False),
    "version": (slice(16, 24), True),
    "size": (slice(24, 32), True),
    "created": (slice(32, 40), True),
    "token": (slice(40, 48), True),
    "reference": (slice(48, 80), True),
    "view reference": (slice(80, 112), True),
    "meta": (slice(112, None), True),
}
# The server sets it, to know the order of age.
UNBOUND = "number"


def _reference(number: int) -> bytes:
    return bytes.fromhex(digest(f"{number} 1 " * 101))


class Tampered:
    """A store, what others may change of it, and all that is read from it."""

    def __init__(self, store: RedisStore, behind: redis.Redis, clock: ManualClock) -> None:
        self._store, self._behind, self._clock = store, behind, clock
        # Twice: what was there before could be played back.
        self._write(0)
        self.before = {DATA: behind.hgetall(DATA), SEEN: behind.hgetall(SEEN)}
        older = self.read()
        self._write(1)
        self._dumps = {name: behind.dump(name) for name in behind.keys("*")}
        self.right = self.read()
        # What an entry said of itself before is genuine: nobody tells whether there is a newer.
        self._headers = {
            name: [*answer, *cast("list[object]", older[name])]
            for name, answer in self.right.items()
            if isinstance(answer, list)
        }

    def _write(self, turn: int) -> None:
        for space in SPACES:
            if turn == 0:
                write(self._store, "evicted", "x", namespace=space)
                write(self._store, "deleted", "y", namespace=space, limits=Limits(max_entries=1))
                self._store.delete(space, "deleted")
            for number in range(3):
                write(
                    self._store, f"key {number}", f"{number} {turn} " * (100 + turn),
                    view=None if number == 2 else f"view {number} {turn}",
                    namespace=space, ttl=1000 + turn + number, meta={"agent": f"{number} {turn}"},
                )  # fmt: skip
            held = [digest(f"0 {turn} " * (100 + turn))]
            self._store.lease(space, f"run {turn}", held, seconds=10)
            self._clock.advance(1)

    def restore(self) -> None:
        self._behind.flushall()
        for name, dump in self._dumps.items():
            self._behind.restore(name, 0, dump)

    def changed(
        self, name: bytes, field: bytes, part: slice = slice(None), other: bytes | None = None
    ) -> Iterator[tuple[str, dict[str, object]]]:
        """Each way to change a part of a field: its name, and what is read then."""
        value = self._behind.hget(name, field)
        assert value is not None
        here = value[part]
        last = bytes([here[-1] ^ 1])
        older = self.before.get(name, {}).get(field)
        parts = {
            "a bit": here[:-1] + last,
            "the first bit": bytes([here[0] ^ 1]) + here[1:],
            "zero": bytes(len(here)),
            "another's": other and other[part],
            "played back": older and older[part],
        }
        before, after = value[: part.start or 0], value[part.stop or len(value) :]
        values: dict[str, bytes | None] = {
            way: before + new + after for way, new in parts.items() if new is not None
        }
        if part == slice(None):
            values |= {"cut": value[:-1], "longer": value + b"x", "empty": b"", "deleted": None}
        for way, new in values.items():
            if new == value:
                continue
            if new is None:
                self._behind.hdel(name, field)
            else:
                self._behind.hset(name, field, new)
            yield way, self.read()
            self._behind.hset(name, field, value)

    def write(self) -> None:
        """Each write is done, or fails as a store does; then all is put back."""
        store = self._store
        ask = functools.partial
        for action in (
            ask(store.next_version, "space"),
            ask(write, store, "key 0", "new", ttl=5, limits=Limits(max_entries=2, max_bytes=1)),
            ask(write, store, "new", "1 1 " * 101, view="view"),
            ask(store.delete, "space", "key 1"),
            ask(store.lease, "space", "run 1", [_reference(1).hex()], seconds=5),
            ask(store.release, "space", "run 1"),
            ask(store.usage, "space"),
            ask(store.rotate, "space"),
            ask(store.clear, "space"),
        ):
            _answer(action)
        self.restore()

    def read(self) -> dict[str, object]:
        """The answer to each question, or the error in its place."""
        ask, store = functools.partial, self._store
        questions: dict[str, Callable[[], object]] = {}
        for space in SPACES:
            questions[f"{space}: headers"] = ask(store.headers, space)
            for key in ("key 0", "key 1", "key 2", "evicted", "deleted"):
                questions[f"{space}: {key}"] = ask(store.get, space, key)
                questions[f"{space}: view of {key}"] = ask(
                    store.get, space, key, with_original=False
                )
            for number in range(3):
                questions[f"{space}: find {number}"] = ask(
                    store.find, space, _reference(number).hex()
                )
                questions[f"{space}: origin {number}"] = ask(
                    store.view_origin, space, digest(f"view {number} 1")
                )
        return {name: _answer(question) for name, question in questions.items()}

    def check(self, way: str, answers: dict[str, object]) -> bool:
        """Nothing false is among the answers; whether one is an error."""
        for question, answer in answers.items():
            if isinstance(answer, (StoreError, Missing)) or answer is None:
                continue
            if isinstance(answer, list):
                assert all(header in self._headers[question] for header in answer), (way, question)
            else:
                assert answer == self.right[question], (way, question)
        return any(isinstance(answer, StoreError) for answer in answers.values())


def _answer(question: Callable[[], object]) -> object:
    try:
        return question()
    except StoreError as error:
        return error


@pytest.fixture(params=["plain", "sealed"])
def tampered(
    request: pytest.FixtureRequest, open_store: OpenStore, behind: redis.Redis
) -> Tampered:
    clock = ManualClock()
    codec = Codec(keys=[new_encryption_key()] if request.param == "sealed" else [])
    return Tampered(open_store(codec=codec, clock=clock), behind, clock)


def _is_sealed(request: pytest.FixtureRequest) -> bool:
    return "sealed" in request.node.name


@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_an_entry_is_changed_unnoticed(
    tampered: Tampered, behind: redis.Redis, part: str, request: pytest.FixtureRequest
) -> None:
    place, is_checked = PARTS[part]
    other = behind.hget(DATA, "ekey 1")
    for way, answers in tampered.changed(DATA, b"ekey 0", place, other):
        noticed = tampered.check(way, answers)
        assert noticed or not (is_checked or _is_sealed(request)) or part == UNBOUND, way


@pytest.mark.parametrize(
    ("name", "field", "other"),
    [
        (DATA, b"ekey 0", b"ekey 1"),
        (DATA, b"vkey 0", b"vkey 1"),
        (DATA, b"o" + _reference(0), b"o" + _reference(1)),
        (SEEN, bytes.fromhex(digest("view 0 1")), bytes.fromhex(digest("view 1 1"))),
    ],
    ids=["entry", "view", "original", "seen"],
)
def test_no_field_is_changed_unnoticed(
    tampered: Tampered,
    behind: redis.Redis,
    name: bytes,
    field: bytes,
    other: bytes,
    request: pytest.FixtureRequest,
) -> None:
    if field[:1] in b"vo" and not _is_sealed(request):
        pytest.skip("the context finds that by the hashes of contents")
    # What has expired by what is said of it has gone.
    gone = ("deleted", "zero", "the first bit") if field[:1] == b"e" else ("deleted",)
    for way, answers in tampered.changed(name, field, other=behind.hget(name, other)):
        if way == "played back" and not _is_sealed(request):
            # Its header is genuine, and its view not that of the header: again by the hash.
            continue
        assert tampered.check(way, answers) or way in gone, way


@pytest.mark.parametrize("name", [DATA, GONE, HOLDS], ids=["data", "gone", "holds"])
def test_what_is_not_bound_makes_nothing_false(
    tampered: Tampered, behind: redis.Redis, name: bytes
) -> None:
    # The state, the last clear, why a key is not there, and what leases hold: the scripts of the
    # server write those, and have no keys.
    fields = [field for field in behind.hkeys(name) if name != DATA or field in (b"s", b"c")]
    assert fields
    for field in fields:
        for way, answers in tampered.changed(name, field):
            tampered.check(way, answers)
            tampered.write()


def test_a_write_fails_as_a_store_does_whatever_lies_there(
    tampered: Tampered, behind: redis.Redis
) -> None:
    for field in behind.hkeys(DATA):
        for value in (b"", b"x" * 200, bytes(192)):
            behind.hset(DATA, field, value)
            tampered.write()


@pytest.mark.parametrize(
    ("size", "meta"),
    [(-1.0, None), (1e15, None), (float("nan"), None), (None, b"[]," * MOST_PARTS + b"0")],
    ids=["negative", "huge", "no number", "lists"],
)
def test_what_was_changed_with_the_right_check_is_an_error_that_names_its_key(
    open_store: OpenStore, behind: redis.Redis, size: float | None, meta: bytes | None
) -> None:
    store = open_store()
    for key in ("key 0", "key 1"):
        write(store, key, f"content of {key} " * 100)
    # Where nothing is sealed, whoever writes to the server can make the check as well.
    entry, codec = behind.hget(DATA, "ekey 0"), Codec()
    assert entry is not None
    head, packed = entry[:112], entry[112:]
    values = codec.unpack(packed, _entry_place("space", "meta", "key 0", head[16:]), checked=True)
    if size is not None:
        head = head[:24] + struct.pack(">d", size) + head[32:]
    if meta is not None:
        values = values[:8] + b'{"a":[' + meta + b"]}"
    place = _entry_place("space", "meta", "key 0", head[16:])
    behind.hset(DATA, "ekey 0", head + codec.pack(values, place, checked=True))
    with pytest.raises(IntegrityError, match=r"\(key 'key 0'\)"):
        store.get("space", "key 0")
    assert store.delete("space", "key 0")
    assert [header.key for header in store.headers("space")] == ["key 1"]


def test_all_fields_are_known(tampered: Tampered, behind: redis.Redis) -> None:
    hashes = {key for key in behind.keys("*") if behind.type(key) == b"hash"}
    names = {hash_name for space in SPACES for hash_name in _hashes(space)}
    assert hashes == names
    assert {field[:1] for field in behind.hkeys(DATA)} <= {b"s", b"e", b"v", b"o", b"c"}


def _hashes(space: str) -> list[bytes]:
    names = names_of("headroom", space).keys
    return [names[0], names[4], names[6], names[9]]


@pytest.mark.parametrize(
    "meta", [b"", b"\0" * 8, b"\0" * 8 + b"{", b"\0" * 8 + b"[1]", b"\0" * 8 + b"[" * 100_000]
)
def test_metadata_that_are_none_are_an_error_of_ours(meta: bytes) -> None:
    # Where nothing is sealed, whoever writes to the server can write the right check, too.
    values = Values(Codec())
    packed = values.pack("space", make("key", "content", 7), 7).entry
    # In front of it, the server puts when it expires and its number.
    head = bytes(16) + packed[:96]
    assert values.header("space", "key", bytes(16) + packed).version == 7
    place = _entry_place("space", "meta", "key", packed[:96])
    with pytest.raises(IntegrityError, match="metadata cannot be read: it was cut or changed"):
        values.header("space", "key", head + Codec().pack(meta, place, checked=True))


@pytest.mark.parametrize("keys", [[], [new_encryption_key()]], ids=["plain", "sealed"])
@pytest.mark.parametrize("key", ["key", "other"])
@pytest.mark.parametrize("damage", ["cut", "longer", "as long", "deleted"])
def test_a_put_heals_an_original(
    open_store: OpenStore, behind: redis.Redis, keys: list[str], key: str, damage: str
) -> None:
    store = open_store(codec=Codec(keys=keys))
    record = write(store, "key", "content " * 2_000, view="view")
    field = b"o" + bytes.fromhex(record.header.reference)
    stored = behind.hget(DATA, field)
    assert stored is not None
    if damage == "deleted":
        behind.hdel(DATA, field)
    else:
        changed = {"cut": stored[:-9], "longer": stored + b"x", "as long": stored[:-3] + b"xyz"}
        behind.hset(DATA, field, changed[damage])
    write(store, key, "content " * 2_000, view="view")
    for name in {"key", key}:
        found = store.get("space", name)
        assert isinstance(found, Record)
        assert found.original == record.original
