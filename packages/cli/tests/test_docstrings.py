"""The examples in docstrings run as they stand."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import headroom_cli

MODULES = [
    module.name
    for module in pkgutil.walk_packages(headroom_cli.__path__, "headroom_cli.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", ["headroom_cli", *MODULES])
def test_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
