"""What stands between a kind and the pipeline leaves nothing of the kind out."""

from __future__ import annotations

import pytest

from headroom import BaseKind
from headroom.kinds.guard import BuiltIn, Guarded
from headroom.kinds.registry import default_kinds

BUILT_IN = [kind for kind in default_kinds() if isinstance(kind, BuiltIn)]


def test_whatever_a_kind_may_know_is_asked_of_it() -> None:
    may_know = {name for name in vars(BaseKind) if not name.startswith("_")}
    said = set(BaseKind.__annotations__)
    assert may_know - said <= set(vars(Guarded))


def test_what_a_kind_says_of_itself_is_said() -> None:
    class Odd(BaseKind):
        name = "odd"
        compressor = "oddity"
        unit = "sentences"
        may_be_mixed = is_sure = takes_in_lines = is_example = begins_with_sign = True
        stands_in_text = False

    odd = Odd()
    guarded = Guarded(odd)
    for name in BaseKind.__annotations__:
        assert getattr(guarded, name) == getattr(odd, name)


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_what_is_told_of_a_built_in_kind_before_it_is_imported_is_so(kind: BuiltIn) -> None:
    assert kind.name == kind._kind.name
    assert kind._condenses == (type(kind._kind).condense is not BaseKind.condense)
    assert bool(kind._opens) == (type(kind._kind)._proves is not BaseKind._proves)


def test_what_a_built_in_kind_says_of_itself_is_said_before_anything_is_asked() -> None:
    fresh = BuiltIn("headroom.kinds.log:LogCompressor", "headroom-core", condenses=False)
    assert [fresh.may_be_mixed, fresh.takes_in_lines, fresh.compressor] == [
        True, True, "log_compressor",
    ]  # fmt: skip
