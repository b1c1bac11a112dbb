from __future__ import annotations

import random
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import Codec, IntegrityError, StoreError, new_encryption_key

KEY, OTHER_KEY = new_encryption_key(), new_encryption_key()
JSON = b'{"id": 4711, "status": "paid"}, ' * 100


@pytest.fixture(params=["zlib", "zstd", None])
def compression(request: pytest.FixtureRequest) -> str | None:
    if request.param == "zstd":
        pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    return request.param


@pytest.fixture(params=[[], [KEY], [KEY, OTHER_KEY]], ids=["plain", "sealed", "two keys"])
def codec(request: pytest.FixtureRequest, compression: str | None) -> Codec:
    if request.param:
        pytest.importorskip("cryptography")
    return Codec(compression=compression, keys=request.param)  # type: ignore[arg-type]


@given(data=st.binary(max_size=3000))
def test_what_is_packed_comes_back(data: bytes) -> None:
    codec = Codec()
    assert codec.unpack(codec.pack(data, b"place"), b"place") == data


@pytest.mark.parametrize("data", [b"", b"x", JSON, random.Random(0).randbytes(2000)])
def test_every_codec_gives_it_back(codec: Codec, data: bytes) -> None:
    packed = codec.pack(data, b"place")
    assert codec.unpack(packed, b"place") == data
    assert codec.is_current(packed)
    assert len(packed) <= len(data) + 64


def test_compression_saves_bytes(codec: Codec, compression: str | None) -> None:
    assert (len(codec.pack(JSON, b"")) < len(JSON) / 5) == (compression is not None)


def test_what_was_cut_or_changed_is_an_error(codec: Codec) -> None:
    packed = codec.pack(random.Random(1).randbytes(600) + JSON, b"place")
    for end in (0, 1, len(packed) // 2):
        cut = packed[:end]
        with pytest.raises((IntegrityError, AssertionError)):
            # A plain value that was cut unpacks to fewer bytes; its hash then tells.
            assert codec.unpack(cut, b"place").endswith(JSON)
    with pytest.raises(IntegrityError, match=r"unknown form|not sealed"):
        codec.unpack(b"\x7f" + packed, b"place")


@pytest.mark.parametrize("form", ["zlib", "zstd"])
def test_what_does_not_decompress_is_an_error_of_ours(form: str) -> None:
    if form == "zstd":
        pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    packed = Codec(compression=form).pack(JSON, b"place")  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="cannot be read: it was cut or changed"):
        Codec().unpack(packed[:1] + b"\xff" * 20, b"place")


def test_no_more_is_made_of_it_than_was_put(codec: Codec, compression: str | None) -> None:
    bomb = codec.pack(bytes(50_000_000), b"place")
    with pytest.raises(IntegrityError, match="larger than what was put"):
        _within(
            10_000_000 if compression else 3 * len(bomb),
            lambda: codec.unpack(bomb, b"place", most=1_000_000),
        )
    packed = codec.pack(JSON, b"place")
    for enough in (len(JSON), len(JSON) + 1, 2 * len(JSON)):
        assert codec.unpack(packed, b"place", most=enough) == JSON
    with pytest.raises(IntegrityError, match="larger than what was put"):
        codec.unpack(packed, b"place", most=len(JSON) - 1)
    assert codec.unpack(codec.pack(b"", b""), b"", most=0) == b""


@pytest.mark.parametrize("size", [-1, 0, 999_999, 1_000_001, 1_500_000_000, 2**64 - 1, 2**300])
def test_a_size_that_it_cannot_have_is_not_unpacked(codec: Codec, size: int) -> None:
    data = bytes(1_000_000)
    packed = codec.pack(data, b"place")
    with pytest.raises(IntegrityError, match="than what was put"):
        _within(3_000_000, lambda: codec.unpack(packed, b"place", size=size))
    assert codec.unpack(packed, b"place", size=len(data)) == data
    assert codec.unpack(codec.pack(b"", b""), b"", size=0) == b""


@pytest.mark.parametrize("size", [-1, 10_000_000_000])
def test_of_a_bomb_nothing_is_made_where_a_wrong_size_is_stated(size: int) -> None:
    stream = zlib.compressobj(9)
    bomb = b"\1" + b"".join(stream.compress(bytes(10**6)) for _ in range(50)) + stream.flush()
    assert 1032 * len(bomb) > 50_000_000
    with pytest.raises(IntegrityError, match="another size"):
        _within(1_000_000, lambda: Codec().unpack(bomb, b"place", size=size))
    # All that the densest one can be is honest.
    assert len(Codec().unpack(bomb, b"place", size=50_000_000)) == 50_000_000


