"""The laws of a view for the kinds whose other tests do not ask for all of them.

Text, JSON and diffs are in ``pipeline/test_laws.py``; logs, records, XML and what no model reads
beside their own tests.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import strategies as st

from headroom import CompressResult, Kind, Omission, Piece, Source, View, WrongKind, decode
from headroom.kinds.code import CodeCompressor
from headroom.kinds.html import HtmlExtractor
from headroom.kinds.registry import default_kinds
from headroom.kinds.search import SearchCompressor
from headroom.kinds.search.render import decode_search
from headroom.kinds.table import TableCrusher
from headroom_testing import KindLaws

from .code.laws import check

pytestmark = pytest.mark.slow

_WORDS = st.sampled_from("rain river harbour crane boat market bread letter school".split())


class EncodedLaws(KindLaws):
    """For views that write the original in another way: the tests of each kind read them back."""

    __test__ = False

    def check_shown(self, content: str, result: CompressResult) -> None:
        """See above."""

    def check_covered(self, content: str, result: CompressResult) -> None:
        """See above."""

    def check_marked(self, content: str, result: CompressResult) -> None:
        """See above."""


class TestTable(EncodedLaws):
    __test__ = True
    # Of cells between commas another look says that they may be a table.
    is_recognised = False

    def kind(self) -> Kind:
        return TableCrusher()

    def payloads(self) -> st.SearchStrategy[str]:
        row = st.builds("{},{},{}".format, st.integers(0, 10**6), _WORDS, _WORDS)
        return st.lists(row, max_size=80).map(lambda rows: "\n".join(["id,name,state", *rows]))

    def _rows(self, content: str) -> object:
        return TableCrusher().data(Source(content))

    def data(self, content: str) -> object:
        try:
            return self._rows(content)
        except WrongKind:
            return content

    def decoded(self, view: str) -> object:
        # A view that is the original is no notation.
        data = self.data(view)
        if data != view:
            return data
        try:
            value = decode(view)
        except ValueError:
            return view
        return value if isinstance(value, list) else view

    def unit_texts(self, content: str, omission: Omission) -> list[str]:
        return content.split("\n") if omission.unit == "lines" else content.split("\n")[1:]

    def check_pieces(self, content: str, pieces: list[Piece]) -> None:
        rows = self.unit_texts(content, Omission("rows", ()))
        assert [piece.number for piece in pieces] == list(range(1, len(rows) + 1))
        for piece, row in zip(pieces, rows):
            assert all(cell in piece.text for cell in row.split(","))

    def check_found(self, content: str, omission: Omission, found: str) -> None:
        for first, last in omission.ranges:
            for row in self.unit_texts(content, omission)[first - 1 : last]:
                assert all(cell in found for cell in row.split(","))


class TestHtml(EncodedLaws):
    __test__ = True

    def kind(self) -> Kind:
        return HtmlExtractor()

    def payloads(self) -> st.SearchStrategy[str]:
        words = st.lists(_WORDS, min_size=5, max_size=30).map(" ".join)
        block = st.builds("<{0}>{1}.</{0}>".format, st.sampled_from(["p", "h2", "li"]), words)
        return st.lists(block, min_size=1, max_size=30).map(
            lambda blocks: "\n".join(["<html><body>", *blocks, "</body></html>"])
        )


class TestSearch(EncodedLaws):
    __test__ = True

    def kind(self) -> Kind:
        return SearchCompressor()

    def payloads(self) -> st.SearchStrategy[str]:
        match = st.builds(
            "src/{}.py:{}:    {} = {}".format, _WORDS, st.integers(1, 99), _WORDS, _WORDS
        )
        return st.lists(match, max_size=60).map("\n".join)

    def decoded(self, view: str) -> object:
        return decode_search(view)

    def data(self, content: str) -> object:
        # Where nothing is smaller, the view is the original.
        return decode_search(content)


class TestCode(EncodedLaws):
    __test__ = True

    def check_shown(self, content: str, result: CompressResult) -> None:
        # A last line tells notes of the text's own from those of the view.
        text = re.sub(r"\n\[[^\n]*original's text[^\n]*\]\Z", "", result.text)
        check(content, View(text, result.lossless, result.omissions))

    def kind(self) -> Kind:
        return CodeCompressor()

    def payloads(self) -> st.SearchStrategy[str]:
        body = st.lists(st.builds("    {} = {}".format, _WORDS, _WORDS), min_size=1, max_size=12)
        function = st.builds(
            lambda name, number, lines: "\n".join([f"def {name}_{number}():", *lines, ""]),
            _WORDS, st.integers(0, 99), body,
        )  # fmt: skip
        return st.lists(function, max_size=12).map(
            lambda parts: "import os\n\n\n" + "\n\n".join(parts)
        )


def test_no_built_in_kind_does_without_laws() -> None:
    here = {one().kind().name for one in (TestTable, TestHtml, TestSearch, TestCode)}
    elsewhere = {"text", "json", "diff", "log", "records", "opaque", "xml"}
    built_in = {kind.name for kind in default_kinds() if kind.package == "headroom-core"}
    assert built_in == {*here, *elsewhere}
