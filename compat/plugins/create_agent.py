"""Gives every agent of LangChain one more middleware, after its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from langchain import agents
from langchain.agents import factory

__all__ = ["put_in_place"]


def put_in_place(make: Callable[[], Any]) -> None:
    """``make`` makes the middleware, for each agent anew."""
    create_agent = agents.create_agent

    @functools.wraps(create_agent)
    def with_one_more(*args: Any, middleware: Sequence[Any] = (), **settings: Any) -> Any:
        return create_agent(*args, middleware=[*middleware, make()], **settings)

    agents.create_agent = factory.create_agent = with_one_more
