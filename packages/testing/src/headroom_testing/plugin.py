"""A pytest plugin: which store does what, at the end of a run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from headroom_testing.contract.base import Capability, ContractBase, capability_of

__all__ = ["pytest_collection_modifyitems", "pytest_terminal_summary"]

_PROPERTY = "headroom-store"
_EVERY_STORE = "contract"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Notes on each test of a contract what it is about; reports carry that, also from workers."""
    for item in items:
        tested = getattr(item, "cls", None)
        if isinstance(tested, type) and issubclass(tested, ContractBase):
            capability = capability_of(getattr(item, "obj", None))
            about = _EVERY_STORE if capability is None else capability.value
            claims = ",".join(sorted(claim.value for claim in tested.capabilities))
            item.user_properties.append((_PROPERTY, f"{tested.__name__}|{claims}|{about}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints a line for each store class that was tested."""
    outcomes: dict[tuple[str, str], dict[str, set[str]]] = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            for store, about in _properties(report):
                outcomes.setdefault(store, {}).setdefault(about, set()).add(outcome)
    if not outcomes:
        return
    terminalreporter.section("Headroom stores")
    for (name, claims), found in sorted(outcomes.items()):
        claimed = {_EVERY_STORE, *claims.split(",")}
        words = ", ".join(
            f"{about}: {_verdict(found.get(about, set()), claimed=about in claimed)}"
            for about in (_EVERY_STORE, *(capability.value for capability in Capability))
        )
        terminalreporter.write_line(f"{name}: {words}")


def _properties(report: object) -> Iterable[tuple[tuple[str, str], str]]:
    for key, value in getattr(report, "user_properties", ()):
        if key == _PROPERTY:
            name, claims, about = str(value).split("|")
            yield (name, claims), about


def _verdict(outcomes: set[str], *, claimed: bool) -> str:
    if not claimed:
        return "not claimed"
    if not outcomes:
        return "not tested in this run"
    return "holds" if outcomes == {"passed"} else "fails"
