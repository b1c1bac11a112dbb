"""The lines of the README, run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from agents import Runner, function_tool
from scripted import ScriptedModel, calls, outputs, says

README = Path(__file__).parent.parent / "README.md"


async def test_the_two_lines(payload: str) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, str(README), "exec"), names)
    ctx, searcher, analyst = names["ctx"], names["searcher"], names["analyst"]

    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    searcher.tools = [search]
    searcher.model = ScriptedModel(calls("search"), calls("transfer_to_analyst"))
    analyst.model = ScriptedModel(says("HR121 was diverted."))
    result = await Runner.run(searcher, "Which flight was diverted?")
    view = outputs(analyst.model.sent[0])["call_search"]
    assert result.final_output == "HR121 was diverted."
    assert ctx.count_tokens(view) < ctx.count_tokens(payload) / 3
    assert "headroom_retrieve(" in view
    assert ctx.stats().savings_percent > 60
    (key,) = ctx
    assert ctx.get(key, full=True) == payload
