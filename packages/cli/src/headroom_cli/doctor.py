"""``headroom doctor``: what is installed, what works, what would be better."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import metadata, util
from typing import NamedTuple

import typer
from rich.text import Text

import headroom
from headroom_cli.failures import Failure
from headroom_cli.stores import opened, statistics
from headroom_cli.terminal import output, plain
from headroom_cli.viewing import ModelOption, NamespaceOption, StoreOption

__all__ = ["doctor"]

_CORE = "headroom-core"
#: What each extra of the core brings: the module that shows it is there, and what it is for.
_EXTRAS = (
    ("tokens", ("toktok", "splintr"), "exact token counts without the network"),
    ("code", ("tree_sitter",), "outlines of code in other languages than Python"),
    ("patterns", ("re2",), "regular expressions in retrieval that never backtrack"),
    ("encryption", ("cryptography",), "originals encrypted at rest"),
    ("zstd", ("compression.zstd", "backports.zstd"), "originals smaller at rest"),
    ("semantic", ("wordllama",), "queries that find other words for the same"),
)
_PACKAGES = ("headroom-cli", "headroom-crewai", "headroom-langgraph", "headroom-mcp",
             "headroom-openai-agents", "headroom-redis", "headroom-testing")  # fmt: skip


class Finding(NamedTuple):
    """One thing that was looked at."""

    #: ``"ok"``, ``"better"`` for what could be, ``"wrong"`` for what has to be mended.
    state: str
    what: str
    said: str


def doctor(
    model: ModelOption = "gpt-4o",
    store: StoreOption = None,
    namespace: NamespaceOption = "default",
) -> None:
    """What is installed, whether it works, and what would be better.

    \b
    headroom doctor
    headroom doctor --store redis://localhost:6379/0
    """
    findings = [
        Finding("ok", "python", f"{platform.python_version()}, {sys.executable}"),
        *module_owners(),
        *versions(),
        tokenizer(model),
        *extras(),
        *((_store(store, namespace),) if store else ()),
    ]
    console = output()
    for state, what, said in findings:
        sign, style = {"ok": ("ok", "green"), "better": ("--", "yellow")}.get(state, ("!!", "red"))
        line = Text.assemble((sign, style), f"  {what:<11} {plain(said)}")
        console.print(line, soft_wrap=True, markup=False)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def module_owners() -> Iterator[Finding]:
    """Which distributions say that the module ``headroom`` is theirs."""
    owners = sorted(set(metadata.packages_distributions().get("headroom", ())))
    path = headroom.__file__ or "nowhere"
    others = [name for name in owners if name.replace("_", "-").lower() != _CORE]
    if not others:
        yield Finding("ok", "headroom", f"{headroom.__version__}, {path}")
        return
    names = " and ".join(others)
    yield Finding(
        "wrong",
        "headroom",
        f"this module is also of {names}, and the files of both are mixed in "
        f"{path.rsplit('/', 1)[0]}. Give each an environment of its own: "
        f"pip uninstall {' '.join(others)} {_CORE}, then install one.",
    )


def versions() -> Iterator[Finding]:
    """Packages of ours that are installed, and whether they belong together."""
    core = headroom.__version__
    for name in _PACKAGES:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        fits = version.split(".")[:2] == core.split(".")[:2]
        said = (
            version if fits else f"{version} is not of {_CORE} {core}: install both of one release"
        )
        yield Finding("ok" if fits else "wrong", name.removeprefix("headroom-"), said)


def tokenizer(model: str) -> Finding:
    """What counts the tokens of a model."""
    counter = headroom.get_counter(model)
    if counter.exact:
        return Finding("ok", "tokens", f"{counter.name}, exact for {model}")
    if counter.name == "estimate":
        return Finding(
            "better",
            "tokens",
            f"estimated for {model}, within some 10 %; exact: pip install '{_CORE}[tokens]'",
        )
    return Finding(
        "ok", "tokens", f"{counter.name}, the nearest for {model}, which publishes no vocabulary"
    )


def extras() -> Iterator[Finding]:
    """What the core could use, and whether it is there."""
    for extra, modules, purpose in _EXTRAS:
        if any(_is_there(module) for module in modules):
            yield Finding("ok", extra, purpose)
        else:
            yield Finding("better", extra, f"{purpose}: pip install '{_CORE}[{extra}]'")


def _is_there(module: str) -> bool:
    try:
        return util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _store(url: str, namespace: str) -> Finding:
    try:
        with opened(url, namespace) as ctx:
            found = statistics(ctx)
    except Failure as failure:
        return Finding("wrong", "store", str(failure))
    return Finding("ok", "store", f"{found.entries:,} entries, {found.total_bytes:,} bytes")
