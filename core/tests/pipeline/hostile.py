"""Texts that would take long if anything looked back, or ahead, at each of their lines."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable

__all__ = ["TEXTS"]


def _again(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def _lines(*units: str) -> Callable[[int], str]:
    """Lines in turn, ``{}`` in them the number of the line."""

    def text(size: int) -> str:
        lines: list[str] = []
        while size > 0:
            lines.append(units[len(lines) % len(units)].replace("{}", str(len(lines))))
            size -= len(lines[-1]) + 1
        return "\n".join(lines)

    return text


def _within(head: str, inside: Callable[[int], str], end: str = "") -> Callable[[int], str]:
    return lambda size: head + inside(size) + end


def _nested(opening: str, closing: str) -> Callable[[int], str]:
    def text(size: int) -> str:
        depth = size // len(opening + closing)
        return opening * depth + "x" + closing * depth

    return text


def _bytes(size: int) -> bytes:
    return random.Random(3).randbytes(size)


_PAGE = "<html><body>"
_XML = "<?xml version='1.0'?>\n"
_KINDS = (
    '{"a": {}}', "<p>x</p>", "a,b,c", "def f{}():", "2026-03-02T09:14:10 INFO took {} ms",
    "src/a.py:{}:x", "| a | b |", "--- a", "- x: {}", "It rained.",
)  # fmt: skip

#: Makes a text of about so many characters, by what is odd about it.
TEXTS: dict[str, Callable[[int], str]] = {
    # Where kinds meet
    "open fences": _lines("```python"),
    "fences of both signs": _lines("~~~x", "```y"),
    "fences in pairs": _lines("```json", '{"a": 1}', "```", "It rained."),
    "dividers": _lines("-----", ""),
    "tags around lines": _lines("<output>", "It rained.", "</output>"),
    "numbered lines": _lines(" {}\tx = 1"),
    "runs of numbers": _lines(*(f"   {number}\tx" for number in range(1, 21))),
    "a kind a line": _lines(*_KINDS),
    "a kind a paragraph": _lines(*(line for kind in _KINDS for line in (kind, ""))),
    "leads to what follows": _lines("This is it:", "It rained.", ""),
    "shell": _lines("$ make {}", "done"),
    "terminal codes": _again("\x1b[31ma\x1b[0m"),
    "open terminal codes": _again("\x1b["),
    "carriage returns": _again("\r"),
    "written over": _again("10 %\r"),
    "typed over": _again("a\x08"),
    # Signs again and again
    **{f"only {sign!r}": _again(sign) for sign in "\n \t-.\"'[{(<&|,#@/:=+*`\\\0"},
    **{f"lines of {sign!r}": _again(sign + "\n") for sign in "a[{(\"'<|,-+#@}\r"},
    "tiny paragraphs": _again("a\n\n"),
    # Data
    "nested arrays": _nested("[", "]"),
    "nested objects": _nested('{"a":', "}"),
    "an array without an end": _within("[1", _lines(',{"id": {}}')),
    "one-line objects": _lines('{"id": {}, "name": "n{}"}'),
    "objects between sentences": _lines('{"id": {}, "name": "n{}"}', "It rained {} times."),
    "other keys in each": _lines('{"k{}": {}}'),
    "many keys": lambda size: json.dumps({f"k{n}": n for n in range(size // 16)}),
    "many columns": lambda size: json.dumps([{f"k{n}": n for n in range(size // 32)}] * 2),
    "more keys in each": lambda size: json.dumps(
        [{f"k{n}": n for n in range(row)} for row in range(int((size / 6) ** 0.5))]
    ),
    "numbers": lambda size: json.dumps([*range(size // 8)]),
    "printed data": _lines("{'id': {}, 'a': None}"),
    "a table": _within("id,name\n", _lines("{},n{}")),
    "a table of many columns": lambda size: "\n".join([",".join(map(str, range(size // 12)))] * 2),
    "growing rows": lambda size: "\n".join("x," * row for row in range(int(size**0.5))),
    "open quotes in a table": _within("a,b\n", _lines('"x,y')),
    "tables in Markdown": _lines("", "| a | b |", "|---|---|", "| {} | 1 |"),
    "rules of tables": _lines("+---+---+"),
    "rules of dashes": _lines("-- --"),
    "rules below words": _lines("It rained.", "-- --"),
    "columns": _within("NAME   AGE   STATUS\n", _lines("pod-{}   {}d   Running")),
    "records": _lines("- id: {}", "  name: x", "  at: y"),
    "settings": _lines("[s{}]", "a = 1", ""),
    "fields": _lines("Name: p{}", "Age{}: 3", ""),
    # Tags
    "open comments": _within(f"{_XML}<r>", _again("<!-- ")),
    "open sections": _within(f"{_XML}<r>", _again("<![CDATA[")),
    "open tags": _within(_XML, _again("<a>x")),
    "many attributes": _within(f"{_XML}<r", _lines(" a{}='1'"), "/>"),
    "records in tags": _within(f"{_XML}<r>", _lines("<i id='{}'><n>x</n></i>"), "</r>"),
    "beginnings of documents": _lines("<?xml version='1.0'?>", "<a>", "<b>x"),
    "open elements": _within(_PAGE, _again("<div><span><b>x")),
    "closed elements": _within(_PAGE, _again("<i></b>")),
    "open scripts": _within(_PAGE, _again("<script>")),
    "open attributes": _within(_PAGE, _again('<a href="')),
    "tables in tables": _within(_PAGE, _again("<table><tr><td>go")),
    "paragraphs of a page": _within(_PAGE, _lines("<p>It rained {} times.</p>"), "</body></html>"),
    # What programs print
    "a log": _lines("2026-03-02T09:14:10 INFO request {} took 7 ms"),
    "errors": _lines("2026-03-02T09:14:10 ERROR no. {} of a{}b failed"),
    "tracebacks": _lines("Traceback (most recent call last):", '  File "a{}.py", line 3, in f'),
    "test runs": _lines("tests/a.py::t{} PASSED", "tests/a.py::t{} FAILED"),
    "matches": _lines("src/a{}.py:1:x = {}"),
    "deep paths": _lines("a/" * 60 + "f{}.py"),
    "a tree": _lines("│   │   ├── f{}"),
    "heads of hunks": _lines("@@ -1,999999999 +1,999999999 @@"),
    "heads of files": _lines("--- a/f{}"),
    "a diff": _within("--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n", _lines("-x{}", "+y{}")),
    # Code
    "functions": _lines("def f{}(a):", "    return a + {}", ""),
    "nested blocks": lambda size: "\n".join(" " * n + "if a:" for n in range(int(size**0.5))),
    "functions without an end": _lines("function f{}(a) {"),
    "errors in code": _lines("def f{}(a):", "    return )", "import os"),
    "open comments in code": _within("function a() {\n", _lines("/* ")),
    "statements": _lines("INSERT INTO a VALUES ({}, 'x');"),
    "an open string": _within('import os\nx = """', _lines("a{}")),
    # Prose
    "sentences": _lines("It rained {} times."),
    "one line of sentences": _again("It rained all night. "),
    "short sentences": _again("A. "),
    "open brackets in prose": _again("(see "),
    "open links": _again("[a]("),
    "headings": _lines("# It rained", ""),
    "underlined headings": _lines("Rain {}", "====="),
    "items": _lines("- It rained {} times"),
    "steps of names": lambda size: "".join(
        f"{' ' * (n // 2)}a{n}:\n" for _ in range(8) for n in range(int((size / 2) ** 0.5))
    ),
    "letters that quote letters": lambda size: "\n".join(
        "> " * (n // 3) + "Ada wrote:" for n in range(int((3 * size) ** 0.5))
    ),
    "no spaces": _again("\u4eca\u5929\u4e0b\u96e8\u4e86\u3002"),
    "one word": _again("aB1_"),
    # What nobody reads
    "base64": lambda size: base64.b64encode(_bytes(size * 3 // 4)).decode(),
    "lines of base64": lambda size: base64.encodebytes(_bytes(size * 3 // 4)).decode(),
    "data URIs": _again("data:image/png;base64,"),
    "a dump": _lines("0000{}0  00 01 02 03 04 05 06 07  |........|"),
    "decimal fractions": _lines("0.{}1", "-0.{}7"),
    "binary": _again("\x00\x01\ufffda\x02\x03"),
}  # fmt: skip
