"""Crews offline: CrewAI's switches, a scripted model, and payloads of a realistic size."""

from __future__ import annotations

import os

# Before CrewAI is imported: some of these are read once.
os.environ.update(
    {
        "CREWAI_DISABLE_TELEMETRY": "true",
        "CREWAI_DISABLE_TRACKING": "true",
        "CREWAI_DISABLE_VERSION_CHECK": "true",
        "CREWAI_TESTING": "true",
        "CREWAI_TRACING_ENABLED": "false",
        "OTEL_SDK_DISABLED": "true",
    }
)

import importlib
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # CrewAI puts a class where one of its packages was, and defines models the old way.
    warnings.simplefilter("ignore")
    importlib.import_module("crewai")

from crewai import Agent
from crewai.hooks import clear_all_hooks
from crewai.llms.base_llm import BaseLLM
from pydantic import Field

from headroom import SharedContext
from headroom_crewai import uninstall, use_context

# What CrewAI and its dependencies do on their own, seen at both ends of the range.
FRAMEWORK_WARNINGS = [
    # CrewAI reads its own deprecated fields when it sets agents up and copies them.
    "ignore:function_calling_llm is deprecated:DeprecationWarning",
    "ignore:^deprecated$:DeprecationWarning",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            for line in FRAMEWORK_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(line))


def called(item: dict[str, Any]) -> tuple[str, str]:
    """The tool and the arguments, as JSON, of a script's item."""
    if item.keys() == {"tool", "arguments"}:
        return item["tool"], json.dumps(item["arguments"])
    return "headroom_retrieve", json.dumps(item)


class ScriptedModel(BaseLLM):
    """Answers from a script, one after the other, and keeps what it was sent.

    A script's item is the final answer of a turn, or a dict for a call of a tool, in ReAct form or
    ``native``: arguments of the retrieval tool, or ``{"tool": ..., "arguments": {...}}``. A list of
    these is several calls at once. The last item is said again and again.
    """

    native: bool = False
    script: list[Any] = Field(default_factory=list)
    sent: list[str] = Field(default_factory=list)
    #: The schemas of the tools that the last call offered.
    offered: list[Any] = Field(default_factory=list)
    #: Those of each call.
    tools: list[Any] = Field(default_factory=list)
    #: The schema of the answer that each call asked for.
    schemas: list[Any] = Field(default_factory=list)

    def call(self, messages: Any, tools: Any = None, *args: Any, **kwargs: Any) -> Any:
        self.offered = list(tools or [])
        self.tools.append(self.offered)
        self.schemas.append(kwargs.get("response_model"))
        text = (
            messages
            if isinstance(messages, str)
            else "\n".join(str(message["content"]) for message in messages)
        )
        self.sent.append(text)
        item = self.script[min(len(self.sent), len(self.script)) - 1]
        if self.native and isinstance(item, (dict, list)):
            calls = [called(each) for each in ([item] if isinstance(item, dict) else item)]
            return [
                {
                    "id": f"call_{len(self.sent)}_{number}",
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
                for number, (name, arguments) in enumerate(calls)
            ]
        if self.native:
            return item
        if isinstance(item, dict):
            name, arguments = called(item)
            return f"Thought: I look it up.\nAction: {name}\nAction Input: {arguments}\n"
        return f"Thought: I know it.\nFinal Answer: {item}"

    async def acall(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
        return self.call(messages, *args, **kwargs)

    def supports_function_calling(self) -> bool:
        return self.native

    def get_context_window_size(self) -> int:
        return 100_000


@pytest.fixture(autouse=True)
def own_crewai(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Storage, hooks and choices of one test only."""
    monkeypatch.setenv("CREWAI_STORAGE_DIR", str(tmp_path / "crewai"))
    monkeypatch.chdir(tmp_path)
    yield
    use_context(None)
    uninstall()
    clear_all_hooks()


@pytest.fixture
def ctx() -> SharedContext:
    return SharedContext()


MakeAgent = Callable[..., Agent]


@pytest.fixture
def make_agent() -> MakeAgent:
    """``make_agent(role, *script)`` is an agent with a model of its own: ``agent.llm.sent``."""

    def make(role: str, *script: Any, **options: Any) -> Agent:
        model = ScriptedModel(model="scripted", script=list(script) or ["done"])
        return Agent(
            role=role,
            goal="Serve the crew",
            backstory="Has done so for years",
            llm=model,
            **options,
        )

    return make


@pytest.fixture
def orders() -> str:
    """What an API of a shop answers: 200 orders, and one that stands out."""
    rows = [
        {
            "id": 5000 + number,
            "status": "paid",
            "currency": "EUR",
            "total": 20 + number % 7,
            "carrier": ["dhl", "ups", "gls"][number % 3],
            "note": None,
        }
        for number in range(200)
    ]
    rows[136] |= {"status": "refund_failed", "total": 98713, "note": "card issuer said no"}
    return json.dumps(rows)


@pytest.fixture
def flights() -> str:
    """Another table, so that two payloads can be told apart."""
    rows = [
        {
            "flight": f"HAT{number:03}",
            "origin": ["PHL", "ORD", "SEA"][number % 3],
            "status": "landed",
            "delay_minutes": number % 26,
        }
        for number in range(200)
    ]
    rows[112] |= {"status": "diverted", "delay_minutes": 1437}
    return json.dumps(rows)
