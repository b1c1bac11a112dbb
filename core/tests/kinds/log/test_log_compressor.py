from __future__ import annotations

import logging
import random
import re
import time
import traceback

import pytest
from hypothesis import strategies as st

from headroom import CompressResult, compress, get_counter
from headroom.kinds.log import LogCompressor
from headroom.kinds.log.recognise import looks_like_log
from headroom.source import Source
from headroom_testing import KindLaws


def service_log(count: int = 2000) -> str:
    """What a service logs: four templates, one rare, one alert with a stack trace."""
    chance = random.Random(3)
    lines = []
    for number in range(count):
        stamp = f"2026-03-02T09:{number // 60 % 60:02}:{number % 60:02}.{number % 997:03}Z"
        if number == 1234:
            try:
                raise ConnectionResetError("peer 10.0.0.7 went away")
            except ConnectionResetError:
                trace = traceback.format_exc().rstrip()
            lines.append(f"{stamp} ERROR pool flush of shard 17 did not complete\n{trace}")
        elif number == 777:
            lines.append(f"{stamp} INFO elector node-4 became leader in term 12")
        else:
            lines.append(
                [
                    f"{stamp} INFO http GET /orders/{chance.randrange(9999)} took {number % 90} ms",
                    f"{stamp} INFO cache hit for key user:{chance.randrange(9999)}",
                    f"{stamp} DEBUG gc freed {chance.randrange(10**6)} bytes",
                ][number % 3]
            )
    return "\n".join(lines) + "\n"


def syslog() -> str:
    chance = random.Random(5)
    lines = []
    for number in range(600):
        stamp = f"Mar  2 {number // 60:02}:{number % 60:02}:11 db1"
        user = chance.choice(["root", "anna", "deploy"])
        lines += [
            f"{stamp} sshd[{4000 + number}]: session opened for user {user}",
            f"{stamp} sshd[{4000 + number}]: session closed for user {user}",
            f"{stamp} CRON[{5000 + number}]: (root) CMD (run-parts /etc/cron.hourly)",
        ]
    lines.insert(900, "Mar  2 07:31:12 db1 kernel: EXT4-fs (sda1): re-mounted read-only")
    return "\n".join(lines)


def web_log() -> str:
    chance = random.Random(9)
    lines = [
        f"10.0.{n % 9}.{n % 200} - - [02/Mar/2026:09:{n // 60 % 60:02}:{n % 60:02} +0000] "
        f'"GET /item/{chance.randrange(999)} HTTP/1.1" 200 {chance.randrange(9000)}'
        for n in range(800)
    ]
    lines[400] = '10.0.3.1 - - [02/Mar/2026:09:06:40 +0000] "GET /item/13 HTTP/1.1" 503 17'
    return "\n".join(lines)


def build_output() -> str:
    lines = [f"[{n}/400] Compiling module_{n} v0.{n}.1" for n in range(1, 401)]
    lines.insert(250, "src/parser.c:88:13: error: use of undeclared identifier 'tok'")
    return "\n".join([*lines, "make: *** [all] Error 1"])


def run_of_tests() -> str:
    lines = [f"tests/test_orders.py::test_case_{n} PASSED [{n // 5:3}%]" for n in range(500)]
    lines[333] = "tests/test_orders.py::test_case_333 FAILED [ 66%]"
    return "\n".join([*lines, "E       assert 41 == 42", "1 failed, 499 passed in 3.21s"])


def run_of_named_tests() -> str:
    """Each line begins with a name that no other line has."""
    names = [f"test_{a}{b}" for a in ("cart", "order", "mail", "price") for b in "abcdefghijklmnop"]
    lines = [f"{name} (shop.checks.Documented.{name}) ... ok" for name in names]
    lines[33] = lines[33].replace("... ok", "... FAIL")
    return "\n".join(lines * 4 + ["Ran 256 tests in 0.500s", "FAILED (failures=4)"])


LOGS = {
    "service": (service_log(), ["became leader", "flush of shard 17", "went away", "cache hit"]),
    "syslog": (syslog(), ["session opened", "session closed", "re-mounted read-only", "run-parts"]),
    "web": (web_log(), ['HTTP/1.1" 503 17', "GET /item/"]),
    "build": (build_output(), ["undeclared identifier 'tok'", "Error 1", "Compiling module_1 "]),
    "named tests": (run_of_named_tests(), ["... FAIL", "failures=4", "Ran 256 tests"]),
    "tests": (run_of_tests(), ["test_case_333 FAILED", "assert 41 == 42", "499 passed"]),
}


