"""The languages that are parsed with tree-sitter, and how each writes what we need to know."""

from __future__ import annotations

import importlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress
from operator import not_
from typing import Any

from headroom.forking import undisturbed
from headroom.kinds.code.outlines.syntax import Extent, Parser
from headroom.regexes import regex

__all__ = [
    "LANGUAGES",
    "Language",
    "grammar",
    "languages_of_path",
    "likely_languages",
    "parser",
    "without_conditions",
]

logger = logging.getLogger("headroom.kinds")

#: In releases before this one, a parse that can be stopped takes the process down.
_LEAST = (0, 26, 1)

_PARAMETERS = re.compile(r"\([^()]*(?:\)|$)")

_Visibility = Callable[[str, str], bool]


def _not_hidden(head: str, name: str) -> bool:
    # A parameter may be private where what it belongs to is not.
    return not name.startswith(("_", "#")) and not re.search(
        r"\bprivate\b", _PARAMETERS.sub("", head)
    )


def _capital(_head: str, name: str) -> bool:
    return name[:1].isupper()


def _pub(head: str, _name: str) -> bool:
    return re.match(r"\s*(?:pub|impl|#\[)", head) is not None or "macro_rules" in head


def _not_local(head: str, name: str) -> bool:
    return not name.startswith("_") and not re.match(r"\s*(?:--[^\n]*\n\s*)*local\b", head)


def _not_static(head: str, name: str) -> bool:
    return not re.search(r"\bstatic\b(?!\s+(?:inline|constexpr))", head) and name[:1] != "_"


@dataclass(frozen=True)
class Language:
    """One language."""

    name: str
    #: The module of the grammar and its function.
    module: str
    function: str
    #: Lines without white space around them that speak for it, beside those of its mother tongue.
    signs: re.Pattern[str]
    #: Whether a declaration is public, by the text of its frame and its name.
    is_public: _Visibility
    #: What opens and closes a comment on a line of its own.
    comment: tuple[str, str] = ("// ", "")
    #: What stands in for the statements of a block that must not be empty.
    filler: str = ""
    #: What a parser that does not know the macros of a project stumbles over; it is not shown.
    unknown: re.Pattern[str] | None = None
    #: Whether statements between blank lines mean the same by themselves: text that no sign opens
    #: may stand elsewhere, as in PHP, and below a heredoc.
    in_pieces: bool = True
    #: Of a dialect, the name of a language above it all of whose signs it has.
    mother: str = ""


# What C has as well, such as "return x;", says nothing. What may stand anywhere in a line is found
# soonest by a sign that it always has.
_SCRIPT = (
    r"(?:export\s+|default\s+|async\s+)*function\b|(?:const|let|var)\s[^=\n]*=|module\.exports|"
    r"import\s[^\n]*['\"]|export\s|async\s+\w+\([^)\n]*\)\s*\{$|['\"]use strict|\}\);?$|"
    r"[\w.]+\.prototype\.|this\.\w+|await\s|[^\n]*=>\s*[({]*$|[^\n]*==(?<=[=!]==)|constructor\("
)
_C = (
    r"#\s*(?:include|define|ifn?def|endif|pragma)\b|typedef\s|(?:static\s|extern\s|inline\s)*"
    r"(?:struct|union|enum|void|int|char|unsigned|double|float|size_t|bool)\b[ *]"
)

# Annotations of declarations: "int size GUARDED_BY(mutex);", "class BASE_EXPORT File {". Each is
# found soonest by its first letter.
_MACROS = re.compile(
    r"[A-Z](?<= [A-Z])(?:(?<=[\w\])>] [A-Z])[A-Z0-9_]{3,40}\([^()\n]{0,80}\)(?=\s*[;{=,])"
    r"|(?:(?<=\bclass [A-Z])|(?<=\bstruct [A-Z]))[A-Z0-9_]{2,40}(?= +[A-Za-z_]))"
)

