"""The tags of a large document are made when they are asked for, and are what they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headroom import Pipeline, get_counter
from headroom.kinds.xml import XmlCompressor
from headroom.kinds.xml import parse as parsing
from headroom.kinds.xml.parse import read_document
from headroom.source import Source
from headroom.toolkit.lazy import Lazy

pytestmark = pytest.mark.slow


def order(number: int) -> str:
    lines = "".join(f'<line sku="s{n}"><count>{n}</count></line>' for n in range(number % 4))
    note = f"<note>paid &amp; sent by {number * 7919 % 4001}</note>" if number % 3 else "<note/>"
    return f'<order id="{number}">{note}<total>{number / 8}</total>{lines}</order>\n'


def orders(count: int = 1900) -> str:
    return "".join(map(order, range(count)))


def comment(number: int) -> str:
    return f"<!-- batch {number} -->" if number % 100 == 0 else ""


ALONE = f"<orders>{orders()}</orders>"
DEEP = f'<feed version="2"><channel><title>Orders</title>{orders()}</channel></feed>'
BESIDE = f"<shop><owner><name>Ada</name></owner><orders>{orders()}</orders></shop>"
SEVERAL = f"<shop><orders>{orders()}</orders><orders>{orders()}</orders></shop>"
GROUPS = f"<shop>{f'<orders>{orders(600)}</orders>' * 9}</shop>"
TURNS = f"<day>{''.join(order(n) + f'<rest><of>{n}</of></rest>' for n in range(2000))}</day>"
HELD_IN_TURNS = f"<a><b>1</b><c>2</c><b>3</b><c>4</c><b>5</b><d>{orders()}</d></a>"
NOTED = f"<orders>{''.join(comment(n) + order(n) for n in range(1900))}</orders>"
TEXTS = f"<words>{orders()}<w>one</w>{'<w>two</w>' * 900}</words>"
MIXED = f"<words>{orders()}<w>one <b>two</b> three</w></words>"
BY_COLUMNS = f"<a><x>{orders()}</x><y>{orders()}</y><z>{orders()}</z></a>"
MANY_MEMBERS = f"<a>{''.join(f'<m{n}>1</m{n}>' for n in range(60))}{orders()}</a>"
LARGE = {
    name: text
    for name, text in list(globals().items())
    if name.isupper() and isinstance(text, str) and len(text) > 200_000
}


def holds_rows(value: object) -> bool:
    return isinstance(value, Lazy) or (
        isinstance(value, dict) and any(map(holds_rows, value.values()))
    )


def same(value: object, other: object) -> bool:
    """Whether both are the same data in the same order, whoever holds it."""
    if isinstance(value, dict) and isinstance(other, dict):
        pairs = zip(value.values(), other.values())
        return list(value) == list(other) and all(same(one, two) for one, two in pairs)
    if isinstance(value, Lazy | list) and isinstance(other, list):
        return len(value) == len(other) and all(map(same, value, other))
    return value == other


@pytest.fixture(params=sorted(LARGE))
def text(request: pytest.FixtureRequest) -> str:
    return LARGE[request.param]


def at_once(make: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> object:
    with monkeypatch.context() as patch:
        patch.setattr(parsing, "LARGE", 1 << 60)
        return make()


def test_it_says_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = read_document(text, 0, lambda: None).value
    plain = at_once(lambda: read_document(text, 0, lambda: None).value, monkeypatch)
    assert not holds_rows(plain)
    assert same(value, plain)


def test_views_are_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def view() -> tuple[str, str | None]:
        result = Pipeline().compress(text, counter=get_counter(), kind="xml")
        return result.text, result.failure

    assert view() == at_once(view, monkeypatch)


def test_who_looks_things_up_has_all_of_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = XmlCompressor()
    plain = at_once(lambda: kind.data(Source(text)), monkeypatch)
    assert kind.data(Source(text)) == plain


@pytest.mark.parametrize("name", ["ALONE", "DEEP", "NOTED", "TURNS"])
def test_many_tags_of_one_name_are_packed(name: str) -> None:
    assert holds_rows(read_document(LARGE[name], 0, lambda: None).value)


@pytest.mark.parametrize("name", ["SEVERAL", "BY_COLUMNS", "MANY_MEMBERS", "HELD_IN_TURNS"])
def test_what_stands_in_rows_or_may_be_some_is_not(name: str) -> None:
    assert not holds_rows(read_document(LARGE[name], 0, lambda: None).value)
