"""Data in tags is read as records and trees, and nothing in it is expanded or fetched."""

from __future__ import annotations

import json
import re
import time
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import strategies as st

from headroom import CompressResult, Kind, Omission, Piece, SharedContext, compress, decode
from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.registry import default_kinds
from headroom.kinds.xml import XmlCompressor
from headroom.kinds.xml.parse import MAX_DEPTH, read_document
from headroom.retrieval.paths import resolve
from headroom.source import Source
from headroom.toolkit.rows.pieces import children
from headroom.view import Deadline
from headroom_testing import KindLaws

PLACES = "Lyon Graz Oslo Bari Cork Riga Ghent Turin".split()


def value_of(text: str) -> dict[str, object]:
    return dict(read_document(text, 0, lambda: None).value)


def kind_of(text: str) -> str:
    return default_kinds().kind_of(Source(text)).name


def junit(count: int = 200, failing: int = 137) -> str:
    cases = []
    for n in range(count):
        inside = (
            '<failure message="assert 7 == 8">def test():\n&gt;   assert 7 == 8</failure>'
            if n == failing
            else ""
        )
        cases.append(
            f'<testcase classname="tests.test_parcel" name="test_case_{n}" time="0.0{n % 3}">'
            f"{inside}</testcase>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" '
        f'tests="{count}" failures="1">' + "".join(cases) + "</testsuite></testsuites>"
    )


def feed(count: int = 40) -> str:
    items = "\n".join(
        f"  <item>\n   <title>Notice {n} from {PLACES[n % 8]}</title>\n"
        f"   <link>https://example.org/notices/{n}</link>\n"
        f"   <description><![CDATA[The ferry to <b>{PLACES[n % 8]}</b> & back]]></description>\n"
        "  </item>"
        for n in range(count)
    )
    return (
        '<?xml version="1.0"?>\n<!-- made by hand -->\n<rss version="2.0">\n <channel>\n'
        f"  <title>Ferries</title>\n{items}\n </channel>\n</rss>\n"
    )


SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    + "".join(
        f"<url><loc>https://example.org/{n}</loc><priority>0.{n % 9}</priority></url>"
        for n in range(60)
    )
    + "</urlset>"
)
SOAP = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetParcels>'
    + "".join(
        f'<parcel id="P{n}"><depot>{PLACES[n % 8]}</depot><grams>{200 + n}</grams></parcel>'
        for n in range(50)
    )
    + "</GetParcels></soap:Body></soap:Envelope>"
)
PLIST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict>'
    "<key>Label</key><string>org.example.sync</string><key>RunAtLoad</key><true/>"
    "<key>StartInterval</key><integer>300</integer><key>Paths</key>"
    "<array><string>/a</string><string>/b</string></array></dict></plist>"
)
LAYOUT = (
    '<LinearLayout xmlns:android="http://schemas.android.com/apk/res/android">'
    + "".join(
        f'<TextView android:id="@+id/t{n}"/><Button android:id="@+id/b{n}" android:text="Go {n}"/>'
        for n in range(8)
    )
    + "</LinearLayout>"
)
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90">'
    + "".join(f'<circle cx="{n}" cy="{n * n}" r="2"/>' for n in range(60))
    + "</svg>"
)
DATA = {
    "junit": junit(),
    "feed": feed(),
    "sitemap": SITEMAP,
    "soap": SOAP,
    "plist": PLIST,
    "layout": LAYOUT,
    "drawing": DRAWING,
}


@pytest.mark.parametrize("name", sorted(DATA))
def test_data_in_tags_is_recognised_and_smaller(name: str) -> None:
    result = compress(DATA[name])
    assert result.kind == "xml"
    assert result.tokens_after < 0.85 * result.tokens_before
    assert result.failure is None


@pytest.mark.parametrize("name", sorted(DATA))
def test_lossless_views_are_read_back(name: str) -> None:
    result = compress(DATA[name], fidelity="lossless")
    assert result.lossless
    assert result.transforms == ("xml_compressor",)
    assert decode(result.text) == value_of(DATA[name])


NO_DATA = {
    "page": "<!doctype html><html><body>" + "<p>It rains.</p>" * 20 + "</body></html>",
    "fragment": "<div>" + "<p>It <b>rains</b>.</p>" * 20 + "</div>",
    "component": "<template><p>Hi</p></template>\n<script>\nlet a = 1\n</script>"
    + "<style>a{}</style>" * 9,
    "wrapped output": "<returncode>0</returncode>\n<output>\nall good\n</output>" * 4,
    "wrapped file": "<file>" + "<a/>" * 8 + "It rained all night. " * 90 + "</file>",
    "marked-up prose": "<text>"
    + "<p>It <i>rained</i> all night in <b>Bergen</b>.</p>" * 40
    + "</text>",
    "malformed": "<a>" + "<b><c>x</b></c>" * 20 + "</a>",
    "two attributes of a name": "<a>" + '<b c="1" c="2"/>' * 20 + "</a>",
    "generics": "<T extends Map<String, List<T>>> void sort(List<T> items) {}\n" * 9,
}


