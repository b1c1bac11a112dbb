"""LangChain with tools that answer more than an example's own do: a table after each text."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from langchain_core.tools import StructuredTool

from compat.examples.places.answers import TABLE


def _more(answer: Any) -> Any:
    return f"{answer}\n\n{TABLE}" if isinstance(answer, (str, int, float)) else answer


def _with_more(run: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run)
    def answers_more(self: StructuredTool, *args: Any, **settings: Any) -> Any:
        answer = run(self, *args, **settings)
        return answer if self.name.startswith("headroom_") else _more(answer)

    return answers_more


def _awaited(run: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run)
    async def answers_more(self: StructuredTool, *args: Any, **settings: Any) -> Any:
        answer = await run(self, *args, **settings)
        if self.coroutine is None or self.name.startswith("headroom_"):
            # Without a coroutine, it is ``_run`` that answered.
            return answer
        return _more(answer)

    return answers_more


StructuredTool._run = _with_more(StructuredTool._run)  # type: ignore[method-assign]
StructuredTool._arun = _awaited(StructuredTool._arun)  # type: ignore[method-assign]