#: In the order in which they are tried where the signs say the same.
LANGUAGES = (
    Language("javascript", "tree_sitter_javascript", "language", regex(_SCRIPT), _not_hidden),
    Language(
        "typescript",
        "tree_sitter_typescript",
        "language_typescript",
        regex(
            r"(?:export\s+)?(?:declare\s|abstract\s)?(?:interface|type|enum|namespace)\s"
            r"|(?:public|private|protected|readonly|static)\s+\w+[?!]?\s*[:(]|\w+\??:\s*\w+[^,\n]*;$"
        ),
        _not_hidden,
        mother="javascript",
    ),
    Language(
        "tsx",
        "tree_sitter_typescript",
        "language_tsx",
        regex(r"(?:export\s+)?(?:interface|type)\s|</?[A-Za-z][\w.]*[ />]"),
        _not_hidden,
        mother="javascript",
    ),
    Language(
        "go",
        "tree_sitter_go",
        "language",
        regex(
            r"package\s+\w+$|func\s+[(\w]|type\s+\w+\s+(?:struct|interface)|import\s+[(\"]|"
            r"[\w, ]+:=\s|(?:if|for)\s+[^(\n]*\{$"
        ),
        _capital,
    ),
    Language(
        "rust",
        "tree_sitter_rust",
        "language",
        regex(
            r"(?:pub(?:\([^)\n]*\))?\s+)?(?:fn|impl|trait|mod|use|enum|struct)\b|let\s+(?:mut\s)?|"
            r"#!?\[|match\s|///|macro_rules!"
        ),
        _pub,
    ),
    Language(
        "java",
        "tree_sitter_java",
        "language",
        regex(
            r"package\s+[\w.]+;|import\s+(?:static\s+)?[\w.*]+;|@\w+|(?:public|private|protected)"
            r"\s[^\n]*[{;(]$|final\s"
        ),
        _not_hidden,
    ),
    Language("c", "tree_sitter_c", "language", regex(_C), _not_static, unknown=_MACROS),
    Language(
        "cpp",
        "tree_sitter_cpp",
        "language",
        regex(
            r"(?:class|namespace|template|using|virtual|constexpr)\b|(?:public|private|"
            r"protected)\s*:|[\w:<>,&* ]*std::(?<=\bstd::)|[^\n(]*::(?<=\w::)~?\w+\("
        ),
        _not_static,
        unknown=_MACROS,
        mother="c",
    ),
    Language(
        "c_sharp",
        "tree_sitter_c_sharp",
        "language",
        regex(
            r"using\s+[\w.= ]+;|namespace\s|(?:public|private|protected|internal)\s|\[\w+.*\]$|"
            r"#(?:region|endregion)|///\s*<|[^\n]*get;(?<=\bget;)|foreach\s*\(|string\s\w+\s*="
        ),
        _not_hidden,
    ),
    Language(
        "ruby",
        "tree_sitter_ruby",
        "language",
        regex(
            r"def\s|end$|module\s+[A-Z]|class\s+[A-Z]|require(?:_relative)?\s|attr_\w+\s|"
            r"[^\n]*do(?<=\bdo)(?:\s*\|[^|\n]*\|)?$|elsif\s|unless\s"
        ),
        _not_hidden,
        ("# ", ""),
        in_pieces=False,
    ),
    Language(
        "php",
        "tree_sitter_php",
        "language_php",
        regex(
            r"<\?php|\$\w+\s*=|(?:public|private|protected)\s+(?:static\s+)?function|use\s+[\w\\]+"
            r"|namespace\s+[\w\\]+;|echo\s"
        ),
        _not_hidden,
        in_pieces=False,
    ),
    Language(
        "bash",
        "tree_sitter_bash",
        "language",
        regex(
            r"#!\s*/\S*sh\b|#!.*env\s+(?:ba|z|da)?sh|(?:fi|done|esac|then|do)\b|if\s+\[|case\s.*\sin$"
            r"|(?=[^\n]*\(\))(?:function\s+)?[\w-]+\s*\(\)|(?:local|export)\s+\w+=?|echo\s"
            r"|\w+=[\"$']|set\s+-"
        ),
        _not_hidden,
        ("# ", ""),
        ":",
        in_pieces=False,
    ),
    Language(
        "kotlin",
        "tree_sitter_kotlin",
        "language",
        regex(
            r"package\s+[\w.]+$|import\s+[\w.*]+$|(?=[^\n]*fun\s)(?:\w+\s+){0,4}fun\s+[\w<.`]"
            r"|(?=[^\n]*va[lr]\s)(?:\w+\s+){0,3}va[lr]\s"
            r"|(?:data|sealed|open|inline|internal|override|companion|enum|object)\s[^\n;]*[{(=]$"
            r"|when\s*(?:\(|\{)|[^\n]*\{\s*\w+(?:,\s*\w+)*\s*->$"
        ),
        _not_hidden,
    ),
    Language(
        "swift",
        "tree_sitter_swift",
        "language",
        regex(
            r"import\s+\w+$|(?=[^\n]*func\s)(?:\w+(?:\(\w+\))?\s+){0,4}func\s+[\w<`]"
            r"|(?=[^\n]*let\s)(?:\w+\s+){0,3}let\s\w+\s*[:=]"
            r"|(?=[^\n]*var\s)(?:\w+\s+){0,3}var\s\w+\s*[:=]"
            r"|(?:public|open|private|fileprivate|internal|final|@\w+)\s[^\n;]*\{$|guard\s|extension\s"
            r"|protocol\s|(?:convenience\s|required\s|public\s)*init[?!]?\(|///|#if\s|case\s(?:let\s)?\.\w+"
        ),
        _not_hidden,
    ),
    Language(
        "lua",
        "tree_sitter_lua",
        "language",
        regex(
            r"local\s|(?:local\s+)?function\s+[\w.:]+\s*\(|end[,)]?$|--|elseif\s"
            r"|[^\n]*then(?<=\bthen)$|[^\n]*do(?<=\bdo)$|(?=[^\n]*function\()[\w.]+\s*=\s*function\("
        ),
        _not_local,
        ("-- ", ""),
    ),
)