@pytest.mark.parametrize("name", sorted(NO_DATA))
def test_what_is_no_data_goes_elsewhere(name: str) -> None:
    assert kind_of(NO_DATA[name]) != "xml"
    result = compress(NO_DATA[name], kind="xml")
    assert result.failure is None


ATTACKS = {
    "entities": "<!DOCTYPE r [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]><r>"
    + "<i>&b;</i>" * 20
    + "</r>",
    "a file": "<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/hostname'>]><r>"
    + "<i>&f;</i>" * 20
    + "</r>",
    "a parameter": "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1/x'> %p;]><r>"
    + "<i/>" * 20
    + "</r>",
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_nothing_is_expanded(name: str) -> None:
    with pytest.raises(WrongKind):
        value_of(ATTACKS[name])
    assert compress(ATTACKS[name]).failure is None


def test_entities_that_nobody_declared_stay_as_they_are() -> None:
    assert value_of("<r><i>a&nbsp;b &lol; &#65;&amp;amp;</i></r>") == {
        "r": {"i": "a\xa0b &lol; A&amp;"}
    }


def test_a_failure_stays_with_its_name_and_message() -> None:
    view = compress(junit(), fidelity="compact").text
    assert "test_case_137" in view
    assert "assert 7 == 8" in view
    assert 'failures="1"' in view
    assert 'tests="200"' in view


def test_the_row_of_the_query_stays_whole() -> None:
    view = compress(SOAP, query="Where is parcel P33?", max_tokens=250).text
    assert f"P33,{PLACES[1]},233" in view


@pytest.mark.parametrize("name", ["junit", "feed", "sitemap", "soap", "drawing"])
def test_places_come_back(name: str) -> None:
    context = SharedContext()
    entry = context.put("payload", DATA[name], max_tokens=300)
    assert entry.omissions
    for omission in entry.omissions:
        place = omission.where
        found = ""
        while place:
            excerpt = context.retrieve("payload", place=place, max_tokens=2000)
            found += excerpt.text
            place = excerpt.next
        assert found
    rows = [one for one in entry.omissions if one.unit == "rows"]
    assert rows
    holder: object = value_of(DATA[name])
    for part in rows[0].path.split("/")[1:]:
        assert isinstance(holder, dict)
        holder = holder[part.replace("~1", "/").replace("~0", "~")]
    assert isinstance(holder, list)
    first, _ = rows[0].ranges[0]
    found = context.retrieve("payload", place=f"rows {first} of {rows[0].path}").text
    assert json.dumps(holder[first - 1], separators=(",", ":"), ensure_ascii=False) in found


def test_lines_are_those_of_the_text() -> None:
    context = SharedContext()
    context.put("payload", feed())
    assert context.retrieve("payload", lines="2").text.endswith("<!-- made by hand -->")


def test_queries_find_rows() -> None:
    context = SharedContext()
    context.put("payload", feed())
    assert "notices/29" in context.retrieve("payload", query="Notice 29", max_tokens=200).text


def test_shapes() -> None:
    assert value_of(PLIST)["plist"] == {
        "version": "1.0",
        "dict": {
            "Label": "org.example.sync",
            "RunAtLoad": "true",
            "StartInterval": "300",
            "Paths": {"string": ["/a", "/b"]},
        },
    }
    assert value_of("<a b='1' c='2'>x<!-- why --></a>") == {
        "a": {"b": "1", "c": "2", "text": "x<!-- why -->"}
    }
    assert value_of("<a b='1'><b>2</b></a>") == {"a": {"b": "1", "<b>": "2"}}
    assert value_of("<a>one <b>two</b> three</a>") == {"a": "one <b>two</b> three"}
    turns = value_of(LAYOUT)["LinearLayout"]
    assert isinstance(turns, dict)
    assert [one["tag"] for one in turns["tags"]] == ["TextView", "Button"] * 8


def test_cut_off_behind_a_tag_nothing_stands_behind_it() -> None:
    assert value_of("<a><b>1</b><b>2</b>") == {"a": {"b": ["1", "2"]}}
    rows = "".join(f"<order id='{n}'><total>{n * 3 % 50}</total></order>" for n in range(200))
    cut, below = (compress(f"<orders>{rows}{end}") for end in ("", "\n"))
    assert (cut.text, cut.lossless) == (below.text, True)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.77, 0.99])
@pytest.mark.parametrize("name", ["junit", "feed", "soap"])
def test_cut_off_it_is_what_there_is(name: str, share: float) -> None:
    text = DATA[name][: int(len(DATA[name]) * share)]
    result = compress(text)
    assert result.failure is None
    assert result.kind == "xml"
    if result.lossless:
        last = re.findall(r"\w+", text)[-1]
        assert last in json.dumps(decode(result.text)) or text.endswith(">")


