"""The built-in cases, made of what every machine with Python has.

Nothing here is invented text: sources, documentation, tables of facts, and the output of code that
really runs. The same Python gives the same cases; the clock of log lines is a count.
"""

from __future__ import annotations

import ast
import csv
import difflib
import html.entities
import io
import json
import logging
import mimetypes
import pydoc
import pydoc_data.topics
import re
import sys
import sysconfig
import unicodedata
import unittest
from collections.abc import Callable, Iterable
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

from benchmarks.cases import Case, Probe

__all__ = ["FAMILIES", "build"]

_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
_SOURCES = (
    "textwrap",
    "csv",
    "fractions",
    "heapq",
    "queue",
    "sched",
    "shelve",
    "string",
    "calendar",
)


def _source(module: str) -> str:
    return (_LIBRARY / f"{module}.py").read_text(encoding="utf-8")


def _probes(group: str, strings: Iterable[str]) -> tuple[Probe, ...]:
    return tuple(Probe((wanted,), group) for wanted in dict.fromkeys(strings) if wanted.strip())


def _definitions(source: str) -> list[ast.FunctionDef | ast.ClassDef]:
    """Public classes, their public methods, and public functions of the top level."""
    found: list[ast.FunctionDef | ast.ClassDef] = []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        found.append(node)
        if isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            found.extend(each for each in methods if not each.name.startswith("_"))
    return found


def _code() -> list[Case]:
    cases = []
    for module in _SOURCES:
        source = _source(module)
        nodes = _definitions(source)
        names = (f"{'class' if isinstance(n, ast.ClassDef) else 'def'} {n.name}" for n in nodes)
        symbols = _probes("symbol", names)
        cases.append(Case(f"code-{module}", "code", "code", source, None, symbols))
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        if functions:
            longest = max(functions, key=lambda node: (node.end_lineno or 0) - node.lineno)
            last = ast.get_source_segment(source, longest.body[-1]) or ""
            body = _probes("body", [last.split("\n")[0]])
            query = f"How does {longest.name} work?"
            cases.append(Case(f"code-{module}-body", "code", "code", source, query, symbols + body))
    return cases


def _table(name: str, rows: list[dict[str, object]], key: str, each: int) -> list[Case]:
    """One case without a question, for the odd rows; some that ask for one row."""
    payload = json.dumps(rows, indent=2)
    cases = []
    for number in range(each // 2, len(rows), each):
        row = rows[number]
        wanted = _probes("record", (str(value) for name, value in row.items() if name != key))
        query = f"What are the details of {key} {row[key]}?"
        cases.append(Case(f"json-{name}-{number}", "json", "json", payload, query, wanted))
    return cases


def _json() -> list[Case]:
    characters: list[dict[str, object]] = [
        {
            "codepoint": f"U+{code:04X}",
            "name": unicodedata.name(chr(code)),
            "category": unicodedata.category(chr(code)),
            "bidirectional": unicodedata.bidirectional(chr(code)),
            "east_asian_width": unicodedata.east_asian_width(chr(code)),
            "mirrored": bool(unicodedata.mirrored(chr(code))),
        }
        for code in range(0x2190, 0x2290)
    ]
    table = mimetypes.MimeTypes(()).types_map[1]
    types: list[dict[str, object]] = [
        {"extension": extension, "type": kind, "main": kind.split("/")[0], "strict": True}
        for extension, kind in sorted(table.items())
    ]
    modules: list[dict[str, object]] = []
    for name in sorted(sys.stdlib_module_names):
        path = _LIBRARY / f"{name}.py"
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            lines = text.count("\n")
            modules.append({"module": name, "lines": lines, "bytes": len(text), "package": False})
    cases = _table("characters", characters, "codepoint", 64) + _table(
        "types", types, "extension", 40
    )
    cases += _table("modules", modules, "module", 60)
    largest = max(modules, key=lambda row: int(str(row["lines"])))
    odd = _probes("outlier", [str(largest["module"]), str(largest["lines"])])
    cases.append(Case("json-modules", "json", "json", json.dumps(modules), None, odd))
    return cases


def _tables() -> list[Case]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("entity", "codepoint", "name"))
    rows = [
        (name, f"U+{code:04X}", unicodedata.name(chr(code), ""))
        for name, code in sorted(html.entities.name2codepoint.items())
    ]
    writer.writerows(rows)
    return [
        Case(
            f"table-{row[0]}",
            "table",
            "table",
            out.getvalue(),
            f"What is the entity {row[0]}?",
            _probes("record", row[1:]),
        )
        for row in rows[20::60]
    ]


