"""What is kept, and how a view reads."""

from __future__ import annotations

import random

import pytest

import headroom
from headroom.kinds.text import Kompress
from headroom.kinds.text.pick import Choices
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.kind import Kind
from headroom.toolkit.sentences import sentences
from headroom.view import Deadline, Omission, Request, View

COUNTER = get_counter()

TOPICS = {
    "The harbour": (
        "The harbour of Varna was dug in 1906. It freezes in hard winters. Ships of up to 200 "
        "metres can enter it. Pilots board them two miles out. The lighthouse stands on the mole."
    ),
    "The museum": (
        "The museum shows gold of the fifth millennium. It was found by a digger driver named "
        "Raycho Marinov. Visitors may see it from Tuesday to Sunday. Tickets are sold at the gate."
    ),
    "The opera": (
        "The opera plays from October to June. Its hall has 550 seats. The conductor studied in "
        "Vienna. Singers come from many countries. On Mondays there is no performance."
    ),
    "The gardens": (
        "The gardens follow the coast for eight kilometres. Anton Novak laid them out. They hold "
        "some two hundred species of trees. Children like the zoo. Entry is free all year."
    ),
    "The railway": (
        "The railway reached the city in 1866. An Englishman built it. Trains to the capital take "
        "seven hours. The station was renewed lately. Night trains have beds."
    ),
}
GUIDE = "\n\n".join(f"{title}\n\n{text}" for title, text in TOPICS.items() for _ in range(2))


def view_of(text: str, **options: object) -> View:
    request = Request("text", COUNTER, COUNTER.count(text), **options)  # type: ignore[arg-type]
    view = Kompress().compress(Source(text, request.deadline), request)
    assert view is not None
    return view


def saved(text: str, view: View) -> float:
    return 1 - COUNTER.count(view.text) / COUNTER.count(text)


def test_it_is_the_kind_of_plain_text() -> None:
    kind = Kompress()
    assert isinstance(kind, Kind)
    assert (kind.name, kind.compressor) == ("text", "kompress")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("who found the gold", "It was found by a digger driver named Raycho Marinov."),
        ("How many seats are in the opera?", "Its hall has 550 seats."),
        ("when did the railway reach the city", "The railway reached the city in 1866."),
        ("who laid out the gardens", "Anton Novak laid them out."),
    ],
)
def test_the_answer_to_the_query_is_kept(query: str, answer: str) -> None:
    view = view_of(GUIDE, query=query, fidelity="compact")
    assert answer in view.text
    assert saved(GUIDE, view) > 0.6


def test_a_query_in_a_script_without_spaces_finds_its_sentence() -> None:
    filler = "\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002\u6211\u4eec\u53bb\u516c\u56ed\u73a9\u3002"
    answer = "\u9000\u6b3e\u9700\u8981\u4e03\u5929\u3002"
    text = filler * 20 + answer + filler * 20
    view = view_of(text, query="\u591a\u4e45\u53ef\u4ee5\u9000\u6b3e", max_tokens=80)
    assert answer in view.text


def test_without_a_query_half_is_kept_and_compact_keeps_half_of_that() -> None:
    balanced = view_of(GUIDE)
    compact = view_of(GUIDE, fidelity="compact")
    assert 0.5 <= saved(GUIDE, balanced) < 0.6
    assert 0.75 <= saved(GUIDE, compact) < 0.85


def test_a_small_listing_stays_whole_if_nothing_is_asked() -> None:
    settings = "\n".join(f"SERVICE_{n}_URL=http://10.0.{n}.1:80{n:02}/v{n % 3}" for n in range(30))
    assert headroom.compress(settings, kind="text").text == settings
    asked = headroom.compress(settings, kind="text", query="What is SERVICE_17_URL?")
    assert "SERVICE_17_URL=http://10.0.17.1:8017/v2" in asked.text
    assert asked.savings_percent > 30
    large = settings.replace("SERVICE", "LARGE_SERVICE") + "\n" + settings * 3
    assert headroom.compress(large, kind="text").savings_percent > 30


