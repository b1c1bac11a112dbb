"""Telling source code from everything else."""

from __future__ import annotations

import sysconfig
import time
from pathlib import Path

import pytest

from headroom.kinds.code.recognise import is_program, looks_like_code
from headroom.kinds.registry import default_kinds
from headroom.source import Source

STDLIB = Path(sysconfig.get_paths()["stdlib"])

OTHER = {
    "prose": "We import wine from France, and the class of it is good.\n"
    "If you want this: ask. For while we wait, return to the table.\n" * 30,
    "markdown": "# Title\n\nWords.\n\n```python\nimport os\n\ndef f():\n    return os\n```\n" * 9,
    "yaml": "name: build\non: push\njobs:\n  test:\n    steps:\n      - run: make\n" * 20,
    "toml": '[tool.ruff]\nline-length = 100\nselect = ["A", "B"]\n' * 20,
    "csv": "id,name,class\n1,import,def\n2,return,public\n" * 40,
    "json": '{\n  "a": [1, 2],\n  "b": {"c": null}\n}\n' * 20,
    "log": "2024-05-01 12:00:01 INFO server: started (pid=12)\n"
    "2024-05-01 12:00:02 ERROR db: failed: timeout;\n" * 40,
    "html": "<html>\n<script>\nfunction f() {\n  return 1;\n}\n</script>\n</html>\n" * 10,
    "css": ".a {\n  color: red;\n}\n#b > p {\n  margin: 0;\n}\n" * 20,
    "listing": "src/a.py:12:def f():\nsrc/b.py:3:import os\n" * 30,
    "commits": "".join(
        f"{number:08x} fix(part{number}): a call of close(file) failed (#{number})\n"
        for number in range(90)
    ),
    "nothing": "",
    "one long line": "x" * 500_000,
}


@pytest.mark.parametrize("name", OTHER)
def test_other_things_are_no_code(name):
    assert not looks_like_code(Source(OTHER[name]))


def test_most_of_the_standard_library_is_code():
    paths = [path for path in sorted(STDLIB.glob("*.py")) if path.stat().st_size > 2000]
    found = sum(
        looks_like_code(Source(path.read_text(encoding="utf-8", errors="replace")))
        for path in paths
    )
    assert found > 0.9 * len(paths)


@pytest.mark.parametrize(
    "content",
    ["a" * 10**7, "=(" * 10**6, "if " * 10**6, "\n" * 10**6, "def " * 10**6, " \t" * 999],
)
def test_only_a_bounded_part_is_looked_at(content):
    start = time.process_time()
    looks_like_code(Source(content))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "page",
    [
        "".join(
            f"## $item{n}\n\n- **Type**\n\n  ```ts\n"
            f"  interface Item{n} {{\n    $el: any\n  }}\n  ```\n\n"
            for n in range(8)
        ),
        "".join(
            f"Это предложение говорит о том, что бывает с узлом.\nimport x{n}\nfrom y import z\n\n"
            for n in range(8)
        ),
    ],
)
def test_pages_with_examples_in_lists_and_prose_in_other_scripts_are_no_code(page: str) -> None:
    assert not looks_like_code(Source(page))


def test_scripts_within_yaml_make_no_code_of_it() -> None:
    step = (
        '      - run: |\n          if [ -n "$REF" ]; then\n            echo "$REF"\n          fi\n'
    )
    workflow = f"name: check\n\non: push\n\njobs:\n  all:\n    steps:\n{step * 9}"
    assert not looks_like_code(Source(workflow))
    assert looks_like_code(Source("def run():\n    return 1\n\n\nclass Part:\n    size: int = 3\n"))


#: A program whose lines look like records.
ALIKE = "from ops import add\n\n" + "".join(
    f'add(\n    name="op{n}",\n    kind=INT,\n    cost={n},\n    calls="lib_op{n}",\n)\n\n'
    for n in range(30)
)


def test_what_a_parser_takes_for_a_program_is_code_whatever_its_lines_look_like() -> None:
    kinds = default_kinds()
    assert kinds.named("records").recognise(Source(ALIKE))
    assert is_program(Source(ALIKE))
    assert kinds.kind_of(Source(ALIKE)).name == "code"
    cut = Source(ALIKE[:-20])
    assert not is_program(cut)
    assert kinds.kind_of(cut).name == "records"


def test_no_program_lacks_the_lines_by_which_it_is_seen_that_it_may_be_one() -> None:
    code = default_kinds().named("code")
    found = 0
    for path in sorted(STDLIB.glob("*.py")):
        source = Source(path.read_text(encoding="utf-8", errors="replace"))
        if is_program(source):
            found += 1
            assert code.proves(source)
    assert found > 100


@pytest.mark.parametrize("name", OTHER)
def test_other_things_are_no_program(name):
    assert not is_program(Source(OTHER[name]))


def test_a_program_with_a_long_text_in_it_may_be_about_that() -> None:
    log = "\n".join(f"2026-02-05 10:00:{n % 60:02} INFO served request {n}" for n in range(200))
    assert is_program(Source(f"import pytest\n\nLOG = 'none'\n{ALIKE}"))
    assert not is_program(Source(f"import pytest\n\nLOG = '''\n{log}\n'''\n{ALIKE}"))
