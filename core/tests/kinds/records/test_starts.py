"""Where records begin: no value stands below the head of another one, whatever comes twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records.parse import find_records

COLOURS = ["amber", "blue", "coral", "dun", "ebony"]


def _colour(n: int) -> str:
    return COLOURS[n * n % 7 % 5]


def section(n: int, *, twice: bool) -> list[str]:
    doors = [f"door = {k}-{n}" for k in range(1 + twice)]
    return [f"[hall{n}]", *doors, f"paint = {_colour(n)}-{n}", "floor = oak", ""]


def entry(n: int, *, twice: bool) -> list[str]:
    sorts = [f"sort: {sort}-{n}" for sort in ("thing", "room", "hall")[: 2 + twice]]
    return [f"id: hall{n}", *sorts, f"paint: {_colour(n)}-{n}", f"size: {n}", ""]


def lock(n: int, *, twice: bool) -> list[str]:
    version = [f'version = "1.{k}-{n}"' for k in range(1 + twice)]
    return ["[[part]]", f'name = "hall{n}"', *version, f'sum = "{n * 7919}-{n}"', ""]


def package(n: int, *, twice: bool) -> list[str]:
    said = [f"The {_colour(n)} one is kept warm. ({n})", f"A door is at the end. ({n})"]
    return [
        f"Name     : hall{n}", f"Release  : {n % 9}-{n}", "Arch     : any",
        "Summary  :", *said[: 1 + twice],
    ]  # fmt: skip


def event(n: int, *, twice: bool) -> list[str]:
    said = [f"The {_colour(n)} door was opened. ({n})", f"It was shut again. ({n})"]
    return [
        f"Event[{n}]:", "  Source: door", f"  Level: {_colour(n)}-{n}", "  Host: north",
        "  Said: ", *said[: 1 + twice], "",
    ]  # fmt: skip


def profile(n: int, *, twice: bool) -> list[str]:
    keys = [f"Key : k{k}-{n}" for k in range(1 + twice)]
    return [f"Profile {n} on wall:", "Kind : door", *keys, f"Paint : {_colour(n)}-{n}", ""]


def peer(n: int, *, twice: bool) -> list[str]:
    ways = [f"Way = 10.{k}.{n}" for k in range(1 + twice)]
    return ["[Peer]", f"# hall{n}", f"Key = {n * 7919:06}-{n}", *ways, "Alive = 25", ""]


NOTATIONS: dict[Callable[..., list[str]], str] = {
    section: r"\[hall(\d+)\]", entry: r"id: hall(\d+)", lock: r'name = "hall(\d+)"',
    package: r"Name +: hall(\d+)", event: r"Event\[(\d+)\]:", profile: r"Profile (\d+) ",
    peer: r"# hall(\d+)",
}  # fmt: skip
_VALUE = re.compile(r"[-.](\d+)\"?$|\((\d+)\)$")


def _misplaced(view: str, head: str) -> list[str]:
    """The lines of a view that stand below the head of another record."""
    found, current = [], None
    for line in view.split("\n"):
        begins = re.match(head, line)
        value = _VALUE.search(line)
        if begins:
            current = begins[1]
        elif value and current is not None and (value[1] or value[2]) != current:
            found.append(f"{current}: {line}")
    return found


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("doubled", [(), (30,), (3, 30, 41), tuple(range(0, 60, 2))], ids=len)
@pytest.mark.parametrize("top", ["", "version = 4\n\n", "version = 4\n", "# made by hand\n"])
def test_what_comes_twice_begins_no_record(
    notation: Callable[..., list[str]], doubled: tuple[int, ...], top: str
) -> None:
    records = [notation(n, twice=n in doubled) for n in range(60)]
    text = top + "\n".join(line for one in records for line in one)
    head = NOTATIONS[notation]
    assert not _misplaced(text, head)
    for limit in (None, 300):
        view = compress(text, max_tokens=limit)
        assert view.kind == "records"
        assert "left out" in view.text
        assert not _misplaced(view.text, head)


@pytest.mark.parametrize("notation", [section, entry, profile])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_field_that_only_some_have_begins_no_record(
    notation: Callable[..., list[str]], gap: str
) -> None:
    records = []
    for n in range(60):
        lines = notation(n, twice=False)[:-1]
        if n % 3:
            lines.insert(1, lines[1].partition(" ")[0].rstrip(":=") + "s: none")
        records.append("\n".join(lines) + "\n")
    text = gap.join(records)
    found = find_records(text, lambda: None)
    assert found is not None
    assert [found.lines[first] for first, _ in found.spans] == [
        record.partition("\n")[0] for record in records
    ]


def test_an_entry_that_is_looked_up_has_all_that_is_its_own() -> None:
    ctx = SharedContext()
    ctx.put("events", "\n".join(line for n in range(90) for line in event(n, twice=n == 64)))
    for query in ("Event[64]", "event 64 opened"):
        found = ctx.retrieve("events", query=query, max_tokens=120).text
        assert "\n".join(event(64, twice=True)[:-1]) in found
        assert "(63)" not in found


def test_records_of_two_sorts_begin_with_what_stands_above_both() -> None:
    lines = []
    for n in range(30):
        sort = "Room" if n % 2 else "Hall"
        fields = [f"  {name}: {n * 7 % 90}" for name in (("a", "b", "c") if n % 2 else "defg")]
        lines += ["---", "version: v1", f"kind: {sort}", "of:", f"  name: n{n}", "spec:", *fields]
    found = find_records("# all of them\n" + "\n".join(lines), lambda: None)
    assert found is not None
    assert all(found.lines[first] == "---" for first, _ in found.spans)