def test_a_frame_that_says_another_size_or_none_is_refused() -> None:
    pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    from headroom.stores.codec import _zstd

    zstd = _zstd()
    writer = zstd.ZstdCompressor()
    silent = b"\2" + writer.compress(bytes(50_000_000)) + writer.flush()
    for bomb in (silent, b"\2" + zstd.compress(bytes(50_000_000))):
        with pytest.raises(IntegrityError, match="another size"):
            _within(1_000_000, lambda bomb=bomb: Codec().unpack(bomb, b"place", size=40_000_000))  # type: ignore[misc]


def test_shrinking_and_sealing_are_the_halves_of_packing() -> None:
    codec = Codec()
    for data in (b"short", JSON):
        assert codec.seal(codec.shrink(data), b"place") == codec.pack(data, b"place")


def _within(most: int, action: Callable[[], object]) -> None:
    """Does something that takes at most so much memory."""
    tracemalloc.start()
    try:
        action()
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < most


def test_with_a_check_damage_is_noticed(codec: Codec) -> None:
    packed = codec.pack(JSON, b"place", checked=True)
    assert codec.unpack(packed, b"place", checked=True) == JSON
    assert len(packed) <= len(codec.pack(JSON, b"place")) + 17
    for position in range(len(packed)):
        damaged = bytearray(packed)
        damaged[position] ^= 1
        with pytest.raises(StoreError):
            codec.unpack(bytes(damaged), b"place", checked=True)
    for other in (packed[:-1], packed[:1], b"", packed + b"x"):
        with pytest.raises(IntegrityError):
            codec.unpack(other, b"place", checked=True)
    with pytest.raises(IntegrityError):
        codec.unpack(packed, b"plac", checked=True)


def test_a_check_cannot_be_left_away() -> None:
    codec = Codec()
    with pytest.raises(IntegrityError, match="cut or changed"):
        codec.unpack(codec.pack(JSON, b"place"), b"place", checked=True)


class TestSealed:
    @pytest.fixture(autouse=True)
    def _needs_cryptography(self) -> None:
        pytest.importorskip("cryptography")

    def test_nothing_of_it_can_be_read(self) -> None:
        assert b"paid" not in Codec(keys=[KEY], compression=None).pack(JSON, b"")

    def test_any_changed_bit_is_an_error(self) -> None:
        codec = Codec(keys=[KEY])
        packed = codec.pack(JSON, b"place")
        for position in range(5, len(packed)):
            changed = bytearray(packed)
            changed[position] ^= 1
            with pytest.raises(IntegrityError, match="cut or changed"):
                codec.unpack(bytes(changed), b"place")

    def test_a_value_opens_at_its_own_place_only(self) -> None:
        codec = Codec(keys=[KEY])
        with pytest.raises(IntegrityError):
            codec.unpack(codec.pack(JSON, b"here"), b"there")

    def test_equal_values_look_different(self) -> None:
        codec = Codec(keys=[KEY])
        assert codec.pack(JSON, b"") != codec.pack(JSON, b"")

    def test_a_wrong_key_is_an_error_that_says_so(self) -> None:
        packed = Codec(keys=[KEY]).pack(JSON, b"")
        with pytest.raises(StoreError, match="none of the keys given opens it"):
            Codec(keys=[OTHER_KEY]).unpack(packed, b"")
        with pytest.raises(StoreError, match="no key was given"):
            Codec().unpack(packed, b"")

    def test_keys_are_rotated_by_putting_the_new_one_first(self) -> None:
        old = Codec(keys=[OTHER_KEY]).pack(JSON, b"")
        codec = Codec(keys=[KEY, OTHER_KEY])
        assert codec.unpack(old, b"") == JSON
        assert not codec.is_current(old)
        assert Codec(keys=[KEY]).unpack(codec.pack(JSON, b""), b"") == JSON

    @pytest.mark.parametrize("checked", [False, True])
    def test_what_is_not_sealed_is_refused_but_to_seal_it(self, checked: bool) -> None:
        plain = Codec().pack(JSON, b"", checked=checked)
        codec = Codec(keys=[KEY])
        assert not codec.is_current(plain)
        with pytest.raises(IntegrityError, match=r"not sealed although there are keys.*rotate\(\)"):
            codec.unpack(plain, b"", checked=checked)
        assert codec.unpack(plain, b"", checked=checked, unsealed=True) == JSON

    def test_keys_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_KEYS", f"{KEY}, {OTHER_KEY}")
        codec = Codec.from_environment("SOME_KEYS")
        assert codec.unpack(Codec(keys=[OTHER_KEY]).pack(JSON, b""), b"") == JSON


