"""``python -m benchmarks.frameworks``: one job in each framework, by its own means and by ours.

The job is the incident of the examples: the same payloads, the same questions, the same script in
place of the models. A framework runs in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: What runs the job in a framework.
PROGRAMS = {
    name: Path(__file__).with_name(f"framework_{name.replace('-', '_')}.py")
    for name in ("crewai", "langgraph", "openai-agents")
}
_PATIENCE = 600
#: Facts that the report of the job can hold.
_FACTS = 7


def answers(python: str, program: Path) -> list[dict[str, Any]]:
    """What a program says, a row for each way.

    Raises:
        RuntimeError: It failed; with the end of what it said.

    """
    done = subprocess.run(
        [python, str(program)], capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed:\n{done.stderr[-2000:]}")
    lines = (line for line in done.stdout.split("\n") if line.startswith("{"))
    return [json.loads(line) for line in lines]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows of one framework as Markdown; shares are of the last row that was named alone."""
    lines = [
        "| | tokens sent to models | of all | facts in the report | way back to the rest |",
        "|---|--:|--:|--:|---|",
    ]
    whole = 0
    for row in rows:
        if "alone" in row["way"]:
            whole = row["sent"]
        lines.append(
            f"| {row['way']} | {row['sent']:,} | {row['sent'] / whole:.0%} "
            f"| {row['kept']} of {_FACTS} | {row['back']} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table for each framework that an interpreter was given for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frameworks", description=__doc__)
    for name in PROGRAMS:
        parser.add_argument(
            f"--{name}", metavar="PYTHON", help=f"of an environment with headroom-{name}"
        )
    chosen = {
        name: python
        for name, python in zip(PROGRAMS, vars(parser.parse_args(arguments)).values())
        if python
    }
    if not chosen:
        parser.error("name an interpreter for at least one framework")
    failed = False
    for name, python in chosen.items():
        try:
            head, *rows = answers(python, PROGRAMS[name])
        except (OSError, RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            failed = True
            print(f"{name}: {error}", file=sys.stderr)
            continue
        print(f"## {head['framework']}\n\n{table(rows)}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
