"""Values and times of all sizes."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import pickle
import random
import zlib
from collections.abc import Callable
from dataclasses import replace

from headroom import IntegrityError, Missing, Record, Store
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.records import make, make_of_bytes, original, put, write

__all__ = ["ValueTests"]

# What is not the same text to whoever strips, folds or normalises.
_ODD_TEXTS = (
    "", " ", "\n", "a\n", "a\r\nb\rc\n", " a \t", "\ufeffa", "\u00e1", "a\u0301", "\ufb01",
    "a\0b\0", "\0", "\x1b[0m", "\u2028", "'; --", "{}", "[1.0]", "null", "1e5",
    "\U0001f600", "\ud83d\ude00",
)  # fmt: skip
# Around what counts of bytes are often cut at.
_EDGES = (255, 65_535, 2**20)

# So many bytes have contents that differ in one of them.
_NEARLY_ALIKE = (40, 70_000, 300_000)

# The last are past what 32 bits count, of seconds and of milliseconds.
_TIMES = (0.0, 1.7e9, 1.7e9 + 0.125, 1_785_000_000.123456, 5e9 + 0.25)
_PACKERS: tuple[Callable[[bytes], bytes], ...] = (
    gzip.compress, zlib.compress, bz2.compress, lzma.compress, base64.b64encode, pickle.dumps,
    lambda data: json.dumps(data.decode()).encode(),
)  # fmt: skip


def _nested(depth: int) -> list[object]:
    return [_nested(depth - 1)] if depth else []


class ValueTests(ContractBase):
    """Nothing is too odd to keep."""

    #: How many entries a namespace gets in the test of many: more than are often listed at once.
    many_entries: int = 1100
    #: Bytes of the largest content that is tried.
    largest: int = 4 * 2**20 + 1

    def test_without_original(self, store: Store) -> None:
        record = write(store, "key", "original", view="view")
        found = store.get("space", "key", with_original=False)
        assert isinstance(found, Record)
        assert (found.header, found.view) == (record.header, b"view")
        assert found.original in (b"", b"original")
        assert store.get("space", "no key", with_original=False) == Missing("absent")

    def test_nothing_and_a_megabyte(self, store: Store) -> None:
        large = "0123456789abcdef" * 65_536
        for key, content, view in (("nothing", "", "v"), ("large", large, ""), ("both", "", "")):
            record = write(store, key, content, view=view)
            assert store.get("space", key) == record
        assert store.usage("space").bytes == len(large)

    def test_lone_surrogates_and_nuls_anywhere(self, store: Store) -> None:
        odd = "\ud800 \x00 \udfff"
        record = write(store, odd, odd, view="\udc00", meta={odd: [odd]}, namespace=odd)
        assert store.get(odd, odd) == record
        assert store.headers(odd) == [record.header]
        assert store.find(odd, record.header.reference) == record
        assert store.view_origin(odd, record.header.view_reference) == record.header.reference
        assert store.delete(odd, odd)
        assert store.clear(odd) == 0

    def test_contents_come_back_byte_for_byte(self, store: Store) -> None:
        for number, text in enumerate(_ODD_TEXTS):
            record = write(store, f"{number}", text, view=_ODD_TEXTS[number - 1])
            found = store.get("space", f"{number}")
            assert found == record, f"{text!r} comes back as another text"
            assert isinstance(found, Record)
            # Equal to them would be a bytearray as well.
            assert (type(found.original), type(found.view)) == (bytes, bytes)

    def test_contents_of_all_sizes_come_back_whole(self, store: Store) -> None:
        # Of bytes that no compression makes smaller.
        noise = random.Random(0).randbytes(self.largest)
        sizes = {edge + more for edge in _EDGES for more in (0, 1)} | {self.largest}
        for number, size in enumerate(size for size in sorted(sizes) if size <= self.largest):
            content, view = noise[:size], noise[: size // 2]
            record = make_of_bytes(f"{number}", content, store.next_version("space"), view)
            assert put(store, record)
            found = store.get("space", f"{number}")
            assert isinstance(found, Record)
            assert len(found.original) == size
            assert found == record
            assert store.find("space", record.header.reference) == record
            without = store.get("space", f"{number}", with_original=False)
            assert isinstance(without, Record)
            assert without.view == view, "another view without the original"

    def test_contents_that_are_nearly_alike_are_kept_apart(self, store: Store) -> None:
        noise = random.Random(0).randbytes(_NEARLY_ALIKE[-1])
        for size in _NEARLY_ALIKE:
            contents = [noise[:size]]
            for place in (0, size // 2, size - 1):
                changed = bytearray(noise[:size])
                changed[place] ^= 1
                contents.append(bytes(changed))
            records = [
                make_of_bytes(f"{number}", content, store.next_version("space"), other[1:])
                for number, (content, other) in enumerate(zip(contents, reversed(contents)))
            ]
            for record in records:
                assert put(store, record)
            for record in records:
                found = store.get("space", record.header.key)
                assert found == record, "another content, by a byte"
                assert store.find("space", record.header.reference) == record
            assert store.usage("space").bytes == size * len(records)
            store.clear("space")

    def test_contents_that_look_packed_come_back_as_they_are(self, store: Store) -> None:
        packed = [pack(b"content " * 9) for pack in _PACKERS]
        # What a store may begin its own values with.
        packed += [bytes([first]) + b"content" for first in (0, 1, 2, 0x40, 0x80, 0xFF)]
        for number, content in enumerate(packed):
            version = store.next_version("space")
            record = make_of_bytes(f"{number}", content, version, packed[number - 1])
            assert put(store, record)
            assert store.get("space", f"{number}") == record
            assert store.find("space", record.header.reference) == record

    @needs(Capability.CHECKED)
    def test_what_was_changed_behind_its_back_is_not_taken_for_what_was_put(
        self, store: Store
    ) -> None:
        record = write(store, "key", random.Random(0).randbytes(4000).hex(), view="view")
        self.damage("space", record.header.reference)
        for read in (
            lambda: store.get("space", "key"),
            lambda: store.find("space", record.header.reference),
        ):
            try:
                found = read()
            except IntegrityError:
                continue
            # Handed out all the same, it must be known by its hash.
            assert isinstance(found, Record), "what was changed is said not to be there"
            assert found.original != record.original, "damage() has changed nothing"
            assert found.header.reference == record.header.reference, "the hash is of the damage"

    def test_metadata_comes_back_as_it_was(self, store: Store) -> None:
        meta: dict[str, object] = {
            "z": None, "yes": True, "no": False, "one": 1, "float": 1.0, "large": 2**63 - 1,
            "small": 0.1, "tiny": 5e-324, "list": [[], {}, "", None, 0, 0.0, False], "": "",
            "a": {"b": {"c": []}}, "text": "1", "odd": "\u00e1 a\u0301 \0 \ud800 ", " A": 1,
            " a": 2, "\u00e1": 3, "a\u0301": 4, "deep": _nested(40),
        }  # fmt: skip
        record = write(store, "key", "content", meta=meta)
        found = store.get("space", "key")
        by_content = store.find("space", record.header.reference)
        (header,) = store.headers("space")
        assert isinstance(found, Record)
        assert by_content is not None
        for one in (found.header, by_content.header, header):
            # As JSON: 1, 1.0 and true are equal otherwise.
            kept = json.dumps(dict(one.meta), sort_keys=True)
            assert kept == json.dumps(meta, sort_keys=True)

    def test_equal_contents_have_the_metadata_of_the_last_write(self, store: Store) -> None:
        for turn in range(2):
            record = write(store, "key", "content", view="view", meta={"turn": turn})
            assert store.get("space", "key") == record
            assert store.find("space", record.header.reference) == record
            assert store.headers("space") == [record.header]

    def test_metadata_of_any_size_come_back(self, store: Store) -> None:
        meta: dict[str, object] = {"text": "x" * 70_000, "list": list(range(2000))}
        record = write(store, "key", "content", meta=meta)
        assert store.get("space", "key") == record
        assert store.find("space", record.header.reference) == record
        assert store.headers("space") == [record.header]

    def test_times_and_versions_come_back_as_they_were(self, store: Store) -> None:
        for number, created in enumerate(_TIMES):
            record = make(f"{number}", "content", store.next_version("space"))
            record = replace(record, header=replace(record.header, created=created))
            assert put(store, record)
            found = store.get("space", f"{number}")
            assert isinstance(found, Record)
            assert found.header == record.header

    def test_a_list_of_headers_is_its_callers_own(self, store: Store) -> None:
        record = write(store, "key", "content")
        store.headers("space").clear()
        assert store.headers("space") == [record.header]

    def test_fractions_of_seconds(self, store: Store) -> None:
        write(store, "key", "content", ttl=0.5)
        self.advance(0.25)
        assert original(store, "key") == "content"
        self.advance(0.5)
        assert isinstance(store.get("space", "key"), Missing)

    def test_usage_counts_what_came_and_went(self, store: Store) -> None:
        write(store, "a", "12345")
        write(store, "b", "12345", ttl=1)
        write(store, "b", "123", ttl=1)
        self.advance(2)
        usage = store.usage("space")
        assert (usage.entries, usage.bytes, usage.expired, usage.evicted) == (1, 5, 1, 0)

    def test_many_entries(self, store: Store) -> None:
        records = [
            make(f"key {number}", f"content {number}", store.next_version("space"), f"v {number}")
            for number in range(self.many_entries)
        ]
        for record in records:
            assert put(store, record)
        assert store.headers("space") == [record.header for record in records]
        assert store.get("space", "key 7") == records[7]
        for record in records:
            header = record.header
            assert store.view_origin("space", header.view_reference) == header.reference
        assert store.clear("space") == self.many_entries
