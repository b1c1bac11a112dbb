"""What a stack trace says went wrong is shown, in any language, at any length, among any text."""

from __future__ import annotations

import pytest

from headroom import SharedContext, compress

#: What the lines of source in a trace are like: much of it has the shape of code.
CALLS = (
    "return {0}(request, config)",
    "await {0}(request)",
    "import {0}",
    "raise {0}(card)",
    "return self.{0}(request)",
)
NAMES = "handle dispatch render execute fetch resolve lookup setup connect ping send decode".split()


def python(said: str, call: str = CALLS[0], depth: int = 12, bar: str = "") -> str:
    frames = "".join(
        f'{bar}  File "/srv/app/{NAMES[n % 12]}.py", line {n * 7 + 3}, in {NAMES[n % 12]}\n'
        f"{bar}    {call.format(NAMES[(n + 1) % 12])}\n"
        for n in range(depth)
    )
    return f"{bar}Traceback (most recent call last):\n{frames}{bar}{said}\n"


def below(head: str, frame: str) -> str:
    return head + "".join(frame.format(name=name, n=n * 7 + 3) for n, name in enumerate(NAMES * 2))


CHAINED = (
    python("KeyError: 'tenant_42'")
    + "\nDuring handling of the above exception, another exception occurred:\n\n"
    + python("app.TenantMissing: tenant_42 has no shard")
)
GROUP = (
    "  + Exception Group Traceback (most recent call last):\n"
    + python("ExceptionGroup: two of them", bar="  | ").partition("\n")[2]
    + "  +-+---------------- 1 ----------------\n"
    + python("app.CardDeclined: card ending 4411", bar="    | ")
    + "    +---------------- 2 ----------------\n"
    + python("app.SeatTaken: seat 14C", bar="    | ")
    + "    +------------------------------------\n"
)
PYTEST = (
    "========= test session starts =========\ncollected 40 items\n\ntests/test_a.py ..F.\n\n"
    "============== FAILURES ===============\n____ test_x ____\n\n    def test_x():\n"
    ">       assert f(1) == 2\nE       assert 3 == 2\n\ntests/test_a.py:12: AssertionError\n"
    f"----- Captured stderr call -----\n{python('app.TenantMissing: tenant_42 has no shard')}"
    "=== 1 failed, 39 passed in 1.2s ===\n"
)
OF = {
    "chained": (CHAINED, ["KeyError: 'tenant_42'", "tenant_42 has no shard"]),
    "group": (GROUP, ["card ending 4411", "seat 14C"]),
    "pytest": (PYTEST, ["tenant_42 has no shard", "assert 3 == 2"]),
    "node": (
        below(
            "CardDeclined: card ending 4411\n", "    at {name} (/srv/node_modules/a/{n}.js:{n}:5)\n"
        )
        + "    at charge (/srv/app/src/pay.js:12:9)\n",
        ["card ending 4411", "src/pay.js:12"],
    ),
    "java": (
        below(
            'Exception in thread "main" a.TenantMissing: no shard\n',
            "\tat b.{name}.f(C.java:{n})\n",
        )
        + below("Caused by: a.SeriesExhausted: no numbers\n", "\tat c.{name}.f(D.java:{n})\n"),
        ["TenantMissing: no shard", "SeriesExhausted: no numbers"],
    ),
    "go": (
        below(
            "panic: seat 14C is taken\n\ngoroutine 1 [running]:\n",
            "a.com/b/{name}.F(0xc0000b2008, 0x1)\n\t/srv/app/vendor/{name}.go:{n} +0x1d\n",
        ),
        ["seat 14C is taken"],
    ),
    "rust": (
        below(
            "thread 'main' panicked at src/pay.rs:41:9:\ncard ending 4411\nstack backtrace:\n",
            "  {n:2}: {name}::run::h0\n             at /rustc/abc/library/{name}.rs:{n}:5\n",
        ),
        ["card ending 4411", "src/pay.rs:41"],
    ),
    "ruby": (
        below(
            "/srv/app/pay.rb:41:in `charge': card ending 4411 (Shop::CardDeclined)\n",
            "\tfrom /usr/lib/ruby/gems/rack/{name}.rb:{n}:in `{name}'\n",
        ),
        ["card ending 4411"],
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("depth", [4, 12, 40])
@pytest.mark.parametrize("query", [None, "Why does this fail?"])
def test_the_exception_of_a_trace_stays(call: str, depth: int, query: str | None) -> None:
    trace = python("shop.billing.SeriesExhausted: no numbers left after 99999", call, depth)
    for limit in (None, 150):
        view = compress(trace, query=query, max_tokens=limit)
        assert view.kind != "code"
        assert "SeriesExhausted: no numbers left after 99999" in view.text


@pytest.mark.parametrize("name", OF)
@pytest.mark.parametrize("query", [None, "Why does this fail?"])
def test_what_went_wrong_stays_whatever_the_language(name: str, query: str | None) -> None:
    trace, said = OF[name]
    for limit in (None, 150):
        view = compress(trace, query=query, max_tokens=limit).text
        assert [one for one in said if one not in view] == []


def test_the_frames_nearest_to_the_failure_stay() -> None:
    frames = "".join(
        f'  File "/usr/lib/python3/site-packages/web/{name}.py", line 3, in {name}\n'
        f"    return {name}(request)\n"
        for name in NAMES * 3
    )
    own = '  File "/srv/shop/billing.py", line 31, in pay\n    return next_number(series)\n'
    said = "shop.SeriesExhausted: no numbers left\n"
    view = compress(f"Traceback (most recent call last):\n{frames}{own}{said}", max_tokens=100)
    assert own + said in view.text + "\n"


def test_source_that_quotes_a_trace_is_code() -> None:
    quoted = python("KeyError: 'a'", depth=3).replace("\n", "\n    ")
    functions = "\n\n".join(
        f'def f{n}(x: int) -> int:\n    """Adds {n}."""\n    return x + {n}' for n in range(20)
    )
    module = f'"""What it says:\n\n    {quoted}\n"""\n\nimport os\n\n\n{functions}\n'
    assert compress(module).kind == "code"


@pytest.mark.parametrize(
    "question", ["exception", "error", "Why does this fail?", "what went wrong", "root cause"]
)
@pytest.mark.parametrize("name", ["node", "java", "go", "chained"])
def test_whoever_asks_what_failed_is_told_what_traces_say(question: str, name: str) -> None:
    trace, said = OF[name]
    context = SharedContext()
    context.put("trace", trace)
    found = context.retrieve("trace", query=question)
    assert found is not None
    assert said[-1] in found.text or said[0] in found.text
