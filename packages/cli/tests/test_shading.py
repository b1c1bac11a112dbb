"""An original in lines, with what is left out of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headroom import Span
from headroom_cli.shading import folded, paired, shaded_lines

TEXTS = st.text(alphabet="ab \n", max_size=40)


@given(text=TEXTS, cuts=st.lists(st.integers(0, 40), max_size=8), in_part=st.booleans())
def test_the_lines_are_the_original_and_what_is_shaded_is_the_spans(
    text: str, cuts: list[int], in_part: bool
) -> None:
    ends = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Span(a, b, in_part) for a, b in zip(ends[::2], ends[1::2])]
    lines = shaded_lines(text, spans)
    assert "\n".join(line.text for line in lines) == text
    gone = "".join(part for line in lines for part, is_gone in line.parts if is_gone)
    expected = "" if in_part else "".join(text[one.start : one.end] for one in spans)
    assert gone == expected.replace("\n", "")
    assert any(line.in_part for line in lines) == (in_part and bool(spans))


@given(left=TEXTS, right=TEXTS)
def test_every_line_of_both_is_there_once_and_in_order(left: str, right: str) -> None:
    rows = paired(shaded_lines(left, []), right.split("\n"))
    assert "\n".join(line.text for line, _ in rows if line is not None) == left
    assert "\n".join(text for _, text in rows if text is not None) == right


def test_long_runs_are_folded_and_say_how_long_they_are() -> None:
    text = "\n".join(f"line {n}" for n in range(30))
    lines = folded(shaded_lines(text, [Span(7, len(text))]))
    assert [line.text for line in lines] == ["line 0", "line 1", "... 27 lines ...", "line 29"]
