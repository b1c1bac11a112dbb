"""Tells lines that define something, in any language, by their shape."""

from __future__ import annotations

import re

from headroom.regexes import regex

__all__ = ["defined_name", "is_import"]

#: Words that name what is defined behind them, and words that may stand before these.
_KEYWORDS = frozenset(
    """
    def class function function* func fn fun struct type typedef interface enum union trait impl
    module namespace protocol record object extension const let var val define defn defmodule defp
    macro_rules! package sub proc procedure message service rpc
    """.split()
)
_MODIFIERS = frozenset(
    """
    export default declare public private protected internal static async abstract final sealed
    partial readonly override virtual inline extern unsafe open data suspend pub
    """.split()
)
#: So many modifiers at the most stand before a keyword.
_MOST_MODIFIERS = 6
#: A word with what follows it, as in "pub(crate) fn" and in "function* each".
_NEXT = regex(r"(\w+[*!]?)(\(\w+\))?\s+")
_PUBLIC, _CREATE = "pub", "create"
_CREATED = regex(r"(?:or replace )?(?:table|view|function|index|type)\s+", re.IGNORECASE)
#: What the first word of all these lines is.
_FIRST = frozenset((_CREATE, *_MODIFIERS, *(word.rstrip("*!") for word in _KEYWORDS)))
#: In Go, what a method belongs to stands before its name.
_NAME = regex(r"(?:\([^()\n]{0,80}\)\s*)?([\w$.:]+)")
# A name at the left margin that is given a value, or a constant anywhere.
_ASSIGNED = regex(r"([A-Za-z_$][\w$.]{0,80})\s*(?::[^=\n]{1,80})?:?=(?![=>~])")
_CONSTANT = regex(r"([A-Z_][A-Z0-9_]{2,})\s*=(?!=)")
# "static int parse(char *text) {", "public void close() throws X {": a type, a name, arguments.
_TYPED = regex(
    r"\s*(?:[A-Za-z_][\w<>,\[\]*&:]{0,60}\s+){1,5}[*&]?([A-Za-z_]\w{0,80})\s*\([^;=\n]{0,300}(?:\{|\)|,)\s*$"
)
_WORD = regex(r"\w*")
_STATEMENTS = frozenset(
    """
    return else elif if while for await yield raise throw new delete case assert not in and or print
    echo import from with switch do try catch except del
    """.split()
)
#: What all lines of the last pattern end with.
_TYPED_ENDS = ("{", ")", ",")
#: What all imports begin with.
_IMPORTS = ("import", "from", "us", "#", "require", "export", "const", "let", "var")
_IMPORT = regex(
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
    line = bare = text.lstrip()
    of_preprocessor = line[:1] == "#"
    if of_preprocessor:
        bare = line[1:].lstrip()
    word = _WORD.match(bare)
    assert word is not None
    first = word[0]
    if not of_preprocessor and first in _STATEMENTS:
        return None
    if first.lower() in _FIRST and (name := _behind_keyword(bare)) is not None:
        return name
    # What each of the patterns cannot do without is seen much sooner than that it does not match.
    match = None
    if "=" in text:
        match = _ASSIGNED.match(text) or _CONSTANT.match(line)
    elif text.rstrip().endswith(_TYPED_ENDS):
        head, parenthesis, _ = text.partition("(")
        if parenthesis and len(head.split()) > 1:
            match = _TYPED.match(text)
    return None if match is None else match[1]


def _behind_keyword(text: str) -> str | None:
    """The name behind a keyword that a text begins with, perhaps with modifiers before it.

    Word by word: to compile all of them as one pattern takes longer than many a view.
    """
    at = 0
    for _ in range(_MOST_MODIFIERS + 1):
        word = _NEXT.match(text, at)
        if word is None:
            return None
        said, where = word.groups()
        said, at = said.lower(), word.end()
        if said in _MODIFIERS and (where is None or said == _PUBLIC):
            continue
        created = _CREATED.match(text, at) if said == _CREATE else None
        if where is not None or (created is None and said not in _KEYWORDS):
            return None
        name = _NAME.match(text, at if created is None else created.end())
        return None if name is None else name[1]
    return None


def is_import(text: str) -> bool:
    """Whether a line makes names of another file known in this one.

    >>> is_import("from os import path"), is_import("path = import_of(os)")
    (True, False)
    """
    return text.lstrip().startswith(_IMPORTS) and _IMPORT.match(text) is not None
