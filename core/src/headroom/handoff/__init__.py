"""What adapters call: whether and how a payload is replaced by a view, and the way back.

One policy decides for all frameworks; an adapter finds payloads, readers and tools, and puts what
``Handoff`` decides in their place.
"""

from __future__ import annotations

from headroom.context import Decision, Payload, Reader
from headroom.handoff.handoff import Handoff
from headroom.handoff.options import HandoffOptions
from headroom.handoff.policy import WHOLE_PROSE_TOKENS
from headroom.handoff.retrieval_tool import RetrievalTool

__all__ = [
    "WHOLE_PROSE_TOKENS",
    "Decision",
    "Handoff",
    "HandoffOptions",
    "Payload",
    "Reader",
    "RetrievalTool",
]
