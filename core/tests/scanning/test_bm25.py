"""BM25 by its formula."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from headroom.scanning.bm25 import Counted, mean, rarities, rarity, score, scores


def test_a_term_that_fewer_units_have_tells_more_and_none_tells_less_than_nothing() -> None:
    told = [rarity(50, having) for having in range(51)]
    assert told == sorted(told, reverse=True)
    assert min(told) > 0


def test_rarities_count_a_unit_once() -> None:
    assert rarities([Counter(a=5), Counter(a=1, b=1), Counter()]) == {
        "a": rarity(3, 2),
        "b": rarity(3, 1),
    }


def test_repeats_count_less_and_less_up_to_a_bound() -> None:
    parts = [score(1.0, count, 10, 10) for count in range(1, 200)]
    steps = [after - before for before, after in pairwise(parts)]
    assert parts[0] == pytest.approx(1.0)
    assert steps == sorted(steps, reverse=True)
    assert parts[-1] < 2.2


@pytest.mark.parametrize(("b", "falls"), [(0.0, False), (0.75, True)])
def test_length_counts_against_a_unit_as_far_as_b_says(b: float, falls: bool) -> None:
    assert (score(1.0, 1, 20, 10, b) < score(1.0, 1, 10, 10, b)) is falls


def test_scores_do_not_hang_on_the_order_in_which_terms_were_met() -> None:
    weights = {"a": 0.1, "b": 0.2, "c": 0.3}
    forwards = Counted(Counter(["a", "b", "c"]), 3)
    backwards = Counted(Counter(["c", "b", "a"]), 3)
    one, two = scores([forwards, backwards], weights)
    assert one == two


def test_no_units_and_empty_units() -> None:
    assert mean([]) == mean([0, 0]) == 1.0
    assert scores([], {}) == []
    assert scores([Counted(Counter(), 0)], {}) == [0.0]
