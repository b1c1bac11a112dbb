"""Where a look at a text ends early, it ends as the whole look does, on any text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain, pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from headroom.errors import WrongKind
from headroom.kinds.code import recognise as code
from headroom.kinds.code.outlines import languages, python_parse
from headroom.kinds.log import differences, templates
from headroom.kinds.log import recognise as log
from headroom.kinds.opaque import lines as opaque_lines
from headroom.kinds.records import columns, files
from headroom.kinds.records import parse as records
from headroom.kinds.registry import default_kinds
from headroom.kinds.search import definitions
from headroom.kinds.search import parse as search
from headroom.kinds.search import rank as search_rank
from headroom.kinds.table import aligned, ruled
from headroom.kinds.table import parse as table
from headroom.kinds.text import asked as asked_of_text
from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import word_terms, words_of
from headroom.pipeline import boundaries
from headroom.scanning import plain_numbers
from headroom.source import Source
from headroom.toolkit.relevance import Asked, in_pieces, terms
from headroom.toolkit.rows import columns as rows_by_column
from headroom.toolkit.rows import stretches as long_values
from headroom.toolkit.shares import enough
from headroom.toolkit.vocabulary import Vocabulary
from headroom.view import Deadline

pytestmark = pytest.mark.slow

#: What the patterns of all kinds are about, so that texts of these come near to each.
_PIECES = st.sampled_from(
    [
        *("a", "cc", "word", "Word", "the", "name", "src/a.py", "b.txt", "README", "lib/x_1.c"),
        *("1", "23", "-4", "5.25", "007", "2024-05-01", "12:30:01", "-rw-r--r--", "deadbeef"),
        *(":", ": ", ";", ",", ", ", "|", "\t", " ", "  ", "=", "==", "-", "--", "---", '"', "'"),
        *("(", ")", "{", "}", "[", "]", "<a>", "</a>", "->", "=>", "#", "//", "/*", "*/", ".", "_"),
        *(":12:", "-13-", "=14=", "(3,4):", "(", "HEAD~2:", "C:\\x", "https://", " -> "),
        *("def f():", "import os", "return", "if x:", "class A:", "+ make", "$ ls", "me@host:~$ x"),
        *("PASSED", "ok", "[ 30%]", "... passed", "\x00", "\u2019", "\u00e9", "\u017f", "\u212a"),
    ]
)
_LINE = st.lists(_PIECES, max_size=9).map("".join) | st.text(max_size=9).map(
    lambda text: text.replace("\n", "")
)
#: Lines of which many are alike.
_LINES = st.lists(_LINE, min_size=1, max_size=8).flatmap(
    lambda some: st.lists(st.sampled_from(some) | _LINE, max_size=60)
)


def _of(*lines: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(lines), min_size=1, max_size=30)


_many = settings(max_examples=150, deadline=None)


@_many
@given(st.lists(st.booleans()), st.floats(-1, 20))
def test_enough(flags: list[bool], least: float) -> None:
    seen: list[bool] = []
    found = enough((seen.append(one) or one for one in flags), len(flags), least)
    assert found == (sum(flags) >= least)
    assert found or least > len(flags) or len(flags) - seen[:-1].count(False) >= least


@_many
@given(_LINE)
def test_a_line_of_a_log(line: str) -> None:
    begins, ends = log._PROGRESS_START.match(line), log._PROGRESS_END.search(line)
    assert log._is_progress(line) == (begins is not None or ends is not None)


@_many
@given(st.lists(st.lists(st.sampled_from(["a", "b", "a.b", "cc", "\x00", "x\x00"]), max_size=7)))
def test_no_template_has_more_events_than_may_be_alike(lines: list[list[str]]) -> None:
    texts = [" ".join(words) for words in lines]
    for together in (2, 3):
        mined = templates.mine(texts, Deadline(None))
        found = [one for one in mined if len(one.events) >= together]
        alike = sum(len(one.events) for one in found if any(w.strip("\x00") for w in one.words))
        assert alike <= sum(templates.may_be_alike(texts, together))


@_many
@given(_LINE)
def test_numbers_of_a_log(line: str) -> None:
    ranged = re.compile(r"(?<![\w.-])(-?\d{1,15}(?:\.\d{1,9})?)(?![\w.-]*\d)")
    assert differences._NUMBER.findall(line) == ranged.findall(line)


def _ranges(texts: list[str]) -> list[str]:
    names: dict[int, str] = {}
    for place, found in enumerate(differences._NUMBER.finditer(texts[0])):
        name = differences._NAME.search(texts[0], 0, found.start())
        if name:
            names[place] = name[1]
    if not names and len(texts[0]) <= differences._SHORT:
        places = list(enumerate(differences._NUMBER.findall(texts[0])))
        names = {place: "" for place, _ in places[: differences._FEW_NUMBERS]}
    values: dict[int, list[float]] = {}
    shown: dict[float, str] = {}
    for text in texts:
        for place, found in enumerate(differences._NUMBER.finditer(text)):
            label = names.get(place)
            if label is not None and text[: found.start()].rstrip("=: ").endswith(label):
                shown[float(found[1])] = found[1]
                values.setdefault(place, []).append(float(found[1]))
    return [
        f"{names[place] or 'numbers'} {shown[min(numbers)]}-{shown[max(numbers)]}"
        for place, numbers in values.items()
        if len(numbers) == len(texts) and max(numbers) > min(numbers)
    ][: differences._RANGES]


@_many
@given(
    st.lists(
        st.lists(st.sampled_from(["took 5", "took 6", "x=7", "x=7.0", "y: 1", "8"]), max_size=3),
        min_size=1,
        max_size=6,
    )
)
def test_ranges_are_those_of_numbers_in_all_events(lines: list[list[str]]) -> None:
    texts = [" ".join(words) for words in lines]
    assert differences.number_ranges(texts, range(len(texts))) == _ranges(texts)


@_many
@given(_LINE)
def test_a_line_of_code(line: str) -> None:
    text = line.strip()
    letters = "(?:[^\\W\\d_]|['\u2019-])+"
    prose = re.compile(rf"(?:{letters}[,;:]? ){{5,}}{letters}[.,;:!?)]?")
    assert bool(code._PROSE.fullmatch(text)) == bool(prose.fullmatch(text))
    ends = re.compile(r""".*(?:[{;(\[]|[\w\])"'], ?|=>|->|&&|\|\||\\)$""")
    assert bool(code._WEAK.match(text)) >= bool(ends.match(text))


@_many
@given(
    st.lists(
        st.sampled_from(
            ["fun ", "function", "local ", "a", "b.c", "x-y", " ", "=", "<-", "()", "("]
        ),
        max_size=9,
    ).map("".join)
)
def test_a_line_that_code_alone_has(line: str) -> None:
    strong = re.compile(
        r"[\w.]+\s*(?:=|<-)\s*function\s*\(|(?:function )?[\w-]+\s*\(\)\s*\{?$"
        r"|(?:\w+ )*fun (?:\w+\.)?\w+\("
    )
    assert bool(code._STRONG.match(line)) >= bool(strong.match(line))


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.from_regex(re.compile(code._STRONG.pattern, re.VERBOSE)))
def test_what_a_line_begins_with_that_code_alone_has(line: str) -> None:
    text = line.strip()
    if text and code._STRONG.match(text):
        assert list(code._shaped([text])) == [(text, True)]


_WITHIN = {
    "javascript": r"[^\n]*[=!]==",
    "cpp": r"[\w:<>,&* ]*\bstd::|[^\n(]*\w::~?\w+\(",
    "c_sharp": r"[^\n]*\bget;",
    "ruby": r"[^\n]*\bdo(?:\s*\|[^|\n]*\|)?$",
    "bash": r"(?:function\s+)?[\w-]+\s*\(\)",
    "kotlin": r"(?:\w+\s+){0,4}fun\s+[\w<.`]|(?:\w+\s+){0,3}va[lr]\s",
    "swift": r"(?:\w+(?:\(\w+\))?\s+){0,4}func\s+[\w<`]|(?:\w+\s+){0,3}(?:let|var)\s\w+\s*[:=]",
    "lua": r"[^\n]*\b(?:then|do)$|[\w.]+\s*=\s*function\(",
}


@_many
@given(
    st.lists(
        st.sampled_from(
            [
                *("a", "x", " ", "=", "!", ":", ";", "|", "~", "(", "{", ".", "==", "()", "(b)"),
                *("std::", "::b(", "get;", "do", "then", "|x|", "fun", "func", "val", "var"),
                *("let", "function(", "function "),
            ]
        ),
        max_size=9,
    ).map("".join)
)
def test_signs_of_languages_that_stand_within_a_line(line: str) -> None:
    for name, within in _WITHIN.items():
        found = languages._BY_NAME[name].signs.match(line.strip())
        assert bool(found) >= bool(re.match(within, line.strip()))


@_many
@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("const a = b;", "let b", "interface A {", "export type B", "<p>", "a: string;"),
                *("#include <a>", "int a", "namespace b {", "std::a", "public:", "static int a"),
            ]
        ),
        st.integers(1, 9),
    )
)
def test_a_dialect_has_the_signs_of_its_mother_tongue(often: dict[str, int]) -> None:
    spoken = languages._spoken(often)
    for language in languages.LANGUAGES:
        all_of_it = [
            one for one in languages.LANGUAGES if one.name in (language.mother, language.name)
        ]
        assert spoken[language.name] == sum(
            count
            for line, count in often.items()
            if any(one.signs.match(line) for one in all_of_it)
        )


