"""Gives every ``RunConfig`` of the Agents SDK that has no filter of its own one of ours."""

from __future__ import annotations

import functools
from typing import Any

from agents import RunConfig

__all__ = ["put_in_place"]


def put_in_place(name: str, ours: object) -> None:
    """Sets the attribute ``name`` of each ``RunConfig`` in which it is None to ``ours``."""
    init = RunConfig.__init__

    @functools.wraps(init)
    def with_ours(self: RunConfig, *args: Any, **settings: Any) -> None:
        init(self, *args, **settings)
        if getattr(self, name) is None:
            setattr(self, name, ours)

    RunConfig.__init__ = with_ours  # type: ignore[method-assign]