_MOTHERS = {language.mother for language in LANGUAGES}

# Elixir, for which there is no parser here, and which others take for their own in part.
_ELIXIR = re.compile(
    r"^def(?:module|protocol|impl)\s+[A-Z][\w.]*[^\n]*\bdo[ \t]*\r?$", re.MULTILINE
)

# Signs of Python that is cut, or of long ago, on which the parser of the standard library has
# failed: others fail on it, too, which takes longest.
_UNREAD = regex(
    r"(?:async\s+)?(?:class|def|elif|else|except|finally|for|if|try|while|with)\b[^\n]*:$"
    r"|(?:async\s+)?def\s+\w+\($|from\s+[\w.]+\s+import\b"
)

# Only Go has this without a semicolon.
_PACKAGE = re.compile(r"package\s+[a-z]\w*$")

_SAMPLE = 24_000

#: Longer lines are looked at up to here.
_LINE = 300

#: The share of the lines that must speak for a language.
_SIGNS = 0.02


_BY_NAME = {language.name: language for language in LANGUAGES}

_ENDINGS = {
    "javascript": "js jsx mjs cjs",
    "typescript": "ts mts cts",
    "tsx": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c h",
    "cpp": "cc cpp cxx hpp hh hxx h",
    "c_sharp": "cs",
    "ruby": "rb rake",
    "php": "php",
    "bash": "sh bash",
    "kotlin": "kt kts",
    "swift": "swift",
    "lua": "lua",
}