@_many
@given(
    _LINES
    | _of("import os", "x = f(1)", "It rained all night and the river rose.", "words", "# words")
)
def test_shapes_of_code(lines: list[str]) -> None:
    shaped = list(code._shaped([line for line in lines if line.strip()]))
    others = [text for text, is_strong in shaped if not is_strong]
    strong = len(shaped) - len(others)
    for begins in (False, True):
        assert code._are_code(strong, others, begins=begins) == _are_code(shaped, begins=begins)


def _are_code(shaped: Sequence[tuple[str, bool]], *, begins: bool) -> bool:
    others = [text for text, is_strong in shaped if not is_strong]
    total, strong = len(shaped), len(shaped) - len(others)
    prose = sum(bool(code._PROSE.fullmatch(text)) for text in others)
    weak = sum(bool(code._WEAK.match(text)) for text in others if not code._PROSE.fullmatch(text))
    all_shaped = strong + weak
    many = strong >= max(code._MANY, code._MANY_STRONG * total) or all_shaped >= code._MOST * total
    expected = strong >= code._FEWEST and prose <= code._PROSE_SHARE * total
    share = code._FEW_STRONG if begins else code._STRONG_SHARE
    if not (strong >= share * total and all_shaped >= code._SHARE * total):
        expected = expected and many and prose <= code._LITTLE_PROSE * total
    return expected