_FIRST_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#: Values as the first release stored them, at ``place``: every later one reads them.
STORED = {
    "plain": ("0073686f7274", b"short", {}),
    "zlib": ("017801cb4e2d2851c81e2546c360341d0ce76c00006a956db0", b"kept " * 200, {}),
    "zstd": ("0228b52ffd60e802650000286b657074200100e051152d", b"kept " * 200, {}),
    "checked": ("40a16b4ca58f72d6b3be7b04e996792c2d0073686f7274", b"short", {"checked": True}),
    "sealed": (
        "80d82a63884e2b77059bd2407fec4ad7ec55092b490498c878b0db2bd2052036ead2dc83791db8",
        b"short",
        {},
    ),
}


@pytest.mark.parametrize("name", STORED)
def test_what_the_first_release_stored_is_read(name: str) -> None:
    stored, data, options = STORED[name]
    if name == "zstd":
        pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    if name == "sealed":
        pytest.importorskip("cryptography")
    codec = Codec(keys=[_FIRST_KEY] if name == "sealed" else [])
    assert codec.unpack(bytes.fromhex(stored), b"place", **options) == data


@pytest.mark.parametrize(("size", "smaller"), [(511, False), (512, True), (513, True)])
def test_what_is_short_is_not_compressed(size: int, smaller: bool) -> None:
    assert (len(Codec().pack(b"a" * size, b"")) < size) == smaller


def test_what_compression_hardly_helps_stays_as_it_is() -> None:
    chance = random.Random(3).randbytes
    hardly, well = chance(920) + bytes(80), chance(800) + bytes(200)
    assert 900 < len(zlib.compress(hardly, 1)) < 1000
    assert Codec().pack(hardly, b"") == b"\0" + hardly
    assert len(Codec().pack(well, b"")) < 900


def test_whose_key_it_is_can_be_told_without_opening() -> None:
    pytest.importorskip("cryptography")
    one, other, both = Codec(keys=[KEY]), Codec(keys=[OTHER_KEY]), Codec(keys=[OTHER_KEY, KEY])
    sealed = one.pack(JSON, b"place")
    assert [codec.has_key_of(sealed) for codec in (one, other, both)] == [True, False, True]
    assert both.key_ids == (*other.key_ids, *one.key_ids)
    assert sealed[1:].startswith(one.key_ids)
    assert [codec.is_current(sealed) for codec in (one, other, both)] == [True, False, False]
    for unsealed in (Codec().pack(JSON, b"place"), b"", None, "text", b"\0" + sealed[1:]):
        assert not one.has_key_of(unsealed)
    # As long as the longest that cannot be whole, and a byte more.
    shortest = 1 + 4 + 12 + 16
    for size, told in ((shortest - 1, "too short"), (shortest, "does not open")):
        with pytest.raises(IntegrityError, match=told):
            one.unpack(sealed[:size], b"place")


def test_a_variable_without_keys_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_KEYS", raising=False)
    with pytest.raises(ValueError, match="SOME_KEYS must hold the encryption keys"):
        Codec.from_environment("SOME_KEYS")


@pytest.mark.parametrize("key", ["secret", "x" * 44, "schlüssel", "", 7])
def test_a_key_that_is_none_is_an_error_that_does_not_show_it(key: object) -> None:
    with pytest.raises(ValueError, match="encryption key") as error:
        Codec(keys=[key])  # type: ignore[list-item]
    assert "secret" not in str(error.value)


def test_other_arguments_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="compression must be"):
        Codec(compression="lz4")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="keys must be a list"):
        Codec(keys=KEY)


@pytest.mark.parametrize("name", ["cryptography", "zstd"])
def test_a_missing_package_is_an_error_that_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    with pytest.raises(StoreError, match=r"pip install \"headroom-core\["):
        Codec(keys=[KEY]) if name == "cryptography" else Codec(compression="zstd")


def test_a_missing_package_is_no_damage_to_what_was_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    stored = bytes.fromhex(STORED["zstd"][0])
    with pytest.raises(StoreError, match="zstd needs a package") as error:
        Codec().unpack(stored, b"place")
    assert not isinstance(error.value, IntegrityError)