@pytest.mark.parametrize("name", LOGS)
def test_every_template_and_every_alert_stays(name: str) -> None:
    log, facts = LOGS[name]
    result = compress(log)
    assert result.kind == "log"
    assert result.transforms == ("log_compressor",)
    assert result.savings_percent >= 90
    for fact in facts:
        assert fact in result.text


def test_a_stack_trace_stays_whole_and_once() -> None:
    log = service_log()
    end = "ConnectionResetError: peer 10.0.0.7 went away"
    trace = log[log.index("Traceback") : log.index(end) + len(end)]
    again = "2026-03-02T10:00:00.000Z ERROR pool flush of shard 18 did not complete\n"
    result = compress(log + again + trace + "\n" + log.split("\n")[0])
    assert trace in result.text
    assert result.text.count("Traceback") == 1


def test_traces_that_come_again_are_shown_once_and_can_be_found() -> None:
    trace = "\n".join(
        [
            "Traceback (most recent call last):",
            *(f'  File "/srv/shop/step_{n}.py", line {n}0, in handle' for n in range(4)),
            "shop.errors.GatewayClosed: the other side hung up",
        ]
    )
    orders = ["INFO order {n} shipped", "INFO order {n} paid"] * 20
    for place, what in (7, "invoice"), (19, "refund"), (33, "payout"):
        orders[place] = f"ERROR {what} not sent to the bank\n{trace}"
    log = "\n".join(f"12:00:{n:02} {line.format(n=n)}" for n, line in enumerate(orders))
    result = compress(log)
    assert result.kind == "log"
    assert result.text.count("step_2.py") == result.text.count("GatewayClosed") == 1
    assert all(f"ERROR {what}" in result.text for what in ("invoice", "refund", "payout"))
    lines = log.split("\n")
    for place in re.findall(
        r"the same 6 lines as from line 9 on left out: lines (\d+)-", result.text
    ):
        assert "\n".join(lines[int(place) - 1 :][:6]) == trace
    assert result.text.count("the same 6 lines as from line 9 on left out") == 2


def test_repeats_are_counted_with_their_span_and_ranges() -> None:
    log = "\n".join(f"09:00:{n % 60:02}.000 worker done after {n + 10} ms" for n in range(500))
    first, marker, last = compress(log, kind="log").text.split("\n")
    assert first == "09:00:00.000 worker done after 10 ms"
    assert marker == "[498 more like this left out: lines 2-499; after 11-508]"
    assert last.endswith("after 509 ms")
    log += "\n09:10:00.000 stopped"
    _, marker, _ = compress(log, kind="log").text.split("\n")
    assert marker == "[499 more like this left out: lines 2-500; after 11-509]"


def test_what_the_query_asks_for_stays() -> None:
    log = service_log()
    key = re.findall(r"user:(\d+)", log)[321]
    assert f"user:{key}" not in compress(log).text
    assert f"user:{key}" in compress(log, query=f"what happened to user:{key}?").text


@pytest.mark.parametrize("max_tokens", [80, 150, 300, 600, 2000, 8000])
def test_a_budget_is_used_for_what_matters_first(max_tokens: int) -> None:
    result = compress(service_log(), max_tokens=max_tokens)
    assert result.tokens_after <= max_tokens
    if max_tokens >= 300:
        assert "flush of shard 17" in result.text
    if max_tokens >= 600:
        assert "became leader" in result.text
        assert result.tokens_after > 0.7 * max_tokens


def test_compact_is_smaller_and_keeps_alerts() -> None:
    balanced, compact = compress(syslog()), compress(syslog(), fidelity="compact")
    assert compact.tokens_after <= balanced.tokens_after / 2 + 1


@pytest.mark.parametrize("seconds", [0, 17.25, 86_400.5])
def test_the_log_of_a_kernel_is_one_by_its_times(seconds: float) -> None:
    lines = [f"[{seconds + n / 9:12.6f}] {word}" for n, word in enumerate("clock bus disk".split())]
    assert looks_like_log(Source("\n".join(lines * 2)))