@_many
@given(
    _LINES
    | _of("import os", "def f(): 1", "x = 1", "x: int", "class A: pass", "if x:", "  import a", "#")
    | _of("@f", "def f():", "  1", "import a; b", "%ls", '"""', "# it rained all night", "x + 1")
)
def test_python_is_told_by_its_parser_as_by_its_shapes(lines: list[str]) -> None:
    said = ["#", *(line for line in lines if line.strip())]
    if code._is_log_of_commits(said) or code._is_mapping(said):
        return
    text = "\n".join(["#", *lines])
    shaped = list(code._shaped(said))
    defines = any(is_strong for _, is_strong in shaped) and code.defines(Source(text))
    begins = bool(shaped) and shaped[0][1]
    assert code.looks_like_code(Source(text)) == (_are_code(shaped, begins=begins) or defines)


_PYTHON = st.lists(
    st.sampled_from(
        [
            *("x = 1", "if x:", "    pass", "else:", "def f(", "    a):", "(", ")", "[", "]", "{"),
            *("'''", '"""', "'", '"', "f'{x", "}'", "\\", "#", "It rained.", "a b", "\u2019", "@a"),
            *("x for x in y", "    return", "class A:", "lambda:", "\t", "", "0777", "*", "!ls"),
        ]
    ),
    max_size=3,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(_PYTHON, min_size=1, max_size=6),
    st.lists(_PYTHON, min_size=1, max_size=3),
    st.sampled_from(["", "\r"]),
    st.booleans(),
)
@example(["x = 'a\\", "b\\"], ["'"], "\r", False)
@example(["!ls", ""], [""], "", False)
def test_what_is_no_beginning_of_python(
    lines: list[str], others: list[str], end: str, is_notebook: bool
) -> None:
    text = "\n".join(line + end for line in lines)
    try:
        python_parse._parse(python_parse._plain(text, is_first=True, is_notebook=is_notebook))
    except SyntaxError as error:
        if python_parse._is_lasting(error, text):
            whole = [*text.split("\n"), *(line + end for line in others), ""]
            assert python_parse._reads(whole, is_notebook) is None


