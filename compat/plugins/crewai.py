"""A pytest plugin: CrewAI's tests, with ``install(ctx)`` in place for each of them."""

from __future__ import annotations

import pytest

from compat.plugins.context import ctx, options
from headroom_crewai import install


@pytest.fixture(autouse=True)
def _headroom() -> None:
    # Each time anew: some of the tests clear all hooks.
    install(ctx, **options)
