"""Regular expressions that wait for their first use."""

from __future__ import annotations

import gc
import pkgutil
import re
from importlib import import_module

import pytest

import headroom
from headroom.regexes import _Late, regex


def test_a_pattern_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    by_python = re.compile

    def noting(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return by_python(pattern, flags)

    monkeypatch.setattr(re, "compile", noting)
    word = regex(r"[a-z]+", re.IGNORECASE)
    assert compiled == []
    assert word.findall("Three blind mice") == ["Three", "blind", "mice"]
    assert word.findall("See how") == ["See", "how"]
    assert compiled == [r"[a-z]+"]


def test_every_pattern_of_the_core_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(headroom.__path__, "headroom."):
        # That one needs OpenTelemetry, and has none.
        if module.name != "headroom.otel":
            import_module(module.name)
    late = [one for one in gc.get_objects() if type(one) is _Late]
    assert len(late) > 40
    for one in late:
        re.compile(*one._written)
