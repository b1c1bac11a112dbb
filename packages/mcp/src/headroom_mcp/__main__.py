"""``python -m headroom_mcp``."""

from __future__ import annotations

import sys

from headroom_mcp.command import main

if __name__ == "__main__":
    sys.exit(main())
