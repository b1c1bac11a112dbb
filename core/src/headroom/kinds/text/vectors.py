"""Vectors that say what words mean: from the files of ``wordllama``, where that is installed.

These are the static embeddings of its wheel (32,000 pieces of words, 256 numbers each, trained
for how alike sentences are). Only the files are read, and never the package's own loader, which
may download. Nothing is loaded before the first question about a text, and then once for the
process. The table stays on disk and is mapped: 16 MB that processes share; the
tokenizer takes about 13 MB.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from headroom.forking import lock, on_fork, undisturbed

__all__ = ["VectorSource", "WordVectors", "installed"]

logger = logging.getLogger("headroom.kinds")

_PACKAGE = "wordllama"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_TABLE = "weights/l2_supercat_256.safetensors"
_TENSOR = "embedding.weight"
#: Bytes of the description at the beginning of the table. Chosen: it has a few hundred.
_LARGEST_HEADER = 100_000
#: Numbers of each vector that are used: the first ones say the most, for they were trained to.
#: Measured with `python -m benchmarks`: 256 find no more.
_WIDTH = 128
#: Words whose vectors are kept for the next text (8 MB), and that are encoded at a time. Chosen.
_KEPT, _BATCH = 16_384, 4096


class WordVectors:
    """A vector for every word, whatever it is; safe to share between threads.

    Raises:
        Exception: Whatever the files or the libraries that read them give reason for.

    """

    def __init__(self, folder: Path) -> None:
        self.numpy: Any = importlib.import_module("numpy")
        tokenizers = importlib.import_module("tokenizers")
        self._table: Any = _table(self.numpy, folder / _TABLE)[:, :_WIDTH]
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / _TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        if self._tokenizer.get_vocab_size() > len(self._table):
            raise ValueError("fewer vectors than pieces of words")
        self._lock = lock(waits=False)
        self._rows: Any = self.numpy.zeros((_KEPT, self._table.shape[1]), self.numpy.float32)
        self._place: dict[str, int] = {}

    def of(self, words: Sequence[str]) -> Any:
        """An array with a row for each of some different words."""
        if len(words) > _KEPT:
            return self._encoded(words)
        with self._lock:
            place = self._place
            new = [word for word in words if word not in place]
            if len(place) + len(new) > _KEPT:
                place.clear()
                new = list(words)
            if new:
                self._rows[len(place) : len(place) + len(new)] = self._encoded(new)
                place.update(zip(new, range(len(place), _KEPT)))
            return self._rows[[place[word] for word in words]]

    def forget(self) -> None:
        """Drops what it keeps, which another thread may have been changing when it forked."""
        self._place = {}

    def _encoded(self, words: Sequence[str]) -> Any:
        """The mean of the vectors of the pieces of each word."""
        numpy = self.numpy
        found = numpy.zeros((len(words), self._table.shape[1]), numpy.float32)
        for first in range(0, len(words), _BATCH):
            # One call for many words, and not `encode_batch`: that starts threads, which do not
            # get on with processes that fork.
            encoded = self._tokenizer.encode(
                list(words[first : first + _BATCH]), is_pretokenized=True, add_special_tokens=False
            )
            owners = numpy.asarray(encoded.word_ids, numpy.int64)
            if not len(owners):
                continue
            starts = numpy.flatnonzero(numpy.diff(owners, prepend=-1))
            pieces = self._table[numpy.asarray(encoded.ids, numpy.int64)].astype(numpy.float32)
            counts = numpy.diff(starts, append=len(owners))[:, None]
            found[first + owners[starts]] = numpy.add.reduceat(pieces, starts, axis=0) / counts
        return found


class VectorSource:
    """Loads vectors the first time that they are asked for, once, in whatever thread.

    >>> VectorSource(lambda: None).vectors() is None
    True
    """

    def __init__(self, find: Callable[[], Path | None]) -> None:
        self._find = find
        self._lock = lock()
        self._is_loaded = False
        self._vectors: WordVectors | None = None
        on_fork(self._forget)

    def vectors(self) -> WordVectors | None:
        """The vectors; ``None`` where they are not installed or, with a warning, do not load."""
        if not self._is_loaded:
            with undisturbed, self._lock:
                if not self._is_loaded:
                    self._vectors = self._load()
                    self._is_loaded = True
        return self._vectors

    def _forget(self) -> None:
        if self._vectors is not None:
            self._vectors.forget()

    def _load(self) -> WordVectors | None:
        try:
            folder = self._find()
            return None if folder is None else WordVectors(folder)
        except Exception as error:
            logger.warning("the extra 'semantic' is not used: %s", type(error).__name__)
            return None


def _table(numpy: Any, path: Path) -> Any:
    """The one tensor of a safetensors file, mapped: eight bytes of length, JSON, numbers."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LARGEST_HEADER:
            raise ValueError("not a table of vectors")
        header = json.loads(file.read(length))[_TENSOR]
    if header["dtype"] != "F16" or len(header["shape"]) != 2:
        raise ValueError("not a table of vectors")
    start = 8 + length + header["data_offsets"][0]
    return numpy.memmap(path, numpy.dtype("<f2"), "r", start, tuple(header["shape"]))


def _find_package() -> Path | None:
    spec = importlib.util.find_spec(_PACKAGE)
    places = None if spec is None else spec.submodule_search_locations
    return Path(next(iter(places))) if places else None


#: The vectors of this process.
installed = VectorSource(_find_package).vectors
