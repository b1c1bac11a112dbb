"""Which lines of a diff matter most."""

from __future__ import annotations

import re

from headroom.kinds.diff.parse import Diff, Role
from headroom.toolkit.relevance import bm25, query_terms, terms

__all__ = ["asked_context", "rank"]

# Files that a tool wrote: their changes follow from the others.
_GENERATED = re.compile(
    r"(?:^|/)(?:[\w.-]*[.-]lock(?:\.\w+)?|package-lock\.json|npm-shrinkwrap\.json|go\.sum|"
    r"[\w.-]+\.(?:min\.(?:js|css)|map|snap|svg|pb\.go|lockb)|[\w.-]*_pb2(?:_grpc)?\.pyi?|"
    r"(?:vendor|node_modules|dist|generated|__snapshots__)/.*)$",
    re.IGNORECASE,
)
#: Lines of one hunk that are taken together before the next hunk has its turn.
_TURN = 6
#: So many of the changes that answer the query best come before the names of all files.
_HITS = 5
#: An added line has more to say than a removed one by so many turns.
_REMOVED_LATER = 1


def rank(diff: Diff, query: str | None) -> list[int]:
    """The indexes of all lines that can be chosen, the most important first.

    The lines that name files, then what else is said of the files, then the changes: those that
    the query asks for, then a few lines of every hunk in turn, those of files that a tool wrote
    and those that change nothing but white space last. Then the context, nearest to a change
    first. Headers of hunks are no units of their own: they stand where a line of theirs does.
    """
    roles = diff.roles
    scores = bm25(diff.lines, query)
    changed = diff.changed
    places = _places(diff, changed)
    blank = _white_space_only(diff, changed)
    generated = [bool(_GENERATED.search(path)) for path in diff.paths]
    best: dict[tuple[int, int], float] = {}
    for index in changed:
        turn = (diff.hunks[index], places[index] // _TURN)
        best[turn] = max(best.get(turn, 0.0), scores[index])

    def rank(index: int) -> tuple[float, ...]:
        turn = places[index] // _TURN
        score = best[diff.hunks[index], turn]
        late = 1 if generated[diff.files[index]] or index in blank else 0
        removed = _REMOVED_LATER if roles[index] is Role.REMOVED else 0
        return (-score, late, turn + removed, index)

    paths = [i for i, role in enumerate(roles) if role is Role.PATH]
    # The first line outside of the files says what the whole is about; a hit answers the query.
    other = sorted(
        (i for i, role in enumerate(roles) if role is Role.OTHER and diff.lines[i].strip()),
        key=lambda i: (-scores[i], i),
    )
    headers = [i for i, role in enumerate(roles) if role is Role.HEADER]
    changes = sorted(changed, key=rank)
    distance = _distance_to_change(diff)
    context = sorted(
        (i for i, role in enumerate(roles) if role is Role.CONTEXT),
        key=lambda i: (distance[i], -scores[i], i),
    )
    rest = [
        i
        for i, role in enumerate(roles)
        if role is Role.NOISE or (role is Role.OTHER and not diff.lines[i].strip())
    ]
    binary = [i for i, role in enumerate(roles) if role is Role.BINARY]
    best_first = sorted(changed, key=lambda i: (-scores[i], i))
    hits = [index for index in best_first[:_HITS] if scores[index]]
    around = [*other[:1], *hits, *paths, *headers, *other[1:6]]
    return list(dict.fromkeys([*around, *changes, *other[6:], *context, *rest, *binary]))


def asked_context(diff: Diff, query: str | None) -> list[int]:
    """Lines of context that answer the query, the best first; none without one.

    A word that most lines have tells nothing apart, so only lines with one of the rarer words of
    the query count.
    """
    wanted = query_terms(query)
    if not wanted:
        return []
    context = [i for i, role in enumerate(diff.roles) if role is Role.CONTEXT]
    found = {i: wanted.intersection(terms(diff.lines[i])) for i in context}
    most = max(2, len(context) // 10)
    rare = {word for word in wanted if sum(word in words for words in found.values()) <= most}
    scores = bm25([diff.lines[i] for i in context], query)
    hits = [(-score, i) for score, i in zip(scores, context) if found[i] & rare]
    return [i for _, i in sorted(hits)]


def _places(diff: Diff, changed: list[int]) -> dict[int, int]:
    """How many changed lines of its hunk stand before each changed line."""
    places: dict[int, int] = {}
    seen: dict[int, int] = {}
    for index in changed:
        hunk = diff.hunks[index]
        places[index] = seen.get(hunk, 0)
        seen[hunk] = places[index] + 1
    return places


def _white_space_only(diff: Diff, changed: list[int]) -> frozenset[int]:
    """Changed lines that are empty, or whose hunk has the same words on the other side."""
    sides: dict[tuple[int, Role], set[str]] = {}
    folded = {index: "".join(diff.lines[index].lstrip("+-").split()) for index in changed}
    for index in changed:
        sides.setdefault((diff.hunks[index], diff.roles[index]), set()).add(folded[index])
    other = {Role.ADDED: Role.REMOVED, Role.REMOVED: Role.ADDED}
    nothing: set[str] = set()
    return frozenset(
        index
        for index in changed
        if not folded[index]
        or folded[index] in sides.get((diff.hunks[index], other[diff.roles[index]]), nothing)
    )


def _distance_to_change(diff: Diff) -> list[int]:
    """For each line, how many lines away the nearest changed line is."""
    far = len(diff.lines)
    distance = [far] * far
    for step in (range(far), range(far - 1, -1, -1)):
        last = far
        for index in step:
            changed = diff.roles[index] in (Role.ADDED, Role.REMOVED)
            last = 0 if changed else min(far, last + 1)
            distance[index] = min(distance[index], last)
    return distance
