"""The forms in which tools print what they found, and how long they take to read."""

from __future__ import annotations

import time

import pytest

from headroom import compress
from headroom.kinds.search import SearchCompressor
from headroom.kinds.search.recognise import looks_like_search
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.view import Request

COUNTER = get_counter()

FOUND = [
    (f"src/{folder}/{name}.py", number, f"    return await self.{name}_call(timeout={number})")
    for folder in ("net", "web")
    for name in ("client", "server", "retry")
    for number in range(3, 90, 3)
]
PATHS = sorted({path for path, _, _ in FOUND})


def under_headings(heading: str, line: str) -> str:
    blocks = []
    for path in PATHS:
        lines = [line.format(number, text) for found, number, text in FOUND if found == path]
        blocks.append("\n".join([heading.format(path), *lines]))
    return "\n\n".join(blocks) + "\n"


FORMS = {
    "columns": "".join(f"{path}:{number}:9: {text}\n" for path, number, text in FOUND),
    "brackets": "".join(f"{path}({number},9): {text}\n" for path, number, text in FOUND),
    "a revision": "".join(f"v2.1~3:{path}:{number}:{text}\n" for path, number, text in FOUND),
    "indented": under_headings("{}", "  {}: {}"),
    "words": "Found 174 matches\n" + under_headings("{}:", "  Line {}: {}"),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_every_file_stays(content):
    assert looks_like_search(Source(content))
    request = Request("search", COUNTER, COUNTER.count(content))
    view = SearchCompressor().compress(Source(content, request.deadline), request)
    for path in PATHS:
        assert path.rpartition("/")[2] in view.text
    assert COUNTER.count(view.text) < 0.4 * request.original_tokens
    lines = content.split("\n")
    gone = {n for first, last in view.omissions[0].ranges for n in range(first, last + 1)}
    for number, line in enumerate(lines, 1):
        # Of a path the directory stands once for all the files in it.
        told = line.rpartition("/")[2] if line.startswith("src/") else line
        assert number in gone or not line.strip() or told[-30:] in view.text
    assert not gone.issuperset(range(1, len(lines)))


def test_brackets_can_be_read_back():
    request = Request("search", COUNTER, COUNTER.count(FORMS["brackets"]), fidelity="lossless")
    view = SearchCompressor().compress(Source(FORMS["brackets"], request.deadline), request)
    assert view.lossless
    assert view.text.count("src/net/") == 1


def test_counts_of_matches_are_paths():
    content = "".join(f"src/deep/er/module_{n}.py:{n % 7}\n" for n in range(60))
    assert looks_like_search(Source(content))
    request = Request("search", COUNTER, COUNTER.count(content))
    view = SearchCompressor().compress(Source(content, request.deadline), request)
    assert view.lossless
    assert all(f"module_{n}.py:{n % 7}" in view.text for n in range(60))


def seconds(content: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        request = Request("search", COUNTER, COUNTER.count(content), query="where is 77 retried")
        SearchCompressor().compress(Source(content, request.deadline), request)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "line",
    ["src/big.py:{0}:    value_{0} = retry({0})\n", "src/d{0}/file_{0}.py\n", "a/{0}.py:7:x = 1\n"],
    ids=["one file", "paths", "many files"],
)
def test_time_grows_with_the_size(line):
    lines = [line.format(number) for number in range(1, 30_000)]
    small = "".join(lines)[:16_384].rpartition("\n")[0]
    large = "".join(lines)[:131_072].rpartition("\n")[0]
    # Quadratic work would take 64 times as long.
    assert seconds(large) < 40 * max(seconds(small), 0.01)


def test_the_line_that_answers_stands_as_it_was_printed() -> None:
    lines = [f"{path}:{number}:{text}" for path, number, text in FOUND]
    declared = "src/web/server.py:31:class RetryingServer(Base):"
    lines.insert(
        next(n for n, line in enumerate(lines) if line.startswith("src/web/server")), declared
    )

    view = compress("\n".join(lines), query="Where is the class RetryingServer declared?")

    assert view.kind == "search"
    assert not view.lossless
    assert declared in view.text.split("\n")
    assert all(path in view.text for path in PATHS)


def test_the_only_match_of_a_file_stands_as_it_was_printed() -> None:
    lines = [f"lib/part{n}/file{n}.py:{n}:    connect(host_{n}, port={n})" for n in range(1, 40)]

    lines += [f"lib/large.py:{n}:    connect(host_{n}, port={n})" for n in range(60)]
    whole = compress("\n".join(lines), fidelity="lossless")
    part = compress("\n".join(lines), max_tokens=whole.tokens_after * 3 // 4)

    assert whole.lossless
    assert whole.text != "\n".join(lines)
    assert set(lines[:39]) <= set(whole.text.split("\n"))
    assert part.omissions
    assert set(lines[:39]) & set(part.text.split("\n"))


@pytest.mark.parametrize("headed", [False, True])
def test_a_search_that_says_the_functions_around_its_matches_is_read(headed: bool) -> None:
    lines: list[str] = []
    for path in PATHS:
        lines += ["", path] if headed else ["--"]
        for found, number, text in FOUND:
            if found == path:
                start = "" if headed else f"{path}{{0}}"
                lines.append(f"{start.format('=')}{number - 2}=def step_{number}():")
                lines.append(f"{start.format(':')}{number}:{text}")
    output = "\n".join(lines).strip("\n-")

    view = compress(output)

    assert view.kind == "search"
    assert all(path in view.text for path in PATHS)
