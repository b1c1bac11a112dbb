"""What is put in place in a process of an example, and what it did there."""

from __future__ import annotations

import atexit
import json
import os
from pathlib import Path
from typing import Any

from headroom import ContextEntry, Decision, HandoffOptions, SharedContext

__all__ = ["FILE", "OPTIONS", "ctx", "options"]

#: Names of variables: where to tell what was done, and the options, as JSON.
FILE, OPTIONS = "HEADROOM_COMPAT_VIEWS", "HEADROOM_COMPAT_OPTIONS"

ctx = SharedContext(max_entries=None)
_payloads = 0
_views: list[dict[str, Any]] = []


def _count(decision: Decision) -> None:
    global _payloads
    del decision
    _payloads += 1


def _note(entry: ContextEntry) -> None:
    _views.append(
        {
            "original": entry.original,
            "view": entry.compressed,
            "lossless": entry.lossless,
            "original_tokens": entry.original_tokens,
            "view_tokens": entry.compressed_tokens,
        }
    )


def _write() -> None:
    # In a process that runs no example there is nobody to tell.
    if FILE not in os.environ:
        return
    told = {"payloads": _payloads, "views": _views}
    Path(os.environ[FILE]).write_text(json.dumps(told), encoding="utf-8")


options = HandoffOptions(on_handoff=_count, on_compress=_note)
options.update(json.loads(os.environ.get(OPTIONS, "{}")))
atexit.register(_write)
