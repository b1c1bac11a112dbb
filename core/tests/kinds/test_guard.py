"""What stands between a kind and the pipeline leaves nothing of the kind out."""

from __future__ import annotations

from headroom import BaseKind
from headroom.kinds.guard import Guarded


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
