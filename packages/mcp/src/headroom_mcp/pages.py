"""Originals that are longer than an answer may be, page by page."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["page_of"]

# Characters for each token that a first attempt takes: more than most texts have.
_CHARS_PER_TOKEN = 6
# How the line above a page begins.
_HEAD = "[characters "
# The most characters that a token has in any vocabulary: a run of blanks, say.
_MOST_CHARS = 256


def page_of(original: str, start: int, max_tokens: int, count_tokens: Callable[[str], int]) -> str:
    """A page of an original, below a line that says which characters it has and where to go on.

    What stands below the first lines of all pages, joined, is the original. One that fits into an
    answer comes as it is, unless it begins like such a line itself.

    Args:
        original: The whole text.
        start: The first character, counted from 1.
        max_tokens: The most tokens that the page has, its first line included.
        count_tokens: Counts them.

    Raises:
        ValueError: The original has no such character, or a page has no room for one.

    >>> page_of("Fly on Monday.", 1, 50, len)
    'Fly on Monday.'
    >>> print(page_of("Fly on Monday." * 9, 120, 60, len))
    [characters 120-126 of 126, the end]
    Monday.

    """
    looks_like_a_page = original.startswith(_HEAD)
    if start == 1 and not looks_like_a_page and _fits(original, max_tokens, count_tokens):
        return original
    total = len(original)
    if start > total:
        raise ValueError(f"the original has {total} characters, and none at start={start}")
    size = min(total - start + 1, max_tokens * _CHARS_PER_TOKEN)
    while size:
        end = _at_line_end(original, start - 1, start - 1 + size)
        on = "the end" if end == total else f"go on with start={end + 1}"
        answer = f"{_HEAD}{start}-{end} of {total}, {on}]\n{original[start - 1 : end]}"
        tokens = count_tokens(answer)
        if tokens <= max_tokens:
            return answer
        # At least by one in twenty: a few attempts are enough.
        size = min(int(size * max_tokens / tokens), size * 19 // 20)
    raise ValueError(f"max_tokens={max_tokens} has no room for a page")


def _fits(text: str, max_tokens: int, count_tokens: Callable[[str], int]) -> bool:
    # No vocabulary has tokens of more characters: a text far beyond need not be counted.
    return len(text) <= max_tokens * _MOST_CHARS and count_tokens(text) <= max_tokens


def _at_line_end(text: str, start: int, end: int) -> int:
    """Where to end a page: after a line, if that is in its second half."""
    if end == len(text):
        return end
    line_end = text.rfind("\n", start + (end - start) // 2, end)
    return end if line_end < 0 else line_end + 1
