"""Which lines of a diff matter most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from headroom.kinds.diff.parse import Diff, Role
from headroom.toolkit.relevance import bm25, query_terms, terms

__all__ = ["asked_context", "names_of_changes", "rank"]

# All of these are chosen.
#: Lines of one hunk that are taken together before the next hunk has its turn.
_TURN = 6
#: So many of the changes that answer the query best come before the names of all files.
_HITS = 5
#: An added line has more to say than a removed one by so many turns.
_REMOVED_LATER = 1
#: So many lines from outside of the files come before the changes: what a commit is about.
_OTHER = 6
#: The share of the context that may have a word which still tells some of its lines apart.
_RARE_SHARE = 0.1
#: So many lines above a change the name of what changed may stand.
_LOOKED_ABOVE = 12


def rank(diff: Diff, query: str | None) -> list[int]:
    """The indexes of all lines that can be chosen, the most important first.

    The lines that name files, then what else is said of the files, then the changes: those that
    the query asks for, then a few lines of every hunk in turn, those of files that a tool wrote
    and those that change nothing but white space last. Then the context, nearest to a change
    first. Headers of hunks are no units of their own: they stand where a line of theirs does.
    """
    scores = bm25(diff.lines, query, diff.deadline)
    by_role: dict[Role, list[int]] = {role: [] for role in Role}
    blank: list[int] = []
    for index, role in enumerate(diff.deadline.over(diff.roles)):
        if role is Role.OTHER and not diff.lines[index].strip():
            blank.append(index)
        else:
            by_role[role].append(index)
    # The first line outside of the files says what the whole is about; a hit answers the query.
    other = sorted(by_role[Role.OTHER], key=lambda i: (-scores[i], i))
    distance = _distance_to_change(diff)
    context = sorted(by_role[Role.CONTEXT], key=lambda i: (distance[i], -scores[i], i))
    changed = [*diff.changed, *by_role[Role.GENERATED]]
    best_first = sorted(changed, key=lambda i: (-scores[i], i))
    hits = [index for index in best_first[:_HITS] if scores[index]]
    names = [*by_role[Role.PATH], *by_role[Role.HEADER]]
    around = [*other[:1], *hits, *names, *other[1:_OTHER]]
    rest = sorted([*by_role[Role.NOISE], *blank])
    spare = [by_role[role] for role in (Role.GENERATED, Role.HASH, Role.BINARY)]
    last = [*other[_OTHER:], *context, *rest, *chain.from_iterable(spare)]
    return list(dict.fromkeys([*around, *_ranked_changes(diff, scores), *last]))


def _ranked_changes(diff: Diff, scores: Sequence[float]) -> list[int]:
    """The changed lines, the most important first."""
    changed = diff.changed
    places = _places(diff, changed)
    blank = _white_space_only(diff, changed)
    best: dict[tuple[int, int], float] = {}
    for index in changed:
        turn = (diff.hunks[index], places[index] // _TURN)
        best[turn] = max(best.get(turn, 0.0), scores[index])

    def rank(index: int) -> tuple[float, ...]:
        turn = places[index] // _TURN
        score = best[diff.hunks[index], turn]
        late = 1 if diff.files[index] in diff.generated or index in blank else 0
        removed = _REMOVED_LATER if diff.roles[index] is Role.REMOVED else 0
        return (-score, late, turn + removed, index)

    return sorted(changed, key=rank)


def names_of_changes(diff: Diff) -> list[int]:
    """Lines of context in files that a tool wrote without which a change says nothing.

    The one that opens the block of a change, by its indentation; else the one right above it, such
    as the name of a package above its version.
    """
    found: dict[int, None] = {}
    for index in diff.deadline.over(diff.changed if diff.generated else ()):
        if diff.files[index] not in diff.generated:
            continue
        indent = _indent(diff.lines[index])
        above = [
            other
            for other in range(index - 1, max(diff.hunks[index], index - _LOOKED_ABOVE), -1)
            if diff.roles[other] is Role.CONTEXT and diff.lines[other].strip()
        ]
        opening = next((n for n in above if _indent(diff.lines[n]) < indent), None)
        if opening is not None:
            found[opening] = None
        elif above and above[0] == index - 1:
            found[above[0]] = None
    return list(found)


def _indent(line: str) -> int:
    text = line[1:]
    return len(text) - len(text.lstrip())


def asked_context(diff: Diff, query: str | None) -> list[int]:
    """Lines that are spare and answer the query, the best first; none without one.

    A word that most lines have tells nothing apart, so only lines with one of the rarer words of
    the query count.
    """
    wanted = query_terms(query)
    if not wanted:
        return []
    spare = (Role.CONTEXT, Role.GENERATED)
    context = [i for i, role in enumerate(diff.roles) if role in spare]
    found = {i: wanted.intersection(terms(diff.lines[i])) for i in diff.deadline.over(context)}
    most = max(2, int(len(context) * _RARE_SHARE))
    rare = {word for word in wanted if sum(word in words for words in found.values()) <= most}
    scores = bm25([diff.lines[i] for i in context], query, diff.deadline)
    hits = [(-score, i) for score, i in zip(scores, context) if found[i] & rare]
    return [i for _, i in sorted(hits)]


def _places(diff: Diff, changed: list[int]) -> dict[int, int]:
    """How many changed lines of its hunk stand before each changed line."""
    places: dict[int, int] = {}
    seen: dict[int, int] = {}
    for index in diff.deadline.over(changed):
        hunk = diff.hunks[index]
        places[index] = seen.get(hunk, 0)
        seen[hunk] = places[index] + 1
    return places


def _white_space_only(diff: Diff, changed: list[int]) -> frozenset[int]:
    """Changed lines that are empty, or whose hunk has the same words on the other side."""
    sides: dict[tuple[int, Role], set[str]] = {}
    folded = {
        index: "".join(diff.lines[index].lstrip("+-").split())
        for index in diff.deadline.over(changed)
    }
    for index in diff.deadline.over(changed):
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
        for index in diff.deadline.over(step):
            changed = diff.roles[index] in (Role.ADDED, Role.REMOVED)
            last = 0 if changed else min(far, last + 1)
            distance[index] = min(distance[index], last)
    return distance
