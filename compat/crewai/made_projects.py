"""Makes the projects of ``crewai create`` in this folder, and programs that run them."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import metadata
from pathlib import Path

from crewai_cli.create_crew import create_crew
from crewai_cli.create_flow import create_flow
from crewai_cli.create_json_crew import create_json_crew
from crewai_cli.utils import tree_copy, tree_find_and_replace

_HEAD = "import sys; sys.path.insert(0, {source!r})\n"
#: What is run, by its name: the folder of the code, and a program.
PROGRAMS = {
    "crew": ("made_crew/src", "from made_crew.main import run\nrun()\n"),
    "crew_with_trigger": (
        "made_crew/src",
        'sys.argv[1:] = [\'{"topic": "ships"}\']\n'
        "from made_crew.main import run_with_trigger\nprint(run_with_trigger().raw)\n",
    ),
    "crew_replayed": (
        "made_crew/src",
        "from made_crew.crew import MadeCrew\nfrom made_crew.main import run, replay\n"
        "from crewai.memory.storage.kickoff_task_outputs_storage import (\n"
        "    KickoffTaskOutputsSQLiteStorage)\n"
        "run()\nlast = KickoffTaskOutputsSQLiteStorage().load()[-1]\n"
        "sys.argv[1:] = [last['task_id']]\nreplay()\n",
    ),
    "flow": ("made_flow/src", "from made_flow.main import kickoff\nkickoff()\n"),
    "flow_with_trigger": (
        "made_flow/src",
        'sys.argv[1:] = [\'{"topic": "ships"}\']\n'
        "from made_flow.main import run_with_trigger\nprint(run_with_trigger())\n",
    ),
    "json_crew": (
        "made_json_crew",
        "import os; os.chdir('made_json_crew')\nfrom pathlib import Path\n"
        "from crewai_cli.run_crew import _run_json_crew_without_tui\n"
        "print(_run_json_crew_without_tui(Path('crew.jsonc'), {'topic': 'ships'}))\n",
    ),
    "tool": (
        "made_tool/src",
        "sys.path.insert(0, 'made_crew/src')\n"
        "from made_tool.tool import MadeTool\nfrom made_crew.crew import MadeCrew\n"
        "crew = MadeCrew().crew()\ncrew.agents[0].tools = [MadeTool()]\n"
        "print(crew.kickoff(inputs={'topic': 'ships', 'current_year': '2026'}).raw)\n",
    ),
}


def main() -> None:
    """Makes them; nobody is asked or told anything."""
    os.environ["CREWAI_DMN"] = "true"
    create_crew("made_crew", skip_provider=True)
    create_flow("made_flow")
    create_json_crew("made_json_crew", skip_provider=True)
    _tool(Path("made_tool"))
    for name, (source, program) in PROGRAMS.items():
        Path(f"run_{name}.py").write_text(_HEAD.format(source=source) + program, encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", metadata("crewai").get_payload(), re.DOTALL)
    Path("run_readme.py").write_text(f"{code}\nprint(AdvancedAnalysisFlow().kickoff())\n")


def _tool(root: Path) -> None:
    # As ``crewai tool create`` does it, which wants somebody who has logged in.
    import crewai_cli

    root.mkdir()
    tree_copy(Path(crewai_cli.__file__).parent / "templates" / "tool", root)
    for name, value in (("folder_name", "made_tool"), ("class_name", "MadeTool")):
        tree_find_and_replace(root, f"{{{{{name}}}}}", value)


if __name__ == "__main__":
    sys.exit(main())