@_many
@given(_LINES)
def test_lines_of_a_notebook(lines: list[str]) -> None:
    text = "\n".join(lines)
    is_one = python_parse._NOTEBOOK.search(text) is not None
    assert list(python_parse.python_ways(text)) == [False, *([True] * is_one)]


_OPENINGS = (
    *('{"a": 1}', "[1, 2]", "<html>", "  <!DOCTYPE html>", "</html>", "<a:b>", '<a xmlns="x">'),
    *("<?xml version='1.0'?>", "</a>", "| a | b |", "|---|---|", " a | b", "---+---", "+--+"),
    *("\u2500\u253c\u2500", "a \u2502 b", "=====", "", "| 1 | 2 |", "1 | 2"),
)


@_many
@given(_LINES | _of(*_OPENINGS))
def test_kinds_that_stand_nowhere_in_a_text(lines: list[str]) -> None:
    kinds = [kind for kind in default_kinds() if kind.stands_in_text and kind.has_span]
    assert len(kinds) > 3
    for kind in kinds:
        source = Source("\n".join(lines))
        found = any(kind.span(source, line) for line in range(len(lines)))
        assert kind.may_stand_in(source) >= found


@_many
@given(_LINES | _of(*_OPENINGS))
def test_lines_like_rules(lines: list[str]) -> None:
    found = ruled.like_rules("\n".join(lines))
    assert found >= {line for line, text in enumerate(lines) if ruled.is_rule(text)}
    assert all(not lines[line].strip(ruled._ALL_SIGNS) for line in found)


@_many
@given(_LINE, st.lists(_LINE, max_size=3))
def test_the_context_of_a_match(line: str, known: list[str]) -> None:
    near = line + "-13-x=14="
    found = list(search._CONTEXT_END.finditer(near, 0, search._LONGEST_PATH))
    paths = (near[: match.start()] for match in found[: search._TRIES + 1])
    for those in (known, [*known, line]):
        assert search._context_path(near, those) == next((p for p in paths if p in those), None)
        paths = (near[: match.start()] for match in found[: search._TRIES + 1])


_PLACES = st.sampled_from(["src/a.py", "HEAD:b.c", "C:\\x.h"]).flatmap(
    lambda path: st.sampled_from([":12:t", "(3,4): t", "-13-t", "=14=t"]).map(path.__add__)
)


@_many
@given(_LINE | _PLACES, st.lists(_LINE, max_size=3).map(["src/a.py"].__add__))
def test_a_place_in_a_file_has_its_sign(line: str, known: list[str]) -> None:
    found = [search._match(search._PATTERNS[form], line) for form in search._PATTERNS]
    numbered = [match for form, match in zip(search._PATTERNS, found) if form != "plain"]
    if any(numbered) or search._context_path(line, known):
        assert search._SIGN_OF_PLACE.search(line)


@_many
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "refund",
                    "Refunds",
                    "re-fund",
                    "re_fund",
                    "getRefund",
                    "refund1",
                    "1refunded",
                    "it",
                ),
                *(
                    "entries",
                    "Z\u00fcrich",
                    "zurich",
                    "\uff52\uff45\uff46\uff55\uff4e\uff44",
                    "reFund",
                ),
                *(" ", " ", ".", "'s", "-", "\u2019", "\u212a", "\u017f", "of", "_"),
            ]
        ),
        max_size=7,
    ).map("".join),
    st.frozensets(
        st.sampled_from(["refund", "entry", "zurich", "1", "it", "\u00e9t\u00e9"]), min_size=1
    ),
)
@example("entries of a re-fund", frozenset(["refund", "entry"]))
@example("entries: Z\u00fcrich", frozenset(["zurich", "entry"]))
@example("1 \uff52\uff45\uff46\uff55\uff4e\uff44", frozenset(["refund", "1"]))
def test_words_of_a_query(text: str, asked: frozenset[str]) -> None:
    glance = "|".join(term[:-1] if len(term) > 1 else term for term in asked)
    seen = text.lower() if text.isascii() and glance.isascii() else text
    pieces, terms_of = in_pieces(text)
    there = asked.intersection(chain.from_iterable(map(terms_of, pieces)))
    expected = there if re.search(glance, seen, re.IGNORECASE) else frozenset()
    assert search_rank._Words(asked).of_each(["", text, "refund"])[1] == expected


