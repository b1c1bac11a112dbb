"""What is fuzzed: each target takes any bytes, and raises where something does not hold.

The first bytes choose the options, and the rest is the payload, so that an input that was found
means the same without the fuzzer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from headroom import (
    Codec,
    HeadroomError,
    IntegrityError,
    MemoryStore,
    SharedContext,
    StoreError,
    compress,
    decode,
    new_encryption_key,
)

__all__ = ["SEEDS", "TARGETS"]

Target = Callable[[bytes], None]

_FIDELITIES = ("balanced", "lossless", "compact")
#: Longer payloads find nothing that these do not, and take longer.
_MOST = 6000
_ROWS = [
    {"id": n, "state": "paid" if n % 3 else "open", "total": n * 7.5, "a b": None, "x": {"y": n}}
    for n in range(40)
]


def _text(data: bytes) -> str:
    return data[:_MOST].decode("utf-8", "replace")


def _words(data: bytes, count: int) -> list[str]:
    """Some texts of an input, as long as it has any."""
    parts = _text(data).split("\x00", count - 1)
    return parts + [""] * (count - len(parts))


def fuzz_compress(data: bytes) -> None:
    """The laws that need no knowledge of a kind."""
    head = (data[:3] + bytes(3))[:3]
    query, text = _words(data[3:], 2)
    max_tokens = None if head[0] % 3 == 0 else 1 + head[1] * head[0] // 16
    options = {
        "fidelity": _FIDELITIES[head[2] % 3],
        "max_tokens": max_tokens,
        "query": query or None,
    }
    result = compress(text, **options)  # type: ignore[arg-type]
    assert result.failure is None, result.failure
    assert result.tokens_after <= result.tokens_before
    assert max_tokens is None or result.tokens_after <= max_tokens
    assert not (result.lossless and result.omissions)
    if not result.transforms:
        assert result.text == text
    if result.lossless and result.transforms and result.kind == "json":
        decode(result.text)
    assert compress(text, **options) == result  # type: ignore[arg-type]


def fuzz_decode(data: bytes) -> None:
    """Whatever is no view is said to be none; and JSON comes back from its view."""
    text = _text(data)
    try:
        value = decode(text)
    except ValueError:
        return
    try:
        written = json.dumps(value, allow_nan=False)
    except ValueError:
        return  # NaN, which JSON has no word for.
    view = compress(written, kind="json", fidelity="lossless").text
    assert decode(view) == json.loads(written)


def fuzz_retrieve(data: bytes) -> None:
    """What is asked for is found within its bound, or a sentence says why not; so is the rest."""
    head = (data[:2] + bytes(2))[:2]
    query, place, path, where, text = _words(data[2:], 5)
    ctx = SharedContext()
    entry = ctx.put("key", text, max_tokens=1 + head[0])
    most = 20 + head[1] * 4
    try:
        found = ctx.retrieve(
            "key",
            query=query or None,
            place=place or None,
            path=path or None,
            where=where or None,
            max_tokens=most,
        )
        assert found.tokens <= most
    except (ValueError, HeadroomError):
        pass
    for one in entry.omissions:
        assert one.where, entry.compressed
        assert ctx.retrieve("key", place=one.where, max_tokens=most).tokens <= most


def fuzz_where(data: bytes) -> None:
    """A condition is understood, or refused with a sentence."""
    try:
        found = _rows().retrieve("rows", where=_text(data), max_tokens=300)
    except ValueError:
        return
    assert found.tokens <= 300


@cache
def _rows() -> SharedContext:
    ctx = SharedContext()
    ctx.put("rows", _ROWS)
    return ctx


def fuzz_codec(data: bytes) -> None:
    """What was changed does not open, and what was packed does."""
    for codec in _codecs():
        # The latter where it is sealed, and no key is given, or another one.
        with suppress(IntegrityError, StoreError):
            codec.unpack(data, b"place")
        packed = codec.pack(data, b"place")
        assert codec.unpack(packed, b"place") == data


@cache
def _codecs() -> tuple[Codec, ...]:
    key = new_encryption_key()
    return Codec(), Codec(compression=None), Codec(compression="zstd"), Codec(keys=[key])


def fuzz_names(data: bytes) -> None:
    """Keys, namespaces and agents are names, whatever is in them, in every store at hand."""
    namespace, key, agent, text = _words(data, 4)
    if not namespace or not key:
        return
    contexts = [SharedContext(store=store, namespace=namespace) for store in _stores()]
    for ctx in contexts:
        ctx.clear()
        ctx.put(key, text, agent=agent or None)
        assert ctx.get(key, full=True) == text
        assert ctx.keys() == [key]
        assert len(ctx.manifest(max_tokens=10_000).splitlines()) == 1
        assert ctx.in_namespace(namespace + "\x00").get(key, full=True) is None
        assert ctx.delete(key)
        assert ctx.get(key) is None


@cache
def _stores() -> tuple[object, ...]:
    # The package is there where the session has a server for it.
    from fuzz.servers import redis_store

    return MemoryStore(), *redis_store()


TARGETS: dict[str, Target] = {
    "compress": fuzz_compress,
    "decode": fuzz_decode,
    "retrieve": fuzz_retrieve,
    "where": fuzz_where,
    "codec": fuzz_codec,
    "names": fuzz_names,
}

_PAYLOADS = [
    json.dumps(_ROWS),
    "\n".join(f"2026-01-01 00:00:{n:02} INFO served /{n} in {n % 7} ms" for n in range(60)),
    "import os\n\n\ndef here(a: int) -> str:\n    b = a + 1\n    return os.getcwd() * b\n" * 9,
    "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n" + " x\n-a\n+b\n" * 30,
    "<html><body><nav><a href='/'>Menu</a></nav><p>It rained all night.</p></body></html>" * 9,
    "<r><i id='1'>a</i><i id='2'>b</i></r>" * 20,
    "id,state\n" + "1,paid\n2,open\n" * 40,
    "It rained all night. In the morning the river was over its banks.\n\n" * 20,
    "".join(f"src/run.py:{n}:    run(step_{n})\n" for n in range(60)),
    "".join(f"- id: {n}\n  state: paid\n" for n in range(40)),
    "Found:\n```json\n" + json.dumps(_ROWS[:9]) + "\n```\nand data:;base64," + "QUJD" * 200,
    json.dumps({"log": "\n".join(f"INFO {n}" for n in range(80)), "a/b~": ["x" * 300, '"', "]"]}),
    "[rows 3-9 left out]\n\u2026\n" * 20,
]
#: What each target begins with.
SEEDS: dict[str, list[bytes]] = {
    "compress": [b"\x01\x40\x00paid\x00" + text.encode() for text in _PAYLOADS]
    + [b"\x00\x00\x01\x00" + text.encode() for text in _PAYLOADS],
    "decode": [compress(text).text.encode() for text in _PAYLOADS[:8]],
    "retrieve": [b"\x20\x40paid\x00\x00\x00\x00" + text.encode() for text in _PAYLOADS]
    + [
        b"\x20\x40\x00rows 3-9\x00\x00\x00" + _PAYLOADS[0].encode(),
        b"\x20\x40\x00lines 3-9\x00\x00\x00" + _PAYLOADS[1].encode(),
        b"\x20\x40\x00\x00$[*].id\x00state = paid\x00" + _PAYLOADS[0].encode(),
    ],
    "where": [
        b"state = paid and (total > 30 or not id < 5)",
        b"id in (1, 2, 3) and total between 3 and 9",
        b'"a b" = null',
        b"state ~ ai",
        b"x.y >= 5",
        b"id => 3",
        b"total < $5,000",
    ],
    "codec": [Codec().pack(b"to and fro, " * 100, b"place"), b"\x02abc", b"\x80" + b"a" * 40],
    "names": [
        b"default\x00key\x00agent\x00It rained.",
        "a:b{c}\x00k\n\u2028\x00\u202eb\x00x".encode(),
        b"..\x00*?[a]\x00\x00",
    ],
}
