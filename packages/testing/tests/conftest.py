from __future__ import annotations

import sys
from pathlib import Path

# The tests import the planted faults, which stand beside them.
sys.path.insert(0, str(Path(__file__).parent))
