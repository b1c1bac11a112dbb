"""Programs of the code blocks in the READMEs of LangGraph's packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import metadata

__all__ = ["PROGRAMS", "blocks", "program"]

_ASK = """
result = workflow.compile().invoke({"messages": [{"role": "user", "content": "How many?"}]})
"""
_TELL = """
for message in result["messages"]:
    print(message.type, message.name, message.content, getattr(message, "tool_calls", None))
"""
#: What is run of which package: its blocks, one after the other, and what is added to them.
PROGRAMS: dict[str, tuple[str, tuple[int, ...], str]] = {
    "deepagents": ("deepagents", (0,), _TELL),
    "prebuilt agent": ("langgraph-prebuilt", (0,), ""),
    "prebuilt tool node": ("langgraph-prebuilt", (1,), ""),
    "prebuilt validation": ("langgraph-prebuilt", (2,), ""),
    "supervisor": ("langgraph-supervisor", (0,), _TELL),
    "supervisor, own handoffs": ("langgraph-supervisor", (0, 5), _ASK + _TELL),
    "supervisor, no handoff messages": ("langgraph-supervisor", (0, 6), _ASK + _TELL),
    "supervisor, handoff prefix": ("langgraph-supervisor", (0, 7), _ASK + _TELL),
    "supervisor, forwarding": ("langgraph-supervisor", (0, 9), _ASK + _TELL),
    "supervisor, functional": ("langgraph-supervisor", (10,), _TELL),
    "swarm": ("langgraph-swarm", (0,), ""),
}


def blocks(package: str) -> list[str]:
    """The Python blocks of a README, as the installed package has it."""
    text = metadata(package).get_payload()
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def program(name: str) -> str:
    """One of them, as a text to run."""
    package, numbers, end = PROGRAMS[name]
    found = blocks(package)
    return "\n".join(_all([found[each] for each in numbers], end))


def _all(code: list[str], end: str) -> Iterator[str]:
    yield from code
    yield end
