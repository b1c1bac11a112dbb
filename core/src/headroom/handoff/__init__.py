"""What adapters call: whether and how a payload is replaced by a view, and the way back."""

from __future__ import annotations

from headroom.handoff.handoff import Handoff
from headroom.handoff.options import HandoffOptions
from headroom.handoff.retrieval_tool import RetrievalTool

__all__ = ["Handoff", "HandoffOptions", "RetrievalTool"]
