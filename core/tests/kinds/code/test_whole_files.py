"""Files that are code are code, whatever their comments, strings and tests look like."""

from __future__ import annotations

import asyncio

import pytest

from headroom import RetrievalTool, SharedContext, compress
from headroom.kinds.code.recognise import looks_like_code
from headroom.source import Source

_RUST = '/*!\nFinds things. For example:\n\n```\nlet found = find(b"x");\n```\n*/\n\n' + "".join(
    f"pub fn find_{number}(text: &[u8]) -> usize {{\n    let size = text.len() + {number};\n"
    f"    size * 2\n}}\n\n"
    for number in range(40)
)

_RUBY = (
    "require 'minitest/autorun'\n\ndef rendered(name, &block)\n  @name = name\nend\n\n"
    + "".join(
        f"it 'renders the page that is asked for as {word}' do\n  rendered(:{word}) {{ 'Hello' }}\n"
        f"  assert_equal 'Hello', body\nend\n\n"
        for word in ("text", "html", "json", "xml", "markdown", "plain", "binary", "nothing") * 5
    )
)

_PYTHON = (
    '"""Makes pages."""\n\nimport html\n\nPAGE = """\n<html>\n<head>\n    <title>%s</title>\n'
    '</head>\n<body>\n    %s\n</body>\n</html>\n"""\n\n'
    + '"""\n'
    + "A longer text about it.\n" * 70
    + '"""\n\n'
    + "".join(
        f"def page_{number}(title: str) -> str:\n    escaped = html.escape(title)\n"
        f"    return PAGE % (escaped, {number})\n\n\n"
        for number in range(60)
    )
)

_GO = (
    'package pages\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\nfunc TestPages(t *testing.T) {\n'
    + "".join(
        f"\trows{number} := []row{{\n\t\tdesc{number}   []string\n\t\tlast{number}   string\n"
        f"\t}}\n\tsend(rows{number})\n"
        for number in range(30)
    )
    + "}\n\nfunc send(rows []row) {\n\tfmt.Println(rows)\n}\n"
)


@pytest.mark.parametrize(
    ("source", "name"),
    [(_RUST, "find_7"), (_RUBY, "rendered"), (_PYTHON, "page_7"), (_GO, "send")],
    ids=["a fence in a comment", "blocks with sentences", "pages in strings", "a table of tests"],
)
def test_a_function_of_it_is_given_by_its_name(source: str, name: str) -> None:
    assert compress(source).kind == "code"
    context = SharedContext()
    context.put("file", source)
    answer = asyncio.run(RetrievalTool(context).answer("file", place=name))
    assert answer.startswith("[lines ")
    assert name in answer


def test_a_page_with_code_in_fences_is_none() -> None:
    page = f"# How to\n\nYou may write this:\n\n```rust\n{_RUST[90:1500]}\n```\n\nThat is all.\n"
    assert not looks_like_code(Source(page))