def test_within_a_text_it_is_a_part() -> None:
    text = "$ cat report.xml\n" + junit() + "\nAll reports were written to build/reports in 3 s.\n"
    result = compress(text)
    assert "xml_compressor" in result.transforms
    assert "test_case_137" in result.text
    assert "assert 7 == 8" in result.text


HOSTILE = {
    "open": "<a>" * 60_000,
    "angles": "<" * 200_000,
    "comments": "<r>" + "<!--" * 50_000,
    "sections": "<r>" + "<![CDATA[" * 25_000,
    "attributes": "<r " + "b='1' " * 30_000 + ">",
    "quotes": "<r>" + "<a b='" * 30_000,
    "references": "<r>" + "&amp;" * 50_000 + "</r>",
    "mixed": "<r>" + ("<a>t<b>u</b>" * 80 + "</a>" * 80) * 60 + "</r>",
    "closed": "</a>" * 50_000,
    "lines": "<?xml version='1.0'?>\n<a>\n" * 8_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_twice_as_much_takes_about_twice_as_long(name: str) -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        assert compress(text, kind="xml").failure is None
        default_kinds().kind_of(Source(text))
        return time.process_time() - start

    text = HOSTILE[name]
    once = min(seconds(text) for _ in range(2))
    # Quadratic work would take sixteen times as long.
    assert seconds(text * 4) < 10 * once + 0.5


def test_depth_is_limited() -> None:
    deep = "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1)
    with pytest.raises(WrongKind):
        value_of(deep)


def test_the_deadline_is_kept() -> None:
    over = Deadline(1, clock=iter(range(100_000)).__next__)
    with pytest.raises(TimeBudgetExceeded):
        XmlCompressor().data(Source(SITEMAP.replace("<url>", "<url/>" * 900 + "<url>", 9), over))


# Control characters are none of XML, and terminals act on them.
WORDS = st.sampled_from("rain river harbour crane boat market 7 0.5 true null".split()) | st.text(
    st.characters(exclude_categories=["Cc", "Cs"]), max_size=9
)
NAMES = st.sampled_from("item name price host state ns:port text tag".split())


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    said = st.dictionaries(NAMES, WORDS, max_size=2).map(
        lambda a: "".join(f" {key}={quoteattr(_plain(value))}" for key, value in a.items())
    )
    return st.tuples(NAMES, said, children).map(lambda t: f"<{t[0]}{t[1]}>{t[2]}</{t[0]}>")


def _plain(text: str) -> str:
    return text.replace("<", "").replace(">", "")


class TestLaws(KindLaws):
    def kind(self) -> Kind:
        return XmlCompressor()

    def payloads(self) -> st.SearchStrategy[str]:
        leaf = element(WORDS.map(escape))
        inner = element(st.lists(leaf, max_size=4).map("".join))
        rows = st.tuples(inner, st.integers(1, 40)).map(lambda t: t[0] * t[1])
        comment = st.just("<!-- note -->")
        return element(st.lists(leaf | inner | rows | comment, max_size=8).map("\n ".join))

    def data(self, content: str) -> object:
        try:
            return value_of(content)
        except WrongKind:
            return content

    def decoded(self, view: str) -> object:
        return decode(view) if view.startswith("XML, ") else self.data(view)

    def check_shown(self, content: str, result: CompressResult) -> None:
        """Views are those of data; its own tests compare what is shown with what it is."""

    def check_covered(self, content: str, result: CompressResult) -> None:
        data = value_of(content)
        for omission in result.omissions:
            rows = resolve(data, omission.path)
            if omission.unit == "rows":
                assert isinstance(rows, (dict, list))
                assert omission.ranges[-1][1] <= len(rows)

    def check_marked(self, content: str, result: CompressResult) -> None:
        """Likewise: rows stand in the order of the original, and markers between them."""

    def check_pieces(self, content: str, pieces: list[Piece]) -> None:
        # Small values stand together, so that not each leaf has a piece of its own.
        spelt = "".join(piece.text for piece in pieces)
        assert all(word in spelt for word in re.findall("[a-z]{4,}", content))

    def check_found(self, content: str, omission: Omission, found: str) -> None:
        holder = resolve(value_of(content), omission.path)
        if omission.unit == "values" and not omission.ranges:
            # A string is said as it is, an object without spaces.
            said = json.dumps(holder, ensure_ascii=False, separators=(",", ":"))
            assert said[1:-1] in found
            return
        assert isinstance(holder, (list, dict))
        rows = list(children(holder, omission.path))
        for first, last in omission.ranges:
            assert all(row.text in found for row in rows[first - 1 : last])


def test_names_of_speakers_in_brackets_are_no_tags() -> None:
    said = "The harbour clerk found a letter in the ledger, and nobody knew whose it was."
    chat = "\n".join(f"<{name}> {said[n % 7 :]}" for n, name in enumerate(["ana", "bo", "cy"] * 12))
    assert compress(chat).kind != "xml"
