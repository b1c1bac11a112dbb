"""How well each function answers a question that calls it by no name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from headroom.kinds.code.outline import Outline
from headroom.kinds.code.verbs import named_alike
from headroom.scanning import terms
from headroom.scanning.bm25 import LENGTH, mean, rarity
from headroom.toolkit.relevance import Asked
from headroom.view import Deadline

__all__ = ["answer_scores", "documented_from", "forms_in_names"]

#: A word in the name of a function counts as often as so many in its text: a function is about
#: what it is called. This and the two below were measured on functions that were asked for by the
#: first sentence of their own documentation, with all documentation taken away.
_NAME = 5.0
#: How soon a word that comes again and again stops to count: later than in prose.
_SATURATION = 3.0
#: What another form of a word, or a short one for it, tells in a name.
_FORM = 0.4
_ALIKE = 0.2

#: Forms of a word begin with so many letters that are the same, with such a share of the longer
#: one's, or one is the other with an ending of so many letters at the most; chosen.
_BEGINNING, _SHARE, _LONGEST_ENDING = 4, 0.75, 5
#: A word is cut short to so many letters, at the least and at the most: ``int``, ``spec``.
_SHORTEST, _LONGEST = 3, 4

#: Lines of a comment above a function that are looked at; chosen.
_LONGEST_COMMENT = 40
_COMMENTS = ("*", "/*", "//", "#", "--", "@")


def answer_scores(
    outline: Outline, functions: Sequence[int], query: str | None, deadline: Deadline
) -> list[float]:
    """How much each symbol matters to a query: its name, and its text with the comment above it.

    BM25F (Robertson, Zaragoza and Taylor, "Simple BM25 Extension to Multiple Weighted Fields",
    2004) over two fields.

    Args:
        outline: The source, taken apart.
        functions: The symbols that are weighed, by index. All others have no score.
        query: What the reader wants to know.
        deadline: Checked now and then.

    """
    found = [0.0] * len(outline.symbols)
    asked = Asked(query, deadline)
    if not asked or not functions:
        return found
    texts = [_text(outline, index) for index in deadline.over(functions)]
    bodies = asked.look_at_each(texts)
    there = {term for body in bodies for term in body.counts}
    if not asked.terms <= there and asked.widen():
        bodies = asked.look_at_each(texts)
    names = _in_names([outline.symbols.names[index] for index in functions], asked)
    having = Counter(t for name, body in zip(names, bodies) for t in {*name, *body.counts})
    told = {
        term: asked.weights[term] * rarity(len(functions), count) for term, count in having.items()
    }
    average = mean([body.length for body in bodies])
    for index, name, body in deadline.over(zip(functions, names, bodies)):
        size = 1 - LENGTH + LENGTH * body.length / average
        for term in sorted({*name, *body.counts}):
            often = _NAME * name.get(term, 0.0) + body.counts[term] / size
            found[index] += told[term] * often * (_SATURATION + 1) / (often + _SATURATION)
    return found


def _in_names(names: Sequence[str], asked: Asked) -> list[dict[str, float]]:
    """What each name has of what is asked for, and how surely."""
    in_name = {name: set(terms(name)) for name in asked.deadline.over(names)}
    parts = {term for found in in_name.values() for term in found}
    forms = forms_in_names(asked.terms, parts)
    alike: dict[str, list[str]] = {}
    for term in asked.terms:
        for other in named_alike(term):
            alike.setdefault(other, []).append(term)
    hits: dict[str, dict[str, float]] = {}
    for name, found in asked.deadline.over(in_name.items()):
        hits[name] = (
            {wanted: _ALIKE for term in sorted(found) for wanted in alike.get(term, ())}
            | {wanted: _FORM for term in sorted(found) for wanted in forms.get(term, ())}
            | dict.fromkeys(asked.look(name).counts, 1.0)
        )
    return [hits[name] for name in names]


def forms_in_names(wanted: Iterable[str], parts: Iterable[str]) -> dict[str, list[str]]:
    """The words that parts of names may be other forms of, or stand for.

    >>> sorted(forms_in_names(["integer", "message", "formatt"], ["int", "msg", "format"]).items())
    [('format', ['formatt']), ('int', ['integer']), ('msg', ['message'])]
    """
    beginnings: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    for part in sorted(set(parts)):
        if not part.isalpha():
            continue
        if len(part) >= _BEGINNING:
            beginnings.setdefault(part[:_BEGINNING], []).append(part)
        if _SHORTEST <= len(part) <= _LONGEST:
            short.setdefault(part[0], []).append(part)
    found: dict[str, list[str]] = {}
    for word in sorted(set(wanted)):
        if len(word) < _BEGINNING or not word.isalpha():
            continue
        near = [part for part in beginnings.get(word[:_BEGINNING], ()) if _is_form(word, part)]
        near += [part for part in short.get(word[0], ()) if _is_short_for(part, word)]
        for part in dict.fromkeys(near):
            if part != word:
                found.setdefault(part, []).append(word)
    return found


def _is_form(one: str, other: str) -> bool:
    """Whether two words that begin alike are forms of one."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return len(long) - len(short) <= _LONGEST_ENDING
    same = next(n for n, (a, b) in enumerate(zip(short, long)) if a != b)
    return same >= _SHARE * len(long)


def _is_short_for(part: str, word: str) -> bool:
    """Whether it is the beginning of a longer word, or its consonants."""
    if len(part) >= len(word):
        return False
    if word.startswith(part):
        return True
    if not set("aeiou").isdisjoint(part[1:]):
        return False
    letters = iter(word)
    return all(letter in letters for letter in part)


def _text(outline: Outline, index: int) -> str:
    symbol = outline.symbols[index]
    first = documented_from(outline.lines, symbol.first)
    return "\n".join(outline.lines[first - 1 : symbol.last])


def documented_from(lines: Sequence[str], first: int) -> int:
    """The first line of the comment right above a line; the line itself where there is none."""
    number = first
    while number > max(1, first - _LONGEST_COMMENT) and lines[number - 2].lstrip().startswith(
        _COMMENTS
    ):
        number -= 1
    return number
