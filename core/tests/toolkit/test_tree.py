"""The blocks of a value: each says where it stands, whatever parts tables are shown in."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from headroom.kinds.json.parse import parse
from headroom.tokens import get_counter
from headroom.toolkit.rows.blocks import build, expanded
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.packed import LISTED
from headroom.toolkit.rows.tree import Block, Line, Section, TableBlock
from headroom.toolkit.rows.values import Json
from headroom.view import Request

_REQUEST = Request("json", get_counter(), 1)
_KEYS = st.sampled_from(["id", "a/b", "~", "", "name", "0", "é"])
_SCALARS = st.sampled_from([None, "", "text of some length, so that it is a section", 7, []])
_ROWS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 9), "about": st.dictionaries(_KEYS, _SCALARS)}),
    min_size=2,
    max_size=4,
)
_VALUES = st.recursive(
    _SCALARS | _ROWS,
    lambda inner: st.dictionaries(_KEYS, inner, max_size=5) | st.lists(inner, max_size=4),
    max_leaves=20,
)


def _at(value: Json, path: str) -> Json:
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[key] if isinstance(value, dict) else value[int(key)]  # type: ignore[index]
    return value


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    if isinstance(block, Section):
        for member in block.members:
            yield from _blocks(member)


@given(st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=4), st.booleans())
def test_blocks_say_where_they_stand(data: dict[str, object], by_depth: bool) -> None:
    value, _ = parse(json.dumps(data))
    speller = Speller()
    plain = build(value, speller, _REQUEST)
    assert plain is not None
    parts = expanded(plain, lambda table: table.depth > 0 or by_depth, speller, _REQUEST)
    for tree in (plain, parts):
        found = list(_blocks(tree.root))
        assert [block.node for block in found] == list(range(len(tree.keys)))
        for block in found:
            there = _at(value, block.path)
            assert block.level == block.path.count("/")
            if isinstance(block, Line):
                assert block.value == there
                if block.same:
                    assert _at(value, tree.path(block.same)) == there
                    assert tree.path(block.same) == block.text.partition(": same as ")[2]
            elif isinstance(block, TableBlock):
                assert len(block.values) == len(there)  # type: ignore[arg-type]
            elif not block.of_rows:
                assert isinstance(there, dict)
                assert [one.part for one in block.members] == list(there)


def test_the_lines_of_many_blocks_are_those_of_few() -> None:
    def some(count: int) -> dict[str, object]:
        return {f"k{n}": {f"a{n}": f"The text of {n}, and more.", f"b{n}": n} for n in range(count)}

    few, many = (
        build(parse(json.dumps(some(count)))[0], Speller(), _REQUEST) for count in (9, LISTED // 2)
    )
    assert few is not None
    assert many is not None
    assert isinstance(few.texts, list)
    assert not isinstance(many.texts, list)
    assert many.texts[: len(few.keys)] == few.texts
    assert many.texts[len(many.keys) - 1] == f"b{LISTED // 2 - 1}={LISTED // 2 - 1}"
