"""Tells lines that define something, in any language, by their shape."""

from __future__ import annotations

import re

from headroom.regexes import regex

__all__ = ["defined_name", "is_import"]

_KEYWORDS = (
    r"(?:def|class|function\*?|func|fn|fun|struct|type|typedef|interface|enum|union|trait|impl|"
    r"module|namespace|protocol|record|object|extension|const|let|var|val|define|defn|"
    r"defmodule|defp|macro_rules!|package|sub|proc|procedure|message|service|rpc|"
    r"create(?: or replace)? (?:table|view|function|index|type))"
)
_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|async|abstract|final|"
    r"sealed|partial|readonly|override|virtual|inline|extern|unsafe|open|data|suspend|pub(?:\(\w+\))?)"
    r"\s+){0,6}"
)
_BY_KEYWORD = regex(
    rf"\s*(?:#\s*)?{_MODIFIERS}{_KEYWORDS}\s+(?:\([^()\n]{{0,80}}\)\s*)?([\w$.:]+)", re.IGNORECASE
)
# A name at the left margin that is given a value, or a constant anywhere.
_ASSIGNED = re.compile(
    r"([A-Za-z_$][\w$.]{0,80})\s*(?::[^=\n]{1,80})?:?=(?![=>~])|\s*([A-Z_][A-Z0-9_]{2,})\s*=(?!=)"
)
# "static int parse(char *text) {", "public void close() throws X {": a type, a name, arguments.
_TYPED = re.compile(
    r"\s*(?:[A-Za-z_][\w<>,\[\]*&:]{0,60}\s+){1,5}[*&]?([A-Za-z_]\w{0,80})\s*\([^;=\n]{0,300}(?:\{|\)|,)\s*$"
)
#: The first word of a line, and whether a sign of the preprocessor stands before it.
_BEGINS = re.compile(r"\s*(#\s*)?(\w*)")
_STATEMENTS = frozenset(
    """
    return else elif if while for await yield raise throw new delete case assert not in and or print
    echo import from with switch do try catch except del
    """.split()
)
#: Lines of all of the first pattern begin with one of these, in small letters or capitals.
_FIRST = frozenset(re.findall(r"\w+", _MODIFIERS + _KEYWORDS))
#: What all of the last one end with.
_TYPED_ENDS = ("{", ")", ",")
_IMPORT = re.compile(
    r"\s*(?:import\b|from\s+\S+\s+import\b|use\s+[\w:{]|using\s+[\w.]+|#\s*include\b|require\b|"
    r"export\s+.{0,200}\bfrom\b|(?:const|let|var)\s+.{1,200}=\s*require\()"
)

#: Characters of the longest line that may define something; chosen: longer ones are minified.
_LONGEST = 1000


def defined_name(text: str) -> str | None:
    """The name that a line of a program defines; ``None`` where it defines none.

    >>> defined_name("    async def fetch(self) -> None:"), defined_name("MAX = 3")
    ('fetch', 'MAX')
    >>> defined_name("x = fetch()") , defined_name("    return fetch()")
    ('x', None)
    """
    if len(text) > _LONGEST:
        return None
    begins = _BEGINS.match(text)
    assert begins is not None
    sign, first = begins.groups()
    if sign is None and first in _STATEMENTS:
        return None
    # What each of the patterns cannot do without is seen much sooner than that it does not match.
    match = None
    # Some letters that are not ASCII are small or capital forms of those that are.
    if first.lower() in _FIRST or not first.isascii():
        match = _BY_KEYWORD.match(text)
    if match is None and "=" in text:
        match = _ASSIGNED.match(text)
    elif match is None and text.rstrip().endswith(_TYPED_ENDS):
        head, parenthesis, _ = text.partition("(")
        if parenthesis and len(head.split()) > 1:
            match = _TYPED.match(text)
    if match is None:
        return None
    return next((found for found in match.groups() if found), None)


def is_import(text: str) -> bool:
    """Whether a line makes names of another file known in this one.

    >>> is_import("from os import path"), is_import("path = import_of(os)")
    (True, False)
    """
    return bool(_IMPORT.match(text))
