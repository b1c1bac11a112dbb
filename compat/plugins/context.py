"""A pytest plugin: what the others put in place, and how often it was asked."""

from __future__ import annotations

import json
import os
from pathlib import Path

from headroom import Decision, HandoffOptions, SharedContext

FOLDER = "HEADROOM_COMPAT_DECISIONS"

ctx = SharedContext(max_entries=None)
_decisions = {"payloads": 0, "views": 0}


def _count(decision: Decision) -> None:
    _decisions["payloads"] += 1
    _decisions["views"] += decision.is_view


# The payloads of tests are small: with the defaults few of them would become views.
options = HandoffOptions(min_tokens=0, on_handoff=_count)


def pytest_sessionfinish() -> None:
    # One file per process: there are several where tests run side by side.
    if FOLDER in os.environ:
        file = Path(os.environ[FOLDER], f"{os.getpid()}.json")
        file.write_text(json.dumps(_decisions), encoding="utf-8")
