"""The ways to take a text apart, the surest first, each with a check of what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from headroom.kinds.code.outline import Outline, own_lines
from headroom.kinds.code.outlines.brace_scan import is_balanced
from headroom.kinds.code.outlines.braces import brace_outline
from headroom.kinds.code.outlines.components import component_outline
from headroom.kinds.code.outlines.indents import indent_outline
from headroom.kinds.code.outlines.python import python_outline
from headroom.kinds.code.outlines.python_parse import parses
from headroom.kinds.code.outlines.sections import (
    Section,
    joined,
    split_sections,
    whole_section,
)
from headroom.kinds.code.outlines.sql import sql_outline
from headroom.kinds.code.outlines.tree import tree_outline
from headroom.kinds.code.outlines.tree_parse import Parsed, parse_tree, reparse
from headroom.kinds.code.recognise import looks_like_code
from headroom.source import Source
from headroom.toolkit.components import component_blocks

__all__ = ["Check", "readings"]

#: Whether the text of a view is still sound.
Check = Callable[[str], bool]

#: The share of the lines that a parser may fail on before the text may be in another language;
#: chosen.
_DOUBTFUL = 0.05

#: More files in one text are too many to check each by itself; chosen.
_MOST_FILES = 2000


def readings(source: Source) -> Iterator[tuple[Outline, Check]]:
    """Outlines of a text, the surest first. Where the view of one is not sound, take the next.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    sound = source.once(python_outline)
    if sound is not None:
        yield sound, partial(parses, deadline=source.deadline)
        return
    component = component_outline(source, _script)
    if component is not None:
        yield component, _component_parses
        return
    source.deadline.check()
    sections = split_sections(source.text)
    source.deadline.check()
    if sections and len(sections) <= _MOST_FILES:
        reading = _of_files(source, sections)
        if reading is not None:
            yield reading
            return
    yield from _other_languages(source)


def _script(source: Source, path: str) -> Outline | None:
    reading = next(_other_languages(source, path), None)
    return None if reading is None else reading[0]


def _component_parses(text: str) -> bool:
    """Whether each script that is left can be read."""
    source = Source(text)
    lines = source.lines
    scripts = [block for block in source.once(component_blocks) if block.tag == "script"]
    return all(
        _script(Source("\n".join(lines[block.first : block.last - 1])), block.path) is not None
        for block in scripts
        if block.last - block.first > 1
    )


def _other_languages(source: Source, path: str = "") -> Iterator[tuple[Outline, Check]]:
    content, deadline = source.text, source.deadline
    sql = sql_outline(source) if not path or path.endswith(".sql") else None
    if sql is not None:
        yield sql, _anything
        return
    parsed = parse_tree(content, deadline, path)
    if parsed is not None and not _is_doubtful(content, parsed):
        by_tree = _by_tree(source, parsed)
        # A tree takes thirty times the memory of the text: nobody else may hold it.
        del parsed
        yield from by_tree
        yield from _by_braces(source)
    else:
        yield from _doubted(source, parsed)
    # What no parser can read need not be read by one after it.
    if looks_like_code(source):
        indented = indent_outline(source)
        if indented is not None:
            yield indented, _anything


def _doubted(source: Source, parsed: Parsed | None) -> list[tuple[Outline, Check]]:
    by_tree = [] if parsed is None else list(_by_tree(source, parsed))
    by_braces = _by_braces(source)
    if by_tree and by_braces and len(by_braces[0][0].symbols) > len(by_tree[0][0].symbols):
        # It is the language that looks most like the one of the text, whose braces say more.
        return [*by_braces, *by_tree]
    return [*by_tree, *by_braces]


def _is_doubtful(content: str, parsed: Parsed) -> bool:
    return parsed.error_lines > _DOUBTFUL * (content.count("\n") + 1)


def _by_braces(source: Source) -> list[tuple[Outline, Check]]:
    braces = brace_outline(source)
    if braces is None:
        return []
    return [(braces, partial(is_balanced, hashes=braces.comment[0] == "# "))]


def _by_tree(source: Source, parsed: Parsed) -> Iterator[tuple[Outline, Check]]:
    deadline = source.deadline
    language, errors, lost = parsed.language, parsed.errors, parsed.error_lines

    def still_parses(text: str) -> bool:
        again = reparse(text, language, deadline)
        if again is None:
            return False
        # A parser that is lost gets lost in other places where less stands around it.
        return again.errors <= errors or 0 < again.error_lines <= lost

    outline = tree_outline(source, parsed, cut_data=True)
    # It is parsed again where it is needed, which is seldom.
    del parsed
    cuts_data = outline.cuts_data
    yield outline, still_parses
    del outline
    if not cuts_data:
        return
    again = reparse(source.text, language, deadline)
    if again is not None:
        # Where literals cannot be cut without breaking something, they stay whole.
        yield tree_outline(source, again, cut_data=False), still_parses


def _anything(_text: str) -> bool:
    return True


def _of_files(source: Source, sections: list[Section]) -> tuple[Outline, Check] | None:
    """One outline of all the files; ``None`` where hardly any of them is code."""
    lines, final_newline = own_lines(source.lines)
    parts: list[tuple[Section, Outline]] = []
    checks: list[Check] = []
    read = 0
    no_code: tuple[Outline | None, Check] = None, _anything
    for section in sections:
        source.deadline.check()
        inside = lines[section.header : section.last]
        text = Source("\n".join(inside), source.deadline)
        # Below the name of a file that was cut off, not even an empty line may stand.
        outline, check = _one_file(text, section.path) if inside else no_code
        if outline is None:
            outline = whole_section(inside)
        else:
            read += len(inside)
        parts.append((section, outline))
        checks.append(check)
    if read < len(lines) / 2:
        return None

    def still_parse(text: str) -> bool:
        seen = text.split("\n")
        files = split_sections(text)
        return len(files) == len(checks) and all(
            check("\n".join(seen[file.header : file.last])) for file, check in zip(files, checks)
        )

    outline = joined(lines, parts)
    outline.final_newline = final_newline
    return outline, still_parse


def _one_file(source: Source, path: str) -> tuple[Outline | None, Check]:
    if path.endswith((".py", ".pyi")) or "." not in path:
        sound = python_outline(source)
        if sound is not None:
            return sound, partial(parses, deadline=source.deadline)
    # The literals of a file stay whole: what can be cut of them depends on each of the others.
    for outline, check in _other_languages(source, path):
        return outline, check
    return None, _anything
