"""The README and the docstrings run as they stand."""

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
MODULES = [
    "headroom_crewai",
    *(
        f"headroom_crewai.{module.name}"
        for module in pkgutil.iter_modules(headroom_crewai.__path__)
    ),
]


def test_the_readme_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 5
    code = "\n".join(blocks)
    with crewai_event_bus.scoped_handlers():
        exec(compile(code, str(README), "exec"), {"__name__": "readme"})


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings_run(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_every_public_thing_says_what_it_does() -> None:
    for name in headroom_crewai.__all__:
        if name != "__version__":
            assert getattr(headroom_crewai, name).__doc__, name
