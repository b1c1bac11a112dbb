from __future__ import annotations

import builtins
import logging
import subprocess
import sys
import threading
import time
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import SharedContext, TokenCounter, get_counter
from headroom.tokens import EstimateCounter, count_lines, resolve

SAMPLE = 'Déjà vu: 12345 tokens, in_snake_case and camelCase!\n\n\t{"a": [1, 2]}'


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has found out is forgotten."""
    monkeypatch.setattr(resolve, "_offline", {})
    monkeypatch.setattr(resolve, "_downloads", {})


@pytest.fixture
def no_offline_tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("toktok", "splintr"):
        monkeypatch.setitem(sys.modules, module, None)


class Tiktoken(types.ModuleType):
    """Stands where tiktoken does, and takes as long as it is told."""

    def __init__(self, answer: object) -> None:
        super().__init__("tiktoken")
        self.__spec__ = builtins.__spec__
        self.answer = answer
        self.asked = 0
        self.go_on = threading.Event()

    def get_encoding(self, name: str) -> object:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer == "silence":
            self.go_on.wait(60)
        return self

    def encode_ordinary(self, text: str) -> list[int]:
        return [0] * len(text.split())


def use_tiktoken(monkeypatch: pytest.MonkeyPatch, answer: object) -> Tiktoken:
    tiktoken = Tiktoken(answer)
    monkeypatch.setitem(sys.modules, "tiktoken", tiktoken)
    return tiktoken


def test_an_offline_tokenizer_counts_exactly() -> None:
    counter = get_counter("gpt-4o")
    assert isinstance(counter, TokenCounter)
    assert counter.exact
    assert counter.name in ("toktok/o200k_base", "splintr/o200k_base")
    # These are the figures of OpenAI's own tokenizer.
    assert counter.count("hello world") == 2
    assert counter.count_many(["", "hello", "tiktoken is great!"]) == [0, 1, 6]
    assert get_counter("gpt-4").count("antidisestablishmentarianism") == 6


def test_exact_tokenizers_count_the_same() -> None:
    # Figures of OpenAI's own tokenizer, the last two of text that must not be taken for commands.
    texts = {"hello world": 2, "tiktoken is great!": 6, " " * 100: 2, "<|endoftext|>": 7, "": 0}
    loaders = [resolve._splintr, *([resolve._toktok] if sys.version_info >= (3, 11) else [])]
    for load in loaders:
        assert list(map(load("o200k_base"), texts)) == list(texts.values())
    hard = [SAMPLE * 50, resolve.encodable("\ud800")]
    counts = [list(map(load("o200k_base"), hard)) for load in loaders]
    assert counts[0] == counts[-1]


def test_what_has_no_utf8_form_is_counted_as_a_sign_that_has() -> None:
    counter = get_counter("gpt-4o")
    odd = ["all well", "a\ud800b", "naïve"]
    assert counter.count_many(odd) == [counter.count(text) for text in odd]
    assert counter.count(odd[1]) == counter.count(odd[1].encode("utf-8", "replace").decode())


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_a_text_in_pieces_has_as_many_tokens(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = get_counter(encoding)

    @given(
        st.text(st.sampled_from("aB's1.,/ \n\r\t\x0b\x1c\x85\xa0\u2028\u3000é字\u0301\U0001f600"))
    )
    @settings(max_examples=1000)
    def same(text: str) -> None:
        monkeypatch.setattr(resolve, "_PIECE", 10**6)
        whole = counter.count(text)
        monkeypatch.setattr(resolve, "_PIECE", 2)
        monkeypatch.setattr(resolve, "_LARGE_PIECE", 2)
        monkeypatch.setattr(resolve, "_LINES", 3)
        assert counter.count(text) == whole
        assert count_lines(counter, iter(text.split("\n"))) == whole
        assert counter.count_many([text, "a"]) == [whole, 1]

    same()


def test_no_text_that_is_counted_becomes_larger() -> None:
    text = "Ça va ? Où ça ? " * 1000
    before = sys.getsizeof(text)
    assert get_counter().count(text) > 1000
    assert sys.getsizeof(text) == before


def test_a_toktok_with_nothing_but_its_public_function_counts_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = types.ModuleType("toktok")
    public.batch_count = lambda texts, *_: [len(text.split()) for text in texts]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toktok", public)
    counter = get_counter("gpt-4o")
    assert counter.name == "toktok/o200k_base"
    assert counter.count("three words here") == 3
    assert counter.count_many(["three words here", ""]) == [3, 0]


@pytest.mark.parametrize(
    ("model", "encoding", "own"),
    [
        ("gpt-4o-mini-2024-07-18", "o200k_base", True),
        ("openai/gpt-5", "o200k_base", True),
        ("gpt-4", "cl100k_base", True),
        ("gpt-4-turbo", "cl100k_base", True),
        ("gpt-3.5-turbo", "cl100k_base", True),
        ("claude-sonnet-4-5-20250929", "o200k_base", False),
        ("", "o200k_base", False),
    ],
)
def test_encodings_of_models(model: str, encoding: str, own: bool) -> None:
    assert resolve.encoding_for_model(model) == (encoding, own)
    assert get_counter(model).exact == own


@pytest.mark.usefixtures("no_offline_tokenizer")
def test_tiktoken_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    use_tiktoken(monkeypatch, "at once")
    counter = get_counter("gpt-4o")
    assert counter.name == "tiktoken/o200k_base"
    assert counter.exact
    assert counter.count("three words here") == 3


@pytest.mark.usefixtures("no_offline_tokenizer")
def test_without_a_vocabulary_the_count_is_an_estimate(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use_tiktoken(monkeypatch, ConnectionError("no network"))
    with caplog.at_level(logging.INFO, logger="headroom"):
        ctx = SharedContext()
        assert not caplog.records, "deciding is not the business of the constructor"
        ctx.put("a", SAMPLE)
        ctx.put("b", SAMPLE * 2)
        stats = ctx.stats()
    assert stats.tokenizer == "estimate"
    assert not stats.tokenizer_exact
    (said,) = [record for record in caplog.records if record.name == "headroom.context"]
    assert "tiktoken could not load o200k_base (ConnectionError)" in said.getMessage()
    assert "pip install 'headroom-core[tokens]'" in said.getMessage()


@pytest.mark.usefixtures("no_offline_tokenizer")
def test_a_silent_network_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "DOWNLOAD_PATIENCE", 0.2)
    tiktoken = use_tiktoken(monkeypatch, "silence")
    start = time.perf_counter()
    contexts = [SharedContext() for _ in range(5)]
    for ctx in contexts:
        ctx.put("key", SAMPLE)
    assert time.perf_counter() - start < 2
    assert tiktoken.asked == 1
    assert contexts[0].stats().tokenizer == "estimate"
    # The download ends at last: a context that has decided stays with it, a new one has the news.
    tiktoken.go_on.set()
    assert resolve._downloads["o200k_base"]._done.wait(10)
    assert contexts[0].stats().tokenizer == "estimate"
    assert SharedContext().stats().tokenizer == "tiktoken/o200k_base"


@pytest.mark.usefixtures("no_offline_tokenizer")
def test_without_any_tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = resolve.importlib.util.find_spec
    monkeypatch.setattr(
        resolve.importlib.util,
        "find_spec",
        lambda name: None if name == "tiktoken" else find_spec(name),
    )
    counter = get_counter()
    assert isinstance(counter, EstimateCounter)
    assert counter.reason.startswith("no tokenizer is installed")


def test_any_counter_can_be_passed_in() -> None:
    counted: list[str] = []

    def words(text: str) -> int:
        counted.append(text)
        return len(text.split())

    ctx = SharedContext(counter=words)
    assert ctx.put("key", "three words here").original_tokens == 3
    assert counted
    assert "words" in ctx.stats().tokenizer


def test_the_network_is_not_asked_while_something_else_will_do() -> None:
    code = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import headroom\n"
        "assert headroom.get_counter().exact\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
