"""The tool, given to an agent in the middle of its work: from the first view on that needs it.

CrewAI collects tools before an agent begins, when nobody knows yet whether the result of a tool
will be worth a view. So ours comes late, as CrewAI's own reader of results that it set aside does.
"""

from __future__ import annotations

from typing import Any, Protocol, cast
from weakref import WeakValueDictionary

from crewai.hooks.llm_hooks import LLMCallHookContext
from crewai.hooks.tool_hooks import ToolCallHookContext
from crewai.tools import BaseTool
from crewai.tools.structured_tool import CrewStructuredTool
from crewai.utilities.agent_utils import get_tool_names, render_text_description_and_args

from headroom import SharedContext
from headroom.forking import lock
from headroom_crewai.retrieve import RetrieveTool, holds, is_retrieval, tool_tokens

__all__ = [
    "Executor",
    "Executors",
    "attach",
    "late_cost",
    "room_for",
    "told_of_tool",
    "without_tool",
]

# What CrewAI shows of a result that it sets aside, and tokens of what it says of it, with the tool
# that reads it, less those of ours. A test measures that it is not less.
_SHOWN_LINES = 10
_SHOWN_CHARS = 2_000
_SAID_OF_IT = 150

# Before the tool's description, where tools are told of by text.
_NEW = "You can use one more tool from now on:\n"


class Executor(Protocol):
    """What CrewAI runs an agent by, as far as it is needed here."""

    agent: Any
    state: Any
    llm: Any
    messages: list[Any]
    tools: list[CrewStructuredTool]
    original_tools: list[BaseTool]
    tools_names: str
    tools_description: str

    def _setup_native_tools(self) -> None: ...


class Executors:
    """Those that have called a model, so that the one that calls a tool can be found."""

    def __init__(self) -> None:
        # By their own numbers: they have no hash.
        self._known: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def note(self, call: LLMCallHookContext) -> None:
        """Notes the one that calls a model."""
        if call.executor is not None:
            self._known[id(call.executor)] = call.executor

    def of(self, call: ToolCallHookContext) -> Executor | None:
        """The one that calls a tool, where it can be given another one."""
        own = getattr(call.agent, "agent_executor", None)
        # The tool of a call is made for one executor.
        for each in (own, *(found() for found in self._known.valuerefs())):
            if any(tool is call.tool for tool in getattr(each, "tools", None) or []):
                return cast("Executor", each) if _is_open(each) else None
        return None


def _is_open(executor: object) -> bool:
    # An agent that plans works in steps, each of which has collected its tools already.
    plans = getattr(getattr(executor, "agent", None), "planning_enabled", False)
    return not plans and callable(getattr(executor, "_setup_native_tools", None))


def _is_native(executor: Executor) -> bool:
    return bool(executor.state.use_native_tools)


def room_for(executor: Executor, result: str, ctx: SharedContext) -> int | None:
    """The most tokens of a view where CrewAI would set the result aside; else ``None``.

    It writes what fills too much of the window to a file, and shows the first lines.
    """
    too_large = getattr(executor.llm, "is_tool_result_overflowing_threshold", None)
    if not _is_native(executor) or not callable(too_large):
        return None
    if not getattr(executor, "use_better_compaction", False) or not too_large(result)[0]:
        return None
    lines = "".join(result.splitlines(keepends=True)[:_SHOWN_LINES])[:_SHOWN_CHARS]
    return _SAID_OF_IT + ctx.count_tokens(lines)


def told_of_tool(executor: Executor, ctx: SharedContext) -> bool:
    """Whether the model has the tool for a context, and the messages tell of it."""
    if not holds(executor.original_tools, ctx):
        return False
    # A guardrail's retry, for one, begins with new messages.
    return _is_native(executor) or any(
        _description(tool) in content
        for tool in executor.original_tools
        if isinstance(tool, RetrieveTool)
        for message in executor.messages
        if isinstance(content := message.get("content"), str)
    )


def late_cost(executor: Executor, tool: RetrieveTool, ctx: SharedContext) -> int | None:
    """Tokens that the tool costs from now on; ``None`` where another one has its name."""
    if any(is_retrieval(each) for each in executor.original_tools if each is not tool):
        return None
    if _is_native(executor):
        return tool_tokens(executor.original_tools, executor.agent, ctx)
    return ctx.count_tokens(_NEW + _description(tool))


def _description(tool: RetrieveTool) -> str:
    return render_text_description_and_args([tool.to_structured_tool()])


def without_tool(rest: str, executor: Executor) -> str:
    """A list of tools that CrewAI repeats, without ours: that was told of once, and is enough."""
    for tool in executor.original_tools:
        if isinstance(tool, RetrieveTool):
            rest = rest.replace(f"\n{_description(tool)}", "").replace(f", {tool.name}", "")
    return rest


_attaching = lock()


def attach(executor: Executor, tool: RetrieveTool) -> str:
    """Gives an executor the tool, from its next call on.

    Returns:
        What its model has to be told, where it is told of tools by text.

    """
    # Several calls of one turn may end at once.
    with _attaching:
        if not any(each is tool for each in executor.original_tools):
            # New lists: the agent may hold these, for its next task.
            executor.original_tools = [*executor.original_tools, tool]
            executor.tools = [*executor.tools, tool.to_structured_tool()]
            executor.tools_names = get_tool_names(executor.tools)
            executor.tools_description = render_text_description_and_args(executor.tools)
            if _is_native(executor):
                executor._setup_native_tools()
    return "" if _is_native(executor) else f"\n\n{_NEW}{_description(tool)}"
