"""The laws of a view, for every compressor of the core through the pipeline."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import strategies as st

from headroom import CompressResult, Kind, Omission, Piece, Source, decode
from headroom.kinds.diff import DiffCompressor
from headroom.kinds.json import SmartCrusher
from headroom.kinds.text import Kompress
from headroom.retrieval.paths import resolve
from headroom.toolkit.rows.pieces import children
from headroom.toolkit.sentences import sentences
from headroom_testing import KindLaws

pytestmark = pytest.mark.slow

_WORDS = st.sampled_from(
    "rain river harbour crane boat market bread letter school bridge winter stone glass".split()
)
_SENTENCE = st.lists(_WORDS, min_size=4, max_size=12).map(lambda w: " ".join(w).capitalize() + ". ")


class TestKompress(KindLaws):
    is_recognised = False

    def kind(self) -> Kind:
        return Kompress()

    def payloads(self) -> st.SearchStrategy[str]:
        paragraph = st.lists(_SENTENCE, min_size=1, max_size=8).map("".join)
        return st.lists(paragraph, max_size=12).map("\n\n".join)

    def unit_texts(self, content: str, omission: Omission) -> list[str]:
        return sentences(content) if omission.unit == "sentences" else content.split("\n")

    def check_shown(self, content: str, result: CompressResult) -> None:
        # Sentences may share a line with a marker; that they are whole is what check_covered sees.
        shown = sum(len(unit.split()) for unit in sentences(content))
        assert len(result.text.split()) <= shown + 8 * len(result.omissions[0].ranges)


class TestSmartCrusher(KindLaws):
    # Only a parser can tell; what it reads is kept.
    looks_at_a_part = False

    def kind(self) -> Kind:
        return SmartCrusher()

    def payloads(self) -> st.SearchStrategy[str]:
        value = st.none() | st.booleans() | st.integers(-5, 10**6) | _WORDS | st.text(max_size=8)
        row = st.fixed_dictionaries(
            {"id": st.integers(0, 10**6), "state": st.sampled_from(["ok", "ok", "ok", "broken"])},
            optional={"note": value, "inner": st.dictionaries(_WORDS, value, max_size=3)},
        )
        table = st.lists(row, max_size=60)
        document = st.dictionaries(_WORDS, value | table, max_size=5)
        return (table | document).map(lambda data: json.dumps(data, ensure_ascii=False))

    def data(self, content: str) -> object:
        return _parsed(content)

    def decoded(self, view: str) -> object:
        try:
            return decode(view)
        except ValueError:
            return view

    def check_shown(self, content: str, result: CompressResult) -> None:
        """The crusher's own tests compare each value that is shown with the row it stands for."""

    def check_covered(self, content: str, result: CompressResult) -> None:
        data = json.loads(content)
        for omission in result.omissions:
            target = data
            for name in omission.path.split("/")[1:]:
                target = target[int(name) if isinstance(target, list) else name]
            if omission.unit == "rows":
                assert omission.ranges[-1][1] <= len(target)

    def check_marked(self, content: str, result: CompressResult) -> None:
        """Likewise: rows stand in the order of the original, and markers between them."""

    def check_pieces(self, content: str, pieces: list[Piece]) -> None:
        # Small values stand together, so that not each leaf has a piece of its own.
        spelt = "".join(piece.text for piece in pieces)
        assert all(word in spelt for word in re.findall("[A-Za-z]+|[0-9]+", content))

    def check_found(self, content: str, omission: Omission, found: str) -> None:
        data = SmartCrusher().data(Source(content))
        rows = list(children(resolve(data, omission.path), omission.path))
        for first, last in omission.ranges:
            assert all(row.text in found for row in rows[first - 1 : last])


class TestDiff(KindLaws):
    def kind(self) -> Kind:
        return DiffCompressor()

    def payloads(self) -> st.SearchStrategy[str]:
        line = st.tuples(st.sampled_from("+- "), _WORDS).map("".join)
        hunk = st.lists(line, min_size=1, max_size=15).map(
            lambda lines: "\n".join(
                [
                    f"@@ -1,{sum(line[0] in ' -' for line in lines)} "
                    f"+1,{sum(line[0] in ' +' for line in lines)} @@",
                    *lines,
                ]
            )
        )
        file = st.tuples(_WORDS, st.lists(hunk, min_size=1, max_size=4)).map(
            lambda t: "\n".join(
                [f"diff --git a/{t[0]} b/{t[0]}", f"--- a/{t[0]}", f"+++ b/{t[0]}", *t[1]]
            )
        )
        return st.lists(file, max_size=4).map("\n".join)

    def check_shown(self, content: str, result: CompressResult) -> None:
        """Signs may be said once for a run of lines; the compressor's own tests undo that."""

    def check_covered(self, content: str, result: CompressResult) -> None:
        """Likewise."""


def _parsed(content: str) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content
