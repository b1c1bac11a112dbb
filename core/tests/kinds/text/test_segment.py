"""Where sentences begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.toolkit import paragraphs
from headroom.toolkit.sentences import LONGEST, sentences


def bodies(text: str) -> list[str]:
    return [sentence.strip() for sentence in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["It rained.", "We stayed in!", "Why not?", "No reason."],
        ["Dr. Wu met Mr. J. R. Smith at 5 p.m. on Jan. 5.", "They spoke."],
        ["It costs $3.50 or approx. 2.5 euros (see Fig. 3, p. 12).", "That is cheap."],
        ["He moved to the U.S.", "The U.S. Army had left."],
        ["See https://example.org/a.b?c=d.e for more.", "Or write to a.b@example.org."],
        ['"Where is he?" she asked.', '"He left."', "Nobody knew."],
        ["They came (late.)", "We had gone."],
        ["It was shown before.[12]", "Others agree.[3][4]", "Some do not."],
        ["Take e.g. apples, i.e. fruit, etc. and pears.", "Then eat."],
        ["It is vitamin C.", "He knew."],
        ["Mme Z. \u00c9. Dupont knew."],
        ["Wait... what?", "Right."],
        ["\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002", "\u6211\u4eec\u8d70\u5427\uff01"],
        ["\u660e\u65e5\u306f\u6674\u308c\uff1f", "\u306f\u3044\u3002"],
        ["\u0643\u064a\u0641 \u062d\u0627\u0644\u0643\u061f", "\u0628\u062e\u064a\u0631."],
        ["no capitals here.", "this is another one.", "and a third"],
    ],
    ids=lambda parts: parts[0][:20],
)
def test_sentences_of_one_line(parts: list[str]) -> None:
    glue = "" if parts[0][-1] in "\u3002\uff1f" else " "
    assert bodies(glue.join(parts)) == parts


def test_a_sentence_crosses_the_end_of_a_wrapped_line() -> None:
    text = (
        "The committee met on Tuesday in order to discuss the budget of the\n"
        "coming year. It was a long meeting, and nobody was content with what\n"
        "came of it in the end.\n"
    )
    assert bodies(text) == [
        "The committee met on Tuesday in order to discuss the budget of the\ncoming year.",
        "It was a long meeting, and nobody was content with what\ncame of it in the end.",
    ]


def test_lines_that_were_not_wrapped_stand_by_themselves() -> None:
    assert bodies("Roses are red\nViolets are blue\nSugar is sweet") == [
        "Roses are red",
        "Violets are blue",
        "Sugar is sweet",
    ]
    assert bodies("Name: Ann Example\nCity: Turin, in the north of Italy\nAge: 41") == [
        "Name: Ann Example",
        "City: Turin, in the north of Italy",
        "Age: 41",
    ]


def test_a_table_of_contents_is_read_line_by_line() -> None:
    text = "Introduction ............ 1\nMethods ................. 14\nResults . . . . . . . 20"
    assert bodies(text) == text.split("\n")


def test_headings_and_list_items_end_what_is_before_them() -> None:
    text = (
        "# Setup\nInstall it first\n\n- one item. With two sentences.\n- another\n  that goes on\n"
        "1. First.\n2. Second.\n\nUsage\n=====\nCall it."
    )
    assert bodies(text) == [
        "# Setup",
        "Install it first",
        "- one item.",
        "With two sentences.",
        "- another\n  that goes on",
        "1. First.",
        "2. Second.",
        "Usage\n=====",
        "Call it.",
    ]


def test_code_and_tables_stay_whole() -> None:
    code = "```python\nx = 1\n\n# A comment. With stops.\nprint(x)\n```"
    table = "| a | b |\n|---|---|\n| 1. | Two. Three. |"
    assert bodies(f"Before it.\n\n{code}\n\n{table}\n\nAfter it.") == [
        "Before it.",
        code,
        table,
        "After it.",
    ]


def test_a_long_block_of_code_is_one_unit() -> None:
    code = "```\n" + "value = compute(value)\n\n" * 150 + "```\n"
    assert len(code) > 2 * LONGEST
    assert sentences(f"Before it.\n\n{code}") == ["Before it.\n\n", code]


def test_a_fence_that_nothing_closes_is_an_ordinary_line() -> None:
    assert len(bodies("```\n" + "A sentence. " * 20)) >= 20


def test_large_tables_come_in_runs_of_rows() -> None:
    rows = "".join(f"| {number} | value |\n" for number in range(2000))
    units = sentences(rows)
    assert "".join(units) == rows
    assert all(unit.endswith("\n") and len(unit) <= 500 for unit in units)


@pytest.mark.parametrize("text", ["word " * 4000, "x" * 20_000, "a line without a stop\n" * 900])
def test_text_without_stops_is_cut_into_bounded_parts(text: str) -> None:
    units = sentences(text)
    assert "".join(units) == text
    assert len(units) > 10
    assert max(map(len, units)) <= LONGEST


def test_words_stay_whole_where_a_part_ends() -> None:
    assert all(unit.endswith(" ") for unit in sentences("seven letters " * 1000))


def test_indentation_belongs_to_the_line_that_it_indents() -> None:
    assert sentences("    One.\n    Two.\n") == ["    One.\n", "    Two.\n"]


def test_nothing_has_no_sentences() -> None:
    assert sentences("") == []
    assert sentences("\n \n") == ["\n \n"]


def test_blank_lines_at_the_beginning_are_no_sentence() -> None:
    assert sentences("\n\nOne. Two.") == ["\n\nOne. ", "Two."]


def test_a_paragraph_of_two_lines_is_not_cut_between_them() -> None:
    text = (
        "   When you unpack the archive of this version, it will create a\n"
        "source directory of the same name.\n"
    )
    assert sentences(text) == [text]


def test_blank_lines_belong_to_the_sentence_before_them() -> None:
    text = "One is here.\n\n\n\nTwo is here.\n\nThree is here."
    assert sentences(text) == ["One is here.\n\n\n\n", "Two is here.\n\n", "Three is here."]


def test_a_reference_in_brackets_stays_with_what_it_belongs_to() -> None:
    assert sentences("- Improve the docs for variables. (#390 by [@bbc2])\n") == [
        "- Improve the docs for variables. (#390 by [@bbc2])\n"
    ]


def test_the_number_of_an_item_is_no_sentence() -> None:
    text = "    b. The customer pays at once. The provider ships later."
    assert sentences(text) == ["    b. The customer pays at once. ", "The provider ships later."]


def test_in_a_list_of_entries_a_long_one_ends_where_the_others_do() -> None:
    entries = [
        "7595cbcf Prepare 5.12.0 (#4035)",
        "9a0e6408 Stabilize the build and fix bugs",
        "1153741d Replaced the loop with the contains method of the library",
        "bc268c28 Prepare 5.7.1 (#3721)",
        "236844f5 Revert the deployment target",
        "13421833 Prepare 5.7",
    ]
    assert sentences("\n".join(entries)) == [entry + "\n" for entry in entries[:-1]] + entries[-1:]


def test_printed_data_is_cut_behind_items() -> None:
    items = [f"Job(number={n}, name='dock {n}', state='done', load={n * 1.5})" for n in range(99)]
    parts = sentences(f"[{', '.join(items)}]")
    assert len(parts) > 5
    assert all(part.endswith("), ") for part in parts[:-1])


def test_without_items_it_is_cut_behind_a_comma() -> None:
    parts = sentences("set: " + ", ".join(f"name {n} = {n * 7}" for n in range(300)))
    assert len(parts) > 5
    assert all(part.endswith(", ") for part in parts[:-1])


LINES = ["", " ", "Title", "===", "- one", "| a | b |", "```", "# Head", "So it went on", "and on."]


def test_blocks_are_the_same_where_lines_are_cut_out_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @given(st.lists(st.sampled_from(LINES)))
    def same(lines: list[str]) -> None:
        text = "\n".join(lines)
        monkeypatch.setattr(paragraphs, "_LARGE", len(text) + 1)
        whole = list(paragraphs.blocks(text))
        monkeypatch.setattr(paragraphs, "_LARGE", 0)
        assert list(paragraphs.blocks(text)) == whole
        assert "".join(text[one.start : one.end] for one in whole) == text

    same()
