"""Stores that give back something else than was put."""

from __future__ import annotations

import gzip
import hashlib
import json
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import replace

from planting import Rereads, Writes, found_by

from headroom import Header, MemoryStore, Missing, Record

SIZES = "test_contents_of_all_sizes_come_back_whole"
BYTES = "test_contents_come_back_byte_for_byte"
ALIKE = "test_contents_that_are_nearly_alike_are_kept_apart"
META = "test_metadata_comes_back_as_it_was"
TIMES = "test_times_and_versions_come_back_as_they_were"


class Alters(Writes):
    """Keeps other bytes than it is given."""

    def content(self, data: bytes) -> bytes:
        return data

    def kept(self, record: Record) -> Record:
        return replace(
            record, original=self.content(record.original), view=self.content(record.view)
        )


@found_by("test_gives_back_what_was_put", "test_nothing_and_a_megabyte", SIZES)
class CutsAtTenBytes(Alters):
    def content(self, data: bytes) -> bytes:
        return data[:10]


@found_by(SIZES)
class CutsAByteAboveAMegabyte(Alters):
    def content(self, data: bytes) -> bytes:
        return data[:-1] if len(data) > 2**20 else data


@found_by(SIZES)
class CutsAboveFourMegabytes(Alters):
    def content(self, data: bytes) -> bytes:
        return data[: 4 * 2**20]


@found_by(SIZES)
class CutsViewsOfSixtyFourKilobytes(Writes):
    def kept(self, record: Record) -> Record:
        return replace(record, view=record.view[:65_535])


@found_by(SIZES, "test_lone_surrogates_and_nuls_anywhere")
class KeepsText(Alters):
    def content(self, data: bytes) -> bytes:
        return data.decode("utf-8", "replace").encode()


@found_by(BYTES)
class StripsContents(Alters):
    def content(self, data: bytes) -> bytes:
        return data.rstrip()


@found_by(BYTES)
class TranslatesLineEnds(Alters):
    def content(self, data: bytes) -> bytes:
        return data.replace(b"\r\n", b"\n")


@found_by(BYTES)
class EndsAtNul(Alters):
    def content(self, data: bytes) -> bytes:
        return data.split(b"\0")[0]


@found_by(BYTES)
class DropsTheByteOrderMark(Alters):
    def content(self, data: bytes) -> bytes:
        return data.removeprefix("\ufeff".encode())


@found_by(BYTES)
class GivesByteArrays(Rereads):
    def read(self, record: Record) -> Record:
        return replace(record, original=bytearray(record.original))  # type: ignore[arg-type]


@found_by("test_nothing_and_a_megabyte")
class NothingIsNotThere(Rereads):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        return Missing("absent") if isinstance(found, Record) and not found.original else found


@found_by("test_nothing_and_a_megabyte")
class AnEmptyViewIsNone(Rereads):
    def read(self, record: Record) -> Record:
        return replace(record, view=record.view or record.original)


@found_by("test_without_original", "test_whoever_wants_the_view_gets_that_of_the_last_write")
class LosesTheViewBesideTheOriginal(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key)
        if with_original or isinstance(found, Missing):
            return found
        return replace(found, original=b"", view=b"")


@found_by("test_what_was_changed_behind_its_back_is_not_taken_for_what_was_put")
class HashesWhatItFinds(Rereads):
    """Checks no hash, and makes one that fits."""

    def read(self, record: Record) -> Record:
        reference = hashlib.sha256(record.original).hexdigest()
        return replace(record, header=replace(record.header, reference=reference))


class AltersHeaders(Writes):
    def header(self, header: Header) -> Header:
        return header

    def kept(self, record: Record) -> Record:
        return replace(record, header=self.header(record.header))


class AltersMeta(AltersHeaders):
    alter: Callable[[object], object]

    def header(self, header: Header) -> Header:
        alter = type(self).alter
        return replace(header, meta={name: alter(value) for name, value in header.meta.items()})


@found_by("test_gives_back_what_was_put", META)
class LosesMeta(AltersHeaders):
    def header(self, header: Header) -> Header:
        return replace(header, meta={})


@found_by(META)
class MetaIsText(AltersMeta):
    alter = str


@found_by(META)
class MetaHasNoTruth(AltersMeta):
    """As a column of numbers has none."""

    @staticmethod
    def alter(value: object) -> object:  # type: ignore[override]
        return int(value) if isinstance(value, bool) else value


@found_by(META)
class MetaNumbersAreFloats(AltersMeta):
    """As those of Lua and of JavaScript are."""

    @staticmethod
    def alter(value: object) -> object:  # type: ignore[override]
        return float(value) if type(value) is int else value


@found_by(META)
class MetaFloatsAreWhole(AltersMeta):
    """As JSON may write 1.0 as 1."""

    @staticmethod
    def alter(value: object) -> object:  # type: ignore[override]
        return int(value) if isinstance(value, float) and value.is_integer() else value


@found_by(META)
class MetaHasNoNulls(AltersHeaders):
    def header(self, header: Header) -> Header:
        there = {name: value for name, value in header.meta.items() if value is not None}
        return replace(header, meta=there)


@found_by(META)
class MetaNamesAreStripped(AltersHeaders):
    def header(self, header: Header) -> Header:
        return replace(header, meta={name.strip(): value for name, value in header.meta.items()})


