"""What is alike line by line and yet no output: configurations, programs, heads above texts."""

from __future__ import annotations

import random

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records.braces import are_in_braces
from headroom.kinds.records.parse import _PAIR

_NAMES = [
    a + b
    for a in ("cart", "user", "pay", "ship", "mail", "audit", "stock", "tax", "price", "auth")
    for b in ("Api", "Web", "Job", "Log")
]
_SHORT = ("cart", "user", "pay", "ship", "mail", "audit", "stock", "tax", "price", "auth", "geo")
_WHO = ("The port authority", "A second supplier", "The regional court", "Our survey team")
_DID = ("denied", "published", "welcomed", "withdrew", "recalculated")
_WHAT = ("the merits of rail over barges", "a plan for shared berths", "figures on spoiled fruit")
_HOW = ("before the summer peak", "in a letter to members", "at a hearing in Bremen")


def paragraph(chance: random.Random) -> str:
    parts = (_WHO, _DID, _WHAT, _HOW)
    return " ".join(" ".join(map(chance.choice, parts)) + "." for _ in range(6))


def documents(head: str, rule: str, count: int = 24) -> str:
    chance = random.Random(4)
    return rule.join(head.format(n=n) + paragraph(chance) for n in range(count))


def buckets() -> str:
    return "".join(
        f'resource "aws_s3_bucket" "{name}" {{\n'
        f'  bucket = "acme-{name}-prod"\n'
        f'  acl    = "{"public-read" if name == "priceJob" else "private"}"\n'
        f'  tags = {{\n    team = "{name}"\n  }}\n}}\n\n'
        f'variable "{name}_size" {{\n  type    = number\n  default = {n * 7 % 90}\n}}\n\n'
        for n, name in enumerate(_NAMES)
    )


def classes() -> str:
    return "".join(
        f"public class {name}Service {{\n"
        f"    private static final int MAX = {n};\n\n"
        f"    public long handle(String id, long amount) {{\n"
        f"        if (amount > MAX * {n}L) {{\n"
        f'            throw new IllegalArgumentException("{name} too large");\n        }}\n'
        f"        return cache.merge(id, amount, Long::sum);\n    }}\n}}\n\n"
        for n, name in enumerate(_NAMES)
    )


TEXTS = {
    "documents": documents("Document {n}\nURL: https://kb.example/{n}\n\n", "\n\n---\n\n"),
    "documents without rules": documents("Document {n}\nURL: https://kb.example/{n}\n\n", "\n\n"),
    "results": documents("### Result {n}\n**Status:** success\n**Confidence:** 0.{n}\n\n", "\n\n"),
    "styles": "".join(
        f".{name}-card {{\n  color: #{n:06x};\n  z-index: {n % 7};\n}}\n\n"
        f"@media (max-width: {n}00px) {{ .{name}-card {{ display: none; }} }}\n\n"
        for n, name in enumerate(_NAMES)
    ),
    "makefile": "".join(
        f"{name}: deps-{name}\n\t@echo building {name}\n"
        f"\tgo build -ldflags '-X main.v={n % 9}' -o bin/{name} ./cmd/{name}\n\n"
        f".PHONY: {name}\n\n"
        for n, name in enumerate(_SHORT * 3)
    ),
    "buckets": buckets(),
}


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_no_log(name: str) -> None:
    assert compress(TEXTS[name]).kind != "log"


def test_documents_keep_their_heads() -> None:
    view = compress(documents("Document {n}\nURL: https://kb.example/{n}\n\n", "\n\n---\n\n", 60))
    assert all(f"https://kb.example/{n}\n" in view.text for n in range(60))


def test_blocks_in_braces_are_records_with_names_and_what_is_odd() -> None:
    result = compress(buckets())
    assert result.kind == "records"
    assert '"public-read"' in result.text
    assert all(f'"aws_s3_bucket" "{name}"' in result.text for name in _NAMES)
    # A block is shown whole, or not at all.
    assert result.text.count('resource "aws_s3_bucket"') == result.text.count("    team = ")


def test_a_block_is_found_by_what_it_says() -> None:
    ctx = SharedContext()
    ctx.put("main.tf", buckets())
    found = ctx.retrieve("main.tf", query="public-read").text
    assert 'resource "aws_s3_bucket" "priceJob" {' in found


def test_programs_and_data_are_not_taken_for_settings_in_braces() -> None:
    assert are_in_braces(buckets().split("\n"), _PAIR)
    assert not are_in_braces(classes().split("\n"), _PAIR)
    assert not are_in_braces("a: 1\nb: 2\n".split("\n") * 40, _PAIR)
