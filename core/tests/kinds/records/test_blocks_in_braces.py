"""Blocks in braces are records: plans, and configurations whose lines are directives."""

from __future__ import annotations

import pytest

from headroom import compress

_PLAN = """\
  # disk.d{n} will be created
  + resource "disk" "d{n}" {{
      + access = "{access}"
      + id     = (known after apply)
      + tags   = {{
          + "env" = "prod"
        }}
    }}
"""
_SITE = """\
server {{
    listen 443 ssl;
    server_name s{n}.example.org;
    access {access};
    root /srv/s{n};
}}
"""
_ZONE = """\
zone "z{n}.example" IN {{
\ttype {access};
\tfile "/etc/z{n}.db";
\ttransfer {{ none; }};
}};
"""


@pytest.mark.parametrize(
    ("block", "name"),
    [(_PLAN, 'resource "disk" "d57"'), (_SITE, "s57.example.org"), (_ZONE, 'zone "z57.example"')],
)
def test_the_block_with_another_value_is_shown_whole(block: str, name: str) -> None:
    blocks = [block.format(n=n, access="open" if n == 57 else "private") for n in range(150)]
    view = compress("\n".join(blocks))
    assert view.kind == "records"
    assert name in blocks[57]
    assert blocks[57] in view.text
    assert view.tokens_after < 0.35 * view.tokens_before


def test_the_sign_of_a_plan_is_a_part_of_what_it_says() -> None:
    blocks = [
        _PLAN.format(n=n, access="private").replace("+ access", f"{'-' if n == 57 else '+'} access")
        for n in range(150)
    ]
    assert blocks[57] in compress("\n".join(blocks)).text


@pytest.mark.parametrize(
    "block",
    [
        "typedef struct {{\n    uint32_t a{n};\n    Foo b;\n    size_t c;\n}} S{n};\n",
        "struct s{n} {{\n    int a{n};\n    char *b;\n    foo_t c;\n}};\n",
        "class A{n} {{\n    private int x{n};\n    String y;\n    List<String> z;\n}}\n",
    ],
)
def test_declarations_of_a_program_are_no_directives(block: str) -> None:
    assert compress("\n".join(block.format(n=n) for n in range(60))).kind == "code"