def test_letters_for_levels() -> None:
    lines = [f"03-17 16:13:{n % 60:02}.811  1702  2395 D Window: drawn {n}" for n in range(300)]
    for n in (100, 200):
        lines[n] = f"03-17 16:14:00.811  1702  2395 E Window: drawn {n}"
    text = compress("\n".join(lines)).text
    assert " E Window" in text


def test_a_log_without_repeats_is_the_original() -> None:
    log = "2026-01-01 00:00:00 starting\n2026-01-01 00:00:01 quite another thing"
    assert compress(log).text == log


@pytest.mark.parametrize(
    "text",
    [
        "time,value,state\n" + "\n".join(f"2026-03-02 09:00:{n:02},{n},ok" for n in range(50)),
        "It was the best of times.\nIt was the worst of times.\n" * 20,
        "def f():\n    return 1\n\n" * 20,
        "# Heading\n\n- item\n- item\n" * 10,
    ],
)
def test_what_is_no_log(text: str) -> None:
    assert compress(text).kind != "log"


def test_time_grows_with_the_size() -> None:
    def seconds(log: str) -> float:
        start = time.process_time()
        compress(log, kind="log")
        return time.process_time() - start

    log = service_log(2000)
    seconds(log)
    assert seconds(log * 8) < 20 * seconds(log) + 0.5


def test_thousands_of_templates() -> None:
    words = [f"{a}{b}{c}" for a in "bdfgkl" for b in "aeiou" for c in "mnprst"]
    chance = random.Random(1)
    log = "\n".join(
        f"2026-03-02 09:00:00 INFO {' '.join(chance.choices(words, k=8))}" for _ in range(5000)
    )
    start = time.process_time()
    assert compress(log, max_tokens=500).tokens_after <= 500
    assert time.process_time() - start < 20


def test_nothing_of_a_log_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        compress(service_log())
    assert not caplog.records


class TestLaws(KindLaws):
    def kind(self) -> LogCompressor:
        return LogCompressor()

    def payloads(self) -> st.SearchStrategy[str]:
        number = st.integers(0, 99_999)
        line = st.one_of(
            st.builds("2026-03-02 09:00:{:02} INFO served {} in {} ms".format,
                      st.integers(0, 59), number, number),
            st.builds("2026-03-02 09:00:00 ERROR job {} failed\n  at f({})".format, number, number),
            st.builds(
                ("2026-03-02 09:00:01 ERROR job of {} failed\nTraceback (most recent call last):"
                 + '\n  File "/srv/app/handlers/incoming.py", line 31, in handle' * 4
                 + "\napp.Gone: {}").format,
                st.sampled_from(["ann", "bob", "eve", "joe"]), st.integers(0, 2),
            ),
            st.builds("{} more like this left out".format, number),
            st.just("[4 more like this left out: lines 3-9]"),
            st.just(""),
            st.text(max_size=40),
        )  # fmt: skip
        return st.builds(
            lambda lines, times, end: "\n".join(lines * times) + end,
            st.lists(line, max_size=40),
            st.integers(1, 5),
            st.sampled_from(["", "\n", "\r\n"]),
        )

    def check_covered(self, content: str, result: CompressResult) -> None:
        super().check_covered(content, result)
        kept = set(range(1, content.count("\n") + 2))
        for omission in result.omissions:
            for first, last in omission.ranges:
                gone = set(range(first, last + 1))
                assert gone <= kept, "a line is left out twice"
                kept -= gone

    def check_marked(self, content: str, result: CompressResult) -> None:
        """Lines that are alike are counted at the one that stands for them."""


def test_the_view_counts_its_tokens() -> None:
    result = compress(service_log())
    assert result.tokens_after == get_counter().count(result.text)


@pytest.mark.parametrize(
    "line",
    [
        "ok {n} - adds pair {n}",
        "{n} silly fetch manifest package-{n}@^1.0",
        "src/part{n}.py:{n}:80: E501 Line too long ({n} > 88)",
        "Setting up lib{n} (1.{n}-2) ...",
        "cc -c -O2 part{n}.c -o part{n}.o",
    ],
)
def test_output_without_times_is_a_log(line: str) -> None:
    lines = [line.format(n=n) for n in range(60)]
    lines[30] = "not ok: something else went wrong here"
    result = compress("\n".join(lines))
    assert result.kind == "log"
    assert lines[30] in result.text


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"name-{n}: value {n * 7}\nlimit-{n}: {n}" for n in range(40)),
        "\n".join(f"{n}" for n in range(60)),
        "\n".join(f"user{n}@example.org" for n in range(60)),
        "\n\n".join(f"Chapter {n} tells of {'very ' * n}old things." for n in range(40)),
    ],
)
def test_settings_numbers_and_names_are_no_output(text: str) -> None:
    assert compress(text).kind != "log"