_NEAR = st.lists(
    st.sampled_from([*"abCx::/\\", "-1-", "=2=", ":3:", "-4", "5-", "HEAD"]), max_size=7
).map("".join)


@_many
@given(st.lists(_NEAR, min_size=1, max_size=9), st.sampled_from(search._NUMBERED_FORMS))
@example(["a-1-b:2:x", "a:3:y", "a-4-z"], "numbered")
def test_a_path_says_whether_its_match_is_context(lines: list[str], form: str) -> None:
    pattern = search._PATTERNS[form]
    found = {line: match for line in lines if (match := search._match(pattern, line))}
    known = {match[1] for match in found.values()}
    for line, match in found.items():
        near = search._context_path(line, known)
        assert search._context_path(match[1], known) == near


@_many
@given(_LINES | _of("12:found", "13:found", "14-x", "src/a.py", "src/b.py:", "words"))
def test_forms_of_search_results(lines: list[str]) -> None:
    sample = [line for line in lines if line.strip()]
    if not sample:
        return
    under = [match for line in sample if (match := search._UNDER_HEADING.match(line))]
    headings = sum(
        search._is_heading(line) for line in sample if not search._UNDER_HEADING.match(line)
    )
    form = None
    if len(under) == len(sample) and search._of_one_file([int(match[1]) for match in under]):
        form = "one file"
    elif under and headings and len(under) + headings >= search._HEADED_SHARE * len(sample):
        form = "heading"
    assert search._headed_form(sample) == form


@_many
@given(_LINES | _of("10 a.py", "2 lib/b.c", "a.py 7", "b.c 8 -> 3 x", "-rw-r--r-- 1 x", "words"))
def test_lines_about_files(lines: list[str]) -> None:
    def count(line: str, *, is_first: bool) -> int:
        words = line.split(" -> ")[0].split() if len(line) <= files._LONGEST else []
        values = len(words) - 1
        if not 0 < values <= files._MOST_VALUES:
            return 0
        return values if not is_first or all(map(files._VALUE.fullmatch, words[1:])) else 0

    expected = None
    for is_first in (False, True):
        counts = Counter(count(line, is_first=is_first) for line in lines)
        counts.pop(0, None)
        most, usual = counts.most_common(1)[0] if counts else (0, 0)
        if not most or usual < files._USUAL * len(lines) or expected:
            continue
        split = [
            files._split(line, most, is_first=is_first)
            for line in lines
            if count(line, is_first=is_first) == most
        ]
        owners = files._owners([values for values, _ in split])
        names = [name for _, name in split]
        named = sum(files._is_file(name, split[0][0]) for name in names)
        different = len(set(names)) >= files._DIFFERENT * len(names)
        if owners is not None and different and named >= files._FILES * len(names):
            expected = most, is_first, owners
    assert files._form_of(lines) == expected


@_many
@given(_LINE)
def test_gaps_of_a_line(line: str) -> None:
    gap = re.compile(r"\S(?: \s|[^\S ])\s*\S")
    assert columns._has_gap(line) == (gap.search(line) is not None)


@_many
@given(
    st.lists(
        st.lists(st.sampled_from(["id: 1", "name: x", "sum: 2", "- a: 1", "", "text"]), min_size=1),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 9),
)
def test_blocks_of_lines(blocks: list[list[str]], times: int) -> None:
    lines = list(chain.from_iterable(blocks * times))

    def spans() -> list[tuple[int, int]] | None:
        found = records._find_blocks(lines, lambda: None)
        return None if found is None else list(found.spans)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_names_may_be_shared", lambda fields: True)
        patch.setattr(records, "_may_be_enough", lambda fields, starts: True)
        expected = spans()
    assert spans() == expected


@_many
@given(_LINES | _of("- a: 1", "<a>", "[a]", "b = 2", "", " ", "---", "- x", "words", "more words"))
def test_lines_with_names(lines: list[str]) -> None:
    named = [not line.strip() or bool(records.field_of(line)[1]) for line in lines]
    for line, is_named in zip(lines, named):
        assert bool(records._NAMED_OR_BLANK.match(line)) == is_named
    soon, most = records._NAMED_SOON * records._SOON, records.COVERED * records.NAMED
    expected = sum(named) >= most * len(lines)
    if len(lines) > records._SOON:
        expected = expected and sum(named[: records._SOON + 1]) >= soon
    assert records._are_named(lines) == expected


