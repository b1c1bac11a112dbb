from __future__ import annotations

import sys
from pathlib import Path

# Where the package compat is: pytest does not look there by itself.
sys.path.insert(0, str(Path(__file__).parents[2]))
