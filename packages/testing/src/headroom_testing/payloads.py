"""Payloads that are odd on purpose."""

from __future__ import annotations

import json

from hypothesis import strategies as st

__all__ = ["HOSTILE", "KEYS", "SORTS", "hostile_text"]

#: Keys that a place, a marker or a pointer might end at, if it were not for what is done about it.
KEYS = (
    "]", "[", '""', '"', "'", "", " ", " within ", "a within lines 3-9", "[rows 1-2 left out]",
    "a left out", "line\nbreak", "\r", "\u2028", "a of /x", "/", "~", "~0", "~1", "a/b~c", "\\",
    "; ", "a; /b", "x, rows 5", "everything", "a characters 3-5", "$.a", "0", "1-2", "\u00e9",
    "\u4e2d\u6587", "\U0001f469\u200d\U0001f4bb", "\u202e", "\x00", "\ud800", "\xa0", "a\tb",
    "x" * 300,
)  # fmt: skip

#: Payloads that have broken parsers before, by name. None is larger than 250 kilobytes.
HOSTILE: dict[str, str] = {
    "nothing": "",
    "one newline": "\n",
    "white space": " \t\r\n\v\f\u00a0\u2028" * 50,
    "brackets": "[" * 50_000,
    "braces": '{"a":' * 50_000,
    "closed brackets": "[" * 50_000 + "]" * 50_000,
    "parentheses": "(" * 50_000 + ")" * 50_000,
    "one long line": "x" * 150_000,
    "one line of words": "word " * 30_000,
    "one long number": "9" * 50_000,
    "digits in brackets": "[" + "1" * 50_000 + "]",
    "newlines": "\n" * 25_000,
    "carriage returns": "\r\n" * 12_500 + "\r" * 1000,
    "control characters": "".join(map(chr, range(32))) * 500,
    "lone surrogates": "\ud800 and \udfff. " * 500,
    "nul bytes": "\x00" * 5000,
    "binary-looking": bytes(range(256)).decode("latin-1") * 200,
    "quotes": '"' * 25_000,
    "backslashes": '"' + "\\" * 25_001,
    "open string": '{"a": "' + "b" * 50_000,
    "commas": "a," * 25_000,
    "tags": "<div>" * 15_000,
    "angle brackets": "<" * 50_000,
    "almost a comment": "<!--" * 10_000,
    "hunks without end": "@@ -1,1 +1,1 @@\n" * 5000,
    "indentation": "\n".join(" " * depth + "x:" for depth in range(600)),
    "colons": "a:1:" * 10_000,
    "dots": ". " * 15_000,
    "exclamations": "!?" * 15_000,
    "combining marks": "e\u0301\u0302\u0303" * 10_000,
    "right to left": "\u202e\u05d0\u05d1 " * 5000,
    "emoji": "\U0001f469\u200d\U0001f4bb" * 5000,
    "no-break text": "\u4e2d\u6587" * 10_000,
    "like our markers": "[rows 3-111 left out: 109 rows]\n[left out]\n\u2026\n" * 500,
    "like our tool": '[what is left out: headroom_retrieve(key="other", query="...")]\n' * 500,
    "like special tokens": "<|endoftext|><|im_start|>" * 2000,
    "keys like places": json.dumps(
        {
            key: [{"id": n, key: f"word {n} of it", "state": "open"} for n in range(1, 12)]
            for key in KEYS
        }
    ),
    "byte order mark": "\ufeff" + '{"a": [1, 2, 3]}' * 200,
}

#: Payloads of sorts that have little in common, by name: nobody takes many of them for one kind.
SORTS: dict[str, str] = {
    "prose": "It rained all night. In the morning the river was over its banks.\n\n" * 20,
    "JSON": "[" + ",".join(f'{{"id": {n}, "state": "paid"}}' for n in range(50)) + "]",
    "a log": "".join(f"2026-03-02T09:14:{n:02} INFO served {n} in 7 ms\n" for n in range(60)),
    "Python": "import os\n\n\ndef here() -> str:\n    return os.getcwd()\n\n\n" * 20,
    "a page": "<html><body>\n" + "<p>The river rose.</p>\n" * 40 + "</body></html>",
    "a diff": "--- a/f\n+++ b/f\n@@ -1,40 +1,40 @@\n" + "-old\n+new\n" * 40,
    "CSV": "id,state,total\n" + "1,paid,20\n2,open,17\n" * 30,
    "search results": "".join(f"src/tool/run.py:{n}:    run(step_{n})\n" for n in range(60)),
    "YAML": "".join(f"- id: {n}\n  state: paid\n  total: {n * 7}\n" for n in range(40)),
}


def hostile_text(max_size: int = 2000) -> st.SearchStrategy[str]:
    """Any text that Python can hold, lone surrogates and control characters included.

    For ``@given(hostile_text())``; ``hostile_text(max_size=80)`` has so many characters at most.
    """
    anything = st.text(
        st.one_of(
            st.characters(),
            st.sampled_from("\n\r\t \"'{}[](),:;.<>/\\|&#=-+*@$%\u2026\x00\ud800"),
        ),
        max_size=max_size,
    )
    lines = st.lists(
        st.one_of(
            st.text(max_size=80),
            st.sampled_from(
                ["", "[lines 3-9 left out]", "{", "}", "- item", "def f():", "2024-01-01 ERROR x"]
            ),
        ),
        max_size=60,
    ).map("\n".join)
    return st.one_of(anything, lines)
