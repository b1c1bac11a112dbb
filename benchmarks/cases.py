"""Cases: a payload, perhaps a question, and the facts that a view of it should keep."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Case", "Probe", "fold", "load_corpus"]

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([\"\\/bfnrt])")
_SHORT = {"b": " ", "f": " ", "n": " ", "r": " ", "t": " "}


def _unescape(match: re.Match[str]) -> str:
    digits, short = match.groups()
    return chr(int(digits, 16)) if digits else _SHORT.get(short, short)


def fold(text: str) -> str:
    r"""The text without the differences that do not matter: white space, case, JSON escapes.

    >>> fold('Say \\"caf\\u00e9\\"\\n  NOW')
    'say "café" now'
    """
    return " ".join(_ESCAPE.sub(_unescape, text).split()).casefold()


@dataclass(frozen=True)
class Probe:
    """One fact. It is kept where any of the strings stands in the view."""

    any: tuple[str, ...]
    group: str

    def holds(self, folded_view: str) -> bool:
        """Whether the fact stands in a view that went through ``fold``."""
        return any(fold(wanted) in folded_view for wanted in self.any)


@dataclass(frozen=True)
class Case:
    """One payload with what is asked of its view."""

    id: str
    family: str
    #: The kind as the corpus calls it.
    kind: str
    payload: str
    query: str | None
    probes: tuple[Probe, ...]


def load_corpus(folder: Path, families: Iterable[str] = ()) -> list[Case]:
    """The cases of every ``*.jsonl`` file of a folder; a file is a family.

    Raises:
        ValueError: There is none.

    """
    wanted = set(families)
    cases: list[Case] = []
    for path in sorted(folder.glob("*.jsonl")):
        if wanted and path.stem not in wanted:
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        cases.extend(_case(json.loads(line), path.stem) for line in lines if line.strip())
    if not cases:
        raise ValueError(f"no cases in {folder}")
    return cases


def _case(record: dict[str, object], family: str) -> Case:
    probes = record["probes"]
    assert isinstance(probes, list)
    query = record["query"]
    return Case(
        id=str(record["id"]),
        family=family,
        kind=str(record["kind"]),
        payload=str(record["payload"]),
        query=None if query is None else str(query),
        probes=tuple(Probe(tuple(probe["any"]), str(probe["class"])) for probe in probes),
    )
