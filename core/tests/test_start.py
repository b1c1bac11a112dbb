"""What a process pays before its first view: modules that are loaded only when they are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

import headroom

pytestmark = pytest.mark.slow

#: Slow to import, and of no use to somebody who only stores and reads.
HEAVY = (
    "asyncio", "concurrent.futures.process", "email", "http", "importlib.metadata",
    "multiprocessing", "pickle", "socket", "ssl", "subprocess", "tempfile",
    "toktok", "tree_sitter", "numpy",
)  # fmt: skip
#: What comes with a name that needs it.
LATER = (
    "headroom.context", "headroom.handoff", "headroom.kinds", "headroom.pipeline",
    "headroom.retrieval", "headroom.stores", "headroom.toolkit",
    "concurrent.futures", "decimal", "hashlib", "html", "sqlite3", "urllib.parse",
)  # fmt: skip
KINDS = "headroom.kinds."


def loaded(code: str) -> set[str]:
    """The modules of a fresh process that has run some code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


def test_an_import_loads_nothing_that_is_needed_later() -> None:
    by_python = loaded("pass")
    found = loaded("import headroom, threading; assert threading.active_count() == 1")
    assert (found - by_python).isdisjoint((*HEAVY, *LATER))


def test_a_context_in_memory_loads_nothing_heavy() -> None:
    by_python = loaded("pass")
    found = loaded("from headroom import SharedContext, compress\nSharedContext(counter=len)")
    assert (found - by_python).isdisjoint(HEAVY)


def test_a_view_of_data_loads_no_kind_but_those_that_are_asked() -> None:
    code = (
        "from headroom import compress\n"
        "rows = [{'id': n, 'state': 'paid', 'note': 'all is well'} for n in range(40)]\n"
        "assert compress(rows, counter=len).kind == 'json'\n"
    )
    by_python = loaded("pass")
    found = loaded(code)
    assert (found - by_python).isdisjoint(
        ("importlib.metadata", "decimal", "pathlib", "uuid", "html.entities")
    )
    assert {name for name in found if name.count(".") == 2 and name.startswith(KINDS)} == {
        "headroom.kinds.guard", "headroom.kinds.installed", "headroom.kinds.registry",
        "headroom.kinds.opaque", "headroom.kinds.json",
    }  # fmt: skip
    assert found.isdisjoint(
        ("headroom.context", "headroom.handoff", "headroom.retrieval", "headroom.stores")
    )


def test_a_view_of_prose_loads_nothing_that_takes_code_apart() -> None:
    code = (
        "from headroom import compress\n"
        "text = ' '.join(f'On day {n} the river rose by {n} feet.' for n in range(200))\n"
        "assert compress(text, counter=len).kind == 'text'\n"
    )
    found = loaded(code)
    assert "headroom.kinds.code" in found
    assert found.isdisjoint(
        {f"headroom.kinds.code.{name}" for name in ("parse", "rank", "render", "symbols")}
    )


def test_every_public_name_is_found_when_it_is_asked_for() -> None:
    code = (
        "import headroom\n"
        "assert set(headroom.__all__) <= set(dir(headroom))\n"
        "for name in headroom.__all__: getattr(headroom, name)\n"
        "from headroom import *\n"
        "assert callable(compress) and isinstance(SharedContext(), SharedContext)\n"
    )
    assert "headroom.handoff" in loaded(code)


def test_a_module_is_found_by_its_name_though_nobody_has_imported_it() -> None:
    assert "headroom.steps" in loaded("import headroom\nheadroom.steps.work")
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_ours'"):
        headroom.nothing_of_ours  # noqa: B018
    assert not hasattr(headroom, "__wrapped__")


def test_compress_is_the_function_whoever_imports_its_module() -> None:
    code = "import headroom.compress\nfrom headroom import compress\nassert callable(compress)"
    assert "headroom.compress" in loaded(code)


def test_a_context_has_the_vocabulary_read_while_its_maker_goes_on() -> None:
    code = (
        "import threading\n"
        "from headroom import SharedContext\n"
        "from headroom.tokens import resolve\n"
        "ctx = SharedContext()\n"
        "others = [one for one in threading.enumerate() if one.name == 'headroom-vocabulary']\n"
        "[one.join() for one in others]\n"
        "assert len(others) == 1 and resolve._offline['o200k_base'] is not None\n"
        "SharedContext(), SharedContext()\n"
        "assert threading.active_count() == 1\n"
    )
    assert {"toktok", "splintr"} & loaded(code)


def test_a_process_that_ends_while_a_vocabulary_is_read_ends_well() -> None:
    assert "headroom.tokens" in loaded("from headroom import SharedContext\nSharedContext()")


def test_a_counter_of_ones_own_has_no_vocabulary_read() -> None:
    code = (
        "from headroom import SharedContext, compress\n"
        "SharedContext(counter=len).put('note', 'all is well ' * 99)\n"
        "compress('all is well ' * 99, counter=len)\n"
    )
    assert {"toktok", "splintr", "tiktoken"}.isdisjoint(loaded(code))


def test_a_context_explains_though_nothing_was_handed_on_yet() -> None:
    code = "from headroom import SharedContext\nassert SharedContext().explain('short').reason"
    assert "headroom.handoff" in loaded(code)
