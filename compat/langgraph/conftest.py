from __future__ import annotations

import sys
from pathlib import Path

# What stands beside the tests, and scripted.py of the adapter's own.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "adapters" / "langgraph" / "tests")]
