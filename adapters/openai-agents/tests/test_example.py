"""The example, run as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples" / "incident_openai_agents.py"


def test_the_incident() -> None:
    command = [sys.executable, str(EXAMPLE)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"([\d,]+) tokens sent in \d+ calls, (\d) of (\d) facts", printed)
    (sent, _, _), (sent_with_views, kept, facts) = rows
    assert int(sent_with_views.replace(",", "")) < int(sent.replace(",", "")) / 10
    assert kept == facts == "7"
