"""Tells source code from everything else, by the shapes of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, product

from headroom.kinds.code.outline import Role
from headroom.kinds.code.outlines.python import python_outline
from headroom.kinds.code.outlines.python_parse import defines
from headroom.kinds.code.outlines.sections import split_sections
from headroom.regexes import regex
from headroom.source import Source
from headroom.toolkit.components import component_blocks
from headroom.toolkit.numbering import unnumbered
from headroom.toolkit.shares import enough, more_than
from headroom.toolkit.traces import traces_in

__all__ = ["is_program", "looks_like_code", "without_numbers"]

# All of these are chosen, if nothing else is said.

#: Characters that are looked at: enough to get past a licence and the imports.
_SAMPLE = 24_000

#: Longer lines are looked at up to here.
_LINE = 400

#: The share of the lines that must have the shape of code; of those that must have a shape that
#: hardly anything else has; and of those that may be sentences.
_SHARE = 0.45
_STRONG_SHARE = 0.03
#: The same where the first line of all is one.
_FEW_STRONG = 0.02
_PROSE_SHARE = 0.2

#: The same where hardly any line has a shape that only code has, and where very many have.
_MOST = 0.75
_MANY_STRONG = 0.1
_LITTLE_PROSE = 0.05

#: So many lines of such shapes there must be; so many are very many, however long the sample; and
#: so many lines make a script of what has a shebang.
_FEWEST, _MANY, _FEWEST_OF_A_SCRIPT = 2, 5, 2

#: What a text has at its top level that is surely Python.
_SURE = (Role.IMPORT, Role.SIGNATURE)

#: Longer texts, in characters, are not parsed to find out: it takes a tenth of a second.
_PARSED = 400_000

_SHEBANG = re.compile(
    r"#!\s*/\S*?(?:env\s+(?:-S\s+)?)?(?:ba|z|da|k)?(?:sh|python|node|ruby|perl|php)"
)

# Lines that hardly anything but code has. Runs of signs that many lines begin with are looked at
# ahead, so that nothing of them is given back.
_STRONG = regex(
    r"""
    # Python, Ruby
      (?:async\ )?def\ [\w.]+[?!=]?\s*(?:\(|$)
    | class\ \w+(?:\(.*\))?:\s*(?:\#.*)?$
    | class\ [A-Z]\w*(?:\ <\ [\w:]+)?$ | module\ [A-Z][\w:]*$ | require(?:_relative)?\ ['"]
    | (?:from\ [\w.]+\ )?import\ (?:[\w.*]+(?:\ as\ \w+)?(?:,\ ?|$)|\()
    | @[A-Za-z_][\w.]*(?:\(.*\)?)?$
    # JavaScript, TypeScript
    | (?:export\ |default\ |async\ )*function\b\*?\s*\w*\s*[(<]
    | (?:export\ )?(?:const|let|var|val)\ [\w${\[][^=]*=
    | (?:import|export)\ .*['"][^'"]*['"];?$
    | export\ (?:default|const|type|interface|class|enum)\ .
    | (?:module\.)?exports\b.*= | (?:type|interface)\ \w+.*[={]$
    # Go, Rust, Kotlin, Swift
    | package\ [\w.]+;?$ | func\ (?:\(|\w+\s*[(\[<]) | type\ \w+\ (?:struct|interface|func)\b
    | (?:pub(?:\([^)]*\))?\ )?(?:async\ |unsafe\ |const\ )*
      (?:fn|impl|trait|mod|struct|enum)\b.*[{;(]$
    | (?:pub\ )?use\ [\w:]+.*; | \#!?\[\w+.*\]$
    # C, C++, C#, Java, PHP
    | \#\s*(?:include\ *[<"]|define\ \w|ifn?def\ \w|if\ |endif\b|pragma\ \w|undef\ \w)
    | (?:typedef\ )?(?:struct|union|enum|class|interface|namespace|extern)\b[^.]*\{$
    | (?:public|private|protected|internal|static|final|abstract|virtual|override)\b.*[({;=]$
    | using\ [\w.:=\ ]+;$ | <\?php | template\s*<
    # Lua, Elixir, R, Perl, Tcl
    | (?:local\ )?function\ [\w.:]+\s*\( | local\ [\w,\ ]+=\s*\S
    | def(?:module|p|macrop?|impl|protocol|struct|delegate)\ .
    | @(?:doc|moduledoc|spec|type|typep|impl)\ . | (?:alias|use|import)\ [A-Z][\w.]*(?:,.*)?$
    | library\(\w+\)$ | proc\ [\w:]+\ (?:\{.*\}|\w+)\ \{$ | namespace\ eval\ [\w:]+\ \{$
    | sub\ \w+\s*(?:\(.*\)\s*)?\{?\ *$ | (?:my|our|local)\ [$@%(]\S.* | use\ [\w:]+(?:\ [^.]*)?;
    # A block of Ruby or Elixir.
    | [\w.!?]+[\ (]['":].*\ do(?:\ \|[^|]*\|)?$ | [\w.:@\[\]]+(?:[.(\ ].*)?\ do\ \|[^|]*\|$
    # SQL
    | (?i:create\ (?:or\ replace\ |temp(?:orary)?\ |unique\ |materialized\ )*
      (?:table|view|index|function|procedure|trigger|type)\b | insert\ into\ | alter\ table\ )
    # Shells
    | (?:if|elif|while)\ \[.*\];
    | (?:fi|done|esac)\b\s*[;|<>&]*
    | (?:local|declare|readonly|export)\ \w+=
    # What begins with any name, and has a bracket, which is sooner seen: Kotlin; C, C++, C#, Java;
    # R; shells.
    | (?=[^(]*\()(?:
        (?=.*fun\ )(?:\w+\ )*fun\ (?:\w+\.)?\w+\(
        | (?:[A-Za-z_][\w:<>,*&\[\]]*\ +)+[*&]?\w[\w:]*\([^;]*\)\s*(?:const\ )?\{?$
        | (?=([\w.]+))\1\s*(?:=|<-)\s*function\s*\(
        | (?:function\ )?(?=([\w-]+))\2\s*\(\)\s*\{?$
      )
    """,
    re.VERBOSE,
)

# Those of them that have no bracket begin with one of these signs, or with the first letters of one
# of these words, which is sooner seen.
_STRONG_SIGNS = frozenset("@#<f")
_STRONG_STARTS = frozenset(
    word[:3]
    for word in """
    abstract alias async class const declare def default done elif enum esac export extern func
    function impl import interface internal let local mod module namespace our override package
    private protected pub public readonly require static struct sub template trait type typedef
    union unsafe use using val var virtual while
    """.split()
).union(
    ("if ", "my "),
    # Whichever of these letters are capitals, or read as such.
    map("".join, product("cC", "rR", "eE")),
    map("".join, product("iI\u0130\u0131", "nN", "sS\u017f")),
    map("".join, product("aA", "lL", "tT")),
)

# The others end with one of these signs, or name a function.
_STRONG_ENDS = frozenset("){")

# A block of Ruby or Elixir has it at its end, before its parameters.
_BLOCK_ENDS = frozenset("o|")

# Lines that code is full of, but that other things have as well.
_WEAK = regex(
    r"""
      [}\])]+[;,.)]*$ | end$ | else\b | (?:try|finally|do|then)\b:?$
    | (?:public|private|protected):$
    # What a line ends with, looked at from there.
    | .*$(?:(?<=[{;(\[\\])|(?<=[\w\])"'],)|(?<=[\w\])"'],\ )|(?<=[=-]>)|(?<=&&)|(?<=\|\|))
    | (?:return|raise|throw|yield|await|assert|break|continue|pass|echo|puts)\b
    | (?:if|elif|while|for|with|except|catch|switch|case|match|when|unless)\b.*(?:[:{]|do|then)$
    | [\w.$\[\]"'*&]+(?:\s*:\s*[\w\[\]., |<>"']+)?\s*(?:[-+*/|&:?]?=)\s*\S
    | [\w.$:>-]+(?:\(|\[).*[)\]][;,:]?$
    | [\w.]+:\ ?[\w.]+(?:\[.*\])?$
    | (?:SELECT|FROM|WHERE|(?:LEFT\ |INNER\ )?JOIN|GROUP\ BY|ORDER\ BY|VALUES|UPDATE|SET|AND)\b
    | ["`]?\w+["`]?\ +(?:INT|BIGINT|VARCHAR|TEXT|TIMESTAMP|BOOLEAN|DATE|NUMERIC|SERIAL|UUID)
    | [\w.$\[\]"'@%]+\s*<<?-\s*\S | \|>\ \S
    | [-+|&?:.][^\w\s]?\ ?[\w"'({]+.*[)\]"'];?$
    """,
    re.VERBOSE,
)

# What most files of Python have, and hardly any of another language.
_OF_PYTHON = re.compile(
    r"(?:async )?def \w+ ?\(|class \w+(?:\(.*\))?:|@[\w.]+(?:\(|$)"
    r"|(?:from [\w.]+ )?import [\w.*(][\w., *()]*(?:#.*)?$"
)

_COMMENT = re.compile(
    r"#(?!\s*(?:include|define|if|endif|undef|pragma)|!?\[)|//|/\*|\*|--|\"\"\"|'''"
)
_COMMENT_SIGNS = frozenset("#/*-\"'")
#: What opens a comment over many lines begins with, but for quotes.
_OPENING_SIGNS = frozenset("/=")
# "dcaa4296 docs(path): fix a comment", as "git log --oneline" prints it, maybe with its graph.
_COMMIT = re.compile(r"[*|/\\ ]*[0-9a-f]{7,40}(?: |$)")
_COMMITS_SHARE = 0.5
# A key of YAML at the beginning of a line, a member of a list, or the end of a document.
_KEY = re.compile(r"[\"']?[\w.$/-]+[\"']?\s*:(?:\s|$)|- |---|\.\.\.$")
#: So many of them there must be.
_KEYS = 3
# Documentation within Perl.
_POD = re.compile(r"=(?:pod|head[1-6]|over|item|begin|for|encoding)\b")
# That there is no digit is said ahead, so that a word is one run: what else it has are letters.
_LETTERS = "[\\w'\u2019-]+"
_PROSE = regex(rf"(?=[^\d_]*$)(?:{_LETTERS}[,;:]? ){{5,}}{_LETTERS}[.,;:!?)]?")
# Also within the item of a list; farther in stand those of docstrings.
_QUOTES = ('"""', "'''")
#: Lines of a string that is no docstring, and the share of a program that such ones have which it
#: may be about.
_LONG_TEXT, _LONG_SHARE = 60, 0.4
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)[\w{}.+-]*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"\s*<(?!\?php)[!?A-Za-z]")


def without_numbers(source: Source) -> Source:
    """The text without the numbers of its lines; the same one where they have none.

    It is the same one whenever it is asked for: ``source.once(without_numbers)``.
    """
    bare = unnumbered(source.text)
    return source if bare is None else Source(bare, source.deadline)


def is_program(source: Source) -> bool:
    r"""Whether the parser says that all of a text is Python that imports or defines something.

    One with a long text in it, such as a log in a string, may be about that.

    >>> is_program(Source("import os\n\nhere = os.getcwd()\n")), is_program(Source("here = 1\n"))
    (True, False)

    """
    sample = source.text[:_SAMPLE].removeprefix("\ufeff")
    # What begins like some is soon seen to be none.
    begins = any(map(_OF_PYTHON.match, sample.split("\n")))
    if not begins or _has_fence(sample) or _has_long_text(source.text):
        return False
    return _is_sure(source)


def _has_fence(sample: str) -> bool:
    """Whether there is a fence that does not stand in what documents code."""
    # Most texts have no such sign, which is sooner seen.
    if not ("```" in sample or "~~~" in sample) or _FENCE.search(sample) is None:
        return False
    return any(_FENCE.match(text) for text, _ in _shaped(sample.split("\n")))


def _has_long_text(program: str) -> bool:
    strings = chain.from_iterable(program.split(quotes)[1::2] for quotes in _QUOTES)
    long = sum(len(string) for string in strings if string.count("\n") > _LONG_TEXT)
    return long > _LONG_SHARE * len(program)


def looks_like_code(source: Source) -> bool:
    r"""Whether a text looks like a source file, from a bounded part of it.

    It is cheap and may be wrong: only a parser knows.

    >>> looks_like_code(Source("import os\n\ndef here():\n    return os.getcwd()\n"))
    True
    >>> prose = "We import wine.\nFrom France, mostly.\nIt is good:\nvery good.\n"
    >>> looks_like_code(Source(prose))
    False

    """
    if source.once(component_blocks):
        return True
    sample = source.text[:_SAMPLE].removeprefix("\ufeff")
    numbered = unnumbered(sample[: sample.rfind("\n") + 1])
    if numbered is not None:
        source, sample = source.once(without_numbers), numbered
    if _has_fence(sample):
        return False
    if _MARKUP.match(sample) and not split_sections(sample):
        return False
    lines = [line for line in sample.split("\n") if line.strip()]
    if _is_log_of_commits(lines) or _is_mapping(lines):
        return False
    if _SHEBANG.match(sample):
        return sum(1 for _ in islice(_shaped(lines), _FEWEST_OF_A_SCRIPT)) == _FEWEST_OF_A_SCRIPT
    may_be_parsed = len(source.text) <= _PARSED
    if traces_in(lines, source.deadline).frames:
        # It shows lines of source, and is none: what went wrong stands beside them.
        return may_be_parsed and _is_sure(source)
    strong = 0
    others: list[str] = []
    begins = False
    for text, is_strong in _shaped(lines):
        begins = begins or (is_strong and not others)
        if not is_strong:
            others.append(text)
            continue
        strong += 1
        if strong == 1 and may_be_parsed and _OF_PYTHON.match(text):
            if _is_sure(source):
                return True
            # What cannot be parsed is not parsed once more.
            may_be_parsed = source.once(python_outline) is not None
    if _are_code(strong, others, begins=begins):
        return True
    return strong > 0 and may_be_parsed and source.once(defines)


def _is_log_of_commits(lines: Sequence[str]) -> bool:
    """Whether most lines are a commit and what it is about, which has the shape of code."""
    return more_than(_COMMITS_SHARE, map(_COMMIT.match, lines), len(lines))


def _is_mapping(lines: Sequence[str]) -> bool:
    """Whether all that is not indented are keys, as in YAML, whatever scripts stand below them."""
    keys = 0
    for line in lines:
        if line[0] not in " \t#":
            if not _KEY.match(line):
                return False
            keys += 1
    return keys >= _KEYS


def _is_sure(source: Source) -> bool:
    """Whether a text is surely Python that imports or defines something.

    That is found out by taking it apart, which is needed later on, and soon fails where it is none.
    """
    outline = source.once(python_outline)
    return outline is not None and any(
        needs < 0 and outline.units.role(index) in _SURE
        for index, needs in enumerate(outline.units.needs)
    )


def _are_code(strong: int, others: Sequence[str], *, begins: bool) -> bool:
    """Whether enough of the lines of a sample that are no comments have the shape of code.

    What tells soonest is looked at first: most texts have no line that only code has, and the
    most of what is code has many.

    Args:
        strong: How many of them have a shape that hardly anything else than code has.
        others: The others.
        begins: Whether the first line that is no comment has such a shape, as a package's name.

    """
    total = strong + len(others)
    if strong < _FEWEST:
        return False
    has_strong = strong >= (_FEW_STRONG if begins else _STRONG_SHARE) * total
    most = (_PROSE_SHARE if has_strong else _LITTLE_PROSE) * total
    rest: list[str] = []
    prose = 0
    for text in others:
        if not _PROSE.fullmatch(text):
            rest.append(text)
            continue
        prose += 1
        if prose > most:
            return False
    # Tests and tables: much of it has the shape of code, or what has can be nothing else.
    has_little = prose <= _LITTLE_PROSE * total
    if has_little and strong >= max(_MANY, _MANY_STRONG * total):
        return True
    least = _SHARE if has_strong else _MOST
    return enough(map(_WEAK.match, rest), strong + len(rest), least * total)


def _shaped(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The lines that are no comments, and whether hardly anything but code has their shape."""
    ends: str | None = None
    joined = "\n".join(lines)
    quotes = '"""' in joined or "'''" in joined
    for line in lines:
        text = line[:_LINE].strip()
        if not text:
            continue
        if ends is not None:
            # Inside a docstring or a comment over many lines.
            ends = None if ends in text else ends
            continue
        sign = text[0]
        ends = _opens(text) if quotes or sign in _OPENING_SIGNS else None
        if (
            sign in _STRONG_SIGNS
            or text[:3] in _STRONG_STARTS
            or ("(" in text and (text[-1] in _STRONG_ENDS or "fun" in text))
            or (text[-1] in _BLOCK_ENDS and " do" in text)
        ) and _STRONG.match(text):
            yield text, True
        elif ends is None and not (sign in _COMMENT_SIGNS and _COMMENT.match(text)):
            yield text, False


def _opens(text: str) -> str | None:
    """What ends the docstring or the comment that a line begins and does not end."""
    sign = text[0]
    if sign == "/" and text.startswith("/*"):
        return None if "*/" in text[2:] else "*/"
    if sign == "=" and text[1:2].isalpha() and _POD.match(text):
        return "=cut"
    for quotes in ('"""', "'''"):
        if quotes not in text:
            continue
        if text.lstrip("rRuUbBfF").startswith(quotes) or text.endswith(
            (f"= {quotes}", f"doc {quotes}")
        ):
            return quotes if text.count(quotes) == 1 else None
    return None
