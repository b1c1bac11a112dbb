"""What no model reads is said in a note, wherever it stands, and comes back as it was."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import random
import re
import struct
import time
import tracemalloc
import zlib

import pytest
from hypothesis import strategies as st

from headroom import MARKER, CompressResult, Kind, Omission, SharedContext, compress, get_counter
from headroom.errors import TimeBudgetExceeded
from headroom.kinds.opaque import Opaque
from headroom.kinds.opaque.lines import holds_binary
from headroom.kinds.opaque.parse import condense
from headroom.kinds.opaque.scan import scan
from headroom.source import Source
from headroom.view import Deadline
from headroom_testing import KindLaws

HEADING = re.compile(r"\[[^\n]*\]\n")
NOTICE = re.compile(r"\n\[\d+ more [^\n]*\]$")


def noise(count: int, seed: int = 3) -> bytes:
    return random.Random(seed).randbytes(count)


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", noise(40_000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def vector(count: int, seed: int = 5) -> list[float]:
    chance = random.Random(seed)
    return [round(chance.gauss(0, 0.03), 8) for _ in range(count)]


IMAGE = encoded(png(1280, 720))
WRAPPED = "\n".join(IMAGE[at : at + 76] for at in range(0, len(IMAGE), 76))
SCRIPT = "!function(t,e){" + "".join(
    f"function n{n}(t){{return null==t?void 0:t.length>={n}&&e.push(t),!0}}this.x{n}=n{n};"
    for n in range(90)
)
STYLE = "".join(
    f".c{n}{{margin:0;padding:{n}px;color:#0b5f{n:02x};display:flex}}" for n in range(90)
)
DUMP = "\n".join(
    f"{at:08x}: {png(3, 4)[at : at + 16].hex(' ', 2)}  {'.' * 16}" for at in range(0, 1600, 16)
)
PEM = f"-----BEGIN CERTIFICATE-----\n{WRAPPED[:1500]}\n-----END CERTIFICATE-----"
TOKEN = ".".join(
    encoded(part).rstrip("=").replace("+", "-").replace("/", "_")
    for part in (
        b'{"alg":"HS256","typ":"JWT"}',
        json.dumps({"sub": "7", "x": "y" * 300}).encode(),
        noise(32),
    )
)

#: What is said of each.
OPAQUE = {
    "base64": (IMAGE, "image/png 1280x720 40057 bytes in base64"),
    "half an image": (IMAGE[:5001], "image/png 1280x720 3750 bytes in base64"),
    "wrong padding": (IMAGE.rstrip("=") + "===", "image/png 1280x720 40057 bytes in base64"),
    "wrapped base64": (WRAPPED, "image/png 1280x720 40057 bytes in base64"),
    "data URI": (f"data:image/png;base64,{IMAGE}", "image/png 1280x720 40057 bytes in base64"),
    "unknown bytes": (encoded(b"\xf1" + noise(900)), "901 bytes in base64"),
    "hex": (png(2, 3).hex(), "image/png 2x3 40057 bytes in hex"),
    "bytes of C": (
        ", ".join(f"0x{byte:02x}" for byte in png(2, 3)[:900]),
        "image/png 2x3 900 bytes in hex",
    ),
    "bytes with colons": (":".join(f"{byte:02x}" for byte in noise(300)), "300 bytes in hex"),
    "escaped bytes": (repr(noise(500))[2:-1], "characters of escaped bytes"),
    "hex dump": (DUMP, "hex dump of image/png 3x4 1600 bytes"),
    "vector": (" ".join(map(str, vector(300))), "300 numbers from "),
    "list of numbers": (json.dumps(vector(384)), "384 numbers from "),
    "items": ("\n".join(f"- {x}" for x in vector(300)), "300 numbers from "),
    "list of bytes": (json.dumps(list(png(5, 6))), "image/png 5x6 40057 bytes in a list"),
    "script": (SCRIPT, "minified JavaScript"),
    "style sheet": (STYLE, "minified CSS"),
    "certificate": (PEM, "CERTIFICATE"),
    "token": (TOKEN, "JSON Web Token"),
    "binary data": (noise(4000).decode("latin-1"), "characters of binary data"),
    "wrongly decoded": (noise(4000).decode("utf-8", "replace"), "characters of binary data"),
}

TALK = "The screenshot of checkout page 4711 follows, then the totals of the order.\n"


def stretches(text: str) -> list[str]:
    return [text[one.start : one.end] for one in scan(text, Deadline(None))]


def read_on(context: SharedContext, place: str) -> str:
    """All that stands at a place, excerpt after excerpt."""
    pieces = []
    while place:
        found = context.retrieve("payload", place=place, max_tokens=3000)
        body = HEADING.sub("", found.text, count=1)
        pieces.append(NOTICE.sub("", body) if found.truncated else body)
        place = found.next
    return "".join(pieces)


@pytest.mark.parametrize("name", sorted(OPAQUE))
def test_alone_it_is_one_note(name: str) -> None:
    payload, what = OPAQUE[name]
    result = compress(payload)
    assert what in result.text
    assert result.tokens_after < max(200, result.tokens_before / 10)
    assert not result.lossless
    assert result.omissions


@pytest.mark.parametrize("name", sorted(OPAQUE))
def test_within_a_text_the_rest_stays(name: str) -> None:
    payload, what = OPAQUE[name]
    text = f"{TALK}{payload}\nTotal: 42.17 EUR, paid by invoice 88-231.\n"
    result = compress(text)
    assert what in result.text
    assert TALK.strip() in result.text
    assert "invoice 88-231" in result.text
    assert result.tokens_after < 200 or name in ("binary data", "wrongly decoded")


@pytest.mark.parametrize("name", sorted(OPAQUE))
def test_in_a_json_string_it_comes_back_by_its_pointer(name: str) -> None:
    payload, what = OPAQUE[name]
    result = {"ok": True, "parts": [{"said": TALK}, {"held": payload}]}
    context = SharedContext()
    entry = context.put("payload", result)
    assert "checkout page 4711" in entry.compressed
    (where, *more) = [one.where for one in entry.omissions]
    assert what in entry.compressed
    if where == "/parts/1/held":
        assert not more
        assert where in entry.compressed
        assert json.loads(read_on(context, where)) == payload


def test_in_a_text_it_comes_back_by_its_characters() -> None:
    text = f"goto /cart\nshot: data:image/png;base64,{IMAGE} (viewport)\nclicked\n"
    context = SharedContext()
    entry = context.put("payload", text)
    (omission,) = entry.omissions
    assert omission.where == f"lines 2:7-{6 + 22 + len(IMAGE)}"
    assert read_on(context, omission.where) == f"data:image/png;base64,{IMAGE}"
    assert entry.compressed.count("\n") == text.count("\n")


def test_several_lines_come_back_by_their_numbers() -> None:
    text = f"{TALK}$ xxd a.png\n{DUMP}\n$ echo done\ndone\n"
    context = SharedContext()
    entry = context.put("payload", text)
    (omission,) = entry.omissions
    assert omission.ranges == ((3, 102),)
    assert "\n\n" not in entry.compressed
    found = context.retrieve("payload", place=omission.where, max_tokens=8000).text
    assert DUMP in found


def test_a_screenshot_in_a_tool_result_costs_little() -> None:
    result = {"content": [{"type": "text", "text": TALK}, {"type": "image", "data": IMAGE * 2}]}
    view = compress(result)
    assert view.tokens_before > 40_000
    assert view.tokens_after < 200
    assert view.kind == "json"


def test_vectors_of_many_rows_are_said_once() -> None:
    rows = [{"id": n, "said": f"passage {n}", "embedding": vector(256, n)} for n in range(12)]
    context = SharedContext()
    entry = context.put("payload", rows)
    assert entry.compressed.count("256 numbers") == 1
    assert all(f"passage {n}" in entry.compressed for n in range(12))
    places = [one.where for one in entry.omissions]
    assert places == [f"/{n}/embedding" for n in range(12)]
    assert json.loads(read_on(context, places[7])) == rows[7]["embedding"]


@pytest.mark.parametrize(
    "wrap",
    [
        "![shot]({})".format,
        '<p>It rains.</p>\n<img alt="shot" src="{}">'.format,
        lambda uri: json.dumps({"message": json.dumps({"url": uri, "at": 7})}),
        lambda uri: "\n".join(json.dumps({"n": n, "url": uri}) for n in range(3)),
        "2026-03-02T09:14:10 INFO sent {} to page 9".format,
        "icon: {}\nname: cart".format,
        "id,icon,name\n1,{0},cart\n2,{0},till".format,
        'ICON = "{}"\n\n\ndef icon() -> str:\n    return ICON\n'.format,
        lambda uri: uri.replace("/", "\\/").join(('{"a": "', '"')),
    ],
)
def test_wherever_it_stands(wrap: object) -> None:
    assert callable(wrap)
    text = wrap(f"data:image/png;base64,{IMAGE}")
    result = compress(text)
    assert "image/png 1280x720" in result.text
    assert IMAGE[:60] not in result.text
    assert result.failure is None


FACTS = {
    "uuid": "request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed",
    "commit": "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "digest": "sha512:" + noise(64).hex(),
    "integrity": "sha512-" + encoded(noise(64)),
    "short token": "token ghp_" + encoded(noise(27)).replace("+", "a").replace("/", "b"),
    "address": "https://example.org/x?token="
    + encoded(noise(400)).replace("+", "-").replace("/", "_"),
    "measurements": json.dumps([round(20 + n % 7 * 0.3 + n / 50, 2) for n in range(400)]),
    "counts": json.dumps([n * 7919 % 1000 for n in range(400)]),
    "column": "\n".join(f"{x:.6f}" for x in vector(400)),
    "table of numbers": "\n".join(",".join(f"{x:.6f}" for x in vector(6, n)) for n in range(80)),
    "paths": "\n".join(
        f"/usr/lib/python3/dist-packages/module{n}/submodule{n}.py" for n in range(80)
    ),
    "one long name": "get" + "CustomerAccountByInvoiceNumber" * 12,
    "long word list": "_".join(["settlement", "captured", "order", "amount"] * 30),
    "prose": "It rained all night, and in the morning the river was over its banks. " * 40,
    "chinese": "\u4e2d\u6587\u8bf4\u660e" * 400,
    "one line of JSON": json.dumps(
        [{"id": n, "name": f"n{n}", "ok": n % 3 == 0} for n in range(200)]
    ),
    "one line of SQL": "INSERT INTO t VALUES "
    + ",".join(f"({n},'Rock','a b')" for n in range(200)),
    "one line of HTML": "<ul>"
    + "".join(f"<li><a href='/{n}'>Item {n}</a></li>" for n in range(200))
    + "</ul>",
    "code": "\n".join(f"def f{n}(x: int) -> int:\n    return x + {n}\n" for n in range(80)),
    "digits": "9" * 500,
    "ansi": "\x1b[31mFAILED\x1b[0m test_a\n" * 60,
    "overstruck": "".join(f"{char}\x08{char}" for char in "NAME of the command " * 30),
}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_facts_are_none_of_it(name: str) -> None:
    assert stretches(FACTS[name]) == []


def test_lossless_leaves_nothing_out() -> None:
    payload = json.dumps({"data": IMAGE, "said": TALK})
    result = compress(payload, fidelity="lossless")
    assert result.lossless
    assert IMAGE in result.text


def test_it_goes_first_where_there_is_a_budget() -> None:
    payload = json.dumps({"data": IMAGE, "said": TALK * 3, "id": 4711})
    result = compress(payload, max_tokens=120)
    assert result.tokens_after <= 120
    assert "image/png 1280x720" in result.text
    assert "checkout page 4711" in result.text


@pytest.mark.parametrize("budget", [1, 5, 20])
def test_under_the_smallest_budgets_nothing_is_cut(budget: int) -> None:
    for payload, _ in OPAQUE.values():
        result = compress(payload, max_tokens=budget)
        assert result.tokens_after <= budget
        assert result.failure is None
        assert MARKER.search(result.text)


def test_queries_find_what_is_around_it() -> None:
    rows = [{"id": n, "place": f"pier {n}", "photo": encoded(noise(900, n))} for n in range(30)]
    context = SharedContext()
    context.put("payload", rows)
    found = context.retrieve("payload", query="pier 17", max_tokens=300)
    assert '"place":"pier 17"' in found.text
    assert found.tokens < 200


def test_queries_find_places_in_minified_code() -> None:
    context = SharedContext()
    context.put("payload", SCRIPT)
    found = context.retrieve("payload", query="n77", max_tokens=300)
    assert "this.x77=n77" in found.text


HOSTILE = {
    "backslashes": "\\" * 400_000,
    "escapes": "\\x41" * 100_000,
    "uris": "data:image/png;base64," * 20_000,
    "begins": "-----BEGIN X-----\n" * 20_000,
    "brackets": "[1.53211," * 50_000,
    "colons": "ab:" * 130_000,
    "numbers": "1.23456 -2.34567 " * 25_000,
    "token parts": "eyJhbGciOiJIUzI1NiJ9." * 20_000,
    "many": "\n".join(f"key{n}: {encoded(noise(160, n))}" for n in range(2000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_twice_as_much_takes_about_twice_as_long(name: str) -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        scan(text, Deadline(None))
        return time.process_time() - start

    text = HOSTILE[name]
    most = 10 * min(seconds(text) for _ in range(2)) + 0.2
    # Quadratic work would take 16 times as long. Once more where something else came between.
    assert any(seconds(text * 4) < most for _ in range(2))


def test_the_deadline_is_kept() -> None:
    over = Deadline(1, clock=iter(range(100_000)).__next__)
    with pytest.raises(TimeBudgetExceeded):
        Opaque().condense(Source(IMAGE * 20, over))


class TestLaws(KindLaws):
    # What else is in a text can stand anywhere; what is read is kept.
    looks_at_a_part = False

    def kind(self) -> Kind:
        return Opaque()

    def payloads(self) -> st.SearchStrategy[str]:
        talk = st.sampled_from([TALK, "It rained.\n", "", "[left out]\n", "{", '"'])
        some = st.sampled_from([payload for payload, _ in OPAQUE.values()])
        cut = st.tuples(some, st.integers(0, 6000), st.integers(1, 6000))
        part = st.tuples(
            talk, cut.map(lambda c: c[0][c[1] : c[1] + c[2]]), st.sampled_from(["\n", " ", ""])
        )
        return st.lists(part.map("".join), max_size=6).map("".join)

    def check_shown(self, content: str, result: CompressResult) -> None:
        position = 0
        for fragment in MARKER.split(result.text):
            # A string stands where an array stood.
            shown = fragment.strip('" \n')
            at = content.find(shown, position)
            assert at >= 0, f"not in the original: {shown!r}"
            position = at + len(shown)

    def check_covered(self, content: str, result: CompressResult) -> None:
        assert result.omissions
        gone = sorted(span for one in result.omissions if one.chars is None for span in one.ranges)
        for (_, last), (start, end) in itertools.pairwise(gone):
            # The rest of a line in which something ended may be left out after it.
            assert last < end or start == last, "what is left out with more is said once"
            assert end <= content.count("\n") + 1

    def check_marked(self, content: str, result: CompressResult) -> None:
        if len(MARKER.findall(result.text)) == 1 and not MARKER.sub("", result.text).strip():
            # The marker alone: it need not say each of the places.
            return
        for omission in result.omissions:
            place = (
                omission.where if omission.count > 1 else omission.where.replace("lines", "line")
            )
            said = f"[{place} left out" in result.text or omission.where in result.text
            # Lines that are left out as a whole take what begins in them along.
            whole = {
                number
                for other in result.omissions
                if other is not omission and other.chars is None
                for first, last in other.ranges
                for number in range(first, last + 1)
            }
            first, last = omission.ranges[0]
            assert (
                said
                or whole.issuperset(range(first, max(first + 1, last)))
                or len(omission.ranges) > 1
            )

    def check_found(self, content: str, omission: Omission, found: str) -> None:
        for first, last in omission.ranges:
            lines = content.split("\n")[first - 1 : last]
            if omission.chars is not None:
                lines = [lines[0][omission.chars[0] - 1 : omission.chars[1]]]
            wanted = "\n".join(lines)
            assert wanted[:60] in found
            assert len(found) >= len(wanted)


def test_what_stood_below_a_note_that_is_left_out_is_left_out_with_it() -> None:
    payload = (TALK + "Yes.\n") * 6 + TALK + DUMP
    for max_tokens in (20, 40, 80):
        view = compress(payload, kind="opaque", max_tokens=max_tokens)
        assert "\n\n" not in view.text


def test_what_is_counted_is_what_there_is() -> None:
    payload = json.dumps({"a": IMAGE})
    assert compress(payload).tokens_before == get_counter().count(payload)


def test_the_rest_of_a_line_in_which_a_note_ends_is_not_shown_as_a_whole_line() -> None:
    numbers = ",\n ".join(f"{number:.4f}" for number in vector(120))
    end = "is what the model gave for ticket ZX-4471, and it was accepted."
    above = "\n".join(f"Note {n} of the harbour says nothing of ships." for n in range(40))
    text = f"{above}\nThe vector [{numbers}] {end}"
    whole = compress(text)
    assert "[lines 41-160 left out: 120 numbers" in whole.text
    for result in (
        whole,
        *(compress(text, query="ZX-4471", max_tokens=n) for n in range(20, 400, 20)),
    ):
        for line in result.text.split("\n"):
            if end in line:
                assert line.startswith("\u2026 "), line


@pytest.mark.parametrize("budget", [12, 16, 20])
def test_where_nothing_fits_the_original_is_counted(budget: int) -> None:
    wrapped = base64.encodebytes(noise(3000)).decode().strip()
    text = "\n".join(
        [
            "Here it is, as the tool gave it to me, and nothing else was said:",
            wrapped,
            "That is all of it, and it was sent by the harbour office of the town.",
        ]
    )
    result = compress(text, max_tokens=budget)
    lines, tokens = len(text.split("\n")), get_counter().count(text)
    assert f"left out: {lines} lines, {tokens} tokens]" in result.text


def test_instructions_beside_their_bytes_are_no_dump() -> None:
    sizes = (4, 7, 5, 4, 6)
    lines = [
        f"    {0x2600 + 7 * n:x}:\t{'0f ' * size:<22}movaps %xmm{n % 8},0x{8 * n:x}(%rsp)"
        for n, size in enumerate(sizes * 4)
    ]
    assert "dump" not in compress("\n".join(lines)).text


def test_rows_of_large_data_are_looked_through_one_by_one() -> None:
    ring = [[round(n * 0.01234, 5), round(n * -0.04321, 5)] for n in range(20)]
    rows = [{"id": n, "place": {"name": f"n{n}", "shape": [ring]}} for n in range(1000)]
    rows[700]["icon"] = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(40))
    source = Source(json.dumps({"type": "places", "rows": rows}))
    condense(Source(source.text[:9000]))
    tracemalloc.start()
    found = condense(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is not None
    assert [one.where for one in found.omissions] == ["/rows/700/icon"]
    # All of them at once take seventeen times the text.
    assert peak < 6 * len(source.text)


def test_what_no_text_has_is_the_same_in_ascii_as_in_any_other_text() -> None:
    signs = [chr(code) for code in range(128)]
    assert [sign for sign in signs if holds_binary(f"a\n{sign}")] == [
        sign for sign in signs if holds_binary(f"\u00e9\n{sign}")
    ]
    noise_in_ascii = "".join(chr(byte % 32) for byte in noise(4000))
    assert "characters of binary data" in compress("It rained.\n" * 9 + noise_in_ascii).text
