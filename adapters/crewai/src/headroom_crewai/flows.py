"""Methods of flows: their arguments arrive as views, what they leave behind is original."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import TYPE_CHECKING
from weakref import ref

from crewai.crews.crew_output import CrewOutput
from crewai.flow.flow import Flow
from crewai.hooks.contexts import StepContext
from crewai.lite_agent_output import LiteAgentOutput
from crewai.tasks.task_output import TaskOutput
from pydantic import BaseModel

from headroom import Payload, Reader
from headroom.forking import lock

if TYPE_CHECKING:
    # It holds what is noted here.
    from headroom_crewai.setup import Setup

__all__ = ["FlowViews", "arguments_of", "is_own", "result_of_method"]

# Levels of lists, dicts and models in which texts are looked for. Chosen: those of an API's answer,
# as {"data": {"items": [{"text": ...}]}}, are reached, and a value that holds itself comes to an
# end.
_DEPTH = 4
# Levels in which views are looked for: a method may put its argument deep in others. Chosen.
_DEPTH_BACK = 32


class _Shown:
    """The views that methods of one flow were given, and their originals."""

    def __init__(self, flow: object) -> None:
        self.flow = ref(flow)
        self._originals: dict[str, str] = {}

    def note(self, view: str, original: str) -> bool:
        """Notes a view; ``False`` where it could be one of another original as well."""
        return self._originals.setdefault(view, original) == original

    def original(self, text: str) -> str:
        """A text, with originals for the views in it."""
        # As they are now: another method may be given one.
        for view, original in list(self._originals.items()):
            if view in text:
                text = text.replace(view, original)
            for ascii_only in (True, False):
                # In a JSON text it is written with escapes.
                escaped = json.dumps(view, ensure_ascii=ascii_only)[1:-1]
                if escaped in text:
                    written = json.dumps(original, ensure_ascii=ascii_only)[1:-1]
                    text = text.replace(escaped, written)
        return text

    def restore_state(self) -> None:
        """Puts originals into the state of the flow."""
        flow = self.flow()
        if isinstance(flow, Flow):
            _with_originals(flow.state, self.original)


class FlowViews:
    """The views that methods of flows were given, until these end."""

    def __init__(self) -> None:
        self._lock = lock()
        self._shown: list[_Shown] = []

    def begin(self, flow: object) -> _Shown:
        """What one flow was shown; from here on it is noted."""
        found = self.of(flow)
        with self._lock:
            if found is None:
                found = _Shown(flow)
                self._shown.append(found)
            return found

    def of(self, flow: object) -> _Shown | None:
        """What one flow was shown, if it was noted."""
        with self._lock:
            # Those of flows that are gone as well.
            self._shown = [each for each in self._shown if each.flow() is not None]
            return next((each for each in self._shown if each.flow() is flow), None)

    def end(self, flow: object) -> None:
        """Puts originals into the state of a flow that is over: a method of it may have failed."""
        shown = self.of(flow)
        if shown is not None:
            shown.restore_state()
            with self._lock:
                self._shown = [each for each in self._shown if each is not shown]

    def end_all(self) -> None:
        """Ends them all. In older releases CrewAI does not say that a flow has failed."""
        for shown in list(self._shown):
            self.end(shown.flow())


def is_own(flow: object) -> bool:
    """Whether a flow is CrewAI's own: it runs agents by such."""
    return type(flow).__module__.partition(".")[0] == "crewai"


def arguments_of(step: StepContext, setup: Setup) -> dict[str, object] | None:
    """The arguments that a flow method is called with instead of ``step.payload``."""
    name, payload = step.step_name, step.payload
    if name not in setup.flow_methods or not isinstance(payload, dict):
        return None
    if is_own(step.flow):
        return None
    documentation = getattr(getattr(type(step.flow), name, None), "__doc__", None) or ""
    query = f"{name.replace('_', ' ')}. {documentation}".strip()
    shown = setup.flows.begin(step.flow)

    def view(text: str) -> str:
        # A method is code: whether an agent reads on, and what tools it has, is not known here.
        # Nor can it be given one.
        reader = Reader(name, query=setup.handoff.query or query)
        made = setup.text(Payload(text, name), reader)
        return made if made == text or shown.note(made, text) else text

    return {key: _with_views(value, view, _DEPTH) for key, value in payload.items()}


def _with_views(value: object, view: Callable[[str], str], depth: int) -> object:
    """The same value with views for texts; of the type that it had, and a copy if it changed."""
    if isinstance(value, str):
        return view(value)
    if isinstance(value, (CrewOutput, TaskOutput, LiteAgentOutput)):
        raw = view(value.raw)
        return value if raw == value.raw else value.model_copy(update={"raw": raw})
    if depth and type(value) is dict:
        texts = {key: _with_views(each, view, depth - 1) for key, each in value.items()}
        return texts if any(texts[key] is not value[key] for key in value) else value
    if depth and type(value) is list:
        items = [_with_views(each, view, depth - 1) for each in value]
        return items if any(new is not old for new, old in zip(items, value)) else value
    return value


def result_of_method(step: StepContext, setup: Setup) -> object:
    """What a method gave back, with originals for views; and so the state of its flow."""
    shown = setup.flows.of(step.flow)
    if shown is None:
        return None
    shown.restore_state()
    return _with_originals(step.payload, shown.original)


def _with_originals(
    value: object,
    original: Callable[[str], str],
    depth: int = _DEPTH_BACK,
    seen: dict[int, object] | None = None,
) -> object:
    """The same value with originals for views; what can hold others is changed in place."""
    if isinstance(value, str):
        return original(value)
    seen = {} if seen is None else seen
    if not depth or id(value) in seen:
        return seen.get(id(value), value)
    # What holds itself, or stands in many places, is gone through once.
    seen[id(value)] = value
    if type(value) is tuple:
        items = tuple(_with_originals(each, original, depth - 1, seen) for each in value)
        if any(new is not old for new, old in zip(items, value)):
            seen[id(value)] = items
        return seen[id(value)]
    inside = value if isinstance(value, (dict, list)) else _fields(value)
    for place, each in list(inside.items() if isinstance(inside, dict) else enumerate(inside)):
        restored = _with_originals(each, original, depth - 1, seen)
        if restored is not each:
            inside[place] = restored
    return value


def _fields(value: object) -> dict[str, object]:
    """The fields of a model or dataclass, to be changed.

    Not by ``setattr``: what is frozen would refuse, and others run validators of the user's.
    """
    if isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
        return getattr(value, "__dict__", {})
    return {}
