"""The Agents SDK with tools that answer more than an example's own do: a table after each text."""

from __future__ import annotations

import functools
from typing import Any

from agents import FunctionTool

from compat.examples.places.answers import TABLE

_post_init = FunctionTool.__post_init__


@functools.wraps(_post_init)
def _with_more(self: FunctionTool) -> None:
    _post_init(self)
    invoke = self.on_invoke_tool
    if hasattr(invoke, "_answers_more") or self.name.startswith("headroom_"):
        return

    async def answers_more(context: Any, arguments: str) -> Any:
        answer = await invoke(context, arguments)
        return f"{answer}\n\n{TABLE}" if isinstance(answer, (str, int)) else answer

    answers_more._answers_more = True  # type: ignore[attr-defined]
    self.on_invoke_tool = answers_more


FunctionTool.__post_init__ = _with_more  # type: ignore[method-assign]
