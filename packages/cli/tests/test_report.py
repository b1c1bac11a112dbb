"""The report, as a file. What it does in a browser is tested in ``browser/``."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headroom import SharedContext
from headroom_cli import report_html, write_report

Run = Callable[..., Any]
HOSTILE = "</script><script>alert(1)</script><!--\u2028\ud800"


def data_of(page: str, name: str) -> Any:
    match = re.search(
        rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL
    )
    assert match is not None
    return json.loads(match[1])


def test_what_is_in_it(run: Run, store: str, tmp_path: Path) -> None:
    ran = run("report", "--store", store, "-o", "out.html")
    assert (ran.status, ran.err) == (0, "out.html: 2 entries\n")
    page = (tmp_path / "out.html").read_text("ascii")
    entries = data_of(page, "entries")
    assert [(one["key"], one["kind"]) for one in entries] == [
        ("a\tb\nc", "log"),
        ("orders", "json"),
    ]
    assert all(one["tokens"] > one["view"] and one["places"] for one in entries)
    assert entries[1]["why"].startswith("Read as json by smart_crusher; left out: 4")
    assert data_of(page, "about")["handoffs"] is None


def test_what_readers_were_sent_is_in_that_of_the_context_that_sent_it() -> None:
    ctx = SharedContext()
    ctx.savings.add("writer", views=2, not_sent=900, tool_tokens=140)
    about = data_of(report_html(ctx), "about")
    assert about["handoffs"]["saved"] == 760
    assert about["handoffs"]["readers"] == [["writer", 760, 2, 0, 900, 140]]


def test_no_name_and_no_payload_ends_a_script(tmp_path: Path) -> None:
    ctx = SharedContext(namespace=HOSTILE)
    ctx.put(HOSTILE, f"{HOSTILE}\n" * 50, agent=HOSTILE)
    page = report_html(ctx)
    # The two of data and the one that draws them.
    assert page.count("<script") == page.count("</script>") == 3
    assert "alert(1)" in page
    assert data_of(page, "entries")[0]["key"] == HOSTILE
    assert page.isascii()


def test_the_policy_allows_what_is_in_the_page_and_nothing_else() -> None:
    page = report_html(SharedContext())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for name in ("script", "style"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"(?:src|href)=\"?(?:https?:)?//| style=| on[a-z]+=", page)


def test_without_payloads_there_are_figures_alone(run: Run, store: str, tmp_path: Path) -> None:
    assert run("report", "--store", store, "--no-payloads").status == 0
    entries = data_of((tmp_path / "report.html").read_text(), "entries")
    assert not any("texts" in one for one in entries)


def test_a_report_of_nothing(run: Run, tmp_path: Path) -> None:
    with SharedContext(store=f"sqlite:///{tmp_path}/empty.db") as ctx:
        ctx.put("k", "v")
        ctx.clear()
    ran = run("report", "--store", "sqlite:///empty.db")
    assert (ran.status, ran.err) == (0, "report.html: the store is empty\n")


def test_it_goes_to_stdout_as_well(run: Run, store: str, tmp_path: Path) -> None:
    ran = run("report", "--store", store, "--output", "-")
    assert (ran.status, ran.err) == (0, "standard output: 2 entries\n")
    assert len(data_of(ran.out, "entries")) == 2
    assert not (tmp_path / "-").exists()


def test_nobody_else_may_read_it_and_it_is_replaced_whole(tmp_path: Path) -> None:
    ctx = SharedContext()
    ctx.put("k", "first")
    path = tmp_path / "report.html"
    assert write_report(ctx, path) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    ctx.put("other", "second")
    assert write_report(ctx, str(path)) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_one_that_cannot_be_written_is_a_sentence(run: Run, store: str) -> None:
    ran = run("report", "--store", store, "-o", "nowhere/report.html")
    assert ran.status == 2
    assert ran.err == "headroom: nowhere/report.html cannot be written: No such file or directory\n"


@pytest.mark.parametrize("count", [3000])
def test_thousands_of_entries_are_written_as_they_are_read(count: int, tmp_path: Path) -> None:
    ctx = SharedContext(max_entries=None)
    for number in range(count):
        ctx.put(f"note {number}", f"A short note of number {number}.")
    assert write_report(ctx, tmp_path / "report.html") == count


def test_the_example_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    (block,) = re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    assert "orders" in (tmp_path / "report.html").read_text()
