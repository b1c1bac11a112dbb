"""What the command prints, and what it ends with."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from headroom import compress

Run = Callable[..., Any]
COMMANDS = "compress diff retrieve get ls stats report bench demo doctor".split()


def test_a_view_goes_to_stdout_and_figures_to_stderr(run: Run, orders: str, tmp_path: Path) -> None:
    ran = run("compress", orders, "--max-tokens", "150")
    assert ran.status == 0
    assert ran.out == compress((tmp_path / orders).read_text(), max_tokens=150).text
    assert ran.err.startswith("orders.json: json, 13,003 tokens become ")
    assert ran.err.endswith(" rows\n")


def test_what_is_piped_in_is_compressed(run: Run, log: str, tmp_path: Path) -> None:
    data = (tmp_path / log).read_bytes()
    ran = run("compress", "-", "--query", "disk", stdin=data)
    assert "disk full" in ran.out
    assert ran.err.startswith("stdin: log, ")


def test_all_figures_as_json(run: Run, orders: str) -> None:
    found = json.loads(run("compress", orders, "--json").out)
    assert found["kind"] == "json"
    assert found["tokens_before"] - found["tokens_after"] == found["tokens_saved"]
    assert sum(one["count"] for one in found["omissions"]) > 400
    assert found["failure"] is None


def test_a_short_text_stays_as_it_is_to_the_byte(run: Run) -> None:
    text = "A short note, \u00fc.\r\n\n"
    ran = run("compress", "-", stdin=text.encode())
    assert (ran.status, ran.out) == (0, text)
    assert ran.err == "stdin: text, 6 tokens; stays as it is\n"


def test_explain_says_what_was_done(
    run: Run, log: str, orders: str, snapshot: SnapshotAssertion
) -> None:
    assert run("compress", orders, "--explain", "-t", "150").err == snapshot
    assert run("compress", log, "--explain").err == snapshot


@pytest.mark.parametrize("columns", ["120", "60", "40"])
def test_an_original_beside_its_view(
    run: Run, log: str, orders: str, columns: str, snapshot: SnapshotAssertion
) -> None:
    for file in (log, orders):
        ran = run("diff", file, "-t", "150", COLUMNS=columns)
        assert ran.status == 0
        assert max(map(len, ran.out.splitlines())) <= int(columns)
        assert ran.out == snapshot


def test_colours_in_a_terminal_alone_and_not_with_no_color(run: Run, log: str) -> None:
    assert "\x1b" not in run("diff", log).out
    assert "\x1b[48" in run("diff", log, FORCE_COLOR="1").out
    assert "\x1b[48" not in run("diff", log, FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b" not in run("diff", log, TERM="dumb").out


def test_a_payload_does_not_command_the_terminal(log: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "headroom_cli", "retrieve", log, "lines 411-413"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert process.wait() == 0
    assert b"disk full \\x1b[31mon" in shown
    assert b"\x1b" not in shown


def _read(number: int) -> bytes:
    try:
        return os.read(number, 65536)
    except OSError:
        # The other end is closed.
        return b""


def test_a_place_of_a_marker_leads_to_the_original(run: Run, log: str, tmp_path: Path) -> None:
    place = json.loads(run("compress", log, "--json").out)["omissions"][0]["where"]
    assert run("retrieve", log, place).status == 0
    lines = (tmp_path / log).read_text().split("\n")
    ran = run("retrieve", log, "lines 120-121")
    assert ran.out.split("\n")[1:] == lines[119:121]


def test_rows_by_condition(run: Run, orders: str) -> None:
    ran = run("retrieve", orders, "--where", "status = 'refund_failed' and total > 500")
    assert "41321" in ran.out
    assert run("retrieve", orders, "--where", "total > 99999").status == 1
    wrong = run("retrieve", orders, "--where", "statu = 'paid'")
    assert wrong.status == 2
    assert "order, customer, status, total" in wrong.err


def test_more_is_told_and_read_on(run: Run, log: str) -> None:
    first = json.loads(run("retrieve", log, "lines 1-300", "-t", "200", "--json").out)
    assert first["truncated"]
    told = run("retrieve", log, "lines 1-300", "-t", "200").err
    assert f"to read on: {first['next']}" in told
    assert run("retrieve", log, first["next"], "-t", "200").out.startswith("[lines ")


def test_a_store_is_listed_and_no_key_breaks_a_line(run: Run, store: str) -> None:
    lines = run("ls", "--store", store).out.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [['"a\\tb\\nc"', "log"], ["orders", "json"]]

    def keys(*options: str) -> list[str]:
        lines = run("ls", "--json", *options, HEADROOM_STORE=store).out.splitlines()
        return [json.loads(line)["key"] for line in lines]

    assert keys() == ["a\tb\nc", "orders"]
    assert keys("--kind", "json") == ["orders"]
    assert keys("--limit", "1") == ["a\tb\nc"]


def test_an_original_comes_back_byte_for_byte(
    run: Run, store: str, orders: str, tmp_path: Path
) -> None:
    assert run("get", "orders", "--full", "-s", store).out == (tmp_path / orders).read_text()
    view = run("get", "orders", "-s", store).out
    assert run("get", "orders", "-s", store, "-t", "100").out != view
    assert json.loads(run("get", "orders", "-s", store, "--json").out)["text"] == view
    assert run("retrieve", "orders", "rows 322", "-s", store).out.count("refund_failed") == 1


def test_sums_of_a_store(run: Run, store: str) -> None:
    found = json.loads(run("stats", "--json", "-s", store).out)
    assert found["entries"] == 2
    assert found["original_tokens"] - found["view_tokens"] == found["saved_tokens"]
    assert re.search(r"^saved tokens +[\d,]+$", run("stats", "-s", store).out, re.MULTILINE)


def test_the_demo(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("demo", COLUMNS="80")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == snapshot


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_an_example_for_each_command(
    run: Run, command: str, snapshot: SnapshotAssertion
) -> None:
    ran = run(*filter(None, [command]), "--help", COLUMNS="80")
    assert ran.status == 0
    assert ran.out == snapshot
    if command not in ("stats", "demo"):
        assert f"headroom {command}" in ran.out


def test_no_command_shows_the_help(run: Run) -> None:
    assert "Commands:" in run().out + run().err
    assert run("--version").out.startswith("headroom ")


def test_a_folder_of_payloads(run: Run, orders: str, log: str, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "traces.jsonl").write_text(
        "\n".join(json.dumps({"content": f"note {n}"}) for n in range(3))
    )
    (tmp_path / "picture.bin").write_bytes(b"\xff\x00\x9f")
    ran = run("bench", ".", "--json")
    rows = {row["name"]: row for row in map(json.loads, ran.out.splitlines())}
    assert set(rows) == {orders, log, *(f"more/traces.jsonl:{n}" for n in (1, 2, 3))}
    assert all(row["places_lost"] == 0 for row in rows.values())
    assert rows[log]["places"] > 0
    assert "picture.bin is not text" in ran.err
    ran = run("bench", ".")
    assert ran.out.splitlines()[-1].split()[:2] == ["all", "5"]
    # No bar, and no line that it would end with.
    assert [line[:8] for line in ran.err.splitlines()] == ["left out"]
    narrow = run("bench", ".", COLUMNS="40").out
    assert "\nserver.log\n  kind log, tokens 12," in narrow
    assert max(map(len, narrow.splitlines())) <= 40


def test_a_folder_in_which_little_can_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "picture.bin").write_bytes(b"\xff\x00\x9f")
    ran = run("bench", "empty")
    assert (ran.status, ran.out) == (1, "")
    assert "there is no text in empty" in ran.err
    # What is no payloads in lines is one payload.
    for name, text in (("cut.jsonl", '{"content": "a"}\n{"con'), ("other.jsonl", '{"text": "a"}')):
        (tmp_path / "empty" / name).write_text(text)
    ran = run("bench", "empty", "--json")
    assert [json.loads(line)["name"] for line in ran.out.splitlines()] == [
        "cut.jsonl",
        "other.jsonl",
    ]


BAD = [
    (["compress", "nope.txt"], 2, "there is no file nope.txt"),
    (["compress", "."], 2, ". is a folder"),
    (["compress", "picture.bin"], 2, "picture.bin is not text in UTF-8"),
    (["compress", "n" * 300], 2, "cannot be read: File name too long"),
    (["compress", "orders.json", "--kind", "nope"], 2, "kind"),
    (["compress", "orders.json", "--max-tokens", "0"], 2, "--max-tokens"),
    (["compress", "orders.json", "--key", "k"], 2, "HEADROOM_STORE"),
    (["compress", "orders.json", "--fidelity", "nope"], 2, "lossless"),
    (["diff", "nope.txt"], 2, "there is no file"),
    (["retrieve", "orders.json", "rows 9000"], 2, "500"),
    (["retrieve", "orders.json", "somewhere"], 2, "place"),
    (["retrieve", "k", "-s", "sqlite:///no.db"], 3, "there is no database no.db"),
    (["get", "k"], 2, "HEADROOM_STORE"),
    (["get", "k", "-s", "memory://"], 2, "ends with its process"),
    (["get", "k", "-s", "what://"], 2, "what"),
    (["ls", "-s", "sqlite:///picture.bin"], 3, "picture.bin"),
    (["ls", "-s", "sqlite:///no.db"], 3, "no.db"),
    (["ls", "-s", f"sqlite:///{'n' * 300}.db"], 3, "cannot be opened"),
    (["report", "-s", "sqlite:///no.db"], 3, "no.db"),
    (["bench", "nope"], 2, "there is no folder nope"),
    (["nope"], 2, "nope"),
]


@pytest.mark.parametrize(("arguments", "status", "said"), BAD, ids=lambda value: str(value)[:50])
def test_bad_input_is_a_sentence_and_a_status(
    run: Run, orders: str, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    (tmp_path / "picture.bin").write_bytes(bytes(range(256)) * 20)
    ran = run(*arguments)
    assert ran.status == status
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not ran.out
    assert not (tmp_path / "no.db").exists()


def test_a_store_that_does_not_answer_is_not_an_empty_one(run: Run, broken: str) -> None:
    for command in ("stats", "ls", "report"):
        ran = run(command, "--store", broken)
        assert (ran.status, ran.out, ran.err) == (3, "", "headroom: nobody answers\n")


def test_a_package_that_is_missing_is_a_store_that_cannot_be_reached(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: ())
    ran = run("ls", "--store", "redis://localhost:1/0")
    assert (ran.status, "pip install headroom-redis" in ran.err) == (3, True)


def test_what_is_not_there_is_told_apart(run: Run, store: str) -> None:
    ran = run("retrieve", "orders", "rows 3", "--query", "zebra", "-s", store)
    assert (ran.status, ran.err) == (1, "nothing is found\n")
    ran = run("get", "nope", "-s", store)
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "'nope'" in ran.err


@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_error_to_see(buffered: str, tmp_path: Path) -> None:
    big = "\n".join(f"{n} a line that no other is like {n * n % 9973}" for n in range(6000))
    (tmp_path / "big.txt").write_text(big)
    command = [sys.executable, "-m", "headroom_cli", "retrieve", "big.txt", "lines 1-5000",
               "-t", "90000"]  # fmt: skip
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": buffered},
    ) as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
        assert process.wait() == 141


def test_a_huge_file_is_refused(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    ran = run("compress", "huge.txt")
    assert (ran.status, "larger than 64 MB" in ran.err) == (2, True)


def test_other_encodings_with_a_mark_are_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes("a \u00fc note".encode("utf-16"))
    assert run("compress", "note.txt").out == "a \u00fc note"


def test_completion_names_the_commands(run: Run) -> None:
    ran = run(_HEADROOM_COMPLETE="complete_bash", COMP_WORDS="headroom ret", COMP_CWORD="1")
    assert "retrieve" in ran.out


def test_the_command_is_a_module_as_well(log: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headroom_cli", "compress", log]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
    assert ran.returncode == 0
    assert b"ERROR disk full" in ran.stdout


def test_serve_hands_its_options_to_the_server(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    assert "pip install headroom-mcp" in run("serve", "--help").err
    # As the package of the server says where it begins.
    info = tmp_path / "site" / "headroom_mcp-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: headroom-mcp\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[console_scripts]\nheadroom-mcp = served:main\n")
    (info.parent / "served.py").write_text("def main(options):\n    print(options)\n    return 7\n")
    monkeypatch.syspath_prepend(str(info.parent))
    ran = run("serve", "--transport", "http", "--help")
    assert (ran.status, ran.out) == (7, "['--transport', 'http', '--help']\n")


@pytest.mark.parametrize("command", ["compress", "diff"])
def test_output_that_cannot_be_written_is_a_sentence(
    command: str, orders: str, tmp_path: Path
) -> None:
    for buffered in ("", "1"):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "headroom_cli", command, orders],
                cwd=tmp_path,
                stdout=full,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONUNBUFFERED": buffered},
                text=True,
            )
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("headroom: the output cannot be written: No")


@pytest.mark.parametrize("command", ["compress", "diff"])
@pytest.mark.parametrize(("closed", "said"), [(">&-", "output"), ("<&-", "input")])
def test_streams_that_are_closed_are_a_sentence(
    closed: str, said: str, command: str, orders: str, tmp_path: Path
) -> None:
    file = "-" if closed == "<&-" else orders
    line = f"{sys.executable} -m headroom_cli {command} {file} {closed}"
    done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"headroom: standard {said} is closed\n"


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
def test_figures_that_nobody_can_read_change_nothing(
    stderr: str, orders: str, tmp_path: Path
) -> None:
    line = f"{sys.executable} -m headroom_cli compress {orders} --explain"
    whole, mute = (
        subprocess.run(f"{line} {to}", shell=True, cwd=tmp_path, stdout=subprocess.PIPE)
        for to in ("2>/dev/null", stderr)
    )
    assert (mute.returncode, mute.stdout) == (0, whole.stdout)


def test_a_command_that_is_interrupted_as_it_begins_is_silent(tmp_path: Path) -> None:
    # Ctrl-C comes while a library is imported.
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    done = subprocess.run(
        [sys.executable, "-m", "headroom_cli", "demo"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
    begin = "import sys, headroom_cli.__main__; sys.exit('headroom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", begin]).returncode == 0


def test_another_module_called_headroom_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "headroom").mkdir()
    (tmp_path / "headroom" / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "headroom_cli", "demo"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("headroom: the module headroom that Python finds is not that of")
