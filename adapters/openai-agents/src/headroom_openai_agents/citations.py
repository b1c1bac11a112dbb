"""Citations in what an assistant said, where a view took the place of the text under them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["moved"]

# Characters before a point by which it is found again.
_BEFORE = 40


def moved(annotations: Iterable[Any], text: str, view: str) -> list[Any]:
    """The annotations of a text that hold for its view, at their places in it.

    Those of text that the view does not have, or has more than once, are left out: they would
    point to something else.

    >>> cited = {"type": "url_citation", "url": "https://a.example", "start_index": 5}
    >>> moved([cited | {"end_index": 8}], "Made by me in May.", "[left out] by me")
    [{'type': 'url_citation', 'url': 'https://a.example', 'start_index': 11, 'end_index': 14}]
    """
    return [new for old in annotations if (new := _moved(old, text, view)) is not None]


def _moved(annotation: Any, text: str, view: str) -> Any:
    start, end = _get(annotation, "start_index"), _get(annotation, "end_index")
    point = _get(annotation, "index")
    if isinstance(start, int) and isinstance(end, int):
        place = _place(text[start:end], view)
        indices = {"start_index": place, "end_index": place + end - start}
    elif isinstance(point, int) and _get(annotation, "type") == "file_citation":
        before = text[max(0, point - _BEFORE) : point]
        place = _place(before, view)
        indices = {"index": place + len(before)}
    else:
        # The number of a file in a list, say.
        return annotation
    if place < 0:
        return None
    if isinstance(annotation, dict):
        return {**annotation, **indices}
    return annotation.model_copy(update=indices)


def _place(part: str, view: str) -> int:
    return view.find(part) if part and view.count(part) == 1 else -1


def _get(annotation: Any, name: str) -> object:
    if isinstance(annotation, dict):
        return annotation.get(name)
    return getattr(annotation, name, None)
