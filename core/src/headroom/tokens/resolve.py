"""Finds the best counter that this machine has for a model, without ever hanging.

The order: a tokenizer whose vocabularies are inside its wheel (``toktok-rs``,
``splintr-rs``), then ``tiktoken``, which may have to download them, then the estimate.
The first two count the same, so the one that needs no network and is faster goes first.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from headroom.arguments import check_text
from headroom.forking import lock, on_fork, undisturbed
from headroom.tokens.base import TokenCounter, encodable
from headroom.tokens.estimate import EstimateCounter

__all__ = ["check_model", "encoding_for_model", "get_counter", "load_early"]

logger = logging.getLogger("headroom.tokens")

_Count: TypeAlias = Callable[[str], int]

#: Seconds that a whole process waits, in total, for tiktoken to download a vocabulary.
DOWNLOAD_PATIENCE = 3.0

# Prefixes of model names and their encodings, the longest match wins. Models of other
# vendors publish no vocabulary; the most recent open one is the nearest stand-in.
_ENCODINGS = {
    "gpt-4o": "o200k_base",
    "gpt-4.1": "o200k_base",
    "gpt-4.5": "o200k_base",
    "gpt-5": "o200k_base",
    "gpt-6": "o200k_base",
    "chatgpt-4o": "o200k_base",
    "gpt-oss": "o200k_base",
    "o1": "o200k_base",
    "o3": "o200k_base",
    "o4": "o200k_base",
    "gpt-4": "cl100k_base",
    "gpt-3.5": "cl100k_base",
    "gpt-35": "cl100k_base",
    "text-embedding-ada-002": "cl100k_base",
    "text-embedding-3": "cl100k_base",
    "o200k_base": "o200k_base",
    "cl100k_base": "cl100k_base",
}
_STAND_IN = "o200k_base"

#: Of a text that is not ASCII, so many characters and some are counted at a time: Python keeps the
#: UTF-8 form that a tokenizer asks for, for as long as the text is there. Chosen.
_PIECE = 1 << 12
#: Of any other: a tokenizer takes more memory than what it counts, and the allocator keeps it.
_LARGE_PIECE = 1 << 18
#: Of lines that are there one after the other.
_LINES = 1 << 16
#: Where every encoding above begins a new token, whatever stands around it: at the first space
#: behind something, and behind a line feed but for the signs that go on with one.
_CUT = re.compile(r"\S(?= )|\n(?=[^\s/])")


@lru_cache(maxsize=128)
def encoding_for_model(model: str) -> tuple[str, bool]:
    """The encoding for a model, and whether it is the model's own.

    >>> encoding_for_model("gpt-4o-mini")
    ('o200k_base', True)
    >>> encoding_for_model("claude-sonnet-4-5")
    ('o200k_base', False)
    """
    # "openai/gpt-4o" and "azure/gpt-4o" are how routers spell a model.
    name = model.rsplit("/", 1)[-1].lower()
    best = max((prefix for prefix in _ENCODINGS if name.startswith(prefix)), key=len, default=None)
    return (_STAND_IN, False) if best is None else (_ENCODINGS[best], True)


def _pieces(text: str, size: int) -> Iterator[str]:
    """Some of a text after the other, which by themselves have as many tokens together."""
    first = 0
    while first < len(text):
        cut = _CUT.search(text, first + size)
        end = len(text) if cut is None else cut.end()
        yield text[first:end]
        first = end


class _EncodingCounter:
    """Counts with one encoding of one library."""

    def __init__(self, name: str, exact: bool, count: _Count) -> None:
        self.name = name
        self.exact = exact
        self._count = count

    def count(self, text: str) -> int:
        check_text("text", text)
        if len(text) <= _PIECE:
            return self._whole(text)
        size = _LARGE_PIECE if text.isascii() else _PIECE
        return sum(map(self._whole, _pieces(text, size)))

    def _count_lines(self, lines: Iterable[str]) -> int:
        """The same of lines with a line feed between them, of which some are there at a time."""
        total, some, size, most = 0, list[str](), 0, _LINES
        for line in lines:
            some.append(line)
            size += len(line) + 1
            if size > most:
                text = "\n".join(some)
                last = ""
                # One at a time: what more is there, Python keeps as UTF-8 as well.
                for piece in _pieces(text, len(text) // 2 if text.isascii() else _PIECE):
                    total += self._whole(last)
                    last = piece
                some, size = [last], len(last) + 1
                # Where nothing can be cut, it is not looked for at each line.
                most = max(_LINES, 2 * size)
        return total + self.count("\n".join(some))

    def count_many(self, texts: Sequence[str]) -> list[int]:
        count, other = self._count, self.count
        with undisturbed:
            try:
                return [count(text) if len(text) <= _PIECE else other(text) for text in texts]
            except UnicodeEncodeError:
                return list(map(other, texts))

    def _whole(self, text: str) -> int:
        # The library has locks of its own, which would never be free in the child of a fork.
        with undisturbed:
            try:
                return self._count(text)
            except UnicodeEncodeError:
                return self._count(encodable(text))


def _toktok(encoding: str) -> _Count:
    toktok = importlib.import_module("toktok")
    toktok.batch_count([""], encoding)  # loads the vocabulary, or raises KeyError
    # One text at a time: a batch makes its buffers anew, which takes as long as 10 KB of text do,
    # and one by several threads gives the interpreter away each time.
    try:
        count: _Count = toktok._encoding(encoding).count
    except AttributeError:
        return lambda text: cast("int", toktok.batch_count([text], encoding, 1)[0])
    return count


def _splintr(encoding: str) -> _Count:
    tokenizer = importlib.import_module("splintr").Tokenizer.from_pretrained(encoding)
    return lambda text: len(tokenizer.encode_ordinary(text))


def _tiktoken(encoding: str) -> _Count:
    tokenizer = importlib.import_module("tiktoken").get_encoding(encoding)
    return lambda text: len(tokenizer.encode_ordinary(text))


class _Download:
    """One attempt, for the whole process, to get tiktoken's vocabulary for an encoding."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self.result: _Count | None = None
        self.failure: str | None = None
        self._done = threading.Event()
        # A daemon: a download that never ends must not keep the process alive.
        threading.Thread(target=self._run, name="headroom-tiktoken", daemon=True).start()

    def _run(self) -> None:
        try:
            with undisturbed:
                importlib.import_module("tiktoken")
            self.result = _tiktoken(self._encoding)
        except Exception as error:  # requests, the proxy, the disk: all mean "not to be had"
            self.failure = type(error).__name__
        finally:
            self._done.set()

    def wait(self, seconds: float) -> _Count | None:
        self._done.wait(seconds)
        return self.result


