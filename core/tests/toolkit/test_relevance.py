"""What is asked for is found, however it is written, and in whatever kind of text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from headroom import SharedContext, compress
from headroom.toolkit.relevance import Asked, bm25, holders

_PLAIN = "alpha beta gamma delta sigma omega vector matrix pivot socket kernel buffer".split()
_HAN = "数据系统网络服务用户订单支付物流仓库产品客户市场销售报告会议项目计划工程师设计"

Filler = Callable[[random.Random], str]


def plain(draw: random.Random) -> str:
    return " ".join(draw.choice(_PLAIN) for _ in range(6))


def han(draw: random.Random) -> str:
    return "".join(draw.choice(_HAN) for _ in range(6))


def texts(name: str, filler: Filler) -> list[str]:
    draw = random.Random(3)
    found = [filler(draw) for _ in range(200)]
    found[137] = f"{filler(draw)} {name} {filler(draw)}"
    return found


def as_json(rows: list[str]) -> str:
    return json.dumps([{"id": n, "text": row} for n, row in enumerate(rows)], ensure_ascii=False)


def as_table(rows: list[str]) -> str:
    return "id,text,n\n" + "\n".join(f'{n},"{row}",{n * 7 % 13}' for n, row in enumerate(rows))


def as_log(rows: list[str]) -> str:
    return "\n".join(
        f"2026-01-02 10:{n // 60:02}:{n % 60:02} INFO handled {row}" for n, row in enumerate(rows)
    )


def as_records(rows: list[str]) -> str:
    return "\n\n".join(f"[host{n}]\nname = {row}\nport = {n}" for n, row in enumerate(rows))


KINDS = [as_json, as_table, as_log, as_records]
NAMES = [
    ("退款政策委员会", "退款政策是什么？", han),
    ("ラジオ放送局", "ラジオ放送はどこ？", han),
    ("사용자인증서비스가", "사용자인증서비스 어디", plain),
    ("สนามบินสุวรรณภูมิ", "สนามบินสุวรรณภูมิ อยู่ที่ไหน", plain),
    ("मुंबई कार्यालय", "मुंबई कार्यालय कहाँ है", plain),
    ("Events_3_FindEvents", "find music events", plain),
    ("LRUCache::Prune", "what does the LRU cache prune?", plain),
    ("retry-policy-manager", "the RetryPolicyManager", plain),
    ("Zürich", "Zurich?", plain),
    ("zurich", "Zürich?", plain),
    ("1,234,567", "Which one has 1234567?", plain),
    ("1234567", "Which one has 1,234,567?", plain),
    ("Rechnungsnummer", "Welche Rechnungsnummern gibt es?", plain),
    ("AccessDenied", "what was refused?", plain),
    ("gall bladder", "gallbladder", plain),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "query", "filler"), NAMES, ids=[name for name, _, _ in NAMES])
def test_a_view_has_what_the_query_names(
    kind: Callable[[list[str]], str], name: str, query: str, filler: Filler
) -> None:
    assert name in compress(kind(texts(name, filler)), query=query).text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "query", "filler"), NAMES, ids=[name for name, _, _ in NAMES])
def test_a_retrieval_finds_what_the_query_names(
    kind: Callable[[list[str]], str], name: str, query: str, filler: Filler
) -> None:
    ctx = SharedContext()
    ctx.put("key", kind(texts(name, filler)), max_tokens=100)
    assert name in ctx.retrieve("key", query=query, max_tokens=300).text


@pytest.mark.parametrize("query", ["Which calls were denied or failed?", "what was refused"])
@pytest.mark.parametrize("max_tokens", [None, 1500])
def test_records_with_an_error_answer_any_word_for_failing(
    query: str, max_tokens: int | None
) -> None:
    draw = random.Random(5)
    records: list[dict[str, object]] = [
        {
            "eventName": draw.choice(["GetObject", "ListBuckets", "RunInstances"]),
            "userName": draw.choice(["alice", "bob", "carol"]),
            "sourceIPAddress": f"10.0.0.{draw.randint(1, 200)}",
            "parameters": {"bucket": f"b{draw.randint(1, 9)}", "key": f"k/{draw.random()}"},
            "eventID": f"{draw.getrandbits(64):016x}",
        }
        for _ in range(60)
    ]
    failed = (3, 9, 14, 22, 28, 35, 41, 50)
    codes = ["AccessDenied", "UnauthorizedOperation", "NoSuchBucket", "ThrottlingException"]
    for place, number in enumerate(failed):
        records[number]["errorCode"] = codes[place % 4]
    view = compress(json.dumps({"Records": records}), query=query, max_tokens=max_tokens).text
    assert [n for n in failed if str(records[n]["eventID"]) not in view] == []


def test_the_word_itself_comes_before_others_of_its_meaning() -> None:
    units = ["the charge was denied", "the charge was rejected", "the charge was fine"] + [""] * 9
    denied, rejected, fine, *_ = bm25(units, "denied")
    assert denied > rejected > fine == 0.0


def test_the_whole_identifier_comes_before_its_parts() -> None:
    units = ["getUserName here", "get the user by name", "other"] + ["none"] * 9
    whole, apart, other, *_ = bm25(units, "get_user_name")
    assert whole > apart > other == 0.0


def test_what_may_hold_a_word_leaves_no_unit_out_that_does() -> None:
    draw = random.Random(7)
    for name, query, filler in NAMES[:-3]:
        units = [filler(draw) for _ in range(30)] + [name]
        asked = Asked(query)
        held = {index for index, unit in enumerate(units) if asked.look(unit).counts}
        assert held <= set().union(*holders(units, asked)), name


def test_no_query_scores_nothing() -> None:
    assert bm25(["one", "two"], None) == bm25(["one", "two"], "") == [0.0, 0.0]
    assert bm25([], "one") == []
