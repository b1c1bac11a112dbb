"""``SharedContext`` under the path that code for the older library of this name imports."""

from __future__ import annotations

from headroom.context import ContextEntry, ContextStats, SharedContext

__all__ = ["ContextEntry", "ContextStats", "SharedContext"]
