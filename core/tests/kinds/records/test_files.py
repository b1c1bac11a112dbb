"""Listings of files: every name, and what the query asks of one."""

from __future__ import annotations

import random
import re

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records.files import find_files

CHANCE = random.Random(11)
FOLDERS = ["srv/app/core", "srv/app/core/io", "srv/app/web", "srv/app/web/forms"]
STEMS = ["reader", "writer", "index", "token", "cache", "views", "admin", "signals", "models"]
PATHS = [f"{folder}/{stem}_{n}.py" for folder in FOLDERS for n in range(3) for stem in STEMS]
SIZES = {path: CHANCE.randrange(200, 9000) for path in PATHS}
SIZES["srv/app/web/admin_1.py"] = 731_204


def long_listing() -> str:
    blocks = []
    for folder in FOLDERS:
        lines = [f"{folder}:", f"total {CHANCE.randrange(90, 900)}"]
        lines += [
            f"-rw-r--r-- 1 root staff {SIZES[path]:6} Mar  {CHANCE.randrange(1, 9)} 09:1"
            f"{CHANCE.randrange(9)} {path.rpartition('/')[2]}"
            for path in PATHS
            if path.rpartition("/")[0] == folder
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def sum_of(path: str) -> str:
    return f"{random.Random(path).getrandbits(256):064x}"


LISTINGS = {
    "ls -lR": long_listing(),
    "wc -l": "".join(f"{SIZES[path]:7} {path}\n" for path in PATHS) + "  812233 total\n",
    "du -a": "".join(f"{SIZES[path]}\t./{path}\n" for path in PATHS),
    "sha256sum": "".join(f"{sum_of(path)}  {path}\n" for path in PATHS),
    "git ls-tree": "".join(f"100644 blob {sum_of(path)[:40]}\t{path}\n" for path in PATHS),
    "tar -tv": "".join(
        f"-rw-r--r-- root/staff {SIZES[path]:8} 2026-03-02 09:14 {path}\n" for path in PATHS
    ),
    "git diff --stat": "".join(
        f" {path} | {SIZES[path] % 90 + 1:4} {'+' * 9}--\n" for path in PATHS
    ),
}


@pytest.mark.parametrize("name", LISTINGS)
def test_every_name_stays(name: str) -> None:
    text = LISTINGS[name]
    result = compress(text)
    assert result.kind == "records"
    assert result.tokens_after < 0.65 * result.tokens_before
    for path in PATHS:
        assert path.rpartition("/")[2] in result.text


@pytest.mark.parametrize("name", LISTINGS)
@pytest.mark.parametrize("max_tokens", [None, 250])
def test_what_is_asked_of_a_file_stays(name: str, max_tokens: int | None) -> None:
    text = LISTINGS[name]
    asked = next(line for line in text.split("\n") if "signals_2.py" in line)
    result = compress(text, query="What is said of signals_2.py in core?", max_tokens=max_tokens)
    assert asked in result.text.split("\n")


def test_a_file_goes_with_the_directory_that_it_is_listed_under() -> None:
    text = LISTINGS["ls -lR"]
    result = compress(text, query="How large is srv/app/web/forms/token_0.py?", max_tokens=150)
    assert re.search(r"^srv/app/web/forms:\n(?:.+\n)*?.*token_0\.py$", result.text, re.MULTILINE)


def test_the_largest_is_shown() -> None:
    for name in ("ls -lR", "wc -l", "tar -tv"):
        assert re.search(r"^(?!\[).*731204 .*admin_1\.py$", compress(LISTINGS[name]).text, re.M)


def test_directories_are_counted_where_names_are_too_many() -> None:
    paths = [f"var/data/part{n % 7}/{sum_of(str(n))[:24]}.parquet" for n in range(900)]
    result = compress("".join(f"{n} {path}\n" for n, path in enumerate(paths)))
    assert result.kind == "records"
    assert "names of what is left out are below var/data/]" in result.text
    assert re.search(r"left out: part\d/ \(\d+\), part\d/ \(\d+\)", result.text)


def test_what_stands_between_is_told() -> None:
    commits = [
        f"{sum_of(str(n))[:7]} Subject number {n}\n"
        + "".join(f" {path} | {n + 3} ++-\n" for path in PATHS[n : n + 6])
        + f" 6 files changed, {n} insertions(+)"
        for n in range(12)
    ]
    result = compress("\n".join(commits))
    assert all(f"Subject number {n}" in result.text for n in range(12))


def test_what_is_left_out_comes_back() -> None:
    ctx = SharedContext()
    for name, text in LISTINGS.items():
        entry = ctx.put(name, text)
        for omission in entry.omissions:
            found = ctx.retrieve(name, place=omission.where, max_tokens=10**6).text
            for first, last in omission.ranges:
                for line in text.split("\n")[first - 1 : last]:
                    assert line in found


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"2026-03-02 09:14:{n:02} GET /orders/{n}.json 200\n" for n in range(60)),
        "".join(f"tests/test_{n}.py::test_case PASSED [{n}%]\n" for n in range(60)),
        "".join(f"{n} people said that they had read a.b\n" for n in range(60)),
        "".join(f"src/a{n}.py:{n}: x = {n}\n" for n in range(60)),
        "".join(f"name{n}\t{n}\t{n * 2}\n" for n in range(60)),
    ],
)
def test_other_lines_are_no_listing(text: str) -> None:
    assert find_files(text.split("\n"), lambda: None) is None