def test_a_code_tells_one_alert_from_another() -> None:
    lines = [f'10.0.0.7 - - "GET /page/{n} HTTP/1.1" 200 512' for n in range(200)]
    lines[90] = '10.0.0.7 - - "GET /etc/passwd HTTP/1.1" 404 512'
    lines[91] = '10.0.0.7 - - "POST /login HTTP/1.1" 501 512'
    text = compress("\n".join(lines), kind="log").text
    assert lines[90] in text
    assert lines[91] in text


def test_each_test_that_failed_is_named() -> None:
    lines = [f"test_case_{n:03} (suite) ... {'FAIL' if n % 9 == 0 else 'ok'}" for n in range(300)]
    text = compress("\n".join(lines), kind="log").text
    findings = [f"tests/a.py:{n}: error: name 'x{n % 40}' is not defined" for n in range(300)]
    assert all(line in text for line in lines[:36:9])
    text = compress("\n".join(findings), kind="log").text
    assert all(f"name 'x{n}' is" in text for n in range(40))


def test_a_message_in_quotes_is_no_value() -> None:
    lines = [f'level=info msg="processing order {n}" took={n}ms' for n in range(200)]
    lines[100] = 'level=info msg="heartbeat ok, queue depth 7" took=3ms'
    assert lines[100] in compress("\n".join(lines), kind="log").text


def served(number: int, status: int = 200, took: int | None = None) -> str:
    took = 20 + number * 7 % 70 if took is None else took
    return f'10.0.0.{number % 9} "GET /item/{number} HTTP/1.1" {status} 512 took={took}ms'


@pytest.mark.parametrize(
    ("odd", "sign"),
    [
        (served(7, took=48213), "took=48213ms"),
        (served(7, status=301), " 301 "),
        (served(7, status=204), " 204 "),
        (served(7).replace("512", "9"), ' 200 9 took'),
    ],
)  # fmt: skip
def test_an_event_with_an_odd_value_is_kept(odd: str, sign: str) -> None:
    lines = [served(number) for number in range(400)]
    lines[233] = odd
    result = compress("\n".join(lines), kind="log")
    assert sign in result.text
    assert result.savings_percent > 95
    assert "took 20-83]" in result.text


def test_tests_below_their_suite_are_events_of_their_own() -> None:
    lines = [
        "  Cart",
        *(f"    \u2713 keeps the total of {n} items ({n % 9} ms)" for n in range(90)),
    ]
    lines[40] = "    \u2717 keeps the total of 39 items"
    result = compress("\n".join(lines), kind="log")
    assert "\u2717 keeps the total of 39 items" in result.text
    assert result.savings_percent > 80


def test_passed_cases_of_a_report_in_markup_are_counted() -> None:
    cases = [f'  <testcase class="t.part" name="case_{n}" time="0.{n:03}"/>' for n in range(200)]
    cases[99] = (
        '  <testcase class="t.part" name="case_99" time="3.1">\n'
        '    <failure message="assert 3 == 4">AssertionError: assert 3 == 4</failure>\n'
        "  </testcase>"
    )
    report = '<testsuite tests="200" failures="1">\n' + "\n".join(cases) + "\n</testsuite>"
    result = compress(report, kind="log")
    assert 'name="case_99"' in result.text
    assert 'message="assert 3 == 4"' in result.text
    assert result.savings_percent > 85


@pytest.mark.parametrize(
    "line", ["ok: [host{}]", "disk.volume{}: Refreshing state... [id=vol-{}]", "task part{}: done"]
)
def test_output_that_looks_like_settings_is_a_log(line: str) -> None:
    lines = [line.format(n, n) for n in range(120)]
    lines[77] = "fatal: [host17]: FAILED! => no space left on the device"
    result = compress("\n".join(lines))
    assert result.kind == "log"
    assert lines[77] in result.text


