"""Which tool an output is of, also where an earlier input of the model had the call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from agents.tracing import Trace, get_current_trace

from headroom import SharedContext
from headroom.forking import lock

__all__ = ["Call", "Calls", "is_for_program", "names_of"]

# Calls that a context remembers, of all conversations; the least recent go first. Chosen.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Call:
    """A call of a tool."""

    name: str
    #: All that ``exclude`` and ``max_tokens`` may call the tool.
    names: frozenset[str]
    #: Whether a program made it, which parses what comes back.
    for_program: bool = False

    @classmethod
    def of(cls, item: Mapping[str, object]) -> Call | None:
        """The call that an item is, or the call of which it is the output and says so itself."""
        name = item.get("name")
        return cls(name, names_of(item), is_for_program(item)) if isinstance(name, str) else None


def names_of(item: Mapping[str, object]) -> frozenset[str]:
    """The names of the tool that an item names, with its namespace or server and without.

    >>> sorted(names_of({"name": "read", "namespace": "files"}))
    ['files.read', 'read']
    >>> sorted(names_of({"name": "mcp_files__read"}))
    ['mcp_files__read', 'read']
    """
    name = item.get("name")
    if not isinstance(name, str):
        return frozenset()
    names = {name}
    if name.startswith("mcp_"):
        # mcp_<server>__<tool>, as the SDK calls a tool by its server; either may have "__" in it.
        parts = name.split("__")
        names |= {"__".join(parts[place:]) for place in range(1, len(parts))}
    for field in ("namespace", "server_label"):
        if isinstance(where := item.get(field), str):
            names.add(f"{where}.{name}")
    return frozenset(names)


def is_for_program(item: object) -> bool:
    """Whether a call was made by a program, or an output goes to one."""
    caller = item.get("caller") if isinstance(item, Mapping) else getattr(item, "caller", None)
    kind = caller.get("type") if isinstance(caller, Mapping) else getattr(caller, "type", None)
    return kind == "program"


class Calls:
    """What conversations carried earlier, for those of which a server keeps what was sent."""

    def __init__(self) -> None:
        self._lock = lock()
        self._by_id: OrderedDict[str, Call] = OrderedDict()
        # The turns of a run are not all in one task, but in one trace, also where tracing is off.
        # Of each trace: what each agent was asked, the latest last. Agents that are tools run
        # between the turns of another one, and are asked something else.
        self._asked: WeakKeyDictionary[Trace, dict[str, str]] = WeakKeyDictionary()

    @classmethod
    def of(cls, ctx: SharedContext) -> Calls:
        """Those of a context: its tools and filters do not know of each other."""
        with _lock:
            return _by_context.setdefault(ctx, cls())

    def note(self, call_id: str, call: Call) -> None:
        """Notes a call."""
        with self._lock:
            self._by_id[call_id] = call
            self._by_id.move_to_end(call_id)
            while len(self._by_id) > _REMEMBERED:
                self._by_id.popitem(last=False)

    def note_item(self, item: Mapping[str, object]) -> tuple[str, Call] | None:
        """Notes the call that an item is, if it is one, and gives it back with its id."""
        call_id, call = item.get("call_id"), Call.of(item)
        if not isinstance(call_id, str) or call is None:
            return None
        self.note(call_id, call)
        return call_id, call

    def get(self, call_id: str) -> Call | None:
        """The call of this id."""
        with self._lock:
            return self._by_id.get(call_id)

    def asked(self, agent: str, question: str | None) -> str | None:
        """What an agent was asked last in this trace, or the agent that handed over to it.

        Args:
            agent: Its name.
            question: What it is asked now, if it is.

        """
        trace = get_current_trace()
        if trace is None:
            return question
        with self._lock:
            of_trace = self._asked.setdefault(trace, {})
            if question is None:
                question = of_trace.get(agent) or next(reversed(of_trace.values()), None)
            if question is not None:
                of_trace.pop(agent, None)
                of_trace[agent] = question
            return question


_lock = lock()
_by_context: WeakKeyDictionary[SharedContext, Calls] = WeakKeyDictionary()
