"""Fitting with few renderings."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.toolkit.fitting import nearly_largest


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=200),
    st.integers(0, 3000),
    st.integers(0, 30),
    st.floats(0.2, 5.0),
)
@settings(max_examples=100, deadline=None)
def test_what_fits_and_nearly_uses_the_budget_up(costs, limit, fixed, wrong_by):
    exact = [fixed]
    for cost in costs:
        exact.append(exact[-1] + cost)
    estimates = [int(count * wrong_by) for count in exact]
    asked = []

    def count(size: int) -> int:
        asked.append(size)
        return exact[size]

    size = nearly_largest(estimates, count, limit)
    if size is None:
        assert exact[0] > limit
        return
    assert exact[size] <= limit
    if size < len(costs):
        assert exact[size + 1] > limit or limit - exact[size] <= 0.005 * limit
    assert len(asked) <= 16


def test_good_estimates_need_few_renderings():
    asked = []

    def count(size: int) -> int:
        asked.append(size)
        return 9 + 3 * size

    assert nearly_largest([2 * size for size in range(100_000)], count, 60_000) is not None
    assert len(asked) <= 4
