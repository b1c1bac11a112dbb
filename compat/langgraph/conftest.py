from __future__ import annotations

import sys
from pathlib import Path

# What stands beside the tests, scripted.py of the adapter's own, and the package compat.
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "adapters" / "langgraph" / "tests"), str(ROOT)]
