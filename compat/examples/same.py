"""What goes otherwise with Headroom in place: exit, what is printed, what models are sent."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from compat.examples.runs import Ran, View

__all__ = ["differences", "saved", "stable_differences"]

# What is another in each run: ids, addresses, times, ports, folders of a run.
_CHANCE = re.compile(
    r"\d{14}-[0-9a-f]{12}|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|0x[0-9a-f]{6,}"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?"
    r"|\d\d:\d\d:\d\d(?:\.\d+)?"
    r"|\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds)\b|(?<=127\.0\.0\.1:)\d+|/tmp/[\w./-]+"
)
_TOOL = "headroom_retrieve"
#: Lines of a difference that are shown.
_SHOWN = 12


def differences(without: Ran, within: Ran) -> list[str]:
    """In words; empty where Headroom shows in nothing but the views that models are sent.

    What models are sent is compared with each view turned back into its original, and without our
    tool; parallel requests come in any order.
    """
    found = []
    if without.status != within.status:
        found.append(f"exit status {without.status} without, {within.status} with")
    found += _lines("stdout", _told(without.stdout), _told(within.stdout))
    found += _lines("files", _written(without), _written(within))
    if "Traceback" in within.stderr and "Traceback" not in without.stderr:
        found.append(f"a traceback with: {within.stderr[-2000:]}")
    found += _lines("sent", _sent(without, []), _sent(within, within.views))
    worse = [each for each in within.views if each.view_tokens > each.original_tokens]
    found += [f"a view of more tokens than its original: {each.view[:200]}" for each in worse]
    return found


def stable_differences(without: Ran, within: Ran, again: Callable[[], Ran]) -> list[str]:
    """The same, less what goes otherwise from run to run without Headroom, too.

    ``again`` runs the example without Headroom once more; it is asked only where it matters.
    """
    found = differences(without, within)
    if found:
        chance = {each.split(":")[0] for each in differences(without, again())}
        found = [each for each in found if each.split(":")[0] not in chance]
    return found


def saved(without: Ran, within: Ran) -> int:
    """How many characters fewer models were sent."""
    before, after = (
        sum(len(json.dumps(body)) for _, body in each.sent) for each in (without, within)
    )
    return before - after


def _told(text: str) -> list[str]:
    return [line.rstrip() for line in _CHANCE.sub("-", text).splitlines()]


def _written(ran: Ran) -> list[str]:
    # By their texts: names of files may be ids.
    texts = sorted(_CHANCE.sub("-", each) for each in ran.files.values())
    return [line for each in texts for line in each.splitlines()]


def _sent(ran: Ran, views: Sequence[View]) -> list[str]:
    back = {each.view: each.original for each in views}
    told = [json.dumps([path, _as_without(body, back)], sort_keys=True) for path, body in ran.sent]
    return sorted(_CHANCE.sub("-", each) for each in told)


def _as_without(value: Any, back: dict[str, str]) -> Any:
    if isinstance(value, dict):
        kept = {key: _as_without(each, back) for key, each in value.items()}
        if isinstance(kept.get("tools"), list):
            kept["tools"] = [each for each in kept["tools"] if _TOOL not in json.dumps(each)]
            if not kept["tools"]:
                del kept["tools"]
        return kept
    if isinstance(value, list):
        return [_as_without(each, back) for each in value]
    if isinstance(value, str):
        if value in back:
            return back[value]
        for view, original in back.items():
            value = value.replace(view, original)
    return value


def _lines(what: str, before: list[str], after: list[str]) -> list[str]:
    if before == after:
        return []
    shown = list(difflib.unified_diff(before, after, "without", "with", lineterm="", n=0))
    return ["\n".join([f"{what}:", *(each[:2000] for each in shown[: 2 + _SHOWN])])]
