"""What stands at the place in a marker is what the marker is shown in place of."""

from __future__ import annotations

import json
import random
import re
import textwrap
from collections.abc import Callable

import pytest

from headroom import SharedContext, left_out_spans

_WORDS = (
    "harbour kitchen ferry orchard window letter bakery choir garden gate night train "
    "schoolteacher neighbour cupboard market bridge winter"
).split()
_SIGNS = "価格報告住民清掃屏幕电池客服同事"
#: A marker of a view that stands for lines or sentences.
_MARKER = re.compile(r"\[((?:line|sentence)s? \d+(?:-\d+)?) left out\]")


def _sentence(rng: random.Random) -> str:
    words = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(5, 14)))
    count = f", about {rng.randint(2, 99)} of them"
    return f"{words.capitalize()}{rng.choice(['', '', '', count])}."


def _prose(rng: random.Random, most: int = 5) -> str:
    return " ".join(_sentence(rng) for _ in range(rng.randint(1, most)))


def _signs(rng: random.Random) -> str:
    return "".join(rng.choice(_SIGNS) for _ in range(rng.randint(8, 20))) + "\u3002"


def _reviews(rng: random.Random, number: int) -> str:
    answer = f"  Developer response: Thanks! {_prose(rng, 2)}\n" if rng.random() < 0.6 else ""
    return (
        f"{'★' * rng.randint(1, 5)} Works {number} — App {rng.randint(1, 9)}\n"
        f"by {rng.choice(_WORDS).title()} Person, 5.10.2026, version 5.{number}\n"
        f"{textwrap.fill(_prose(rng), 90)}\n{answer}"
        f"{rng.randint(2, 30)} of {rng.randint(31, 99)} people found this helpful\n\n"
    )


def _transcript(rng: random.Random, number: int) -> str:
    said = textwrap.wrap(f"Q  {_prose(rng, 2)}", 50) + textwrap.wrap(f"A  {_prose(rng, 3)}", 50)
    page = f"{number:>44}\n" if number % 3 == 0 else ""
    return page + "".join(f"{line:>4}  {one}\n" for line, one in enumerate(said, 1)) + "\n"


def _minutes(rng: random.Random, number: int) -> str:
    said = "".join(_signs(rng) for _ in range(rng.randint(2, 6)))
    return f"議題{number}　清掃の件\n発言者：住民{number}\n　{said}\n\n"


def _comments(rng: random.Random, number: int) -> str:
    said = "".join(_signs(rng) for _ in range(rng.randint(1, 6)))
    return f"用户{number}  ★★★ 2026-11-{number % 28 + 1}\n{said}\n追评：{_signs(rng)}\n"


def _book(rng: random.Random, number: int) -> str:
    head = f"{number}          THE HARBOUR\n\n" if number % 4 == 0 else ""
    return head + textwrap.fill(_prose(rng, 9), 60).replace("kitchen", "kit-\nchen") + "\n\n"


def _machines(rng: random.Random, number: int) -> str:
    return (
        f"Machine {number}\n  Place: row {rng.randint(1, 9)}\n  {_prose(rng, 2)}\n"
        f"    and so on: {_sentence(rng)}\n"
    )


def _essay(rng: random.Random, number: int) -> str:
    return f"{_prose(rng, 8)}\n\n"


def _report(rng: random.Random, number: int) -> str:
    return f"## Part {number}\n\n{_prose(rng, 9)}\n\n{_prose(rng, 4)}\n\n- {_sentence(rng)}\n\n"


def _coloured(rng: random.Random, number: int) -> str:
    return f"\x1b[1m{_sentence(rng)}\x1b[0m {_prose(rng, 5)}\n\n"


_SORTS = [
    _reviews, _transcript, _minutes, _comments, _book, _machines, _essay, _report, _coloured,
]  # fmt: skip
_QUERIES = [None, "Which ferry was late, and by how many?", "清掃"]


def _bare(text: str) -> str:
    return "".join(re.sub(r"\x1b\[\d*m", "", text).split())


@pytest.mark.slow
@pytest.mark.parametrize("make", _SORTS)
@pytest.mark.parametrize("seed", range(3))
def test_with_what_stands_at_their_places_a_view_is_its_original_again(
    make: Callable[[random.Random, int], str], seed: int
) -> None:
    rng = random.Random(seed)
    text = "".join(make(rng, number) for number in range(rng.randint(12, 40)))
    made = 0
    for query in _QUERIES:
        for max_tokens in (None, 300, 900):
            ctx = SharedContext()
            entry = ctx.put("k", text, query=query, max_tokens=max_tokens)
            if not _MARKER.search(entry.compressed):
                continue
            made += 1

            def brought(place: re.Match[str], ctx: SharedContext = ctx) -> str:
                found = ctx.retrieve("k", place=place[1], max_tokens=10**6)
                return found.text.partition("\n")[2]

            view = re.sub(r"^\[left out: terminal codes[^\n]*\n", "", entry.compressed)
            assert _bare(_MARKER.sub(brought, view)) == _bare(text)
    assert made


@pytest.mark.parametrize("make", _SORTS)
def test_the_characters_of_an_omission_are_those_of_its_place(
    make: Callable[[random.Random, int], str],
) -> None:
    rng = random.Random(make.__name__)
    text = "".join(make(rng, number) for number in range(25))
    ctx = SharedContext()
    entry = ctx.put("k", text, max_tokens=400)
    gone = [one for one in entry.omissions if not one.in_part]
    found = left_out_spans(text, gone, kind=entry.kind)
    assert gone
    assert not found.unplaced
    brought = "".join(
        ctx.retrieve("k", place=f"{one.unit} {first}-{last}", max_tokens=10**6).text.partition(
            "\n"
        )[2]
        for one in gone
        for first, last in one.ranges
    )
    assert _bare("".join(text[one.start : one.end] for one in found.spans)) == _bare(brought)