@_many
@given(_LINES)
def test_records_of_a_table(lines: list[str]) -> None:
    whole, parts, quotes = [], [], 0
    for line in lines:
        parts.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            whole.append("\n".join(parts))
            parts.clear()
    assert table.closed(lines) == whole


def _delimiter(lines: Sequence[str]) -> str:
    best, most = "", 0
    for sign in table._DELIMITERS:
        counts = ["".join(line.split('"')[::2]).count(sign) for line in lines]
        alike = counts.count(counts[0])
        if counts[0] > most and alike >= table._ALIKE_AT_FIRST * len(lines):
            best, most = sign, counts[0]
    return best


@_many
@given(_LINES.filter(bool))
def test_the_delimiter_of_a_table(lines: list[str]) -> None:
    expected = _delimiter(lines)
    if not expected:
        with pytest.raises(WrongKind, match="no delimiter"):
            table._delimiter(lines)
        return
    try:
        assert table._delimiter(lines) == expected
    except WrongKind as error:
        assert str(error).startswith(("no header", "more like prose"))  # noqa: PT017


@_many
@given(st.lists(st.sampled_from(["00a0: 4142 4344 4546 4748 ", "\n", " ", "0010 41 42", "a"])))
def test_the_beginnings_of_hex_dumps(pieces: list[str]) -> None:
    text = "".join(pieces)
    begins, below = opaque_lines._DUMP_BEGINS, opaque_lines._DUMP_BELOW
    found = [0] if begins.match(text) else []
    found += [match.start() + 1 for match in below.finditer(text)]
    at_margin = re.compile(f"^{begins.pattern}", re.MULTILINE)
    assert found == [match.start() for match in at_margin.finditer(text)]


@_many
@given(_LINES)
def test_lines_that_set_parts_apart(lines: list[str]) -> None:
    source = Source("\n".join(lines))
    found = boundaries.stretches(source)

    class Always:
        search: Callable[[str], bool] = staticmethod(lambda text: True)

    class Text(str):
        def __contains__(self, part: object) -> bool:
            return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boundaries, "_NUMBERED_BELOW", Always)
        patch.setattr(boundaries, "_COMMAND_BELOW", Always)
        assert boundaries.stretches(Source(Text(source.text))) == found


@_many
@given(_LINE | st.text("a- \"':=|\t.@x\u00e9", max_size=12) | st.text("ab ", max_size=70))
def test_a_field_of_a_record(line: str) -> None:
    pair = re.compile(r"((?:- )?[\"']?[A-Za-z_@$][\w .@/$-]{0,60}?[\"']?) *(?:[:=|]|\t)")
    for text in (line, f"{line}:", f"{line} = 1"):
        found, expected = records._PAIR.match(text), pair.match(text)
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert (found[1].rstrip(" "), found.end()) == (expected[1].rstrip(" "), expected.end())


@_many
@given(
    _LINE
    | st.lists(
        st.sampled_from(
            [
                *("def", "Static", "\u017ftatic", "function*", "pub(crate)", "macro_rules!", "int"),
                *("create or replace table", "#", " ", "  ", "return", "x", "N_A", "=", "(", ")"),
                *("create ", "or replace ", "view", "pub", "import", "const", "from", "\u212a"),
                *(" ", "{", ","),
            ]
        ),
        max_size=8,
    ).map("".join)
)
def test_a_line_that_defines(line: str) -> None:
    # Letters that are no others but in a pattern that is blind to case: no keyword has them.
    line = line.translate({ord(sign): "\u00e9" for sign in "\u017f\u0131\u0130"})
    words = "|".join(
        re.escape(word) for word in sorted(definitions._KEYWORDS, key=len, reverse=True)
    )
    before = "|".join(sorted(definitions._MODIFIERS, key=len, reverse=True))
    by_keyword = re.compile(
        rf"\s*(?:#\s*)?(?:(?:{before}|pub\(\w+\))\s+){{0,6}}"
        rf"(?:{words}|create\s+(?:or replace )?(?:table|view|function|index|type))"
        r"\s+(?:\([^()\n]{0,80}\)\s*)?([\w$.:]+)",
        re.IGNORECASE,
    )
    statements = "|".join(sorted(definitions._STATEMENTS))
    found = None
    if not re.match(rf"\s*(?:{statements})\b", line):
        constant = re.compile(rf"\s*{definitions._CONSTANT.pattern}")
        patterns = (by_keyword, definitions._ASSIGNED, constant, definitions._TYPED)
        found = next((match for one in patterns if (match := one.match(line))), None)
    name = None if found is None else next((one for one in found.groups() if one), None)
    assert definitions.defined_name(line) == name
    assert definitions.is_import(line) == (definitions._IMPORT.match(line) is not None)


