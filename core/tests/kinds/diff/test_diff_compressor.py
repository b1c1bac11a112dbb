from __future__ import annotations

import difflib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.diff import DiffCompressor
from headroom.kinds.diff.parse import parse, read
from headroom.kinds.diff.recognise import looks_like_diff
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.markers import MARKER
from headroom.view import Deadline, Request, View

COUNTER = get_counter()
SIGN = re.compile(r"\[([+-]) left out at the start of these (\d+) lines\]")

SHOW = """commit 0f3c2a91
Author: A. Writer <a@example.org>

    Make the pump restart

diff --git a/src/pump.py b/src/pump.py
index 1111111..2222222 100644
--- a/src/pump.py
+++ b/src/pump.py
@@ -1,9 +1,10 @@ class Pump:
 import time
 import logging
 from pumps import valve

-def restart(pump):
+def restart(pump, *, wait=3):
+    time.sleep(wait)
     pump.stop()
     valve.close(pump)
     valve.drain(pump)
     pump.start()
@@ -40,5 +41,4 @@ def drain(pump):
     one = valve.state(pump)
     two = valve.state(pump)
-    three = valve.state(pump)
     return one, two
     # the end of it
diff --git a/docs/pump.png b/docs/pump.png
new file mode 100644
index 0000000..3333333
Binary files /dev/null and b/docs/pump.png differ
diff --git a/old name.txt b/new name.txt
similarity index 97%
rename from old name.txt
rename to new name.txt
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
index 4444444..0000000
--- a/gone.txt
+++ /dev/null
@@ -1,2 +0,0 @@
--- a dashed line that was removed
-the last one
\\ No newline at end of file
"""

COMBINED = """diff --cc lib/both.py
index 1111111,2222222..3333333
--- a/lib/both.py
+++ b/lib/both.py
@@@ -1,4 -1,4 +1,4 @@@
  common first line of the file
- ours was here before
 -theirs was here before
++both are here now
  common last line of the file
  and one more common line
"""


def compress(text: str, **options: object) -> View | None:
    request = Request("diff", COUNTER, COUNTER.count(text), **options)  # type: ignore[arg-type]
    return DiffCompressor().compress(Source(text, request.deadline), request)


def view_of(text: str, **options: object) -> View:
    view = compress(text, **options)
    assert view is not None
    return view


def with_signs(view: str) -> list[str]:
    """The lines of a view, with the signs that are said once at each line again."""
    lines: list[str] = []
    left = 0
    for line in view.split("\n"):
        if match := SIGN.fullmatch(line):
            sign, left = match[1], int(match[2])
        elif left:
            lines.append(sign + line)
            left -= 1
        else:
            lines.append(line)
    return lines