def test_each_finding_of_a_compiler_stays_with_its_frame() -> None:
    findings = [
        f"warning: unused variable: `part_{n}`\n --> src/lib.rs:{n}:9\n  |\n"
        f"{n} |     let part_{n} = {n};\n  |         ^^^^^^ help: prefix it with an underscore\n"
        for n in range(10, 60)
    ]
    text = compress("\n".join(findings), kind="log").text
    assert all(f"`part_{n}`\n --> src/lib.rs:{n}:9" in text for n in range(10, 60))


@pytest.mark.parametrize("max_tokens", [100, 200, 400, 800])
def test_an_event_larger_than_the_budget_is_shown_in_part(max_tokens: int) -> None:
    trace = "\n".join(f"    at part{n}.call(part{n}.js:{n}:7)" for n in range(100))
    log = f"12:00:01 INFO start\n12:00:02 ERROR lost the lock of part 7\n{trace}\n12:00:03 INFO end"
    result = compress(log, kind="log", max_tokens=max_tokens)
    assert "ERROR lost the lock of part 7" in result.text
    assert 0.5 * max_tokens < result.tokens_after <= max_tokens


def test_what_failed_and_how_the_run_came_out_come_first() -> None:
    lines = [f"test_part_{n} (shop.tests.PartTests) ... ok" for n in range(300)]
    lines[140] = "test_total (shop.tests.CartTests) ... FAIL"
    lines += [f"warning: fixture {n} of module m{n % 9} was unused" for n in range(40)]
    lines += ["FAIL: test_total (shop.tests.CartTests)", "Ran 301 tests in 4.2s"]
    lines += ["FAILED (failures=1)", "Destroying the test database"]
    text = "\n".join(lines)
    tokens = get_counter().count(text)
    for share in (4, 20):
        shown = compress(text, kind="log", max_tokens=tokens // share).text.split("\n")
        assert {lines[140], *lines[-4:-1]} <= set(shown)


def test_what_is_shorter_than_a_marker_for_it_is_shown() -> None:
    steps = "\n".join(f"resolving package {n} of 80 from the mirror in 12 ms" for n in range(80))
    text = f"> build 1\n{steps}\n> build 2\n{steps.replace('mirror', 'index')}\ndone\n"
    view = compress(text, kind="log")
    assert "> build 1" in view.text
    assert "> build 2" in view.text
    assert "[1 more like this" not in view.text
    assert "more like this left out" in view.text


def test_under_a_budget_what_failed_is_named_once_and_then_how() -> None:
    names = [f"test_part_{n} (shop.tests.CartTests.test_part_{n})" for n in range(60)]
    failed = {7: "apples", 19: "boots", 23: "candles", 31: "drums", 44: "easels", 58: "flutes"}
    lines = [f"{name} ... {'FAIL' if n in failed else 'ok'}" for n, name in enumerate(names)]
    for n, goods in failed.items():
        lines += [
            "=" * 70,
            f"FAIL: {names[n]}",
            "-" * 70,
            "Traceback (most recent call last):",
            '  File "/srv/shop/tests.py", line 40, in check',
            '    self.fail(f"the total of {cart} is wrong")',
            f"AssertionError: the total of {goods} is wrong",
            "",
        ]
    lines += ["-" * 70, "Ran 60 tests in 0.5s", "", f"FAILED (failures={len(failed)})"]
    text = "\n".join(lines)
    view = compress(text, max_tokens=get_counter().count(text) // 3)
    wrong = [f"AssertionError: the total of {goods} is wrong" for goods in failed.values()]
    assert all(line in view.text for line in wrong)
    assert all(f"FAIL: {names[n]}" in view.text for n in failed)
    assert "FAILED (failures=6)" in view.text


def test_a_name_at_the_end_of_a_line_has_no_number_in_the_next_one() -> None:
    text = "\n".join(
        f"2026-01-02 10:{n // 60:02d}:{n % 60:02d} INFO build took={n * n % 900} at line=\n"
        f"{n * 7 % 90 + 10} | return x"
        for n in range(120)
    )
    result = compress(text, fidelity="compact")
    assert result.failure is None
    assert result.kind == "log"
    assert result.tokens_after < result.tokens_before / 10
