"""Programs of the code blocks in the READMEs of LangGraph's packages."""

from __future__ import annotations

import re
from importlib.metadata import metadata

__all__ = ["LEFT_OUT", "PROGRAMS", "blocks", "program"]

_ASK = """
result = workflow.compile().invoke({"messages": [{"role": "user", "content": "How many?"}]})
"""
_CUSTOM = """
tool = create_custom_handoff_tool(
    agent_name="math_expert", name="transfer_to_math_expert", description="Ask it for sums"
)
workflow = create_supervisor([research_agent, math_agent], tools=[tool], model=model)
"""
_TELL = """
for message in result["messages"]:
    print(message.type, message.name, message.content, getattr(message, "tool_calls", None))
"""
#: What is run of which package: its blocks, one after the other, and what is added to them.
PROGRAMS: dict[str, tuple[str, tuple[int, ...], str]] = {
    "deepagents": ("deepagents", (0,), _TELL),
    "prebuilt agent": ("langgraph-prebuilt", (0,), ""),
    "supervisor": ("langgraph-supervisor", (0,), _TELL),
    "supervisor, own handoffs": ("langgraph-supervisor", (0, 5), _ASK + _TELL),
    "supervisor, handoff prefix": ("langgraph-supervisor", (0, 7), _ASK + _TELL),
    "supervisor, custom handoff": ("langgraph-supervisor", (0, 8), _CUSTOM + _ASK + _TELL),
    "supervisor, forwarding": ("langgraph-supervisor", (0, 9), _ASK + _TELL),
    "supervisor, functional": ("langgraph-supervisor", (10,), _TELL),
    "swarm": ("langgraph-swarm", (0,), ""),
}
#: The other blocks of these packages.
LEFT_OUT: dict[str, tuple[int, ...]] = {
    # One invokes a ToolNode outside of a graph, which LangGraph refuses by now, one has no model;
    # the others have names that are not there, or ... for what is to be filled in.
    "langgraph-prebuilt": (1, 2, 3),
    # In one, messages of handoffs are left out, and our model hands off for ever.
    "langgraph-supervisor": (1, 2, 3, 4, 6),
    "langgraph-swarm": (1, 2, 3, 4),
}


def blocks(package: str) -> list[str]:
    """The Python blocks of a README, as the installed package has it."""
    text = metadata(package).get_payload()
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def program(name: str) -> str:
    """One of them, as a text to run."""
    package, numbers, end = PROGRAMS[name]
    found = blocks(package)
    return "\n".join([*(found[each] for each in numbers), end])
