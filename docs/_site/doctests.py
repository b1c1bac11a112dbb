"""Examples in docstrings as Markdown: it would take ``>>>`` for a quotation, and shows ``::``."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^([ ]*)>>> .*(?:\n\1.*\S.*)*", re.MULTILINE)


class Doctests(griffe.Extension):
    """Puts fences around what is run, and takes away the second colon before what is shown."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Is called for each object that was read, but for packages."""
        if obj.docstring:
            text = _EXAMPLE.sub(_fenced, obj.docstring.value)
            obj.docstring.value = re.sub(r"::$", ":", text, flags=re.MULTILINE)

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Is called for each package that was read."""
        self.on_object(obj=pkg)


def _fenced(example: re.Match[str]) -> str:
    indent = example[1]
    return f"{indent}```pycon\n{example[0]}\n{indent}```"
