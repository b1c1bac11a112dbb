from __future__ import annotations

import contextlib
import threading
import time

from headroom import KeyNotFound, MemoryStore, SharedContext
from headroom.kinds.registry import default_kinds
from headroom.retrieval.index import Index, IndexCache
from headroom_testing import ManualClock

LINES = "\n".join(
    f"12:{n % 60:02} worker {n % 17} took {n} ms for request {n * 7919}" for n in range(14_000)
)


def test_rarer_words_count_more() -> None:
    index = Index(["the cat sat", "the dog sat", "the cat and the emu", "an emu", "a dog", "a cow"])
    scores = index.scores("cat emu")
    assert max(scores, key=lambda number: scores[number]) == 2
    assert set(scores) == {0, 2, 3}


def test_the_index_is_built_once() -> None:
    ctx = SharedContext()
    ctx.put("log", LINES, kind="log", max_tokens=2000)
    start = time.process_time()
    first = ctx.retrieve("log", query="request 7919")
    middle = time.process_time()
    again = ctx.retrieve("log", query="request 7919")
    end = time.process_time()
    assert first == again
    assert (end - middle) < (middle - start) / 3


def test_the_cache_keeps_to_its_bytes() -> None:
    cache = IndexCache(200_000, default_kinds)
    for number in range(50):
        searchable = cache.keep(f"{number}", "text", f"Sentence {number} stands here. " * 100)
        assert searchable.index.scores("sentence")
        cache.weigh(f"{number}", "text")
        assert cache._bytes == sum(size for _, size in cache._kept.values()) <= 200_000
    assert cache.get("49", "text") is not None
    assert cache.get("0", "text") is None


def test_what_is_forgotten_is_gone() -> None:
    cache = IndexCache(10**6, default_kinds)
    for kind in ("text", "log"):
        cache.keep("one", kind, "a b c").index.scores("a")
        cache.weigh("one", kind)
    cache.keep("two", "text", "d e f")
    cache.forget("one")
    assert [cache.get("one", "text"), cache.get("one", "log")] == [None, None]
    assert cache.get("two", "text") is not None
    cache.forget()
    assert cache.get("two", "text") is None
    assert cache._bytes == 0


def test_indexes_go_with_their_entries() -> None:
    ctx = SharedContext()
    entry = ctx.put("text", "The refund failed. " * 30)
    ctx.retrieve("text", query="refund")
    indexes = ctx._verbs._excerpts._indexes
    assert indexes.get(entry.reference, "text") is not None
    ctx.delete("text")
    assert indexes.get(entry.reference, "text") is None


def test_indexes_go_when_their_entries_have_expired() -> None:
    clock = ManualClock()
    ctx = SharedContext(ttl=10, store=MemoryStore(clock=clock, wall_clock=clock))
    indexes = ctx._verbs._excerpts._indexes
    for ask in (lambda: ctx.retrieve("text", query="refund"), lambda: ctx.search("refund")):
        entry = ctx.put("text", "The refund failed. " * 30)
        assert ask()
        assert indexes.get(entry.reference, "text") is not None
        clock.advance(11)
        with contextlib.suppress(KeyNotFound):
            ask()
        assert indexes.get(entry.reference, "text") is None


def test_many_threads_ask_at_once() -> None:
    ctx = SharedContext()
    ctx.put("log", LINES[:200_000], kind="log", max_tokens=500)
    answers: list[str] = []

    def ask() -> None:
        answers.append(ctx.retrieve("log", query="request 7919").text)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_a_query_that_everything_matches_is_as_fast() -> None:
    ctx = SharedContext()
    ctx.put("log", LINES, kind="log", max_tokens=500)
    ctx.retrieve("log", query="worker")
    start = time.process_time()
    assert ctx.retrieve("log", query="worker").tokens <= 1000
    assert time.process_time() - start < 0.5


def test_all_forms_of_the_only_word_are_looked_for() -> None:
    texts = [f"{n} der Vertrag" if n % 2 else f"{n} die Seite" for n in range(100)]
    texts += [f"{n} Laufzeit" for n in range(5)]
    found = Index(texts).scores("Vertragslaufzeit")
    assert {n for n, text in enumerate(texts) if "Vertrag" in text or "Laufzeit" in text} == set(
        found
    )
