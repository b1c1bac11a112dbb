"""A question finds text that says it in other words: with the extra ``semantic``."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from headroom.kinds.text.outline import read_outline
from headroom.kinds.text.parse import read_units
from headroom.kinds.text.question import likelihood
from headroom.kinds.text.vectors import VectorSource, WordVectors, installed
from headroom.kinds.text.wordlist import read_words
from headroom.source import Source
from headroom.view import Deadline

TEXT = "\n\n".join(
    [
        "The bakery sells bread and rolls. It opens at six. Most people pay with coins.",
        "The physician sees her patients in the morning. She is away on Fridays.",
        "The ferry crosses the river twice a day. Bicycles travel at no charge.",
        "The library lends novels for three weeks. A fine is due for each day after that.",
        "The smithy stands by the mill. Horses are shod there. The anvil is very old.",
    ]
)


def likeliest(text: str, query: str, vectors: WordVectors | None) -> str | None:
    source = Source(text)
    parts, words = source.once(read_units).parts, source.once(read_words)
    outline = source.once(read_outline)
    likely = likelihood(parts, words, outline, query, Deadline(None), lambda: vectors)
    if likely is None:
        return None
    assert sum(likely) == pytest.approx(1)
    return parts[likely.index(max(likely))].text.strip()


@pytest.fixture(name="vectors")
def the_vectors() -> WordVectors:
    pytest.importorskip("wordllama", reason="needs the extra 'semantic'")
    found = installed()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("which hours do doctors work", "The physician sees her patients in the morning."),
        ("do bikes cost extra", "Bicycles travel at no charge."),
        ("penalty if books are late", "A fine is due for each day after that."),
    ],
)
def test_other_words_for_the_same_are_found(vectors: WordVectors, query: str, answer: str) -> None:
    assert likeliest(TEXT, query, vectors) == answer
    assert likeliest(TEXT, query, None) != answer


def test_what_has_nothing_to_do_with_the_text_says_nothing() -> None:
    assert likeliest(TEXT, "zyzzyva", None) is None


@pytest.mark.parametrize(
    "text", ["\x00\ud800 \n\n. ! ?", "1 2 3", "a" * 5000, "\u5929\u6c14" * 300]
)
def test_any_text_has_likelihoods_or_none(vectors: WordVectors, text: str) -> None:
    likeliest(text, "when do doctors work", vectors)
    likeliest(text, "\ud800 \u5929\u6c14", vectors)


def test_the_same_words_have_the_same_vectors_in_every_thread(vectors: WordVectors) -> None:
    words = [f"word{number}" for number in range(2000)]
    expected = vectors.of(words).tolist()
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(vectors.of(words[::-1])[::-1].tolist()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_files_that_do_not_load_are_a_warning_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = VectorSource(lambda: tmp_path)
    with caplog.at_level(logging.WARNING, logger="headroom"):
        assert source.vectors() is None
        assert source.vectors() is None
    (record,) = caplog.records
    assert "semantic" in record.getMessage()
