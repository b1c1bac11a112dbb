"""What hardly anybody asks for: steps within traced commands, source around findings, libraries."""

from __future__ import annotations

from headroom import compress

TRACE = "\n".join(
    [
        "+ source /opt/env/bin/activate",
        *(f"++ export ENV_PART_{n}=/opt/env/part/{n}" for n in range(12)),
        "+ local cmd=activate",
        "+ ask='export A='\\''1'\\''",
        "export SHELL_PART='\\''2'\\'''",
        "+ make check",
        *(f"cc -c -O2 src/part_{n}.c -o build/part_{n}.o" for n in range(12)),
        "+++ printf 'error: cannot find zlib'",
        "make: *** [Makefile:12: check] Error 2",
        "+ exit 2",
    ]
)

FINDINGS = "\n".join(
    f"""F40{n % 2} name `thing_{n}` is imported and not used
  --> pkg/mod_{n}.py:{n + 2}:8
   |
 {n + 1} | import other_{n}
 {n + 2} | import thing_{n} as meant_{n}
   |        ^^^^^^^
 {n + 3} | import third_{n}
   |
"""
    for n in range(1, 7)
)


def test_a_shell_trace_shows_its_commands_and_counts_the_steps_within() -> None:
    result = compress(TRACE)
    assert result.kind == "log"
    for line in ("+ source /opt/env/bin/activate", "+ make check", "+ exit 2"):
        assert line in result.text.split("\n")
    assert "make: *** [Makefile:12: check] Error 2" in result.text
    assert "cannot find zlib" in result.text
    assert "ENV_PART_7" not in result.text
    assert "SHELL_PART" not in result.text
    assert result.tokens_after < result.tokens_before / 3


def test_steps_that_a_query_names_are_shown() -> None:
    assert "/opt/env/part/7" in compress(TRACE, query="what is ENV_PART_7?").text


def test_lines_with_a_plus_alone_are_no_trace() -> None:
    text = "\n".join(f"+ step {n} of the build: linked module{n}.o" for n in range(30))
    result = compress(f"{text}\n++ done", kind="log")
    assert "++ done" in result.text


def test_findings_keep_place_and_the_line_that_is_meant() -> None:
    result = compress(FINDINGS)
    assert result.kind == "log"
    for n in range(1, 7):
        assert f"--> pkg/mod_{n}.py:{n + 2}:8" in result.text
        assert f"{n + 2} | import thing_{n} as meant_{n}" in result.text
        assert f"other_{n}" not in result.text
        assert f"third_{n}" not in result.text
    assert result.text.startswith("[left out where … stands: ")
    gone = {n for o in result.omissions for a, b in o.ranges for n in range(a, b + 1)}
    lines = FINDINGS.split("\n")
    for number in range(1, len(lines) + 1):
        if number not in gone:
            assert lines[number - 1] in result.text.split("\n")


def test_source_that_a_query_names_is_shown() -> None:
    assert "import third_4" in compress(FINDINGS, query="where does third_4 come from?").text


def test_source_that_two_findings_share_is_shown_once() -> None:
    line = "    8 | void ring_dump(const ring_t *r) { return print(r->buf, r->head, r->tail); }"
    text = "\n".join(
        f"ring.c:8:{n * 7}: warning: argument {n} has another type\n{line}\n      |{' ' * n}^~~~"
        for n in range(1, 9)
    )
    result = compress(text, kind="log")
    assert result.text.count("void ring_dump") == 1
    assert all(f"ring.c:8:{n * 7}: warning: argument {n} " in result.text for n in range(1, 9))


def test_suggestions_keep_what_changes() -> None:
    text = "\n".join(
        f"""note: value_{n} is long
help: Shorten it
   |
{n + 1} | before_{n} = 1
  - value_{n} = compute(1, 2, 3)
{n + 2} + value_{n} = compute(6)
{n + 3} | after_{n} = 1
   |
"""
        for n in range(1, 9)
    )
    result = compress(text, kind="log")
    assert "3 + value_1 = compute(6)" in result.text
    assert "before_1" not in result.text


def test_traces_keep_the_frames_of_the_program() -> None:
    frames = "\n".join(
        f"    at load{n} (/app/node_modules/lib/part{n}.js:{n}:3)" for n in range(1, 9)
    )
    own = "    at drain (/app/src/queue.js:7:1)"
    text = f"INFO start\nERROR lost the queue\n{own}\n{frames}\nINFO end"
    result = compress(text, kind="log")
    assert own in result.text
    assert "node_modules" not in result.text
    assert compress(text, kind="log", query="load5").text.count("part5.js") == 1


def test_a_trace_of_nothing_but_libraries_is_kept() -> None:
    frames = "\n".join(f"    at load (node:internal/part:{n}:3)" for n in range(1, 9))
    text = f"INFO start\nERROR lost the queue\n{frames}\n" + "INFO again\n" * 30
    assert "node:internal/part:5:3" in compress(text, kind="log").text


def test_rows_of_a_table_within_an_entry_are_no_source() -> None:
    rows = "\n".join(f"  | name_{n} | {n} |" for n in range(8))
    text = f"INFO the table\n  | name | size |\n  | --- | --- |\n{rows}\n" + "INFO again\n" * 30
    assert all(f"name_{n}" in compress(text, kind="log").text for n in range(8))


def test_how_a_run_came_out_comes_before_what_failed() -> None:
    failed = "\n".join(f"FAILED: the part number {n} lost what was put in there" for n in range(60))
    result = compress(
        f"{failed}\n\nTests  60 failed | 7 passed (67)\n", kind="text", max_tokens=120
    )
    assert "Tests  60 failed | 7 passed (67)" in result.text
