"""``python -m benchmarks.memory``: memory and time of compression, against the payload.

    python -m benchmarks.memory --sizes 1,10
    python -m benchmarks.memory --corpus DIR --only "wild-tables;wild-swe"

Each payload of each size is compressed in two fresh processes. One traces what Python allocates
(``tracemalloc``), which slows it down many times; the other takes the time and, as RSS, by how much
the process grew at the most, what libraries in C allocate and what the allocator wastes included.
Where the allocator is glibc's, what it had free goes back to the system before: else a part of the
growth would hide in it.
Of a corpus, the payloads of each family are joined, and repeated up to the size.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from benchmarks.cases import load_corpus
from headroom import compress, get_counter
from headroom_testing.large import LARGE

__all__ = ["main"]

#: Characters that are compressed before anything is measured: that imports what a kind needs. Of
#: each payload of a corpus, so many: each may be in another language.
_FIRST, _FIRST_OF_EACH = 30_000, 5_000
#: And lines of which no kind is sure, so that all have been asked.
_OF_NO_KIND = "".join(f"What is said of {n} is not certain.\n" for n in range(300))
_MEGABYTE = 1_000_000
_COLUMNS = ("payload", "kind", "MB", "peak MB", "times", "RSS MB", "times", "s", "view tokens")


def _peak_rss() -> int:
    """The most memory that this process had so far, in bytes."""
    try:
        # What ``getrusage`` says is no less than what the parent had when it began this process.
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _trim() -> None:
    """Gives what the allocator has free back to the system, where it is that of glibc."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def measure(query: str | None, *, traced: bool) -> dict[str, object]:
    """What the compression of the payload in standard input takes, in this process.

    Above it stand, in a line, those that are compressed before.
    """
    counter = get_counter("gpt-4o")
    for first in (_OF_NO_KIND, *json.loads(sys.stdin.buffer.readline())):
        compress(first, query=query, counter=counter)
    text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    # To read the payload has left free what would be used again.
    _trim()
    with contextlib.suppress(OSError):
        # On Linux the peak begins anew: to read the payload took more than it is.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _peak_rss()
    if traced:
        tracemalloc.start()
    began = time.perf_counter()
    result = compress(text, query=query, counter=counter)
    seconds = time.perf_counter() - began
    peak = tracemalloc.get_traced_memory()[1] if traced else _peak_rss() - before
    return {
        "kind": result.kind,
        "peak": peak,
        "seconds": seconds,
        "tokens": result.tokens_after,
        "failure": result.failure,
    }


def _apart(
    first: Sequence[str], text: str, query: str | None, *, traced: bool
) -> dict[str, object]:
    """The same in a process of its own, to which the payload comes whole: to make it takes more."""
    payload = text.encode("utf-8", "surrogatepass")
    task = json.dumps({"query": query, "traced": traced})
    command = [sys.executable, "-m", "benchmarks.memory", "--task", task]
    given = json.dumps(first).encode() + b"\n" + payload
    done = subprocess.run(command, capture_output=True, input=given, check=True)
    found: dict[str, object] = {"bytes": len(payload), **json.loads(done.stdout)}
    return found


def _families(corpus: Path) -> dict[str, list[str]]:
    """The payloads of each family of a corpus."""
    families: dict[str, list[str]] = {}
    for case in load_corpus(corpus):
        families.setdefault(case.family, []).append(case.payload)
    return families


def _joined(payloads: Sequence[str], size: int) -> str:
    """Payloads as one of so many characters; they come again where that is more than they have."""
    some: list[str] = []
    left = size
    for payload in cycle(payloads):
        if left <= 0:
            break
        some.append(payload)
        left -= len(payload) + 2
    return "\n\n".join(some)[:size]


def main(arguments: list[str] | None = None) -> int:
    """Prints a table, a line for each payload and size; 1 if a compressor failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--sizes", default="1,10", help="megabytes of a payload (1,10)")
    parser.add_argument("--corpus", type=Path, help="folder of *.jsonl cases, not the built-in")
    parser.add_argument(
        "--only",
        default="",
        help=f"of these, with ';' between: {'; '.join(LARGE)}; or of the families of the corpus",
    )
    parser.add_argument("--query", help="what is asked for")
    parser.add_argument("--no-trace", action="store_true", help="leave the traced process out")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.task:
        print(json.dumps(measure(**json.loads(options.task))))
        return 0
    families = _families(options.corpus) if options.corpus else {}
    names = [name for name in options.only.split(";") if name] or list(families or LARGE)
    print("| " + " | ".join(_COLUMNS) + " |\n|" + "---|" * len(_COLUMNS), flush=True)
    failed = False
    for name in names:
        payloads = families.get(name)
        first = [one[:_FIRST_OF_EACH] for one in payloads] if payloads else [LARGE[name](_FIRST)]
        for size in options.sizes.split(","):
            characters = int(float(size) * _MEGABYTE)
            text = _joined(payloads, characters) if payloads else LARGE[name](characters)
            plain = _apart(first, text, options.query, traced=False)
            traced = None if options.no_trace else _apart(first, text, options.query, traced=True)
            print(_line(name, plain, traced), flush=True)
            failed = failed or plain["failure"] is not None
    return int(failed)


def _line(name: str, plain: dict[str, object], traced: dict[str, object] | None) -> str:
    total = float(str(plain["bytes"]))
    cells = [name, str(plain["kind"]), f"{total / _MEGABYTE:.1f}"]
    for run in (traced, plain):
        peak = None if run is None else float(str(run["peak"]))
        cells += ["", ""] if peak is None else [f"{peak / _MEGABYTE:.1f}", f"{peak / total:.1f}"]
    cells += [f"{float(str(plain['seconds'])):.2f}", str(plain["tokens"])]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
