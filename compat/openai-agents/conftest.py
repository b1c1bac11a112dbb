from __future__ import annotations

import sys
from pathlib import Path

# What stands beside the tests, and the package compat: pytest looks at neither by itself.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
