"""What the lines of a log are about, where lines go in groups: one names a thing, others follow.

``Device 12``, then ``Firmware 2.4.1``; ``Entering directory '/src/a'``, then what is done there. By
itself, a line of such a group says something of nobody knows what.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from itertools import chain, pairwise, repeat
from operator import eq

from headroom.kinds.log.templates import Template
from headroom.kinds.log.times import without_times
from headroom.toolkit.groups import find_groups
from headroom.view import Deadline

__all__ = ["openers"]

# All of these are chosen.

#: So many lines of a shape show what they follow, and such a share of them must follow it.
_FEWEST, _SHARE = 3, 0.8
#: What comes once or twice is in the group that it follows where groups are such a share of all.
_MOST = 0.5
#: What opens groups seldom comes twice in a row: such a share of its lines does not.
_APART = 0.7
#: A line belongs to what opened its group so many events above at the most.
_FAR = 60
#: So many lines of a shape show whether it names something.
_SAMPLE = 12
#: Looked through so often: each time, what follows members known by then becomes one.
_ROUNDS = 4
#: Where more different pairs of shapes follow each other, none are taken for one: what stands
#: around each would take several times the text.
_PAIRS = 8000
#: Shapes that stand at the same place of groups are one where such a share of their words is equal.
_SIMILAR = 0.5
#: So many lines of a shape that no other is like may come one after the other, the first of which
#: opens a group.
_ALONE = 3

_BLANK = -1


def openers(
    texts: Sequence[str], masked: Sequence[str], often: Mapping[str, int],
    templates: Sequence[Template], deadline: Deadline,
) -> array[int]:  # fmt: skip
    """For each event the one that opens the group that it is in; -1 for one that is in none.

    A line is a member of the group of another one if its like nearly always follow the like of
    that, or other members. The first of them in the log that names something opens the group, and
    what comes once or twice is in the group of what it follows. Groups go on behind blank lines.

    Args:
        texts: What events say.
        masked: The masked text of each.
        often: How many events have each of these.
        templates: All templates.
        deadline: Checked now and then.

    """
    found = _opened(texts, masked, often, templates, deadline)
    # What is set apart by blank lines, and begins as nothing else does, is a group whatever it has.
    blocks = _blocks(masked, deadline)
    groups = _blocks_with_heads(masked, blocks, deadline)
    if not groups and len(blocks) >= _FEWEST:
        groups = _groups_with_heads(texts, deadline)
    for head, end in groups:
        found[head] = -1
        for index in range(head + 1, min(end, head + _FAR + 1)):
            found[index] = head
    return found


def _opened(
    texts: Sequence[str], masked: Sequence[str], often: Mapping[str, int],
    templates: Sequence[Template], deadline: Deadline,
) -> array[int]:  # fmt: skip
    """The same by what follows what."""
    shapes = _as_one(_shapes(masked, often, templates, deadline), masked, deadline)
    counts = Counter(shapes)
    alone = -len(templates) - 1
    parents = _parents(shapes, counts, deadline)
    if parents:
        parents = _opened_by_names(parents, counts, _naming(shapes, parents, texts))
    found = array("i", repeat(-1, len(shapes)))
    if not parents:
        return found
    opening = set(parents.values())
    inside = sum(counts[shape] for shape in opening.union(parents))
    is_all = inside >= _MOST * (len(shapes) - counts[_BLANK])
    latest: dict[int, int] = {}
    before = -1
    for index, shape in enumerate(deadline.over(shapes)):
        if shape == _BLANK:
            continue
        is_rare = shape < alone
        opener = latest.get(parents.get(shape, _BLANK), -1)
        if shape in opening and not (
            is_rare and before >= 0 and shapes[before] == shape and index - before < _ALONE
        ):
            latest[shape] = index
        elif opener < 0 and is_rare and is_all and before >= 0:
            opener = before if shapes[before] in opening else found[before]
        elif opener < 0:
            # What comes often, and anywhere, is no member, and ends no group.
            continue
        if index - opener <= _FAR:
            found[index] = opener
        before = index
    return found


def _blocks(masked: Sequence[str], deadline: Deadline) -> list[tuple[int, int]]:
    """Runs of events without a blank one."""
    blocks: list[tuple[int, int]] = []
    start = 0
    for index, text in enumerate(deadline.over(chain(masked, ("",)))):
        if not text.strip():
            if start < index:
                blocks.append((start, index))
            start = index + 1
    return blocks


def _blocks_with_heads(
    masked: Sequence[str], blocks: Sequence[tuple[int, int]], deadline: Deadline
) -> list[tuple[int, int]]:
    """Such runs, where nearly all begin with a word as no others do."""
    if len(blocks) < _FEWEST:
        return []
    firsts = Counter(_first_word(masked[start]) for start, _ in blocks)
    word, count = firsts.most_common(1)[0]
    if count < _SHARE * len(blocks):
        return []
    within = chain.from_iterable(range(start + 1, end) for start, end in blocks)
    if any(_first_word(masked[index]) == word for index in deadline.over(within)):
        return []
    return [(start, end) for start, end in blocks if _first_word(masked[start]) == word]


def _groups_with_heads(texts: Sequence[str], deadline: Deadline) -> list[tuple[int, int]]:
    """Groups of several such runs, or where something else stands above the first."""
    groups = find_groups(texts, deadline)
    begin = sum(not (group.first and texts[group.first - 1].strip()) for group in groups)
    if begin < _SHARE * len(groups):
        return []
    return [(group.first, group.stop) for group in groups if group.first == group.start]


def _first_word(text: str) -> str:
    return text.split(None, 1)[0]


def _shapes(
    masked: Sequence[str], often: Mapping[str, int], templates: Sequence[Template],
    deadline: Deadline,
) -> array[int]:  # fmt: skip
    """A number for each event that those like it have.

    What few are like, by its template and its words, has one by how many words it has: a name that
    stands alone on its line is like others. Those numbers are below all others.
    """
    # Indented lines go with a blank one above them: that tells no two lines apart.
    said: Counter[str] = Counter()
    for text, count in deadline.over(often.items()):
        said[text.strip()] += count
    numbers: dict[str, int] = {}
    shape_of: dict[str, int] = {}
    for number, template in enumerate(deadline.over(templates)):
        words = [text.strip() for text in template.variants]
        rest = sum(
            often[text] for text, own in zip(template.variants, words) if said[own] < _FEWEST
        )
        of_rest = -len(templates) - 2 - len(template.words) if rest < _FEWEST else -number - 2
        for text, own in zip(template.variants, words):
            if not own:
                shape_of[text] = _BLANK
            elif said[own] >= _FEWEST:
                shape_of[text] = numbers.setdefault(own, len(numbers))
            else:
                shape_of[text] = of_rest
    return array("i", map(shape_of.__getitem__, masked))


def _as_one(shapes: array[int], masked: Sequence[str], deadline: Deadline) -> array[int]:
    """The shapes, but those that stand for each other as one: ``3. Hinge budget``, ``4. Cable …``.

    Of as many words, half of which are equal, below or above the same one, with as many words on
    the other side.
    """
    deadline.check()
    said = [shape for shape in shapes if shape != _BLANK]
    pairs = Counter(pairwise(said))
    if len(pairs) > _PAIRS:
        return shapes
    # In the order in which they come first.
    first = dict.fromkeys(said, 0)
    first.update(zip(reversed(shapes), range(len(shapes) - 1, -1, -1)))
    first.pop(_BLANK, None)
    words_of = {shape: masked[index].split() for shape, index in first.items()}
    for _ in range(_ROUNDS):
        above: dict[int, Counter[int]] = {shape: Counter() for shape in words_of}
        below: dict[int, Counter[int]] = {shape: Counter() for shape in words_of}
        for (one, other), count in deadline.over(pairs.items()):
            above[other][one] += count
            below[one][other] += count
        sizes = {shape: len(words) for shape, words in words_of.items()}
        places: dict[tuple[int, ...], tuple[int, list[str]]] = {}
        one_of: dict[int, int] = {}
        for shape, before in above.items():
            after = below[shape]
            if not before or not after or shape in before:
                continue
            words = words_of[shape]
            for side, (near, far) in enumerate(((before, after), (after, before))):
                neighbour, count = near.most_common(1)[0]
                long: Counter[int] = Counter()
                for key, times in far.items():
                    long[sizes[key]] += times
                size, some = long.most_common(1)[0]
                if count >= _SHARE * near.total() and some >= _SHARE * far.total():
                    place = (side, len(words), neighbour, size)
                    own, like = places.setdefault(place, (shape, words))
                    if own != shape and sum(map(eq, words, like)) >= _SIMILAR * len(words):
                        one_of[shape] = one_of.get(own, own)
                        break
        if not one_of:
            break
        shapes = array("i", (one_of.get(shape, shape) for shape in shapes))
        merged: Counter[tuple[int, int]] = Counter()
        for (one, other), count in pairs.items():
            merged[one_of.get(one, one), one_of.get(other, other)] += count
        pairs = merged
        words_of = {shape: words for shape, words in words_of.items() if shape not in one_of}
    return shapes


def _parents(shapes: Sequence[int], counts: Counter[int], deadline: Deadline) -> dict[int, int]:
    """The shape that opens the group, for each shape that is a member of one."""
    follows: dict[int, Counter[int]] = {}
    last = _BLANK
    for shape in deadline.over(shapes):
        if shape == _BLANK:
            continue
        if shape != last:
            # In the order in which they come first.
            before = follows.setdefault(shape, Counter())
            if last != _BLANK:
                before[last] += 1
        last = shape
    runs = Counter({shape: max(1, before.total()) for shape, before in follows.items()})
    opens = {shape for shape in follows if _APART * counts[shape] <= runs[shape]}
    place = {shape: number for number, shape in enumerate(follows)}
    parents: dict[int, int] = {}
    mostly = {
        shape: other
        for shape, before in deadline.over(follows.items())
        for other, count in before.most_common(1)
        if count >= max(_FEWEST - 1, _SHARE * before.total())
    }
    for _ in range(_ROUNDS):
        known = len(parents)
        for shape, before in deadline.over(follows.items()):
            if shape in parents or counts[shape] < _FEWEST:
                continue
            groups = _groups_above(shape, before, parents, mostly, place)
            if not groups:
                continue
            group, count = groups.most_common(1)[0]
            # Where it has a group of its own, it must be what the other one is there for.
            has_own = groups.total() < before.total()
            if (
                count >= max(_FEWEST - 1, _SHARE * groups.total())
                and counts[group] >= _FEWEST
                and group in opens
                and (not has_own or count >= _SHARE * runs[group])
                and place[group] < place[shape]
                and not _is_within(group, shape, parents)
            ):
                parents[shape] = group
        if len(parents) == known:
            break
    return parents


def _naming(
    shapes: Sequence[int], parents: Mapping[int, int], texts: Sequence[str]
) -> frozenset[int]:
    """The shapes in groups whose lines mostly differ, by their first lines."""
    wanted = set(parents).union(parents.values())
    found: dict[int, list[str]] = {shape: [] for shape in wanted}
    for index, shape in enumerate(shapes):
        if shape in wanted:
            found[shape].append(without_times(texts[index]))
            if len(found[shape]) == _SAMPLE:
                wanted.remove(shape)
                if not wanted:
                    break
    return frozenset(shape for shape, some in found.items() if len(set(some)) >= _SHARE * len(some))


def _opened_by_names(
    parents: dict[int, int], counts: Mapping[int, int], naming: Set[int]
) -> dict[int, int]:
    """The same groups, but opened by a line that names something, where there is one.

    A log may begin, or have been cut, in the middle of a group.
    """
    members: dict[int, list[int]] = {}
    for shape, group in parents.items():
        members.setdefault(group, []).append(shape)
    found = dict(parents)
    for group, some in members.items():
        most = counts[group] / _SHARE
        other = next(
            (
                one
                for one in some
                if one in naming
                and one not in members
                and _SHARE * counts[group] <= counts[one] <= most
            ),
            None,
        )
        if group in naming or other is None:
            continue
        found.update(dict.fromkeys([*some, group], other))
        del found[other]
        if group in parents:
            found[other] = parents[group]
    return found


def _groups_above(
    shape: int, above: Mapping[int, int], parents: Mapping[int, int],
    mostly: Mapping[int, int], place: Mapping[int, int],
) -> Counter[int]:  # fmt: skip
    """In which groups the lines are that a shape follows, and how often."""
    groups: Counter[int] = Counter()
    for other, count in above.items():
        group = parents.get(other, other)
        if group == other and _leads_to(shape, other, mostly, place):
            # What comes between two of its lines is in the same group.
            continue
        # What follows a group of its own opens the next one.
        if group != shape:
            groups[group] += count
    return groups


def _leads_to(shape: int, other: int, mostly: Mapping[int, int], place: Mapping[int, int]) -> bool:
    """Whether a shape nearly always stands above another one that comes later, or what does so."""
    for _ in range(_ROUNDS):
        if other == shape or place.get(other, -1) < place[shape]:
            break
        other = mostly.get(other, _BLANK)
    return other == shape


def _is_within(shape: int, group: int, parents: dict[int, int]) -> bool:
    """Whether a shape stands within the group of another one."""
    for _ in range(_FAR):
        if shape == group:
            return True
        if shape not in parents:
            return False
        shape = parents[shape]
    return True
