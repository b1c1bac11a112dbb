"""What holds for every view of source code."""

from __future__ import annotations

import re

from headroom.kinds.code import CodeCompressor
from headroom.source import Source
from headroom.tokens import TokenCounter, get_counter
from headroom.toolkit.markers import MARKER, SMALLEST
from headroom.view import Fidelity, Request, View

COUNTER = get_counter("gpt-4o")


def compress(
    content: str,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity = "balanced",
    counter: TokenCounter = COUNTER,
) -> View | None:
    request = Request("code", counter, counter.count(content), query, max_tokens, fidelity)
    return CodeCompressor().compress(Source(content, request.deadline), request)


def check(content: str, view: View, fillers: tuple[str, ...] = ("...",)) -> None:
    """The view is the original with each omission replaced by one marker line, and says which."""
    lines = content.split("\n")
    if lines[-1] == "" and len(lines) > 1:
        lines.pop()
    shown = view.text.split("\n")
    if content.endswith("\n"):
        assert shown.pop() == ""
    assert [omission.unit for omission in view.omissions] == ["lines"]
    ranges = view.omissions[0].ranges
    expected = 1
    position = 0
    for place, (first, last) in enumerate(ranges):
        assert expected <= first <= last <= len(lines)
        kept = lines[expected - 1 : first - 1]
        assert shown[position : position + len(kept)] == kept
        position += len(kept)
        where = f"lines {first}-{last}" if first != last else f"line {first}"
        line = shown[position]
        if SMALLEST in line and place:
            # What it stands for is said above.
            legend = re.search(
                rf"left out: {SMALLEST} below stands for up to (\d+) lines", view.text
            )
            assert legend is not None
            assert last - first < int(legend[1])
        else:
            assert f"[{where} left out" in line
        if SMALLEST in line and "left out" not in line:
            line = _without_names(line, "\n".join(lines[first - 1 : last]))
        rest = MARKER.sub("", line).strip()
        for filler in fillers:
            rest = rest.removeprefix(filler).strip()
        assert rest in {"", "#", "//", "--", "/*  */", "<!--  -->"}, line
        position += 1
        expected = last + 1
    assert shown[position:] == lines[expected - 1 :]


def _without_names(line: str, left_out: str) -> str:
    """The line without the names of what is left out, which stand there."""
    before, _, after = line.rpartition(SMALLEST)
    said = re.match(r"(?: [\w$#@?!=.:~-]+,?)*", after)
    assert said is not None
    for name in said[0].replace(",", "").split():
        if name != "--":
            assert name in left_out, line
    end = " */" if after.endswith("*/") else " -->" if after.endswith("-->") else ""
    return before + SMALLEST + end
