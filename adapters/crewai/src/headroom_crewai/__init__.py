"""Headroom for CrewAI: tasks hand each other views, and the originals stay within reach.

>>> from headroom import SharedContext
>>> from headroom_crewai import compressed_context
>>> with compressed_context(SharedContext()):
...     pass  # result = crew.kickoff()
"""

from __future__ import annotations

import _headroom_namesake  # noqa: F401 - says where another module is called headroom
from headroom_crewai._version import __version__
from headroom_crewai.attach import attach_retrieve_tool
from headroom_crewai.callback import make_task_callback, task_callback
from headroom_crewai.choice import CallbackOptions, callback_context, use_context
from headroom_crewai.events import HandoffEvent
from headroom_crewai.hook import compressed_context, install, uninstall
from headroom_crewai.restore import restore_output
from headroom_crewai.retrieve import RetrieveTool, retrieve_tool
from headroom_crewai.setup import HookOptions

__all__ = [
    "CallbackOptions",
    "HandoffEvent",
    "HookOptions",
    "RetrieveTool",
    "__version__",
    "attach_retrieve_tool",
    "callback_context",
    "compressed_context",
    "install",
    "make_task_callback",
    "restore_output",
    "retrieve_tool",
    "task_callback",
    "uninstall",
    "use_context",
]
