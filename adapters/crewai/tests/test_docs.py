"""The README, the page of every road and the docstrings run as they stand."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from crewai.events import crewai_event_bus

import headroom_crewai

README = Path(__file__).parent.parent / "README.md"
PAGE = README.parents[2] / "docs" / "frameworks" / "crewai.md"
MODULES = [
    "headroom_crewai",
    *(
        f"headroom_crewai.{module.name}"
        for module in pkgutil.iter_modules(headroom_crewai.__path__)
    ),
]


def test_the_page_and_the_readme_run() -> None:
    pages = (PAGE.read_text(), README.read_text())
    found = [re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE) for page in pages]
    assert list(map(len, found)) == [4, 1]
    # The two lines of the README are about the crew of the page.
    code = "\n".join(block for blocks in found for block in blocks)
    with crewai_event_bus.scoped_handlers():
        exec(compile(code, str(PAGE), "exec"), {"__name__": "page"})


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings_run(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_every_public_thing_says_what_it_does() -> None:
    for name in headroom_crewai.__all__:
        if name != "__version__":
            assert getattr(headroom_crewai, name).__doc__, name
