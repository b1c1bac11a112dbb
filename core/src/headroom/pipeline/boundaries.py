"""Lines that set parts of a text apart, whatever stands between them.

What a shell echoes (``$ make``, ``+ make``, ``me@host:~$ make``), tags alone on their lines, as
programs put them around what they hand to a model (``<output>``), where lines begin or cease to
have numbers in front, and where a sheet has a further table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from headroom.pipeline.sheets import find_sheet
from headroom.regexes import regex
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["Stretch", "leads_over", "stretches"]

#: A command as a shell echoes it: with tracing, with a prompt alone, with who and where in front.
_COMMAND = re.compile(
    r"\+{1,8} \S|\$ \S|(?:\([\w.-]{1,40}\) )?[\w.-]{1,40}@[\w.-]{1,60}:[^$#\n]{0,200}[$#] \S"
    r"|PS [A-Z]:\\[^>\n]{0,200}> \S"
)
#: All but the first one stand below a line feed, which is found sooner than where a line begins.
_COMMAND_BELOW = regex(rf"\n(?:{_COMMAND.pattern})")
#: What they begin with, where not with who and where, in so many characters.
_SIGNS, _PROMPT = frozenset("+$(P"), 42
#: The added lines of a diff begin like a traced command. A hunk has as many lines as it says.
_HUNK = regex(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_CHANGED = frozenset("+-")
_FENCES = frozenset(("```", "~~~"))
#: Fewer echoed commands may be something else.
_LEAST_COMMANDS = 2
#: The first of so many lines that is not blank must be one, or so many of them traced.
_START, _TRACED = 10, 8
#: A tag alone on its line, or one with a word in it.
_TAG = regex(
    r"<(/?)([A-Za-z][\w.:-]{0,60})(?:\s[^<>\n]{0,300})?>\s*$"
    r"|<([A-Za-z][\w.:-]{0,60})>[^<>\n]{0,200}</\3>\s*$"
)
#: So many tags may wrap even a short text; of a longer one, at most such a share of the lines.
_FEW_TAGS, _SHARE_OF_TAGS = 6, 0.02
#: Markup has at least such a share of lines that begin with a tag.
_SHARE_OF_MARKUP = 0.2
#: The number in front of a line, as ``cat -n`` and editors put it; never a column of a table, whose
#: numbers begin at the margin and end at a tab.
_NUMBERED = regex(r"[ ]{1,12}(\d{1,9})\t|[ ]{0,12}(\d{1,9})[\u2192|:\u2502]")
# Nothing of an indentation is given back.
_NUMBERED_BELOW = regex(r"\n(?=([ ]{0,12}))\1\d{1,9}[\t\u2192|:\u2502]")
#: Tags of HTML that people write into Markdown: they say how a text looks, not what it is.
_OF_PAGES = frozenset(
    """
    a b blockquote br center code dd details div dl dt em figcaption figure font h1 h2 h3 h4
    h5 h6 hr i img kbd li ol p picture pre script section source span strong style sub summary
    sup table tbody td th thead tr u ul video
    """.split()
)
#: A run of numbered lines has so many lines at the least.
_LEAST_NUMBERED = 8


@dataclass(frozen=True)
class Stretch:
    """Lines between boundaries: ``first`` is an index, ``end`` is exclusive."""

    first: int
    end: int
    #: Whether it is a line with a tag, which belongs to no kind.
    is_tag: bool = False
    #: Whether it is a line on which a shell echoes a command.
    is_command: bool = False
    #: Whether it is a table of a sheet, which goes on with none of the others.
    is_table: bool = False


def leads_over(line: str) -> bool:
    """Whether a line says what the next ones are: "They are:", or a command of a shell."""
    return line.rstrip().endswith(":") or _COMMAND.match(line) is not None


def stretches(source: Source) -> list[Stretch]:
    r"""The stretches of a text, which together are all of its lines; one where nothing cuts it.

    >>> text = "<returncode>0</returncode>\n<output>\none\ntwo\n</output>"
    >>> [(one.first, one.end, one.is_tag) for one in stretches(Source(text))]
    [(0, 1, True), (1, 2, True), (2, 4, False), (4, 5, True)]

    """
    text, lines, deadline = source.text, source.lines, source.deadline
    # Most texts have no second line of any such sort.
    tags = _wrapping_tags(lines, deadline) if "\n<" in text else set()
    runs = list(_numbered_runs(lines, deadline)) if _NUMBERED_BELOW.search(text) else []
    deadline.check()
    starts = {first for first, _ in runs} | {end for _, end in runs}
    commands = _commands(lines, deadline) - tags if _COMMAND_BELOW.search(text) else set()
    starts |= {edge for number in tags | commands for edge in (number, number + 1)}
    tables = set() if starts else set(find_sheet(lines, deadline))
    starts |= set(chain.from_iterable(tables))
    edges = sorted({0, *starts, len(lines)})
    return [
        Stretch(one, other, one in tags, one in commands, (one, other) in tables)
        for one, other in pairwise(edges)
    ]


def _commands(lines: Sequence[str], deadline: Deadline) -> set[int]:
    """The lines on which a shell echoes a command."""
    found = set()
    is_example = False
    left = 0  # Lines of a hunk that are still to come, those before and those after the change.
    for number, line in enumerate(deadline.over(lines)):
        if left > 0:
            left -= 1 if line[:1] in _CHANGED else 2
            continue
        hunk = _HUNK.match(line) if line[:2] == "@@" else None
        if hunk is not None:
            left = int(hunk[1] or 1) + int(hunk[2] or 1)
        elif line[:3] in _FENCES:
            # What stands there is an example.
            is_example = not is_example
        elif is_example or (line[:4] == "+++ " and lines[number - 1][:4] == "--- "):
            continue
        elif (line[:1] in _SIGNS or "@" in line[:_PROMPT]) and _COMMAND.match(line):
            found.add(number)
    if len(found) < _LEAST_COMMANDS:
        return set()
    # A session begins with a command, below a tag at most; documents show some among much else.
    # One that was cut at its start can be told where its commands are traced.
    said = [number for number, line in enumerate(lines[:_START]) if line.strip()]
    begins = any(number in found or _TAG.match(lines[number]) for number in said[:1])
    return found if begins or sum(lines[n][:1] == "+" for n in found) >= _TRACED else set()


def _wrapping_tags(lines: Sequence[str], deadline: Deadline) -> set[int]:
    """Tags alone on their lines that open and close around something that is not all tags."""
    places: list[tuple[int, bool, str]] = []
    for number, line in enumerate(deadline.over(lines)):
        if line[:1] != "<":
            continue
        match = _TAG.match(line)
        if match is not None and (match[2] or match[3]).lower() not in _OF_PAGES:
            places.append((number, bool(match[1]), match[2] or ""))
    # Where many lines are tags, or begin with one, they are what the text consists of.
    markup = sum(line.lstrip(" \t")[:1] == "<" for line in lines) if places else 0
    if len(places) > max(_FEW_TAGS, _SHARE_OF_TAGS * len(lines)) or (
        markup - len(places) > _SHARE_OF_MARKUP * len(lines)
    ):
        return set()
    opened: dict[str, list[int]] = {}
    wrapping: set[int] = set()
    singles: list[int] = []
    for number, closes, name in places:
        if not name:
            singles.append(number)
        elif not closes:
            opened.setdefault(name, []).append(number)
        elif opened.get(name):
            wrapping.update((opened[name].pop(), number))
    if wrapping:
        wrapping.update(singles)
    return wrapping


def _numbered_runs(lines: Sequence[str], deadline: Deadline) -> Iterator[tuple[int, int]]:
    """Runs of lines whose numbers count up one by one, where not all lines have them."""
    first, expected = 0, -1
    for number, line in enumerate(chain(deadline.over(lines), [""])):
        match = _NUMBERED.match(line)
        own = int(match[1] or match[2]) if match else None
        if own is not None and own == expected:
            expected += 1
            continue
        if expected >= 0 and number - first >= _LEAST_NUMBERED and number - first < len(lines):
            yield first, number
        first, expected = number, -1 if own is None else own + 1