def test_what_is_said_twice_is_kept_once() -> None:
    facts = [f"Valve {n} of plant {n * 3} closed at bar {n * 17}." for n in range(12)]
    text = " ".join(facts[:6] + facts[:6] + facts[6:])
    view = view_of(text, max_tokens=COUNTER.count(text) * 3 // 4)
    assert all(fact in view.text for fact in facts[6:])


def test_a_query_that_the_text_knows_nothing_of_is_as_no_query() -> None:
    assert view_of(GUIDE, query="zyzzyva", max_tokens=200) == view_of(GUIDE, max_tokens=200)


def test_markers_stand_in_the_line_within_a_paragraph_and_else_on_their_own() -> None:
    line = " ".join(f"Item number {n} is a rather plain one." for n in range(30))
    inside = view_of(line, query="item numbers 7 and 21", max_tokens=60).text
    assert ". [sentences " in inside
    assert "left out] Item number 20 is a rather plain one. Item number 21 " in inside
    across = view_of(GUIDE, query="how many seats has the opera", max_tokens=90).text
    assert any(row.startswith("[sentences ") and row.endswith("]") for row in across.split("\n"))


def test_the_structure_of_paragraphs_is_kept() -> None:
    view = view_of(GUIDE, query="opera seats museum gold", max_tokens=250)
    kept = [unit.strip() for unit in sentences(GUIDE) if unit.strip() in view.text]
    assert len(kept) > 4
    assert "\n\n" in view.text


def test_the_omission_numbers_the_sentences_of_the_text() -> None:
    view = view_of(GUIDE, max_tokens=120)
    (omission,) = view.omissions
    units = sentences(GUIDE)
    gone = {n for first, last in omission.ranges for n in range(first, last + 1)}
    assert isinstance(omission, Omission)
    assert not view.lossless
    assert all(unit.strip() in view.text for n, unit in enumerate(units, 1) if n not in gone)
    assert omission.ranges[-1][1] <= len(units)


def test_payload_text_that_looks_like_a_marker_is_data() -> None:
    text = GUIDE.replace("Tickets", "[sentences 1-999 left out] Tickets")
    view = view_of(text, max_tokens=150)
    (omission,) = view.omissions
    assert omission.ranges[-1][1] <= len(sentences(text))


def test_a_gap_that_costs_more_than_it_saves_is_closed() -> None:
    # The middle sentence is worth nothing, but a marker for it would cost as much as itself.
    assert Choices([5.0, 0.0, 5.0], [20, 6, 20], 10, Deadline(None)).within(60) == [0, 1, 2]
    assert Choices([5.0, 0.0, 5.0], [20, 30, 20], 10, Deadline(None)).within(55) == [0, 2]


def test_many_sentences_are_chosen_as_well_as_few() -> None:
    values = [float(n % 17) for n in range(2000)]
    costs = [10 + n % 5 for n in range(2000)]
    choices = Choices(values, costs, 9, Deadline(None))
    for limit in (100, 1000, 5000, 12_000):
        kept = choices.within(limit)
        gaps = sum(1 for one, two in zip([-1, *kept], [*kept, 2000]) if two > one + 1)
        used = sum(costs[n] for n in kept) + 9 * gaps
        assert limit - 40 <= used <= limit
        assert kept == sorted(set(kept))


CHANGES = "\n\n".join(
    f"## {major}.{minor}\n\n### Fixed\n\n"
    + "\n".join(
        f"- The {part} no longer {fault} when the {cause} is {major + minor} deep."
        for part, fault, cause in (
            ("parser", "hangs", "list"),
            ("cache", "grows", "tree"),
            ("socket", "leaks", "queue"),
        )
    )
    for major in range(3)
    for minor in range(12)
)


def test_a_heading_that_the_query_names_brings_its_section() -> None:
    view = view_of(CHANGES, query="What changed in 1.7?")
    section = CHANGES[CHANGES.index("## 1.7") : CHANGES.index("## 1.8")]
    assert section.strip() in view.text
    assert saved(CHANGES, view) > 0.6


def test_what_is_shown_has_the_headings_that_it_stands_under() -> None:
    text = CHANGES.replace("socket no longer leaks when the queue is 9", "kettle whistles at 9")
    view = view_of(text, query="kettle", fidelity="compact")
    kettle = view.text.index("kettle")
    assert view.text.rindex("### Fixed", 0, kettle) > view.text.rindex("## 0.9", 0, kettle) >= 0


def test_without_a_query_no_section_goes_without_its_name() -> None:
    text = "\n\n".join(f"# Part {n}\n\n" + TOPICS["The harbour"] * 3 for n in range(9))
    assert all(f"# Part {n}" in view_of(text).text for n in range(9))


def test_a_sure_answer_needs_less_than_a_doubtful_one() -> None:
    text = "\n\n".join(f"Pump {n} is painted in colour {n * 7}. " * 8 for n in range(60))
    sure = text.replace("Pump 31 is", "The archivist is Ines Roth. Pump 31 is", 1)
    assert saved(sure, view_of(sure, query="Who is the archivist?")) > 0.8
    assert saved(text, view_of(text, query="In which colour is each pump painted?")) < 0.75


OUTPUT = "\n".join(
    [
        *(f"Checking module number {n} of the large old shop, please wait." for n in range(40)),
        "FAIL: test_total (shop.tests.CartTests)",
        "AssertionError: Decimal('12.10') != Decimal('12.1')",
        *(f"Checking module number {n} of the large old shop, please wait." for n in range(40)),
        "Ran 81 tests in 0.214s",
        "FAILED (failures=1)",
    ]
)


@pytest.mark.parametrize("options", [{}, {"query": "which module is old?"}, {"max_tokens": 150}])
def test_what_failed_stays_in_whatever_is_taken_for_text(options: dict[str, object]) -> None:
    lines = view_of(OUTPUT, **options).text.split("\n")
    assert "FAIL: test_total (shop.tests.CartTests)" in lines
    assert "AssertionError: Decimal('12.10') != Decimal('12.1')" in lines
    assert {"Ran 81 tests in 0.214s", "FAILED (failures=1)"} <= set(lines)


def test_a_text_of_lines_is_counted_in_lines() -> None:
    text = "\n".join(
        f"Ada: I saw {n} ships.\nBen: Yes, they were {n * 7} feet long." for n in range(40)
    )
    source = Source(text)
    view = view_of(text, query="How many ships had 231 feet?")
    (omission,) = view.omissions
    assert omission.unit == "lines"
    gone = {n for first, last in omission.ranges for n in range(first, last + 1)}
    lines = text.split("\n")
    assert all(line in view.text.split("\n") for n, line in enumerate(lines, 1) if n not in gone)
    assert "sentence" not in view.text
    assert [piece.text for piece in Kompress().pieces(source)] == lines
    assert {piece.unit for piece in Kompress().pieces(source)} == {"lines"}


def test_headings_that_take_too_much_leave_room_for_what_they_head() -> None:
    text = "\n\n".join(
        f"## Using the pump of type {n} with a long and winding name of its own\n\nUse pump {n}."
        for n in range(80)
    )
    view = view_of(text, query="How do I use the pump?", max_tokens=200)
    assert "Use pump" in view.text
    assert COUNTER.count(view.text) > 100


def test_failures_are_seen_through_colours_and_numbers() -> None:
    passed = [f"  \x1b[32m\u2714\x1b[39m keeps {n} items" for n in range(60)]
    failed = [
        "  \x1b[31m1) refuses more than it holds\x1b[0m",
        "  \x1b[31m2) drains in time\x1b[0m",
    ]
    summary = ["", "\x1b[92m  60 passing\x1b[0m", "\x1b[31m  2 failing\x1b[0m", ""]
    text = "\n".join([*passed[:30], *failed, *passed[30:], *summary])
    lines = view_of(text, query="what does it keep?").text.split("\n")
    assert {*failed, *summary[1:3]} <= set(lines)


def test_the_title_in_capitals_stays() -> None:
    title = "SERVICE AND SUPPORT AGREEMENT This Agreement is made between Ada Ltd and Ben Inc."
    text = (
        "Exhibit 7. "
        + title
        + " "
        + " ".join(f"Clause {n} binds the party of part {n} for {n} days." for n in range(200))
    )
    assert title in view_of(text, query="What binds for 77 days?").text


@pytest.mark.parametrize(
    "item",
    [
        "[{0}] source: docs/guide{0}.md (score: 0.{0})\n{1}",
        "{0}. **[Topic {0}](https://example.org/page{0})**\n   {1}",
    ],
)
def test_what_was_found_keeps_its_source_where_half_of_the_view_has_room(item: str) -> None:
    chance = random.Random(1)
    nouns = "harbour winter pilot museum digger visitor ticket gate valley river bridge".split()
    found = []
    for number in range(10, 26):
        drawn = [chance.sample(nouns, 3) for _ in range(chance.randrange(5, 20))]
        said = [f"The {a} of {b.title()} has {chance.randrange(900)} {c}s." for a, b, c in drawn]
        found.append(item.format(number, " ".join(said)))

    view = headroom.compress("\n\n".join(found), kind="text")

    assert view.omissions
    heads = [each.split("\n")[0] for each in found]
    assert [head for head in heads if head not in view.text] == []


def test_code_stays_with_the_sentence_that_says_what_it_is() -> None:
    names = "harbour museum railway garden opera station market bridge river tower".split()
    steps = [
        f"The {one} is opened by the guard of the {other} in the morning, when the first boats "
        f"come in and the bakers of the town have long been awake.\n\n```sh\nfor one in 1 2; do\n"
        f"  turn key {n} --slowly\n  wait {n * 7}\ndone\nprint all of it and go home\n```"
        for n, (one, other) in enumerate(zip(names, names[1:] + names[:1]))
    ]
    query = "Is the guard of the railway in the museum?"
    view = view_of("\n\n".join(steps), query=query, max_tokens=150).text
    assert "turn key 1 " in view
    assert "turn key 5 " not in view


def test_settings_with_sentences_in_them_are_counted_in_lines() -> None:
    text = "\n".join(
        f"  part_{n}:\n    description: |-\n      The part waits for {n} others. It may give up.\n"
        f"      It says so, then, to whoever asked. Nothing else\n      is told.\n    type: number"
        for n in range(40)
    )
    result = headroom.compress(f"parts:\n{text}", kind="text")
    assert result.omissions
    assert {omission.unit for omission in result.omissions} == {"lines"}


def test_a_word_that_no_form_of_it_is_left_of_tells_nothing() -> None:
    # The sign that makes Arabic words longer, by itself.
    text = GUIDE.replace(" in ", " \u0640\u0640\u0640 ")
    for query in (None, "Where is the opera?"):
        result = headroom.compress(text, kind="text", query=query)
        assert result.failure is None
        assert result.tokens_after < result.tokens_before


def test_tens_of_thousands_of_tiny_lines_are_counted_one_by_one() -> None:
    lines = [f"w{number}" for number in range(30_000)]
    result = headroom.compress("\n".join(lines), max_tokens=2_000, query="w23456")
    (gone,) = result.omissions
    assert gone.unit == "lines"
    left_out = {n for first, last in gone.ranges for n in range(first, last + 1)}
    shown = [line for line in result.text.split("\n") if line[:1] == "w"]
    assert shown == [line for n, line in enumerate(lines, 1) if n not in left_out]
    assert "w23456" in shown


def test_two_words_of_a_query_at_the_end_of_a_sentence_and_the_start_of_the_next() -> None:
    text = "The gate stays open. 1 of us waits there. " + "Nobody came by all night long. " * 40
    result = headroom.compress(text, query="open 1", max_tokens=60)
    assert result.failure is None
