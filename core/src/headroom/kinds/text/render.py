"""Writes a view: the kept sentences as they are, and a marker for each gap."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.toolkit.markers import marker
from headroom.toolkit.sentences import Sentence
from headroom.view import Omission

__all__ = ["gap_marker", "render"]


def gap_marker(first: int, last: int, note: str = "") -> str:
    """The marker for sentences, numbered from 1.

    >>> gap_marker(4, 9), gap_marker(2, 2)
    ('[sentences 4-9 left out]', '[sentence 2 left out]')
    """
    where = Omission("sentences", ((first, last),)).where
    return marker(where if first != last else f"sentence {first}", note)


def render(sentences: Sequence[Sentence], kept: Sequence[int]) -> str:
    """The view with the sentences of these indices, in ascending order."""
    parts: list[str] = []
    expected = 0
    for index in kept:
        if index > expected:
            _gap(parts, sentences, expected, index)
        parts.append(sentences[index].text)
        expected = index + 1
    if expected < len(sentences):
        _gap(parts, sentences, expected, len(sentences))
    return "".join(parts)


def _gap(parts: list[str], sentences: Sequence[Sentence], first: int, stop: int) -> None:
    """Puts a marker where a gap is: in the line if the gap is, else on a line of its own."""
    before, last = (sentences[first - 1] if first else None), sentences[stop - 1]
    inside = (
        before is not None
        and stop < len(sentences)
        and before.block == sentences[stop].block
        and not any("\n" in sentences[index].text for index in range(first - 1, stop))
    )
    text = gap_marker(first + 1, stop)
    if inside:
        parts.append(text if parts[-1][-1:].isspace() else " " + text)
        parts.append(" ")
        return
    if before is not None:
        body = parts[-1].rstrip()
        parts[-1] = body + _break(parts[-1][len(body) :])
    parts.append(text)
    if stop < len(sentences):
        parts.append(_break(last.text[len(last.text.rstrip()) :]))


def _break(space: str) -> str:
    """The line break, or the paragraph break, that some white space is."""
    return "\n\n" if space.count("\n") > 1 else "\n"
