"""Who may import whom.

Adapters and extensions use the core's public names and nothing else of it, no adapter imports
another, the core imports no framework, and inside the core the arrows point one way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = ROOT / "core" / "src" / "headroom"
EXTENSIONS = [path for folder in ("adapters", "packages") for path in (ROOT / folder).iterdir()]
# What extensions may import of the core, and of these what is in ``__all__``.
PUBLIC = (
    "headroom",
    "headroom.forking",
    "headroom.observing",
    "headroom.scanning",
    "headroom.steps",
    "headroom.toolkit",
)
FRAMEWORKS = {"crewai", "langgraph", "langchain", "langchain_core", "agents", "openai"}

# The floors of the core, from the ground up: a part may import those of the floors below its own.
FLOORS = (
    {"arguments", "forking", "regexes"},
    {"notebook", "observing"},
    {"errors", "workers", "_version"},
    {"steps"},
    {"tokens", "payload", "stores"},
    {"view", "lines"},
    {"source", "scanning"},
    {"toolkit"},
    {"kinds"},
    {"pipeline"},
    {"retrieval"},
    {"context"},
    {"handoff", "compress", "decoding", "otel", "shared_context"},
)
# Those who know nothing of each other although one stands above the other.
STRANGERS = {("kinds", "stores"), ("toolkit", "stores"), ("pipeline", "stores"), ("view", "stores")}


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every import of a file, wherever it stands: the module, and the names taken from it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they point to"
            yield node.module or "", [alias.name for alias in node.names]


def sources(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*.py"))
    assert files, f"nothing in {folder}"
    return files


def part(module: str) -> str:
    """The part of the core that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


def floor(part: str) -> int:
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


@pytest.mark.parametrize("path", sources(CORE), ids=lambda path: str(path.relative_to(CORE)))
def test_arrows_inside_the_core(path: Path) -> None:
    own = path.relative_to(CORE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for module, _ in imports(path):
        assert module.split(".")[0] not in FRAMEWORKS, f"the core imports {module}"
        if module.split(".")[0] == "headroom" and part(module) != own:
            assert floor(part(module)) < floor(own), f"{own} imports {module}"
            assert (own, part(module)) not in STRANGERS, f"{own} imports {module}"


KINDS = {path.name for path in (CORE / "kinds").iterdir() if path.is_dir() and path.name[0] != "_"}


@pytest.mark.parametrize("path", sources(CORE), ids=lambda path: str(path.relative_to(CORE)))
def test_kinds_are_known_by_the_registry_alone(path: Path) -> None:
    floors = path.relative_to(CORE).parts
    own = floors[1] if floors[0] == "kinds" else ""
    # A kind is a module as much as a name of the folder that they all stand in.
    taken = [(module, *(f"{module}.{name}" for name in names)) for module, names in imports(path)]
    for module in chain.from_iterable(taken):
        parts = module.split(".")
        if parts[:2] == ["headroom", "kinds"] and len(parts) > 2 and parts[2] in KINDS:
            assert parts[2] == own, f"{path.relative_to(CORE)} imports the kind {parts[2]}"


@pytest.mark.parametrize("folder", EXTENSIONS, ids=lambda folder: folder.name)
def test_extensions_use_public_names_only(folder: Path) -> None:
    own = {path.name for path in (folder / "src").iterdir()}
    for path in sources(folder / "src"):
        for module, names in imports(path):
            if module == "_headroom_namesake":
                assert path.name in ("__init__.py", "__main__.py")
            elif module in PUBLIC:
                unknown = set(names) - set(import_module(module).__all__)
                assert not unknown, f"{path.name} imports {unknown}, which is not public"
            elif module.split(".")[0].startswith("headroom"):
                assert module.split(".")[0] in own, f"{path.name} imports {module}"


@pytest.mark.parametrize("folder", EXTENSIONS, ids=lambda folder: folder.name)
def test_extensions_ask_whose_the_module_headroom_is(folder: Path) -> None:
    (face,) = (folder / "src").glob("headroom_*/__init__.py")
    modules = re.findall(r"^ *(?:import|from) (_?headroom\S*)", face.read_text(), re.MULTILINE)
    first = next(module for module in modules if not module.endswith("._version"))
    assert first == "_headroom_namesake", modules


def test_the_floor_plan_says_so() -> None:
    plan = (ROOT / "ARCHITECTURE.md").read_text()
    (said,) = re.findall(
        r"Adapters and extensions import the core's public names, (.+?), and nothing",
        plan,
        re.DOTALL,
    )
    assert set(re.findall(r"`(.+?)`", said)) == set(PUBLIC) - {"headroom"}


def test_this_check_sees_every_part_of_the_core() -> None:
    parts = {path.relative_to(CORE).parts[0].removesuffix(".py") for path in sources(CORE)}
    assert parts - {"__init__"} == set().union(*FLOORS)
