"""What is told at a glance is what the whole look would tell."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, pairwise, product

import pytest

from headroom.kinds.text import expectation, information, sources, wordlist
from headroom.kinds.text.pick import Choices
from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import word_terms, words_of
from headroom.scanning import sentences
from headroom.scanning.wordforms import STEMMED
from headroom.toolkit import paragraphs
from headroom.toolkit.sentences import Sentences
from headroom.view import Deadline

#: What sentences and their ends are made of.
_WORDS = (
    "Dr", "mr", "\u00c9", "\u00e9", "I", "i", "iv", "XII", "a", "Z", "12", "1234", "etc", "u.s",
    "e.g", "the", "The", "word", "sentence", "\u03a9", "w\u00f6rter", "\u4eca\u65e5", "x" * 45,
)  # fmt: skip
_SIGNS = (
    ".", ".", ".", "..", "...", "....", "!", "?", "\u3002", "\u2026", " ", " ", " ", " ", "\n",
    "\n\n", "\t", "\u3000", "(", "[", "]", ")", '"', "\u2019", "\u201d", "*", "_", "[1]", "/",
)  # fmt: skip
#: What lines begin and end with.
_HEADS = (
    "", " ", "\t", "   ", "\x0b", "|", "- ", "\u2022 ", "1. ", "iv. ", "ii) ", "vi ", "a) ",
    "(b) ", "xi", "if ", "I ", "# ", "== ", "```", "~~~py", "[x] ", "[^1]: ", "0", "9 lives", "Ab",
    "\u0130x",
)  # fmt: skip
_ENDS = (
    "", "word", ".", "end.", "end.)", "!\u201d", "a:", "b;", " .... 3", ". . . . 12",
    "\u2026\u2026 4", "____ 9", "..", " ", "\r", "\u3002", "\u3002\u300d", ".*", "'", "7",
)  # fmt: skip
_PLACES = (
    "docs/a.md",
    "see a.py:",
    "http://b",
    "c.d1 ",
    "end. Next",
    "3.50",
    "x/y",
    "Mr. A",
    "a.B ",
)
_POINTERS = (
    "it", "He", "SHE", "they", "This", "these", "those", "such", "here", "However", "also", "thus",
    "therefore", "but", "moreover", "\u0131t", "\u0130t", "\u017fhe", "thi\u017f", "\u0443", "word",
)  # fmt: skip
_STEMS = ("refund", "fli", "clas", "box", "tr", "be", "agre", "sing", "the", "it")
_ENDINGS = ("", "s", "es", "ies", "ied", "ing", "ed", "edly", "ly", "sses", "e", "ee", "y")


def _drawn(*parts: tuple[str, ...], size: int, count: int) -> list[str]:
    draw = random.Random(7)
    return [
        "".join(draw.choice(draw.choice(parts)) for _ in range(draw.randrange(1, size)))
        for _ in range(count)
    ]


def test_a_stop_behind_a_plain_word_ends_what_it_ends_by_all_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = _drawn(_WORDS, _SIGNS, size=25, count=20_000)
    found = [sentences.sentence_starts(text, 0, len(text)) for text in texts]
    assert sum(map(len, found)) > len(texts) / 5
    monkeypatch.setattr(sentences, "_is_plain", lambda word: False)
    assert found == [sentences.sentence_starts(text, 0, len(text)) for text in texts]


def test_two_letters_begin_no_block() -> None:
    for line in map("".join, product(_HEADS, _HEADS, _ENDS)):
        by_pattern = paragraphs._STARTS.match(line) is not None
        is_one = not line.strip() or line.lstrip()[:1] == "|" or by_pattern
        (beginning,) = paragraphs._beginnings([line])
        assert (beginning != paragraphs._GOES_ON) == is_one, line


def test_what_has_no_sign_of_a_field_is_none() -> None:
    signs = (":", " -", " --", "-", "=", " =", " \u2013", " \u2014", "")
    lines = list(map("".join, product(_HEADS, signs, (" ", "\t", ""), ("value", ""))))
    fields = [line for line in lines if paragraphs._FIELD.match(line)]
    assert fields
    assert all(map(paragraphs._may_have_field, fields))


def _breaks(line: str, following: str, width: int) -> bool:
    if len(line) > paragraphs._WIDEST_WRAP or width > paragraphs._WIDEST_WRAP:
        return True
    word = following.split()[0]
    small = word[0].islower()
    is_below = paragraphs._indent(following) > paragraphs._indent(line)
    if small and is_below and paragraphs._BULLET.match(line):
        return False
    full = paragraphs._FULL_BEFORE_SMALL if small else paragraphs._FULL
    if width < paragraphs._NARROWEST_WRAP or len(line) + 1 + len(word) < width * full:
        return True
    if paragraphs._ends_sentence(line) or paragraphs._has_leader(line[-40:]):
        return True
    return all(map(paragraphs._FIELD.match, (line, following)))


def test_lines_break_as_each_would_by_itself() -> None:
    draw = random.Random(7)
    words = (
        "word",
        "Word",
        "a",
        "long-word",
        "1.",
        "- ",
        "name:",
        "x -- y",
        "....",
        "\u2026\u2026",
        "\t",
    )
    found: Counter[bool] = Counter()
    for _ in range(4000):
        lines = []
        for _ in range(draw.randrange(2, 7)):
            some = draw.choices(words, k=draw.choice((2, 8, 11, 12, 40)))
            lines.append(
                draw.choice(("", "  ", "    "))
                + draw.choice(("- ", "1) ", "", "", ""))
                + " ".join(some)
            )
        cutter = paragraphs._Cutter("\n".join(lines))
        first, end = 0, 1
        while end < len(lines):
            end = cutter._stops.find(1, first + 1)
            end = end if end >= 0 else len(lines)
            bare = [line.rstrip() for line in lines[first:end]]
            if len(bare) > 1:
                sizes = sorted(map(len, bare))
                width = sizes[math.ceil(paragraphs._WIDTH_QUANTILE * (len(bare) - 1))]
                expected = [_breaks(*pair, width) for pair in pairwise(bare)]
                is_even = len(set(map(paragraphs._indent, bare))) == 1
                if len(expected) > 3 and sum(expected) >= 0.6 * len(expected) and is_even:
                    expected = [True] * len(expected)
                own = cutter._breaks(first, end)
                assert own == expected
                found.update(own)
            first = end
    assert min(found[True], found[False]) > 1000


def test_no_sentence_begins_behind_the_last_stop() -> None:
    for text in _drawn(_WORDS, _SIGNS, size=25, count=2000):
        starts = sentences.sentence_starts(text, 0, len(text))
        assert starts == [n for n in starts if text[n:].strip()]
        assert starts == sentences.sentence_starts(f"{text} \n", 0, len(text) + 2)


@pytest.mark.parametrize(
    ("look", "pattern", "texts"),
    [
        (paragraphs._ends_sentence, paragraphs._SENTENCE_END, (_ENDS, _ENDS)),
        (paragraphs._has_leader, paragraphs._LEADER, (_ENDS, _ENDS)),
        (sources._has_address, sources._ADDRESS, (_PLACES, _ENDS)),
    ],
    ids=["end of a sentence", "leader", "address"],
)
def test_what_has_no_sign_of_it_is_none(
    look: Callable[[str], bool], pattern: re.Pattern[str], texts: tuple[tuple[str, ...], ...]
) -> None:
    found = {text: look(text) for text in map("".join, product(*texts))}
    assert set(found.values()) == {True, False}
    assert found == {text: pattern.search(text) is not None for text in found}


def test_an_item_opens_as_by_a_pattern_that_gives_back() -> None:
    plain = re.compile(
        r"[ \t]{0,8}(?:[#>*-]{1,6}[ \t]+)?\W{0,3}"
        r"(?:(?:[A-Za-z]{1,12} ?)?\d{1,4}[\])}.:]|[A-Z]\w{1,15}:)"
    )
    before = ("", " ", "\t", " " * 7, " " * 9, "- ", "## ", "> > ", "[", "(\u201c", "*")
    words = ("", "a", "Page", "Page ", "x" * 12, "X" * 13, "X" * 17, "word word ", "\u00c9t", "_")
    ends = ("", "1.", "12]", "1234:", "12345)", ":", "1 :", ".", "x")
    texts = list(map("".join, product(before, before, words, ends)))
    found = [match and match.group() for match in map(sources._OPENING.match, texts)]
    assert found == [match and match.group() for match in map(plain.match, texts)]
    assert len(texts) > sum(map(bool, found)) > 500


@pytest.mark.parametrize("written", [str.lower, str.capitalize, str.upper])
def test_a_plain_word_has_one_term_that_begins_as_it_does(written: Callable[[str], str]) -> None:
    for word in map(written, map("".join, product(_STEMS, _ENDINGS))):
        (term,) = word_terms(word)
        assert term[:3] == word[:3].lower()
        assert term == word.lower() or word[-1].lower() in STEMMED
        concept, sort = information._concept(word)
        numbers, sorts = information._concepts_of([word, "London", term, word], Deadline(None))
        assert sorts[0] == sort
        assert (numbers[0] >= 0) == (concept is not None)
        assert numbers[0] == numbers[3]


def test_concepts_are_those_of_each_sentence() -> None:
    draw = random.Random(7)
    words = ["the", "River", "river", "rivers", "12", "1,234", "It", "Oslo", "flood", "I", "\u4eca"]
    texts = [" ".join(draw.choices(words, k=draw.randrange(6))) for _ in range(600)]
    told = information.concepts(Words(texts), Deadline(None))
    number_of: dict[str, int] = {}
    for text, start, end in zip(texts, told.starts, told.starts[1:]):
        expected: dict[int, int] = {}
        for place, word in enumerate(words_of(text)):
            concept, sort = information._concept(word)
            if concept is not None:
                number = number_of.setdefault(concept, len(number_of))
                # Any word has a capital at the beginning.
                is_first_name = sort == information._NAME and not place
                expected[number] = information._PLAIN if is_first_name else sort
        assert list(told.concepts[start:end]) == list(expected)
        assert list(told.sorts[start:end]) == list(expected.values())


def test_words_less_those_of_addresses_are_those_of_a_text_without_them() -> None:
    draw = random.Random(7)
    words = ["See", "(https://a.b/c-d)", "http://a.b/See?x=y,", "x://", "a", "a.b", "1,234", "."]
    units = [" ".join(draw.choices(words, k=draw.randrange(6))) for _ in range(300)]
    own = Words(units)
    own.drop_addresses(units)
    other = Words(wordlist._ADDRESS.sub(" ", unit) for unit in units)
    assert list(own) == list(other)
    parts = Sentences("".join(units))
    for number, (start, end) in enumerate(pairwise(accumulate(map(len, units), initial=0))):
        parts.add(start, end, passage=0, block=number)

    def gains(words: Words) -> list[float]:
        told = information.concepts(words, Deadline(None))
        return list(information.information(parts, told, [9] * len(units), Deadline(None)))

    # Words that are left nowhere weigh nothing.
    assert len(own.distinct) > len(other.distinct)
    assert gains(own) == gains(other)


def test_a_name_behind_a_word_is_found_as_from_each_of_its_letters() -> None:
    whole = re.compile(expectation._NAME.pattern.removeprefix("(?<![^\\W\\d_])"))
    assert whole.pattern != expectation._NAME.pattern
    texts = _drawn(_WORDS, ("\u201cA", " Bo", "1 ", "_x ", " "), size=9, count=5000)
    found = [expectation._NAME.search(text) is not None for text in texts]
    assert found == [whole.search(text) is not None for text in texts]
    assert len(texts) > sum(found) > 500


def test_words_that_point_back_begin_with_few_letters() -> None:
    ahead = "(?=[ihstabm])"
    whole = re.compile(information._POINTER.pattern.replace(ahead, ""), re.IGNORECASE)
    assert ahead in information._POINTER.pattern
    for text in map("".join, product(("", " ", "\n"), _POINTERS, ("", " ", "s", "."))):
        assert bool(information._POINTER.match(text)) == bool(whole.match(text))


def _cost(kept: tuple[bool, ...], costs: list[int], marker_cost: int) -> int:
    gaps = sum(before and not here for before, here in zip((True, *kept), kept))
    return sum(cost for cost, is_kept in zip(costs, kept) if is_kept) + gaps * marker_cost


def test_what_is_kept_at_a_price_is_worth_the_most() -> None:
    draw = random.Random(7)
    for _ in range(300):
        count = draw.randrange(1, 9)
        values = [draw.choice((0.0, 1.5, 7.0, 9 * draw.random())) for _ in range(count)]
        costs = [draw.randrange(1, 20) for _ in range(count)]
        price = draw.random()
        worth = {
            kept: sum(value for value, is_kept in zip(values, kept) if is_kept)
            - price * _cost(kept, costs, 5)
            for kept in product((True, False), repeat=count)
        }
        choices = Choices(values, costs, 5, Deadline(None))
        runs = choices._at_price(price)
        kept = tuple(any(number in run for run in runs) for number in range(count))
        assert worth[kept] == pytest.approx(max(worth.values()))
        assert choices._total(runs) == _cost(kept, costs, 5)
