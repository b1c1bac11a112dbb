"""LangChain's examples and the code blocks of LangGraph's READMEs, without us and with us in place.

Needs langchain[mcp], langchain-openai, langchain-anthropic, deepagents, langgraph-supervisor,
langgraph-swarm and headroom-langgraph[langchain].
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from readme_programs import LEFT_OUT, PROGRAMS, blocks, program

from compat.examples.runs import Launcher, Ran, launching
from compat.examples.same import stable_differences
from compat.sources import unpacked

LOADED = "fastmcp,langchain.agents,langchain_openai,langchain_anthropic,langgraph.prebuilt"
#: With what each is compared, what is put in place, and the options.
MODES: dict[str, tuple[str, str, dict[str, int]]] = {
    "agents": ("without", "langchain", {}),
    "agents, any size": ("without", "langchain", {"min_tokens": 0}),
    "agents, large": ("large", "large_tools,langchain", {}),
    "nodes": ("without", "langgraph", {}),
    "nodes, any size": ("without", "langgraph", {"min_tokens": 0}),
}
EXAMPLES = "destructive_interrupt elicitation multi_server protocol_eras tool_errors".split()
#: Of the sdist's examples, and why not.
EXAMPLES_LEFT_OUT = {
    **dict.fromkeys("auth auth_bearer graph_factory transports".split(), "runs no agent"),
    "auth_oauth": "opens a browser",
    "remote_server": "asks a public server",
    "run_graph_factory_demo": "starts langgraph dev, in which nothing is put in place from outside",
}
KNOWN: dict[str, str] = {}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("langchain", tmp_path_factory.mktemp("sdist"), "langchain")


@pytest.fixture(scope="module")
def launchers() -> Iterator[dict[str, Launcher]]:
    with ExitStack() as stack:
        yield {
            "without": stack.enter_context(launching(LOADED, "openai_models")),
            "large": stack.enter_context(launching(LOADED, "openai_models,large_tools")),
            **{
                mode: stack.enter_context(
                    launching(f"{LOADED},headroom_langgraph", f"openai_models,{places}", options)
                )
                for mode, (_, places, options) in MODES.items()
            },
        }


def test_each_example_is_run_or_left_out(sdist: Path) -> None:
    found = {each.stem for each in (sdist / "examples" / "mcp").glob("[a-z]*.py")}
    assert found == {*EXAMPLES, *EXAMPLES_LEFT_OUT}


def test_each_block_is_run_or_left_out() -> None:
    run = {(package, each) for package, numbers, _ in PROGRAMS.values() for each in numbers}
    left = {(package, each) for package, numbers in LEFT_OUT.items() for each in numbers}
    packages = {package for package, _ in run | left}
    assert run | left == {(name, each) for name in packages for each in range(len(blocks(name)))}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example(name: str, sdist: Path, launchers: dict[str, Launcher], tmp_path: Path) -> None:
    def run(mode: str) -> Ran:
        folder = Path(mkdtemp(dir=tmp_path))
        shutil.copytree(sdist / "examples" / "mcp", folder, dirs_exist_ok=True)
        return launchers[mode].run([f"{name}.py"], folder)

    compare(name, run)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_block(name: str, launchers: dict[str, Launcher], tmp_path: Path) -> None:
    def run(mode: str) -> Ran:
        folder = Path(mkdtemp(dir=tmp_path))
        (folder / "block.py").write_text(program(name), encoding="utf-8")
        return launchers[mode].run(["block.py"], folder)

    compare(name, run)


def compare(name: str, run: Callable[[str], Ran]) -> None:
    runs = {each: run(each) for each in ("without", "large")}
    assert runs["without"].status == 0, runs["without"].stderr
    for mode, (before, _, _) in MODES.items():
        found = stable_differences(runs[before], run(mode), functools.partial(run, before))
        assert bool(found) == (f"{name}: {mode}" in KNOWN), found