@_many
@given(st.lists(_LINE | st.text("ab \t\u3000\u00e9\x85", max_size=9), min_size=2, max_size=8))
def test_gaps_and_columns_between_words(lines: list[str]) -> None:
    for line in lines:
        assert columns._has_gap(line) == (" ".join(line.split()) != line.strip())
        assert columns._words(line) == [one.span() for one in columns._WORD.finditer(line)]
    used = [any(line[at : at + 1].strip() for line in lines) for at in range(99)]
    begins = [at for at in range(99) if used[at] and not (at and used[at - 1])]
    found = aligned._by_position(lines[0], lines[1:])
    assert found is None or len(found[0]) <= len(begins)
    if all(line.isascii() for line in lines):
        wide = [line.replace("a", "\u00e9") for line in lines]
        again = aligned._by_position(wide[0], wide[1:])
        assert (found is None) == (again is None)
        if found is not None and again is not None:
            assert [[cell.replace("a", "\u00e9") for cell in row] for row in found] == again


@_many
@given(st.lists(_LINE, max_size=4).map(" ".join), st.sampled_from(["word names", "a 23", "cc"]))
def test_what_is_asked_for_is_found_in_pieces(text: str, query: str) -> None:
    asked = Asked(query)
    for one in (text, f"{text} \u00e9"):
        there = terms(one) if one.isascii() else [t for piece in one.split() for t in terms(piece)]
        counted = asked.look(one)
        assert counted.length == len(there)
        for term in asked.terms:
            assert counted.counts[term] == there.count(term)


@_many
@given(st.lists(st.sampled_from('ab"\\\u00e9'), max_size=60).map("".join), st.integers(1, 20))
def test_long_values_in_parts_of_a_text(text: str, least: int) -> None:
    plain = text.replace("\\\\", "--").replace('\\"', "--")
    longest = max(map(len, plain.split('"')))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_values, "_TOGETHER", 3)
        assert long_values.may_have_long(text, least) == (longest >= least)


_SAID = st.lists(
    st.sampled_from(
        [
            *("Contract", "contract", "CONTRACTS", "contractTerm", "contracting", "Term", "terms"),
            *("termination", "the", "The", "of", "a", "Gallbladder", "gall", "bladder", "x_term"),
            *("con-tract", "3", "1,234", "Z\u00fcrich", "zurich", "\u9000\u6b3e", "contr\u0430ct"),
            *("terminations", "contractsterms", "co", "A" * 70, "government", "govern", "ties"),
        ]
    ),
    max_size=12,
).map(" ".join)


@_many
@given(st.lists(_SAID, min_size=1, max_size=6), _SAID)
def test_what_is_asked_for_is_found_among_the_words_of_a_text(said: list[str], query: str) -> None:
    words = Words(said)
    asked, pairs = Asked(query), set(pairwise(word.lower() for word in words_of(query)))
    looked = asked_of_text.Asked(query, words, Deadline(None))
    told = {term for word in words.distinct for term in word_terms(word)}
    near = {form for term in asked.terms for form in Vocabulary(told).near(term)}
    assert looked.widen() == (bool(near) and not asked.terms <= told)
    wanted = asked.forms | near
    counted = list(looked.count_each())
    for own, one in zip(words, counted):
        terms_there = [term for word in own for term in word_terms(word) if term in wanted]
        if terms_there:
            there = pairwise(word.lower() for word in own)
            terms_there += [" ".join(pair) for pair in there if pair in pairs]
        assert (one.counts, one.length) == (Counter(terms_there), len(own))
    assert len(counted) == len(said)


@_many
@given(st.lists(st.sampled_from(["", "7", "-0.5", "08", "-", ".", "1.", "1e3", "x"]), max_size=20))
def test_numbers_of_many_cells(cells: list[str]) -> None:
    whole = plain_numbers(cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_by_column, "_SMALL", 0)
        patch.setattr(rows_by_column, "_AT_A_TIME", 3)
        found = rows_by_column.Column(cells).plain_numbers()
    assert (found is None) == (whole is None)
    assert found is None or whole is None or str(found) == str(whole)
