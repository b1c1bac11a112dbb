"""The examples in docstrings run as they stand."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import headroom_testing

MODULES = [
    module.name
    for module in pkgutil.walk_packages(headroom_testing.__path__, "headroom_testing.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", ["headroom_testing", *MODULES])
def test_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