def check_laws(text: str, view: View) -> None:
    """Every line is kept or in an omission, what is kept is in order, the rest are markers."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    gone = {
        number
        for omission in view.omissions
        for first, last in omission.ranges
        for number in range(first, last + 1)
    }
    assert gone <= set(range(1, text.count("\n") + 2))
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    shown = iter(with_signs(view.text))
    markers = []
    for line in kept:
        for candidate in shown:
            if candidate == line:
                break
            markers.append(candidate)
        else:
            pytest.fail("a line that no omission covers is not shown")
    markers += shown
    assert all(MARKER.fullmatch(marker) for marker in markers)
    assert bool(markers) == bool(gone)
    for omission in view.omissions:
        assert list(omission.ranges) == sorted(omission.ranges)


def test_every_change_and_every_file_is_kept() -> None:
    view = view_of(SHOW)
    check_laws(SHOW, view)
    for line in (
        "-def restart(pump):",
        "+def restart(pump, *, wait=3):",
        "+    time.sleep(wait)",
        "-    three = valve.state(pump)",
        "--- a dashed line that was removed",
        "\\ No newline at end of file",
        "@@ -40,5 +41,4 @@ def drain(pump):",
        "+++ b/src/pump.py",
        "diff --git a/docs/pump.png b/docs/pump.png",
        "Binary files /dev/null and b/docs/pump.png differ",
        "rename from old name.txt",
        "rename to new name.txt",
        "new mode 100755",
        "deleted file mode 100644",
        "--- a/gone.txt",
        "    Make the pump restart",
    ):
        assert line in view.text.split("\n")


def test_context_and_headers_that_repeat_the_path_go() -> None:
    view = view_of(SHOW).text.split("\n")
    for line in (
        " import logging",
        "     # the end of it",
        "index 1111111..2222222 100644",
        "diff --git a/src/pump.py b/src/pump.py",
        "+++ /dev/null",
    ):
        assert line not in view


def test_the_first_line_says_what_is_left_out() -> None:
    first = view_of(SHOW).text.split("\n")[0]
    assert MARKER.fullmatch(first)
    assert "context lines" in first
    assert "header line" in first


def test_context_that_answers_the_query_stays() -> None:
    assert "     valve.drain(pump)" in view_of(SHOW, query="drain").text
    assert "     valve.drain(pump)" not in view_of(SHOW).text


def test_a_combined_diff() -> None:
    view = view_of(COMBINED)
    check_laws(COMBINED, view)
    for line in ("- ours was here before", " -theirs was here before", "++both are here now"):
        assert line in view.text.split("\n")
    assert "common" not in view.text


def test_without_a_budget_lossless_leaves_nothing_out() -> None:
    assert compress(SHOW, fidelity="lossless") is None


def test_compact_is_smaller_than_balanced() -> None:
    diff = _diff([("a.py", range(0), range(300)), ("b.py", range(200), range(100, 300))])
    balanced, compact = view_of(diff), view_of(diff, fidelity="compact")
    assert COUNTER.count(compact.text) < 0.7 * COUNTER.count(balanced.text)
    check_laws(diff, compact)
    assert "+++ b/a.py" in compact.text
    assert "+++ b/b.py" in compact.text


def test_a_large_gap_says_its_lines() -> None:
    diff = (
        "--- a/x\n+++ b/x\n@@ -1,41 +1,41 @@\n"
        + "".join(f" line {number} of the context\n" for number in range(40))
        + "-before\n+after\n"
    )
    view = view_of(diff)
    check_laws(diff, view)
    assert "[lines 4-43 left out: 40 context lines]" in view.text


def test_under_a_budget_lock_files_go_before_sources() -> None:
    diff = _diff([("package-lock.json", range(0), range(80)), ("src/main.js", range(0), range(20))])
    view = view_of(diff, max_tokens=COUNTER.count(diff) // 3)
    check_laws(diff, view)
    assert all(
        f"+line {number} says {number * 37}" in with_signs(view.text) for number in range(20)
    )


def test_under_a_budget_the_query_comes_first() -> None:
    diff = _diff(
        [(f"m{number}.py", range(0), range(50 * number, 50 * number + 40)) for number in range(9)]
    )
    view = view_of(diff, max_tokens=300, query="line 431")
    assert "+line 431 says 15947" in view.text
    check_laws(diff, view)


def test_a_budget_is_used_up_without_cliffs() -> None:
    diff = _diff([(f"f{number}.py", range(60), range(30, 90)) for number in range(6)])
    total = COUNTER.count(diff)
    last = 0
    for budget in range(60, total, total // 25):
        view = view_of(diff, max_tokens=budget)
        size = COUNTER.count(view.text)
        assert size <= budget
        assert size >= 0.85 * budget - 40
        shown = sum(line[:1] in "+-" for line in with_signs(view.text) if line)
        assert shown >= last - 2
        last = shown


@pytest.mark.parametrize("text", ["", "hello", "- one\n- two\n+ three\n", "@@ -1 +1 @@\n-a\n+b\n"])
def test_what_is_no_diff_is_refused(text: str) -> None:
    with pytest.raises(WrongKind):
        compress(text)
    assert not looks_like_diff(Source(text))


@pytest.mark.parametrize("text", [SHOW, COMBINED, SHOW.replace("\n", "\r\n")])
def test_diffs_are_recognised(text: str) -> None:
    assert looks_like_diff(Source(text))
    check_laws(text, view_of(text))


def test_prose_about_a_diff_is_none() -> None:
    prose = "".join(f"Sentence {number} tells how the change was made.\n" for number in range(40))
    assert not looks_like_diff(Source(prose + COMBINED))


def test_a_signature_and_a_payload_that_looks_like_a_marker() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-[lines 1-9 left out]\n+…\n kept\n-- \n2.43.0\n"
    view = view_of(diff)
    check_laws(diff, view)
    assert "-[lines 1-9 left out]\n+…" in view.text
    assert view.text.endswith("-- \n2.43.0")


def test_binary_patches_leave_their_bytes_out() -> None:
    diff = (
        "diff --git a/x.bin b/x.bin\nindex 1111111..2222222 100644\nGIT binary patch\n"
        + "literal 900\n"
        + "zcmV-Q0=4{8abcdefghijklmnopqrstuvwxyz0123456789ABCDEF\n" * 20
        + "\nliteral 0\nHcmV?d00001\n\n"
    )
    view = view_of(diff)
    check_laws(diff, view)
    assert "GIT binary patch" in view.text
    assert "zcmV" not in view.text
    assert "HcmV" not in view.text


def test_it_stops_at_its_deadline() -> None:
    request = Request("diff", COUNTER, 100, deadline=Deadline(-1.0))
    with pytest.raises(TimeBudgetExceeded):
        DiffCompressor().compress(Source(SHOW, request.deadline), request)


def test_time_grows_with_the_size_alone() -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        compress(text, max_tokens=500)
        return time.process_time() - start

    for piece in (
        SHOW,
        "@@ -1,3 +1,3 @@\n",
        "diff --git a/x b/x\n",
        "--- a\n+++ b\n@@ -1 +1 @@\n-\n",
    ):
        small = min(seconds(COMBINED + piece * 150) for _ in range(2))
        assert seconds(COMBINED + piece * 1200) < 40 * small + 1


def _diff(files: list[tuple[str, range, range]]) -> str:
    return "".join(
        line if line.endswith("\n") else line + "\n"
        for path, before, after in files
        for line in difflib.unified_diff(
            [f"line {number} says {number * 37}\n" for number in before],
            [f"line {number} says {number * 37}\n" for number in after],
            f"a/{path}",
            f"b/{path}",
        )
    )


_LINES = st.lists(
    st.sampled_from(
        ["x = 1", "", "    y", "-- sql", "++ c", "[left out]", "…", "\ud800", "@@ -1 +1 @@"]
    ),
    max_size=25,
)
_FILES = st.lists(
    st.tuples(st.sampled_from(["a.py", "b c.txt", "yarn.lock"]), _LINES, _LINES), max_size=4
)


@settings(max_examples=80, deadline=None)
@given(
    _FILES,
    st.text(alphabet="+-@ a\n\\", max_size=120),
    st.sampled_from(["balanced", "compact"]),
    st.sampled_from([None, 1, 9, 30, 90, 300]),
    st.sampled_from([None, "x", "sql"]),
)
def test_laws(
    files: list[tuple[str, list[str], list[str]]],
    noise: str,
    fidelity: str,
    budget: int | None,
    query: str | None,
) -> None:
    text = (
        noise
        + "\n"
        + "".join(
            line.rstrip("\n") + "\n"
            for path, before, after in files
            for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")
        )
    )
    looks_like_diff(Source(text))
    try:
        view = compress(text, fidelity=fidelity, max_tokens=budget, query=query)
    except WrongKind:
        assert "+++ " not in text or not any(before != after for _, before, after in files)
        return
    if view is None:
        return
    check_laws(text, view)
    assert view == compress(text, fidelity=fidelity, max_tokens=budget, query=query)
    if budget is None:
        if fidelity == "balanced":
            shown = with_signs(view.text)
            assert all(line in shown for line in text.split("\n") if line[:1] == "+")
    else:
        assert COUNTER.count(view.text) <= budget


def test_a_run_with_one_sign_says_it_once() -> None:
    diff = _diff([("a.py", range(0), range(40)), ("b.py", range(200, 290), range(0))])
    view = view_of(diff)
    check_laws(diff, view)
    shown = view.text.split("\n")
    start = shown.index("[+ left out at the start of these 40 lines]")
    assert shown[start - 1 : start + 2] == ["@@ -0,0 +1,40 @@", shown[start], "line 0 says 0"]
    assert "[- left out at the start of these 90 lines]" in shown


def test_a_block_that_moved_is_shown_where_it_is_added() -> None:
    diff = _diff([("old.py", range(30), range(5)), ("new.py", range(100, 103), range(5, 30))])
    view = view_of(diff)
    check_laws(diff, view)
    assert "25 removed here, the same ones are added elsewhere]" in view.text
    assert "line 17 says 629" in view.text
    assert "-line 101 says 3737" in view.text


@pytest.mark.parametrize("line", ["@@ -1 +1 @@", "+++ b/x", "[lines 3-9 left out]", "\u2026"])
def test_lines_that_would_look_like_something_else_keep_their_sign(line: str) -> None:
    added = [f"line {number}" for number in range(30)]
    added[12] = line
    diff = "--- a/x\n+++ b/x\n@@ -0,0 +1,30 @@\n" + "".join(f"+{text}\n" for text in added)
    view = compress(diff)
    assert view is not None
    assert f"\n+line 11\n+{line}\n+line 13\n" in view.text


def test_under_a_budget_a_gap_is_closed_where_a_marker_would_cost_as_much() -> None:
    body = "".join(f"+value_{n} = compute(first_{n}, second_{n})\n+\n" for n in range(60))
    diff = f"--- a/m.py\n+++ b/m.py\n@@ -0,0 +1,120 @@\n{body}"
    result = view_of(diff, max_tokens=COUNTER.count(diff) // 2)
    kept = result.text.count("compute(")
    assert kept > 20
    # The empty lines between lines that are kept are there, not a marker for each.
    assert result.text.count("left out") <= 3


def test_with_nearly_all_of_the_room_no_more_goes_than_without_a_budget() -> None:
    body = "".join(f"+def step_{n}():\n+    return {n}\n" for n in range(40))
    context = "".join(f" line {n} of the module\n" for n in range(30))
    diff = (
        f"--- a/old.py\n+++ b/old.py\n@@ -1,31 +1,31 @@\n{context}-before\n+after\n"
        f"--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,80 @@\n{body}"
    )
    whole, least = COUNTER.count(diff), COUNTER.count(view_of(diff).text)
    assert least < whole - 20
    for limit in range(least, whole, 3):
        view = view_of(diff, max_tokens=limit)
        assert COUNTER.count(view.text) <= limit
        assert "-before\n+after" in view.text
        assert all(f"def step_{n}():" in view.text for n in range(40))


def lock_file(packages: int) -> str:
    """The diff of a lock file in which every package moved on by one."""

    def side(sign: str, number: int, patch: int) -> str:
        return (
            f'{sign}      "version": "1.{number}.{patch}",\n'
            f'{sign}      "resolved": "https://registry.example.org/pkg-{number}-{patch}.tgz",\n'
            f'{sign}      "integrity": "sha512-{"aB3dE5gH7" * 9}{number}{patch}==",\n'
        )

    header = "--- a/package-lock.json\n+++ b/package-lock.json\n"
    return header + "".join(
        f'@@ -{20 * n + 1},7 +{20 * n + 1},7 @@\n     "node_modules/pkg-{n}": {{\n'
        + side("-", n, 1)
        + side("+", n, 2)
        + '       "dev": true,\n       "license": "MIT"\n     },\n'
        for n in range(packages)
    )


def test_of_a_lock_file_names_and_versions_stay_and_checksums_go():
    diff = lock_file(12)
    request = Request("diff", COUNTER, COUNTER.count(diff))
    view = DiffCompressor().compress(Source(diff), request)
    lines = view.text.split("\n")
    for number in range(12):
        assert f'     "node_modules/pkg-{number}": {{' in lines
        assert f'-      "version": "1.{number}.1",' in lines
        assert f'+      "version": "1.{number}.2",' in lines
    assert "sha512" not in view.text
    assert "48 checksum lines" in lines[0]
    assert COUNTER.count(view.text) < 0.25 * request.original_tokens


def test_checksums_in_a_file_that_a_person_wrote_stay():
    diff = lock_file(12).replace("package-lock.json", "downloads.js")
    request = Request("diff", COUNTER, COUNTER.count(diff))
    view = DiffCompressor().compress(Source(diff), request)
    assert view.text.count("sha512") == 24


def test_of_modules_with_checksums_the_name_and_the_version_stay():
    lines = "".join(
        f"{sign}example.org/part{n} v1.{n}.{patch}{end} h1:{'aB3dE5gH7' * 4}{n}{patch}=\n"
        for n in range(6)
        for sign, patch in (("-", 1), ("+", 2))
        for end in ("", "/go.mod")
    )
    diff = f"--- a/go.sum\n+++ b/go.sum\n@@ -1,12 +1,12 @@\n{lines}"
    request = Request("diff", COUNTER, COUNTER.count(diff))
    view = DiffCompressor().compress(Source(diff), request)
    assert "+example.org/part3 v1.3.2 h1:" in view.text
    assert "/go.mod h1:" not in view.text


LINES = [
    *("diff --git a/x b/x", "index 1111111..2222222 100644", "--- a/x", "+++ b/x", "-- q"),
    *("@@ -1,2 +1,2 @@", "@@ -1,5 +1,9 @@", "@@@ -1,2 -1,2 +1,2 @@@", " a", "+b", "-c", "++c"),
    *("--- d", "+++ e", "", " ", "\r", "+\r", "\\ No newline at end of file", "GIT binary patch"),
    *("literal 5", "zcmZ", "new file mode 100644", "--- /dev/null", "similarity index 90%"),
]


@given(st.lists(st.sampled_from(LINES), max_size=30))
@settings(max_examples=500)
def test_by_their_signs_lines_are_what_they_are_as_a_whole(lines):
    text = "\n".join(lines)
    by_sign, whole = read(Source(text)), parse(text, Deadline(None))
    assert by_sign == whole
