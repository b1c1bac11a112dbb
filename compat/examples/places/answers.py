"""What tools answer beside what an example has them answer, where answers are to be large."""

from __future__ import annotations

import json

__all__ = ["TABLE"]

TABLE = json.dumps(
    [
        {"id": n, "status": "failed" if n == 71 else "done", "city": ["Oslo", "Bonn"][n % 2]}
        for n in range(120)
    ]
)
