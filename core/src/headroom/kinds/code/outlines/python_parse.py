"""Parses Python without letting hostile input take the process down."""

from __future__ import annotations

import ast
import re
import sys
import warnings

from headroom.source import Source

__all__ = ["MAX_CHARS", "parse", "parses", "python_tree"]

#: The parser builds objects of a hundred times the size of the text.
MAX_CHARS = 4_000_000

#: CPython 3.10 overflows the C stack on chains of tens of thousands of operators.
_MAX_CHAIN = 2_000

_NOTEBOOK = re.compile(r"^([ \t]*)(?:[!%]|\?\w)[^\n]*$", re.MULTILINE)

_TOKEN = re.compile(
    r"\"\"\"|'''|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|#[^\n]*"
    r"|[()\[\]{}]|[-+*/%@&|^.,\n;]",
    re.DOTALL,
)


def parse(content: str) -> ast.Module:
    """The syntax tree, with line numbers that count line feeds only.

    Raises:
        SyntaxError: It is no Python, too long, or nested too deeply.

    """
    if len(content) > MAX_CHARS:
        raise SyntaxError("too long to be parsed")
    # A lone carriage return would count as a line break, and a lone surrogate has no UTF-8.
    text = content.replace("\r\n", "\n").replace("\r", " ").removeprefix("\ufeff")
    text = text.encode("utf-8", "replace").decode("utf-8")
    if sys.version_info < (3, 11) and longest_chain(text) > _MAX_CHAIN:
        raise SyntaxError("nested too deeply")
    try:
        return _parse(text)
    except SyntaxError:
        # Notebooks have lines for the shell and for the notebook itself among the Python.
        plain = _NOTEBOOK.sub(r"\1pass", text)
        if plain == text:
            raise
        return _parse(plain)


def python_tree(source: Source) -> ast.Module | None:
    """The syntax tree of a source, parsed once; ``None`` where it is no Python."""
    try:
        return parse(source.text)
    except SyntaxError:
        return None


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            # Invalid escapes in somebody else's strings are no business of this process.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"cannot be parsed: {type(error).__name__}") from None


def parses(content: str) -> bool:
    """Whether a text is Python.

    >>> parses("def f(): ..."), parses("def f(:")
    (True, False)
    """
    try:
        parse(content)
    except SyntaxError:
        return False
    return True


def longest_chain(text: str) -> int:
    r"""At least how deep the longest chain of operators, calls and attributes nests.

    >>> longest_chain("a + b.c(d)\ne") , longest_chain("x = [1, 2, 3]")
    (3, 1)
    """
    longest, counts, position = 0, [0], 0
    total = 0
    while match := _TOKEN.search(text, position):
        found, position = match.group(), match.end()
        if found in ('"""', "'''"):
            end = text.find(found, position)
            position = len(text) if end < 0 else end + 3
        elif found in "([{":
            counts[-1] += 1
            total += 1
            counts.append(0)
        elif found in ")]}":
            if len(counts) > 1:
                total -= counts.pop()
        elif found in ",;" or (found == "\n" and len(counts) == 1):
            total -= counts[-1]
            counts[-1] = 0
        elif found in "-+*/%@&|^.":
            counts[-1] += 1
            total += 1
        longest = max(longest, total)
    return longest