def languages_of_path(path: str) -> list[Language]:
    """The languages of files with the ending of a path.

    >>> [language.name for language in languages_of_path("src/list.h")]
    ['c', 'cpp']
    """
    ending = path.rpartition(".")[2].lower()
    return [_BY_NAME[name] for name, endings in _ENDINGS.items() if ending in endings.split()]


def likely_languages(content: str) -> list[Language]:
    """The languages that a text may be in, the likeliest first; from a bounded part of it."""
    sample = content[:_SAMPLE]
    if sample.startswith("<?php"):
        return [language for language in LANGUAGES if language.name == "php"]
    if _ELIXIR.search(sample):
        return []
    lines = [text for line in sample.split("\n") if (text := line[:_LINE].strip())]
    # A third of the lines are the same as others.
    often = Counter(lines)
    spoken = _spoken(often)
    most = max(spoken.values())
    unread = sum(compress(often.values(), map(_UNREAD.match, often)))
    if most < _SIGNS * len(lines) or unread > most:
        return []
    # A dialect has all the signs of its mother tongue, so near ties are told apart by parsing.
    likely = [one for one in LANGUAGES if spoken[one.name] and spoken[one.name] * 2 >= most]
    found = sorted(likely, key=lambda one: -spoken[one.name])[:4]
    if any(map(_PACKAGE.match, lines)):
        # A program that writes scripts is full of them.
        found = [_BY_NAME["go"], *(language for language in found if language.name != "go")]
    return found


def _spoken(often: Mapping[str, int]) -> dict[str, int]:
    """How many lines speak for each language, by its name; of each line how often it stands there.

    In what speaks for a mother tongue, its dialects need not be looked for.
    """
    spoken = {"": 0}
    left: dict[str, Mapping[str, int]] = {"": often}
    for language in LANGUAGES:
        some = left[language.mother]
        told = list(map(language.signs.match, some))
        spoken[language.name] = spoken[language.mother] + sum(compress(some.values(), told))
        if language.name in _MOTHERS:
            left[language.name] = dict(compress(some.items(), map(not_, told)))
    return spoken


_CONDITIONS = regex(_MACROS.pattern + r"|^[ \t]*#[ \t]*(?:if|else|elif|endif)[^\n]*", re.MULTILINE)


@lru_cache(maxsize=32)
def without_conditions(language: Language) -> Language:
    """The same language for a parser that is not shown the conditional lines of C."""
    return replace(language, unknown=_CONDITIONS)


def parser(language: Language, part: Extent | None = None) -> Parser | None:
    """A new parser of a language; ``None`` without the ``code`` extra.

    It is for one parse: two threads that share one take the process down.

    Args:
        language: What it reads.
        part: The only part of the text that it reads.

    """
    found = grammar(language.module, language.function)
    if found is None:
        return None
    binding, language_of_binding = found
    parser: Parser = binding.Parser(language_of_binding)
    if part is not None:
        begin, end = (part.row, 0), (part.end_row, 0)
        parser.included_ranges = [binding.Range(begin, end, part.first, part.end)]
    return parser


@lru_cache(maxsize=32)
def grammar(module: str, function: str) -> tuple[Any, object] | None:
    """The binding and a grammar, which threads may share; ``None`` without the ``code`` extra."""
    try:
        if not _is_safe():
            return None
        with undisturbed:
            binding = importlib.import_module("tree_sitter")
            found = importlib.import_module(module)
    except ModuleNotFoundError:
        return None
    return binding, binding.Language(getattr(found, function)())


@lru_cache(maxsize=1)
def _is_safe() -> bool:
    """Whether the installed binding, which another package may have asked for, can be used.

    Raises:
        ModuleNotFoundError: There is none.

    """
    with undisturbed:
        from importlib.metadata import version

        installed = version("tree-sitter")
    if tuple(map(int, re.findall(r"\d+", installed)[:3])) >= _LEAST:
        return True
    least = ".".join(map(str, _LEAST))
    logger.warning("tree-sitter %s is not used: code needs %s or later", installed, least)
    return False
