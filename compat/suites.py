"""Which tests of which framework are run, and what is in place where they are run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ["SUITES", "Suite"]


@dataclass(frozen=True)
class Suite:
    """Tests that a package brings in its sdist."""

    name: str
    #: The package of the sdist; the version is the one that is installed.
    package: str
    #: What is put in place, a module of ``compat.plugins``.
    plugin: str
    #: The same without Headroom, where there is such a thing: it changes nothing by itself, and
    #: what goes otherwise with it as well is the framework's.
    neutral: str | None = None
    tests: tuple[str, ...] = ("tests",)
    #: Only files of tests with this in them: those in which agents run.
    naming: str = ""
    #: Folders of tests that have nothing to do with what agents hand each other.
    ignored: tuple[str, ...] = ()
    #: Code of the sdist that would hide what is installed.
    hidden: str | None = None
    #: What each run needs, modules of ``compat.plugins``.
    offline: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    #: How many run side by side: more than one where tests wait more than they work.
    processes: int = 1


_CREWAI = Suite(
    "CrewAI",
    "crewai",
    "crewai",
    neutral="crewai_as_it_is",
    naming="kickoff",
    ignored=("a2a", "ci", "cli", "llms", "rag", "telemetry", "tracing"),
    offline=("crewai_offline",),
    environment={
        "CREWAI_DISABLE_TELEMETRY": "true",
        "CREWAI_DISABLE_TRACKING": "true",
        "CREWAI_DISABLE_VERSION_CHECK": "true",
        "CREWAI_TRACING_ENABLED": "false",
        "OTEL_SDK_DISABLED": "true",
        # The models answer from recordings.
        **{f"{each}_API_KEY": "none" for each in ("OPENAI", "ANTHROPIC", "GEMINI", "SERPER")},
    },
    processes=4,
)
_LANGCHAIN = Suite(
    "LangChain's agents",
    "langchain",
    "langchain",
    neutral="langchain_as_it_is",
    tests=("tests/unit_tests/agents", "tests/unit_tests/tools"),
    hidden="langchain",
)
_LANGGRAPH = Suite(
    "LangGraph", "langgraph", "langgraph", hidden="langgraph", environment={"NO_DOCKER": "true"}
)
_AGENTS_SDK = Suite(
    "Agents SDK, what models are sent",
    "openai-agents",
    "agents_inputs",
    neutral="agents_inputs_as_they_are",
    naming="Runner.run",
    ignored=("sandbox", "realtime", "voice"),
    environment={"OPENAI_AGENTS_DISABLE_TRACING": "1"},
)

SUITES: Mapping[str, tuple[Suite, ...]] = {
    "crewai": (_CREWAI,),
    "langgraph": (
        _LANGCHAIN,
        replace(_LANGGRAPH, name="LangGraph, prebuilt", package="langgraph-prebuilt"),
        _LANGGRAPH,
    ),
    "openai-agents": (
        _AGENTS_SDK,
        replace(
            _AGENTS_SDK,
            name="Agents SDK, handoffs",
            plugin="agents_handoffs",
            neutral="agents_handoffs_as_they_are",
        ),
    ),
}
