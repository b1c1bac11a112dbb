"""The tags of one name in a large document, each made when it is asked for.

As objects, all of them would be several times as large as their text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Union, cast

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.packed import Packed
from headroom.toolkit.rows.values import Json

__all__ = ["LARGE", "MANY", "PackedValues", "may_stay", "unpacked"]

#: Documents of fewer characters, and fewer tags, are objects at once: that is quicker. Chosen.
LARGE, MANY = 200_000, 500
#: An object of more members is data itself. Chosen.
_MOST_MEMBERS = 40

#: Texts that are put together at a time. Chosen.
_TOGETHER = 1000

#: What a value is like: ``None`` for a text; else the keys of an object, or ``None`` for a list,
#: and what each member is like, or ``None`` where an object has but texts.
_Shape = Union[None, "tuple[tuple[str, ...] | None, tuple[_Shape, ...] | None]"]


class PackedValues(Lazy[Json]):
    """Texts, objects and lists of such, as their texts and what each is like.

    Add all of them before the first is read.

    >>> values = PackedValues()
    >>> values.append({"id": "7", "name": "Ada"}), values.append({"id": "8", "tags": ["x", "y"]})
    (None, None)
    >>> len(values), values[1], list(values)[0], values.are_objects
    (2, {'id': '8', 'tags': ['x', 'y']}, {'id': '7', 'name': 'Ada'}, True)

    """

    def __init__(self) -> None:
        self._texts = Packed()
        self._waiting: list[str] = []
        # Each shape there is, and its number; that of each value.
        self._shapes: list[_Shape] = []
        self._numbers: dict[_Shape, int] = {}
        self._like = array("I")
        # Where the texts of each begin, and behind the last, where they end.
        self._starts = array("I", (0,))

    @property
    def are_objects(self) -> bool:
        """Whether all of them are objects."""
        return all(shape is not None and shape[0] is not None for shape in self._shapes)

    def append(self, value: Json) -> None:
        """Adds one at the end."""
        before = len(self._waiting)
        shape = _shape(value, self._waiting)
        number = self._numbers.setdefault(shape, len(self._shapes))
        if number == len(self._shapes):
            self._shapes.append(shape)
        self._like.append(number)
        self._starts.append(self._starts[-1] + len(self._waiting) - before)
        if len(self._waiting) >= _TOGETHER:
            self._put()

    def _put(self) -> None:
        self._texts.extend(self._waiting)
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._like)

    def __iter__(self) -> Iterator[Json]:
        self._put()
        texts = iter(self._texts)
        return (_value(self._shapes[number], texts) for number in self._like)

    def _at(self, index: int) -> Json:
        self._put()
        texts = self._texts[self._starts[index] : self._starts[index + 1]]
        return _value(self._shapes[self._like[index]], iter(texts))


def _shape(value: Json, texts: list[str]) -> _Shape:
    """What a value is like; its texts are added to ``texts``."""
    if isinstance(value, str):
        texts.append(value)
        return None
    if not isinstance(value, dict):
        assert isinstance(value, list)
        return None, tuple([_shape(member, texts) for member in value])
    if set(map(type, value.values())) == {str}:
        texts.extend(cast("Iterable[str]", value.values()))
        return tuple(value), None
    return tuple(value), tuple([_shape(member, texts) for member in value.values()])


def _value(shape: _Shape, texts: Iterator[str]) -> Json:
    """The next value, which is like this."""
    if shape is None:
        return next(texts)
    keys, members = shape
    if members is None:
        assert keys is not None
        return dict(zip(keys, texts))
    made = [_value(member, texts) for member in members]
    return made if keys is None else dict(zip(keys, made))


def may_stay(value: Json, held: Sequence[Json]) -> bool:
    """Whether packed values below a tag may stay so: whoever reads data looks for them in objects
    that are no rows, and in a list nowhere.

    Args:
        value: What the tag holds.
        held: Tags in it that have packed values below them.

    """
    if not isinstance(value, dict) or len(value) > _MOST_MEMBERS:
        return False
    objects = [member for member in value.values() if type(member) is dict]
    # What is the only object is no row of a collection by its keys, and no column.
    return not held or (len(objects) == len(held) == 1 and objects[0] is held[0])


def unpacked(value: Json) -> Json:
    """A value with all that it holds."""
    if isinstance(value, dict):
        return {key: unpacked(member) for key, member in value.items()}
    return list(map(unpacked, value)) if isinstance(value, list | Lazy) else value