def _prose() -> list[Case]:
    topics: dict[str, str] = pydoc_data.topics.topics
    cases = []
    for name in sorted(topics, key=lambda topic: (-len(topics[topic]), topic))[:8]:
        text = topics[name]
        sentences = re.findall(r"[A-Z][^.\n]{40,150}\.", text)
        facts = _probes("sentence", sentences[:: max(1, len(sentences) // 8)])
        cases.append(Case(f"prose-{name}", "prose", "prose", text, None, facts))
        if sentences:
            sentence = sentences[len(sentences) // 2]
            words = " ".join(sorted(re.findall(r"\w{5,}", sentence), key=len)[-4:])
            answer = _probes("answer", [sentence])
            cases.append(Case(f"prose-{name}-query", "prose", "prose", text, words, answer))
    return cases


def _searches() -> list[Case]:
    cases = []
    for wanted in ("deprecated", "errno", "lru_cache", "surrogateescape"):
        lines, files, definitions = [], [], []
        for path in sorted(_LIBRARY.glob("*.py")):
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.split("\n"), 1):
                if wanted in line:
                    lines.append(f"{path.name}:{number}:{line}")
                    files.append(path.name)
                    if re.match(r"\s*(def|class) ", line):
                        definitions.append(line.strip())
        probes = _probes("file", files) + _probes("definition", definitions)
        cases.append(Case(f"search-{wanted}", "search", "search", "\n".join(lines), wanted, probes))
    return cases


def _diffs() -> list[Case]:
    cases = []
    for before, after in (("queue", "sched"), ("shelve", "csv"), ("posixpath", "ntpath")):
        old, new = _source(before).split("\n"), _source(after).split("\n")
        lines = list(difflib.unified_diff(old, new, f"a/{before}.py", f"b/{after}.py", lineterm=""))
        changed = [line[1:].strip() for line in lines[2:] if line[:1] in "+-" and len(line) > 25]
        probes = _probes("change", changed[:: max(1, len(changed) // 25)])
        probes += _probes("file", [f"b/{after}.py"])
        case = f"diff-{before}-{after}"
        cases.append(Case(case, "diff", "diff", "\n".join(lines) + "\n", None, probes))
    return cases


def _pages() -> list[Case]:
    cases = []
    for name in ("textwrap", "fractions", "heapq", "queue"):
        module = pydoc.importfile(str(_LIBRARY / f"{name}.py"))
        # The page names where the library lies, which differs between machines.
        page = pydoc.HTMLDoc().page(name, pydoc.HTMLDoc().document(module, name))
        page = page.replace(str(_LIBRARY), "/usr/lib/python3").replace("\xa0", " ")
        described = [node.name for node in _definitions(_source(name))]
        cases.append(
            Case(f"html-{name}", "html", "html", page, None, _probes("content", described))
        )
    return cases


class _Capture(logging.Handler):
    """Log lines with a clock that counts, so that each run writes the same."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        seconds, milliseconds = divmod(len(self.lines) * 137, 1000)
        clock = f"12:{seconds // 60:02}:{seconds % 60:02},{milliseconds:03}"
        head = f"2024-03-05 {clock} {record.levelname} {record.name}: "
        self.lines.append(head + record.getMessage())


def _index_log() -> Case:
    capture = _Capture()
    logger = logging.Logger("indexer")
    logger.addHandler(capture)
    alerts = []
    for path in sorted(_LIBRARY.glob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        logger.info("reading %s (%d bytes)", path.name, len(text))
        functions = len(re.findall(r"^\s*def ", text, re.M))
        logger.info("parsed %s: %d functions", path.name, functions)
        if functions > 150:
            alerts.append(f"{path.name} has {functions} functions")
            logger.warning("%s", alerts[-1])
        if not functions:
            logger.debug("nothing to index in %s", path.name)
    logger.error("no index for %s: not found", "spam.py")
    probes = _probes("alert", [*alerts, "no index for spam.py: not found"])
    probes += _probes("template", ["reading ", "parsed ", "nothing to index in "])
    return Case("log-indexer", "log", "logs", "\n".join(capture.lines) + "\n", None, probes)


class _Socket:
    """As much of a socket as one request over it needs."""

    def __init__(self, request: bytes) -> None:
        self._request = request

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._request)

    def sendall(self, data: bytes) -> None:
        """The answer is not looked at."""


def _server_log() -> Case:
    lines: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, request: object) -> None:
            super().__init__(request, ("127.0.0.1", 50000), None, directory=str(_LIBRARY))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            clock = f"{len(lines) // 60:02}:{len(lines) % 60:02}"
            lines.append(f"127.0.0.1 - - [05/Mar/2024 12:{clock}] {format % args}")

    names = [path.name for path in sorted(_LIBRARY.glob("*.py"))][:150]
    missing = ["favicon.ico", "admin.php"]
    for number, name in enumerate([*names[:90], missing[0], *names[90:], missing[1]]):
        method = "POST" if number == 70 else "HEAD"
        Handler(_Socket(f"{method} /{name} HTTP/1.0\r\n\r\n".encode()))
    alerts = [line.split("] ")[1] for line in lines if "404" in line or "501" in line]
    probes = _probes("alert", alerts) + _probes("template", ['"HEAD /', "HTTP/1.0"])
    return Case("log-http", "log", "logs", "\n".join(lines) + "\n", None, probes)


def _logs() -> list[Case]:
    return [_index_log(), _server_log()]


def _test_output() -> list[Case]:
    failed: list[str] = []

    class Documented(unittest.TestCase):
        longMessage = False

    def check(module: str) -> Callable[[unittest.TestCase], None]:
        def run(test: unittest.TestCase) -> None:
            tree = ast.parse((_LIBRARY / f"{module}.py").read_bytes())
            if ast.get_docstring(tree) is None:
                failed.append(f"test_{module}")
                test.fail(f"{module} has no docstring")

        return run

    for path in sorted(_LIBRARY.glob("[a-m]*.py")):
        setattr(Documented, f"test_{path.stem}", check(path.stem))
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Documented)
    out = io.StringIO()
    unittest.TextTestRunner(stream=out, verbosity=2).run(suite)
    text = re.sub(r"in \d+\.\d+s", "in 0.500s", out.getvalue())
    text = text.replace(str(Path(__file__).parent), "/home/user/checks")
    probes = _probes("failure", [f"{name[5:]} has no docstring" for name in failed])
    probes += _probes("summary", [f"Ran {suite.countTestCases()} tests", f"failures={len(failed)}"])
    return [Case("test-docstrings", "test-output", "logs", text, None, probes)]


_BUILDERS: dict[str, Callable[[], list[Case]]] = {
    "json": _json,
    "table": _tables,
    "code": _code,
    "prose": _prose,
    "log": _logs,
    "test-output": _test_output,
    "search": _searches,
    "diff": _diffs,
    "html": _pages,
}
FAMILIES = tuple(_BUILDERS)


def build(families: Iterable[str] = ()) -> list[Case]:
    """The built-in cases of the families named, or of all.

    Raises:
        ValueError: A family is not known.

    """
    wanted = tuple(families) or FAMILIES
    if unknown := sorted(set(wanted) - set(FAMILIES)):
        raise ValueError(f"no family {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    return [case for family in FAMILIES if family in wanted for case in _BUILDERS[family]()]