def _mixed(rng: random.Random) -> str:
    """Prose, tables, and prose again."""
    blocks = []
    for number in range(3):
        rows = "".join(f"h{number}{n},{rng.choice(_WORDS)},{n * 7}\n" for n in range(60))
        prose = "\n\n".join(_prose(rng, 12) for _ in range(3))
        blocks.append(f"## Part {number}\n\n{prose}\n\n```csv\nhost,place,count\n{rows}```\n")
    return "\n".join(blocks)


def _places(ctx: SharedContext) -> list[tuple[str, str]]:
    """The places of the markers of a view, with the part that each is of, and without it."""
    return [
        (f"{gone.unit} {first}-{last} within lines {gone.within[0]}-{gone.within[1]}",
         f"{gone.unit} {first}-{last}")
        for gone in ctx.require("k").omissions
        if isinstance(gone.within, tuple)
        for first, last in gone.ranges
    ]  # fmt: skip


def _excerpts(text: str) -> dict[str, str]:
    """What an excerpt brings, by its headings."""
    parts = re.split(r"^\[(.*)\]$", text, flags=re.MULTILINE)[1:]
    return {place: said.strip() for place, said in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("query", [None, "Which ferry was late?"])
def test_numbers_that_several_parts_have_bring_those_of_each_with_its_name(
    query: str | None,
) -> None:
    ctx = SharedContext()
    entry = ctx.put("k", _mixed(random.Random(5)), query=query, max_tokens=1800)
    assert entry.kind == "mixed"
    places = _places(ctx)
    assert {place.split()[0] for place, _ in places} == {"rows", "sentences"}
    for place, bare in places:
        own = ctx.retrieve("k", place=place, max_tokens=10**6).text
        found = _excerpts(ctx.retrieve("k", place=bare, max_tokens=10**6).text)
        ((name, said),) = _excerpts(own).items()
        assert found[name] == said
        assert all(" within lines " in one for one in found)


def test_where_there_is_room_for_one_part_it_is_what_the_view_does_not_show() -> None:
    ctx = SharedContext()
    entry = ctx.put("k", _mixed(random.Random(5)), max_tokens=900)
    (gone,) = (one for one in entry.omissions if one.unit == "sentences")
    assert isinstance(gone.within, tuple)
    place = f"sentence {gone.ranges[0][0]}"
    # Another part has as many, and stands before it.
    assert ctx.retrieve("k", place=place).text.startswith(
        f"[{gone.unit} {place[9:]} within lines 1-"
    )
    found = ctx.retrieve("k", place=place, max_tokens=60)
    assert found.truncated
    assert f" within lines {gone.within[0]}-" in found.text.partition("\n")[0]


def test_numbers_that_no_part_has_say_how_a_part_is_named() -> None:
    ctx = SharedContext()
    ctx.put("k", _mixed(random.Random(5)))
    with pytest.raises(ValueError, match=r"as in: rows 900 within lines \d+-\d+"):
        ctx.retrieve("k", place="rows 900")


def test_sentences_of_a_text_in_data_are_not_those_of_the_data() -> None:
    rng = random.Random(8)
    body = " ".join(_sentence(rng) for _ in range(90))
    text = json.dumps({"id": 7, "state": "ok", "body": body}, indent=1)
    ctx = SharedContext()
    entry = ctx.put("k", text, max_tokens=400)
    place = _MARKER.findall(entry.compressed)[0]
    found = ctx.retrieve("k", place=place, max_tokens=10**6).text
    head, _, said = found.partition("\n")
    assert head == f"[sentences {place.split()[1]} within /body]"
    assert said in body
    assert said not in entry.compressed


def _code(name: str) -> str:
    return "\n\n".join(
        f"def {name}_{number}(hosts):\n    total = 0\n"
        + "".join(f"    total += hosts[{n}] * {number}\n" for n in range(14))
        + "    return total\n"
        for number in range(14)
    )


def test_a_function_in_a_part_is_found_by_its_name() -> None:
    text = (
        f"This is what there is so far.\n\n```python\n{_code('sum')}\n```\n\nAnd the other one:\n\n"
        f"```python\n{_code('take')}\n```\n"
    )
    ctx = SharedContext()
    assert ctx.put("k", text, max_tokens=900).kind == "mixed"
    for name in ("sum_5", "take_5"):
        found = ctx.retrieve("k", path=name, max_tokens=10**6).text
        head, _, said = found.partition("\n")
        assert said in text
        assert said.startswith(f"def {name}(hosts):\n")
        assert said.endswith("    return total")
        assert head == ctx.retrieve("k", place=head[1:-1]).text.partition("\n")[0]
    with pytest.raises(ValueError, match="no function or class of this name here"):
        ctx.retrieve("k", path="none_5")


def test_a_function_in_a_text_in_data_is_found_by_its_name() -> None:
    ctx = SharedContext()
    ctx.put("k", {"path": "a.py", "content": _code("sum")}, max_tokens=900)
    found = ctx.retrieve("k", path="sum_5", max_tokens=10**6).text
    assert found.startswith("[lines 96-112 within /content]\ndef sum_5(hosts):\n")
    with pytest.raises(ValueError, match="a path is a JSON pointer"):
        ctx.retrieve("k", path="none_5")
