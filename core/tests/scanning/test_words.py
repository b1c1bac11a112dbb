"""Words that read alike come to one term."""

from __future__ import annotations

import pytest

from headroom.scanning.wordforms import folded, squashed, terms, words
from headroom.toolkit.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("file_name", "fileName"),
        ("file-name", "filename"),
        ("Zürich", "Zurich"),
        ("Zu\u0308rich", "Zürich"),
        ("Straße", "strasse"),
        ("Łódź", "Lodz"),
        ("ΑΘΗΝΑ", "αθήνα"),
        ("1,234,567", "1234567"),
        ("refunds", "refunded"),
        ("Bob's", "Bob"),
        ("Bob\u2019s", "Bob"),
        ("ＡＢＣ", "abc"),
        ("العَرَبِيَّة", "العربية"),
        ("والرياض", "الرياض"),
        ("denied", "deny"),
    ],
)
def test_spellings_of_one_word_share_their_first_term(one: str, other: str) -> None:
    assert terms(one)[0] == terms(other)[0]


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("退款政策委员会", "退款政策"),
        ("ラジオ放送局", "放送局"),
        ("사용자인증서비스가", "인증서비스"),
        ("สนามบินสุวรรณภูมิ", "สนามบิน"),
    ],
)
def test_scripts_without_spaces_are_found_by_their_signs(text: str, within: str) -> None:
    assert set(terms(within)) <= set(terms(text))


def test_a_word_of_an_indian_script_is_one_term() -> None:
    assert terms("हिन्दी में") == ["हिन्दी", "में"]


@pytest.mark.parametrize("name", ["LRUCache::Prune", "lru_cache.prune", "lru-cache/prune"])
def test_the_parts_of_an_identifier_are_terms_beside_the_whole(name: str) -> None:
    found = terms(name)
    assert {"lru", "cach", "prun"} <= set(found)
    assert any(term.startswith("lrucach") for term in found)


def test_columns_of_numbers_are_no_grouped_number() -> None:
    assert terms("1,234,567,89") == ["1", "234", "567", "89"]
    assert terms("12,34") == ["12", "34"]


def test_every_term_begins_somewhere_in_what_is_squashed() -> None:
    text = "getUser_name failed 1,234 times: Überweisung für O'Neil-Müller 退款政策"
    inside = squashed(text)
    assert all(term[:4] in inside for term in terms(text))


def test_odd_input_ends() -> None:
    for text in (
        "",
        "___",
        "\ud800",
        "a" * 100_000,
        "\u0301" * 10_000,
        "a\u0301" * 10_000,
        "1," * 9_999,
    ):
        assert isinstance(terms(text), list)
        assert isinstance(words(text), list)
        assert isinstance(folded(text), str)


@pytest.mark.parametrize(
    ("there", "asked", "near"),
    [
        (["rechnungsnummer"], "rechnungsnummern", ["rechnungsnummer"]),
        (["laufzeit", "vertrag"], "vertragslaufzeit", ["laufzeit", "vertrag"]),
        (["хранилище"], "хранилища", ["хранилище"]),
        (["facturas", "factor"], "facturacion", []),
        (["government"], "govern", ["government"]),
        (["countryside"], "count", []),
        (["exact", "exacts"], "exact", []),
    ],
)
def test_forms_and_parts_of_words_that_a_text_does_not_have(
    there: list[str], asked: str, near: list[str]
) -> None:
    assert Vocabulary(there).near(asked) == near