_lock = lock()
_offline: dict[str, tuple[str, _Count] | None] = {}
_downloads: dict[str, _Download] = {}


def _forget_attempts() -> None:
    """A thread that was about to download is not there in the child of a fork."""
    for encoding, download in list(_downloads.items()):
        if download.result is None and download.failure is None:
            del _downloads[encoding]


on_fork(_forget_attempts)


def _offline_counter(encoding: str) -> tuple[str, _Count] | None:
    with undisturbed, _lock:
        if encoding not in _offline:
            _offline[encoding] = None
            for library, load in (("toktok", _toktok), ("splintr", _splintr)):
                try:
                    _offline[encoding] = (library, load(encoding))
                    break
                except ImportError:
                    continue
                except Exception as error:
                    logger.warning("%s has no %s: %s", library, encoding, type(error).__name__)
        return _offline[encoding]


def _tiktoken_counter(encoding: str) -> tuple[_Count | None, str]:
    if importlib.util.find_spec("tiktoken") is None:
        return None, "no tokenizer is installed"
    with _lock:
        download = _downloads.get(encoding)
        patience = 0.0
        if download is None:
            download = _downloads[encoding] = _Download(encoding)
            patience = DOWNLOAD_PATIENCE
    counter = download.wait(patience)
    reason = download.failure or f"no answer within {DOWNLOAD_PATIENCE:g} seconds"
    return counter, f"tiktoken could not load {encoding} ({reason})"


def check_model(model: str) -> None:
    """A model is text."""
    if not isinstance(model, str):
        raise TypeError(f"model must be a name such as 'gpt-4o', not {type(model).__name__}")


def load_early(model: str) -> None:
    """Has a thread read the vocabulary for a model, so that the caller goes on meanwhile.

    Where none is installed nothing comes of it: the network is asked by ``get_counter`` alone.
    """
    encoding, _ = encoding_for_model(model)
    if encoding in _offline:
        return
    # No daemon: one that is ended amid a call of the tokenizer takes the process down with it.
    thread = threading.Thread(target=_offline_counter, args=(encoding,), name="headroom-vocabulary")
    # Where no thread can be had, as at the end of the interpreter, it is read when it is needed.
    with contextlib.suppress(RuntimeError):
        thread.start()


def get_counter(model: str = "gpt-4o") -> TokenCounter:
    """The best counter that this machine has for ``model``. Never fails, never hangs.

    The first call may read a vocabulary (some tenths of a second). The network is asked
    only if ``tiktoken`` is the sole tokenizer installed, once per process and encoding, for three
    seconds at most.

    Args:
        model: The model's name, such as ``"gpt-4o"``, or the name of an encoding.

    Raises:
        TypeError: ``model`` is no text.

    >>> get_counter("gpt-4o").count("")
    0

    """
    check_model(model)
    encoding, own = encoding_for_model(model)
    offline = _offline_counter(encoding)
    if offline is not None:
        library, count = offline
        return _EncodingCounter(f"{library}/{encoding}", own, count)
    downloaded, reason = _tiktoken_counter(encoding)
    if downloaded is not None:
        return _EncodingCounter(f"tiktoken/{encoding}", own, downloaded)
    return EstimateCounter(
        reason=f"{reason}; for exact counts: pip install 'headroom-core[tokens]'"
    )
