"""The tags in a tag as data."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.xml.rows import MANY, PackedValues
from headroom.toolkit.rows.values import Json

__all__ = ["members_of"]

#: So many of the tags in a tag are of another name than the one before, where names take turns.
_TURNS = 0.3


def members_of(names: list[str], values: list[Json] | PackedValues) -> dict[str, Json]:
    """What stands in a tag: by its names, or in its order where names take turns.

    Args:
        names: Of the tags in it.
        values: What each of them holds.

    >>> members_of(["id", "item", "item"], ["7", "pen", "ink"])
    {'id': '7', 'item': ['pen', 'ink']}

    """
    different = set(names)
    if len(different) == len(names):
        return dict(zip(names, values))
    takes_turns = _take_turns(names, len(different))
    by_key = _by_key(names, values) if takes_turns else None
    if by_key is not None:
        return by_key
    if type(values) is PackedValues:
        return _packed_members(names, values, takes_turns=takes_turns)
    if takes_turns:
        return {"tags": list(map(_tagged, names, values))}
    of_name: dict[str, list[Json]] = {}
    for name, value in zip(names, values):
        of_name.setdefault(name, []).append(value)
    return {name: some if len(some) > 1 else some[0] for name, some in of_name.items()}


def _take_turns(names: Sequence[str], different: int) -> bool:
    """Whether tags of several names take turns."""
    switches, before = 0, ""
    for name in names:
        if name != "comment":
            switches += name != before
            before = name
    # Each name once, or one after the other, has no order that tells anything; nor have a few notes
    # among many records.
    return switches > different and switches >= _TURNS * len(names)


def _packed_members(
    names: Sequence[str], values: PackedValues, *, takes_turns: bool
) -> dict[str, Json]:
    """The same of many tags; what is no list of many objects is not packed any more."""
    if takes_turns:
        tags = PackedValues()
        for name, value in zip(names, values):
            tags.append(_tagged(name, value))
        return {"tags": tags}
    of_name = {name: PackedValues() for name in dict.fromkeys(names)}
    if len(of_name) == 1:
        of_name[names[0]] = values
    else:
        for name, value in zip(names, values):
            of_name[name].append(value)
    members: dict[str, Json] = {}
    for name, some in of_name.items():
        if len(some) >= MANY and some.are_objects:
            members[name] = some
        else:
            members[name] = list(some) if len(some) > 1 else some[0]
    return members


def _by_key(names: list[str], values: Sequence[Json]) -> dict[str, Json] | None:
    """A list of keys and values in turns, as property lists have them."""
    if len(names) % 2 or any(name != "key" for name in names[::2]):
        return None
    keys = values[::2]
    if any(type(key) is not str for key in keys):
        return None
    found: dict[str, Json] = {
        str(key): value if value else name
        for key, name, value in zip(keys, names[1::2], values[1::2])
    }
    return found if len(found) == len(keys) else None


def _tagged(name: str, value: Json) -> Json:
    if isinstance(value, dict):
        return {"tag" if "tag" not in value else "<tag>": name, **value}
    return {"tag": name, "text": value} if value else {"tag": name}
