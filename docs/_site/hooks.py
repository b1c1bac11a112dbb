"""What the site needs beside its plugins; each complaint fails a strict build.

- Links to files of the repository that are no pages lead to the repository.
- Every public name of every package is in the reference, and each function in an example.
- No page loads anything from another place, or is longer than one reads at a sitting.
- ``llms.txt`` lists the pages, each with its first sentence.
"""

from __future__ import annotations

import ast
import logging
import posixpath
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).parent.parent.parent
SOURCES = (ROOT / "core/src", *ROOT.glob("adapters/*/src"), *ROOT.glob("packages/*/src"))
#: Packages, and modules that have public names of their own.
PUBLIC = (
    *(path.name for source in SOURCES for path in source.glob("[!_]*") if path.is_dir()),
    *("headroom.forking", "headroom.observing", "headroom.otel", "headroom.steps"),
    *("headroom.toolkit", "headroom_testing.forks", "headroom_testing.simulation"),
)
_LINK = re.compile(r"(?<=\]\()(\.\./[^)#\s]+)")
_LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?((?:https?:)?//[^\s\">]+)"
    # What fetches figures about the repository.
    r"|(data-md-component=\"?source\b)"
    r"|<link\b(?=[^>]*\brel=\"?(?:stylesheet|preconnect|preload|icon))[^>]*"
    r"\bhref=\"?((?:https?:)?//[^\s\">]+)"
)
_ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
#: Of a page as it is shown: what the reference says stands in no page of ``docs/``.
MOST_WORDS = 4500
log = logging.getLogger("mkdocs.hooks.headroom")
_pages: list[Any] = []


def on_nav(nav: Any, **_: Any) -> None:
    """Remembers the pages, in the order of the navigation."""
    _pages[:] = nav.pages


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Leads links out of ``docs/`` to the repository."""

    def led(link: re.Match[str]) -> str:
        folder = posixpath.dirname(posixpath.join("docs", page.file.src_uri))
        target = posixpath.normpath(posixpath.join(folder, link[1]))
        if target.startswith("docs/"):
            return link[1]
        if not (ROOT / target).exists():
            log.warning("%s: the repository has no %s", page.file.src_uri, target)
        sort = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{config.extra['repository']}/{sort}/main/{target}"

    return _LINK.sub(led, markdown)


def on_post_build(config: Any, **_: Any) -> None:
    """Looks through what was built, and writes ``llms.txt``."""
    site = Path(config.site_dir)
    shown = set(_inventory(site / "objects.inv"))
    examples = "\n".join(_examples())
    for name, public in _public_names():
        if name not in shown:
            log.warning("the reference lacks %s, which is public", name)
        called = rf"\b{name.rpartition('.')[2]}\(|[=@]{name.rpartition('.')[2]}\b"
        if public.is_function and not re.search(called, examples):
            log.warning("no example, on a page or in a docstring, shows how %s is called", name)
    for path in sorted(site.rglob("*.html")):
        text = path.read_text()
        for found in _LOADED.finditer(text):
            log.warning("%s loads %s", path.relative_to(site), found[1] or found[2] or found[3])
        words = sum(len(re.sub(r"<[^>]+>", " ", one).split()) for one in _ARTICLE.findall(text))
        if words > MOST_WORDS:
            log.warning("%s has %d words: split it", path.relative_to(site), words)
    pages = _llms(config)
    (site / "llms.txt").write_text(pages)
    for link in re.findall(r"\]\(([^)]*)\)", pages):
        if not (site / link / "index.html").exists():
            log.warning("llms.txt leads to %s, which is no page", link)


def _public_names() -> Iterator[tuple[str, Any]]:
    loader = griffe.GriffeLoader(search_paths=SOURCES)
    modules = {module: loader.load(module) for module in PUBLIC}
    for module, loaded in modules.items():
        if not loaded.exports:
            log.warning("%s does not say which of its names are public", module)
        for name in map(str, loaded.exports or ()):
            if not name.startswith("_"):
                yield f"{module}.{name}", loaded[name]


def _examples() -> Iterator[str]:
    """What stands as code on a page or in a docstring."""
    for page in _pages:
        yield from re.findall(
            r"^```\w*\n.*?^```|`[^`\n]+`", page.markdown, re.DOTALL | re.MULTILINE
        )
    for path in (path for source in SOURCES for path in source.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                text = ast.get_docstring(node) or ""
                yield from re.findall(
                    r"^ *(?:>>>|\.\.\.) .*|``[^`]+``|^ {4,}.*", text, re.MULTILINE
                )


def _inventory(path: Path) -> Iterator[str]:
    # Four lines of text, then names in zlib, as Sphinx has it.
    packed = path.read_bytes().split(b"\n", 4)[4]
    for line in zlib.decompress(packed).decode().splitlines():
        yield line.split(" ")[0]


def _llms(config: Any) -> str:
    sections: dict[str, list[str]] = {}
    for page in _pages:
        section = page.ancestors[0].title if page.ancestors else "Start"
        line = f"- [{page.title}]({page.url or './'}): {_first_sentence(page.markdown)}"
        sections.setdefault(section, []).append(line)
    lines = [f"# {config.site_name}", "", f"> {config.site_description}"]
    for section, links in sections.items():
        lines += ["", f"## {section}", "", *links]
    return "\n".join(lines) + "\n"


def _first_sentence(markdown: str) -> str:
    """The first of a page that is no heading, picture or block, without its marks."""
    for paragraph in markdown.split("\n\n"):
        if paragraph.strip() and not paragraph.startswith(("#", "!", "|", "```", ":::", "    ")):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(paragraph.split()))
            return re.split(r"(?<=\.)\s", re.sub("[*`]", "", text) + " ")[0].rstrip(":")
    return ""