@found_by(META)
class ListsWithoutMeta(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return [replace(header, meta={}) for header in super().headers(namespace)]


@found_by(TIMES)
class RoundsTimesToSeconds(AltersHeaders):
    def header(self, header: Header) -> Header:
        return replace(header, created=float(round(header.created)))


@found_by(TIMES)
class RoundsTimesToMilliseconds(AltersHeaders):
    def header(self, header: Header) -> Header:
        return replace(header, created=round(header.created, 3))


@found_by(TIMES, "test_headers_are_those_of_the_records")
class SetsTheTimeItself(AltersHeaders):
    def header(self, header: Header) -> Header:
        return replace(header, created=1.8e9)


@found_by("test_overwriting_replaces_and_makes_the_newest")
class ListsByName(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return sorted(super().headers(namespace), key=lambda header: header.key)


@found_by("test_many_entries", "test_headers_are_those_of_the_records")
class ListsTheNewestFirst(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return super().headers(namespace)[::-1]


@found_by("test_overwriting_replaces_and_makes_the_newest")
class ListsWhatIsOverwritten(Writes):
    """Each key as often as it was written."""

    def before(self, namespace: str, record: Record) -> None:
        self.__dict__.setdefault("written", []).append(record.header)

    def headers(self, namespace: str) -> list[Header]:
        there = {header.key for header in super().headers(namespace)}
        return [one for one in self.__dict__.get("written", []) if one.key in there]


@found_by("test_many_entries")
class ListsOnePage(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return super().headers(namespace)[:100]


@found_by("test_a_list_of_headers_is_its_callers_own")
class HandsOutItsOwnList(Writes):
    def before(self, namespace: str, record: Record) -> None:
        self.__dict__.setdefault("lists", {}).pop(namespace, None)

    def headers(self, namespace: str) -> list[Header]:
        lists: dict[str, list[Header]] = self.__dict__.setdefault("lists", {})
        return lists.setdefault(namespace, super().headers(namespace))


@found_by("test_says_that_a_key_was_never_there")
class SaysThatAllWasDeleted(Rereads):
    def gone(self, missing: Missing) -> Missing:
        return Missing("deleted", missing.when or 1.0)


@found_by("test_contents_that_look_packed_come_back_as_they_are")
class UnpacksWhatLooksLikeGzip(Rereads):
    def read(self, record: Record) -> Record:
        packed = record.original.startswith(b"\x1f\x8b")
        return replace(record, original=gzip.decompress(record.original)) if packed else record


@found_by("test_contents_that_look_packed_come_back_as_they_are")
class UnpacksWhatItCan(Alters):
    def content(self, data: bytes) -> bytes:
        try:
            return zlib.decompress(data)
        except zlib.error:
            return data


@found_by("test_metadata_of_any_size_come_back")
class LosesLargeMeta(AltersHeaders):
    """Where a column has so many bytes."""

    def header(self, header: Header) -> Header:
        fits = len(json.dumps(dict(header.meta))) < 65_536
        return header if fits else replace(header, meta={})


@found_by(TIMES)
class TimesHaveThirtyTwoBits(AltersHeaders):
    def header(self, header: Header) -> Header:
        return replace(header, created=min(header.created, 2.0**31 - 1))


@found_by(ALIKE)
class TakesEqualBeginningsForEqual(Alters):
    def content(self, data: bytes) -> bytes:
        firsts: dict[object, bytes] = self.__dict__.setdefault("firsts", {})
        return firsts.setdefault((len(data), data[:65_536]), data) if len(data) > 200_000 else data


@found_by(ALIKE)
class TakesEqualEndsForEqual(Alters):
    def content(self, data: bytes) -> bytes:
        firsts: dict[object, bytes] = self.__dict__.setdefault("firsts", {})
        return firsts.setdefault((len(data), data[-32:]), data)


@found_by(SIZES)
class CutsLargeViewsThatAreWantedAlone(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        if with_original or isinstance(found, Missing) or len(found.view) <= 131_072:
            return found
        return replace(found, view=found.view[:-1])


@found_by("test_many_entries")
class ListsTheNewestThousand(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return super().headers(namespace)[-1000:]


@found_by("test_equal_contents_have_the_metadata_of_the_last_write")
class KeepsTheFirstMetaOfAContent(Writes):
    """Writes nothing where the content is there."""

    def kept(self, record: Record) -> Record:
        with self._lock:
            slot = self._space("space").slots.get(record.header.key)
        if slot is None or slot.record.header.reference != record.header.reference:
            return record
        return replace(record, header=replace(record.header, meta=slot.record.header.meta))


@found_by(META)
class MetaNumbersAreDoubles(AltersMeta):
    """Though they look whole."""

    @staticmethod
    def alter(value: object) -> object:  # type: ignore[override]
        return int(float(value)) if type(value) is int else value


@found_by(META)
class MetaNamesAreNormalised(AltersHeaders):
    def header(self, header: Header) -> Header:
        meta = {unicodedata.normalize("NFC", name): one for name, one in header.meta.items()}
        return replace(header, meta=meta)


@found_by(META)
class MetaIsShallow(AltersMeta):
    """As with a limit of depth."""

    @staticmethod
    def alter(value: object) -> object:  # type: ignore[override]
        return None if "[" * 20 in json.dumps(value) else value
